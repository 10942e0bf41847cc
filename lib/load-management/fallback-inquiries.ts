import {
  type AskedFallback,
  isFallbackAlone,
  proofInProfile,
  proofInSchedule,
  type ReportedProfile,
  type ShownFallback
} from './fallback-proof.js'
import { type InquiryOptions, isBusy, type Scene } from './inquiries.js'
import { identityOf } from './known.js'
import { isSentHeld } from './leases.js'
import { keyOf, type PlantEvse } from './plant.js'
import { idIn, is16 } from './profiles.js'
import { type EvseState, isLasting } from './reserve.js'
import type { Member } from './rows.js'
import { kindOf, Tries } from './tries.js'

// Charge points are asked whether they have the fallback that they have accepted: one of each kind, until one of them has shown it.
// One that has shown that it has none is asked again after each fallback that it accepts, and so are all others of its kind once.

/** A question for a charging profile of 2.x. */
export interface ProfileQuestion {
  identity: string
  /** Our id of the charge point. */
  chargePointId: number
  profileId: number
}

export interface FallbackInquiryOptions extends InquiryOptions {
  /** Resolves with the profile, to `null` if the charge point has none with this id, and to `undefined` if it does not tell in time. */
  askProfile?: (question: ProfileQuestion) => Promise<ReportedProfile | null | undefined>
}

export interface FallbackInquiry {
  key: string
  /** The charge point, of whose kind it is learned. */
  member: Member
  /** When the fallback was accepted that it is about. Epoch milliseconds. */
  fallbackAt: number | undefined
  /** Whether it has had its fallback so far. Otherwise others of its kind may have theirs in the form that is not kept. */
  isFirst: boolean
  answer: Promise<ShownFallback['proof'] | undefined>
}

type Asked = AskedFallback & { state: EvseState; member: Member }

export class FallbackInquiries {
  readonly #options: FallbackInquiryOptions
  readonly #tries: Tries

  constructor(options: FallbackInquiryOptions) {
    this.#options = options
    this.#tries = new Tries(options.now)
  }

  /**
   * Asks the charge points that could show something now, and have nothing else to answer.
   *
   * @param isOver whether a circuit is above its limit: then only those are asked that had no fallback, because nothing is lowered at
   * them, and their maximum may be what is too much
   */
  ask(scene: Scene, isOver = false): FallbackInquiry[] {
    return scene.plant.evses.flatMap((evse) => {
      const key = keyOf(evse)
      const member = scene.members.get(identityOf(key))
      const state = scene.states.get(key)
      const { fallback, fallbackAt } = state ?? {}
      if (member === undefined || state === undefined || fallback === undefined) return []
      if (isOver && state.shown?.proof !== 'missing') return []
      if (!this.#isOpen(evse, { member, state }, scene) || isBusy(evse, scene)) return []
      const turn = turnOf(evse, { member, state })
      if (!this.#tries.isNext(turn)) return []
      this.#tries.take(turn)
      const asked = { evse, voltage: scene.plant.voltage, fallback, state, member }
      const answer = this.#show(asked).then((proof) => {
        if (proof === 'missing') this.#tries.renew(turn)
        return proof
      })
      return [{ key, member, fallbackAt, isFirst: state.shown === undefined, answer }]
    })
  }

  #isOpen(evse: PlantEvse, { member, state }: Pick<Asked, 'member' | 'state'>, { facts }: Scene): boolean {
    const { isConnected = false, isMember = false } = facts.get(keyOf(evse)) ?? {}
    const { shown, sent, isDoubtful, obedience } = state
    const isKnown = evse.limitFallback !== undefined || shown !== undefined
    if (!isConnected || !isMember || isDoubtful || obedience === 'ignoring') return false
    if (isKnown && shown?.proof !== 'missing') return false
    const now = this.#options.now()
    // The profile of the fallback says the limit of a transaction, too.
    if (isLasting(sent) && isSentHeld(state, now)) return false
    if (!is16(member.protocol ?? '')) return this.#options.askProfile !== undefined
    // Without a transaction, many charge points leave the TxDefaultProfile out of the schedule.
    return this.#options.askComposite !== undefined && isFallbackAlone(state, { now, settle: evse.settle * 1000 })
  }

  async #show({ member, ...asked }: Asked) {
    const { askComposite, askProfile, now } = this.#options
    const { evse, state } = asked
    const { identity, protocol, id: chargePointId } = member
    try {
      if (!is16(protocol ?? '')) {
        const profileId = idIn(state.form ?? evse.form, evse.evseId, 'fallback')
        const reported = await askProfile?.({ identity, chargePointId, profileId })
        return reported === undefined ? undefined : proofInProfile(reported, asked)
      }
      const place = { identity, protocol: protocol ?? '', evseId: evse.evseId }
      const told = await askComposite?.({ ...place, start: now(), duration: ASKED_S, unit: evse.unit })
      return told && proofInSchedule(told, { ...asked, now: now() })
    } catch {
      // Many charge points cannot tell it, and a refusal proves nothing.
      return undefined
    }
  }
}

/** The schedule is asked for so long. Seconds. */
const ASKED_S = 60

/** One of each kind is asked, and each one that had no fallback whenever it has accepted one. */
function turnOf(evse: PlantEvse, { member, state }: Pick<Asked, 'member' | 'state'>): string {
  return state.shown?.proof === 'missing' ? `${keyOf(evse)} ${state.fallbackAt ?? 0}` : kindOf(evse, member)
}
