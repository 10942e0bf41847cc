import { CallError } from 'fastify-ocpp'
import type { Writer } from '../database/writer.js'
import type { Reader } from '../events/scope.js'
import type { LeftoversOptions } from './leftovers.js'
import {
  callToRead,
  callToSet,
  extended,
  intervalsToTry,
  isAttempt,
  isSame,
  LONGEST_INTERVAL,
  listOf,
  missingIn,
  type Outcome,
  outcomeIn,
  PARTS,
  type Part,
  secondsOf,
  type ToldParts,
  toldIn,
  USUAL_INTERVAL
} from './meter-settings.js'
import type { ControlOptions } from './options.js'
import { Rounds } from './rounds.js'
import { type Changed, findSampled, forgetChanged, type Sampled, saveChanged, type Values } from './sample-settings.js'

// Has the charge points of a site sample what its control needs. What was changed is put back when no site controls them
// any more.

export type SamplingOptions = LeftoversOptions &
  Pick<ControlOptions, 'traitsOf' | 'learn'> & { db: Reader; writer: Pick<Writer, 'write'> }

/** A charge point that does not answer is asked again when it connects. */
const MAX_FAILURES = 5
/** Control may begin and end while a charge point is asked. */
const MAX_TASKS = 4

/** Visits that change the settings for samples, or put them back. */
export function samplingRounds(options: SamplingOptions): Rounds {
  const { db, here, onError } = options
  const visit = async (chargePointId: number) => {
    for (let task = 0; task < MAX_TASKS; task++) {
      const [next] = await findSampled(db, chargePointId)
      if (next === undefined) return
      const visited = new Visit(options, next)
      await (next.isControlled ? visited.install() : visited.restore())
    }
  }
  return new Rounds({ here, onError, visit, find: () => findSampled(db), maxFailures: MAX_FAILURES })
}

class Visit {
  readonly #options: SamplingOptions
  readonly #at: Sampled
  #needsReboot = false
  #isTooShort = false

  constructor(options: SamplingOptions, at: Sampled) {
    this.#options = options
    this.#at = at
  }

  /** Changes what falls short, once: what an operator changes afterwards stays until the next boot. */
  async install(): Promise<void> {
    const { chargePointId, boots, known } = this.#at
    const trait = this.#options.traitsOf?.(known).sampleInterval
    const wantedInterval = Number(trait?.value ?? USUAL_INTERVAL)
    const told = await this.#read()
    const former = this.#formerOf(told)
    // Before anything is changed: a restart has to know what is put back.
    await this.#save({ boots, former, set: this.#at.changed?.set ?? {} })
    const set = {
      ...(await this.#addMeasurands(told)),
      ...(await this.#shorten(told, wantedInterval))
    }
    const isChanged = Object.keys(set).length > 0
    const now = isChanged ? await this.#read() : told
    const reached = { ...reachedBy(now), wantedInterval, rebootRequired: this.#needsReboot }
    await saveChanged(this.#options.writer, chargePointId, { boots, ...this.#keptOf({ former, set, now }), reached })
    const { interval = 0 } = reached
    const isLearned = this.#isTooShort && interval > wantedInterval && interval <= LONGEST_INTERVAL
    if (isLearned && trait?.source !== 'own') await this.#options.learn?.(known, { sampleInterval: interval })
  }

  /** Puts the former values back, except where somebody else has changed them since. */
  async restore(): Promise<void> {
    const { chargePointId, changed } = this.#at
    const { former = {}, reached } = changed ?? {}
    const told = PARTS.some((part) => former[part] !== undefined) ? await this.#read() : {}
    for (const part of PARTS) {
      const [before, present] = [former[part], told[part]]
      if (before === undefined || present === undefined) continue
      const isPending = reached?.rebootRequired === true && isSame(part, present.value, before)
      if (isPending || this.#isOurs(part, present.value)) await this.#set(part, before)
    }
    await forgetChanged(this.#options.writer, chargePointId)
  }

  // --- what is put back --------------------------------------------------------------------------------------------

  /** The values to be put back if they are changed now. */
  #formerOf(told: ToldParts): Values {
    const before = this.#at.changed?.former ?? {}
    const found: Values = {}
    for (const part of PARTS) {
      const present = told[part]?.value
      if (present === undefined) continue
      found[part] = before[part] !== undefined && this.#isOurs(part, present) ? before[part] : present
    }
    return found
  }

  /** Whether a value is the one that was set, or may be, after a change that was not completed. */
  #isOurs(part: Part, present: string): boolean {
    const { former = {}, set = {}, reached } = this.#at.changed ?? {}
    const [before, after] = [former[part], set[part]]
    if (before === undefined) return false
    if (after !== undefined && isSame(part, present, after)) return true
    return reached === undefined && isAttempt(part, present, before)
  }

  /** What was changed, now or at an earlier visit. A value that is as it was is not put back. */
  #keptOf({ former, set, now }: { former: Values; set: Values; now: ToldParts }): Pick<Changed, 'former' | 'set'> {
    const kept: { former: Values; set: Values } = { former: {}, set: {} }
    for (const part of PARTS) {
      const [before, asked, present] = [former[part], set[part], now[part]?.value]
      const isAsTold = present !== undefined && (before === undefined || !isSame(part, present, before))
      // As the charge point tells it: it may write it in its own way. A value that awaits a boot is not told yet.
      const after = isAsTold ? present : asked
      if (before === undefined || after === undefined || isSame(part, after, before)) continue
      kept.former[part] = before
      kept.set[part] = after
    }
    return kept
  }

  #save(changed: Changed): Promise<void> {
    return saveChanged(this.#options.writer, this.#at.chargePointId, changed)
  }

  // --- what is changed ---------------------------------------------------------------------------------------------

  /** All that are missing; if that is refused, one after another. */
  async #addMeasurands({ measurands }: ToldParts): Promise<Values> {
    const list = listOf(measurands?.value ?? '')
    const missing = missingIn(list)
    if (measurands === undefined || measurands.isReadonly || missing.length === 0) return {}
    const all = extended(list, missing)
    const outcome = await this.#set('measurands', all)
    if (isTaken(outcome)) return { measurands: all }
    if (outcome === 'unknown' || missing.length === 1) return {}
    const taken: string[] = []
    for (const one of missing) {
      if (isTaken(await this.#set('measurands', extended(list, [...taken, one])))) taken.push(one)
    }
    return taken.length === 0 ? {} : { measurands: extended(list, taken) }
  }

  /** The shortest interval that is accepted. */
  async #shorten({ interval }: ToldParts, wanted: number): Promise<Values> {
    const present = secondsOf(interval?.value)
    if (interval === undefined || interval.isReadonly || present === undefined) return {}
    for (const seconds of intervalsToTry(present, wanted)) {
      const outcome = await this.#set('interval', String(seconds))
      if (isTaken(outcome)) return { interval: String(seconds) }
      if (outcome === 'unknown') break
      this.#isTooShort = true
    }
    return {}
  }

  async #read(): Promise<ToldParts> {
    const { identity, protocol } = this.#at
    return toldIn(protocol, await this.#options.call(identity, callToRead(protocol)))
  }

  /** An answer of the protocol is a fact, also an error. @throws if there was no answer */
  async #set(part: Part, value: string): Promise<Outcome> {
    const { identity, protocol } = this.#at
    const call = callToSet(protocol, part, value)
    if (call === undefined) return 'refused'
    try {
      const outcome = outcomeIn(protocol, await this.#options.call(identity, call))
      if (outcome === 'reboot') this.#needsReboot = true
      return outcome
    } catch (error) {
      if (error instanceof CallError) return 'refused'
      throw error
    }
  }
}

function isTaken(outcome: Outcome): boolean {
  return outcome === 'accepted' || outcome === 'reboot'
}

function reachedBy({ measurands, interval }: ToldParts) {
  const list = listOf(measurands?.value ?? '')
  const seconds = secondsOf(interval?.value)
  return {
    ...(measurands !== undefined && { measurands: list }),
    missing: missingIn(list),
    ...(seconds !== undefined && { interval: seconds })
  }
}
