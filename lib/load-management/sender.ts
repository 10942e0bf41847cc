import { reportedVariable } from '../charge-points/reported-variable.js'
import type { Fence } from './calls.js'
import { isStanding } from './forms.js'
import { rivalsOf } from './installed.js'
import { identityOf, type KnownSite, placeOf } from './known.js'
import type { ControlOptions } from './options.js'
import { keyOf, type Plant } from './plant.js'
import {
  answerOf,
  answerOfError,
  callFor,
  callToAsk,
  callToClear,
  type OcppCall,
  profileIdOf,
  RATE_LIMIT,
  secondsBeforeRetry
} from './profiles.js'
import { rememberReplaced } from './replaced.js'
import { type Answer, type EvseState, inForce } from './reserve.js'
import * as rows from './rows.js'
import type { Command } from './step.js'

// Sends the commands of a step to charge points.

/** Before the calls of operators and the back-end, which have none. A limit that falls is not kept waiting by others. */
const PRIORITY = { lowering: 2, other: 1 }

/** A longer time between two profiles is not believed. Seconds. */
const LONGEST_PAUSE_S = 3600

export interface SenderOptions extends Pick<ControlOptions, 'db' | 'writer' | 'now' | 'call' | 'onError'> {
  known: Pick<KnownSite, 'members' | 'running'>
  /** For work that others may wait for. */
  background: (work: Promise<void>) => void
}

/** The state from which a command comes: it may change while the command is carried out. */
type Cause = EvseState & {
  /** The control in whose name it is sent. */
  fence: Fence
}

export class Sender {
  readonly #options: SenderOptions
  /** The seconds until the next profile that charge points have told with their last refusal, by folded identity. */
  readonly #pauses = new Map<string, number>()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Resolves with the answer of the charge point. Never rejects. */
  async carryOut(plant: Plant, command: Command, cause: Cause): Promise<Answer> {
    const { key, kind } = command
    const { known, onError } = this.#options
    const member = known.members.get(identityOf(key))
    const evse = plant.evses.find((each) => keyOf(each) === key)
    const call = evse === undefined || member === undefined ? undefined : this.#callFor(command, { ...cause, evse })
    if (evse === undefined || member === undefined || call === undefined) return 'unsent'
    let answer: Answer = 'unsent'
    try {
      // The limit of a transaction follows a fallback, and replaces nothing else.
      if (kind === 'fallback' || isStanding(evse.form)) await this.#remember(member, evse.evseId, call)
      const before = kind === 'fallback' ? await this.#replaceable(member, evse.evseId) : []
      answer = await this.#ask(member.identity, call, cause.fence)
      // The next form may depend on what it has told of itself.
      const isFirst = cause.rung === undefined && (answer === 'rejected' || answer === 'error')
      if (isFirst) this.#options.background(this.#askLevel(member))
      if (answer !== 'accepted' || kind !== 'fallback') return answer
      return await this.#clearOthers(member, evse.evseId, { ...cause, before })
    } catch (error) {
      onError(error)
      return answer === 'accepted' ? 'unknown' : answer
    }
  }

  /** `undefined`: there is nobody to send it to, or the transaction is another one. */
  #callFor(
    { key, kind, amperes, lease }: Command,
    cause: EvseState & { evse: Plant['evses'][number] }
  ): OcppCall | undefined {
    const { pending, transaction, evse } = cause
    const { known, now } = this.#options
    const { protocol } = known.members.get(identityOf(key)) ?? {}
    const open = known.running.get(key)
    const displayed = open?.key === transaction?.key ? open?.displayed : undefined
    if (!protocol || (kind === 'limit' && displayed === undefined)) return undefined
    // To the moment from which the lease counts: the profile ends no later.
    const at = pending?.at ?? now()
    const elapsed = transaction?.isOlder ? undefined : (at - (transaction?.poweredAt ?? at)) / 1000
    const call = callFor(protocol, {
      ...{ kind, evse, voltage: evse.voltage, amperes, lease, now: at },
      ...(elapsed !== undefined && { elapsed }),
      ...(displayed !== undefined && { transactionId: displayed }),
      ...(pending?.dynamic !== undefined && { dynamic: pending.dynamic })
    })
    const isLowering = kind === 'limit' && (cause.isDoubtful || amperes < inForce(cause, at))
    return { ...call, priority: isLowering ? PRIORITY.lowering : PRIORITY.other }
  }

  /** A profile that is not remembered keeps nothing from being sent. */
  async #remember({ id: chargePointId, protocol }: rows.Member, evseId: number, call: OcppCall): Promise<void> {
    const place = { chargePointId, protocol: protocol ?? '', evseId }
    await rememberReplaced(this.#options, place, call).catch(this.#options.onError)
  }

  async #ask(identity: string, call: OcppCall, fence: Fence): Promise<Answer> {
    return this.#options.call(identity, call, fence).then((result) => {
      const answer = answerOf(result)
      const seconds = answer === 'too-many' ? secondsBeforeRetry(result) : undefined
      if (seconds !== undefined) this.#pauses.set(identity.toLowerCase(), seconds)
      return answer
    }, answerOfError)
  }

  /** Milliseconds for which a charge point takes no profile after its refusal; `undefined`: it has not told it. */
  async pauseOf(key: string): Promise<number | undefined> {
    const { db, known } = this.#options
    const identity = identityOf(key)
    const told = this.#pauses.get(identity)
    this.#pauses.delete(identity)
    const member = known.members.get(identity)
    const seconds = Number(told ?? (member && (await reportedVariable(db, member.id, RATE_LIMIT))))
    return seconds > 0 && seconds <= LONGEST_PAUSE_S ? seconds * 1000 : undefined
  }

  async #askLevel({ identity, protocol }: rows.Member): Promise<void> {
    await this.#options.call(identity, callToAsk(protocol ?? ''))
  }

  /** A fallback holds only once nothing of somebody else is above it, and no limit of ours that nothing has ended. */
  async #clearOthers(
    member: rows.Member,
    evseId: number,
    { pending, fence, before }: Cause & { before: readonly number[] }
  ): Promise<Answer> {
    const { protocol, identity } = member
    const { ids, isAwaited } = await this.#rivals(member, evseId)
    const own = pending?.isClearing ? [profileIdOf(evseId, 'limit')] : []
    for (const id of new Set([...own, ...before, ...ids])) {
      // The charge point may not have it any more, which is as good.
      const call = { ...callToClear(protocol ?? '', id), priority: PRIORITY.other }
      const answer = await this.#ask(identity, call, fence)
      if (answer !== 'accepted' && answer !== 'rejected') return 'unknown'
    }
    return isAwaited ? 'unknown' : 'accepted'
  }

  /**
   * Ids of the profiles of others that ours may replace: some charge points keep them. None while the database is away, which no
   * fallback waits for.
   */
  async #replaceable(member: rows.Member, evseId: number): Promise<readonly number[]> {
    return this.#rivals(member, evseId).then(
      ({ ids }) => ids,
      () => []
    )
  }

  /** The profiles of others that decide in place of ours. */
  async #rivals(member: rows.Member, evseId: number) {
    const profiles = (await rows.profilesOf(this.#options.db, [member])).get(member.id) ?? []
    return rivalsOf(profiles, placeOf(member, evseId), Date.now())
  }
}
