import { identityOf } from './known.js'
import { isAtMaximum, type Leased, leaseIn, secondsToAsk, type ToldSchedule } from './lease-proof.js'
import type { Lease } from './leases.js'
import { keyOf, type Plant, type PlantEvse } from './plant.js'
import { type EvseState, isLasting } from './reserve.js'
import type { Member } from './rows.js'
import type { EvseFacts } from './site.js'
import { isNamed, kindOf, Tries } from './tries.js'

// Charge points are asked for their composite schedules, to learn whether their limits end by themselves: one of each kind, and
// at most a few times, because many charge points cannot tell it.

/** A question for a composite schedule. */
export interface CompositeQuestion {
  identity: string
  protocol: string
  evseId: number
  /** Epoch milliseconds. */
  start: number
  /** Seconds. */
  duration: number
  unit: 'A' | 'W'
}

export interface InquiryOptions {
  /** Rejects if there is no valid answer soon: a limit may have to be lowered meanwhile. */
  askComposite?: (question: CompositeQuestion) => Promise<ToldSchedule>
  /** Epoch milliseconds. */
  now: () => number
}

/** What a run of a site knows. */
export interface Scene {
  plant: Plant
  states: ReadonlyMap<string, EvseState>
  facts: ReadonlyMap<string, EvseFacts>
  /** By folded identity. */
  members: ReadonlyMap<string, Member>
}

export interface Inquiry {
  key: string
  /** The charge point, of whose kind it is learned. */
  member: Member
  /** Resolves with what was proven. */
  answer: Promise<Lease | undefined>
}

export class Inquiries {
  readonly #options: InquiryOptions
  readonly #tries: Tries

  constructor(options: InquiryOptions) {
    this.#options = options
    this.#tries = new Tries(options.now)
  }

  /** Asks the charge points that could prove something now, and have nothing else to answer. */
  ask(scene: Scene): Inquiry[] {
    if (this.#options.askComposite === undefined) return []
    return scene.plant.evses.flatMap((evse) => {
      const member = scene.members.get(identityOf(keyOf(evse)))
      if (member === undefined || !this.#isOpen(evse, member, scene)) return []
      const leased = this.#leasedAt(evse, scene)
      const duration = leased && secondsToAsk(leased)
      if (leased === undefined || duration === undefined || isBusy(evse, scene)) return []
      // Once only, because it can prove less.
      if (isAtMaximum(leased) && this.#tries.has(kindOf(evse, member))) return []
      this.#tries.take(kindOf(evse, member))
      return [{ key: keyOf(evse), member, answer: this.#prove(evse, member, { leased, duration }) }]
    })
  }

  #isOpen(evse: PlantEvse, member: Member, { states, facts }: Scene): boolean {
    const state = states.get(keyOf(evse))
    const { isConnected = false, isMember = false } = facts.get(keyOf(evse)) ?? {}
    const isKnown = evse.limitLease !== undefined || (!isNamed(member) && state?.lease !== undefined)
    if (isKnown || !isConnected || !isMember) return false
    return this.#tries.isNext(kindOf(evse, member))
  }

  /** The limit of a transaction that the charge point has accepted, and nothing else may be in force. */
  #leasedAt(evse: PlantEvse, { states }: Scene): Leased | undefined {
    const { sent, fallback, transaction, isDoubtful, obedience } = states.get(keyOf(evse)) ?? {}
    if (sent === undefined || fallback === undefined || transaction === undefined || isDoubtful) return undefined
    if (obedience === 'ignoring' || sent.form === undefined) return undefined
    const now = this.#options.now()
    const isRelative =
      sent.form.kind === 'Relative' && transaction.isOlder !== true && !isLasting(sent) && !sent.dynamic
    return {
      evse: { ...evse, unit: sent.form.unit },
      voltage: evse.voltage,
      limit: sent.amperes,
      fallback,
      left: (sent.until - now) / 1000,
      elapsed: isRelative ? Math.max(0, (now - (transaction.poweredAt ?? now)) / 1000) : STARTED_S
    }
  }

  async #prove(evse: PlantEvse, member: Member, { leased, duration }: { leased: Leased; duration: number }) {
    const { askComposite, now } = this.#options
    const { identity, protocol } = member
    const place = { identity, protocol: protocol ?? '', evseId: evse.evseId }
    try {
      const told = await askComposite?.({ ...place, start: now(), duration, unit: leased.evse.unit })
      return told && leaseIn(told, leased)
    } catch {
      // Many charge points cannot tell it, and a refusal proves nothing.
      return undefined
    }
  }
}

/** An Absolute schedule starts so long before it is sent. Seconds. */
const STARTED_S = 60

/** Whether a call to the charge point is on its way. */
export function isBusy(evse: PlantEvse, { states }: Pick<Scene, 'states'>): boolean {
  const identity = identityOf(keyOf(evse))
  return [...states].some(([key, { pending }]) => pending !== undefined && identityOf(key) === identity)
}
