import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'
import { type CompositeInput, type CompositeSchedule, compositeScheduleInTurns } from 'fastify-ocpp/smart-charging'
import { CSO, hasBootedSince, isConfirmed, type ProfileRow } from '../charge-points/charging-profiles.js'
import type { ChargePointRow } from '../charge-points/rows.js'
import { chunks, type Reader } from '../events/scope.js'
import type { CappedEvse, CapQuestion, FoundCaps } from '../load-management/caps.js'
import { is16, isOwnProfile } from '../load-management/profiles.js'
import { readFacts } from './facts.js'

// The limits of others at EVSEs that load management controls: what their charge points come to without our profiles.

/** What holds is calculated again after this time, also if nobody has told that anything changed. Milliseconds. */
const AGAIN_MS = 300_000
/** The future in which a limit may change before. Seconds. */
const HORIZON_S = AGAIN_MS / 1000
/** They do not all have their turn at the same time. Milliseconds. */
const SPREAD_MS = 150_000
/** A limit that changes sooner is seen then. Milliseconds. */
const LEAST_MS = 5_000
/** Charge points that are remembered: the oldest are forgotten first. */
const MOST = 10_000
/** Charge points that are read at a time: the others keep the limits that were found last until it is their turn. */
const AT_ONCE = 40
/** Where something has changed, it is looked at as early as if it had waited so much longer. Milliseconds. */
const SOONER_MS = 60_000

interface Remembered {
  /** All that decides the limits, besides time. */
  basis: string
  /** When it was read. Epoch milliseconds. */
  at: number
  /** Epoch milliseconds. */
  until: number
  found: ReadonlyMap<number, FoundCaps>
}

/** Reads a charge point only when its profiles, its plans or its cars have changed, or when a limit does. */
export class CapBook {
  readonly #db: Reader
  readonly #known = new Map<number, Remembered>()

  constructor(db: Reader) {
    this.#db = db
  }

  /** The limits at an instant, by charge point and EVSE. */
  async of(questions: readonly CapQuestion[], now: number): Promise<Map<number, ReadonlyMap<number, FoundCaps>>> {
    const news = await this.#newest(questions)
    const found = new Map<number, ReadonlyMap<number, FoundCaps>>()
    const waiting: { question: CapQuestion; basis: string; since: number }[] = []
    for (const question of questions) {
      const { chargePointId, profiles } = question
      const newest = news.get(chargePointId)
      if (profiles.length === 0 && newest === undefined) {
        this.#known.delete(chargePointId)
        continue
      }
      const basis = basisOf(question, newest)
      const known = this.#known.get(chargePointId)
      if (known !== undefined) found.set(chargePointId, known.found)
      const isSame = known?.basis === basis
      if (isSame && now < known.until) continue
      waiting.push({ question, basis, since: (known?.at ?? 0) - (isSame ? 0 : SOONER_MS) })
    }
    waiting.sort((one, other) => one.since - other.since)
    for (const { question, basis } of waiting.slice(0, AT_ONCE)) {
      found.set(question.chargePointId, await this.#at(question, basis, now))
    }
    return found
  }

  async #at(question: CapQuestion, basis: string, now: number): Promise<ReadonlyMap<number, FoundCaps>> {
    const { chargePointId } = question
    const { found, until } = await this.#read(question, now)
    this.#known.delete(chargePointId)
    this.#known.set(chargePointId, { basis, at: now, until, found })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break
      this.#known.delete(oldest)
    }
    return found
  }

  /** The last plan that EVs have told, or priority charging that has begun or ended, by charge point. [2.x K15; 2.1 K21] */
  async #newest(questions: readonly CapQuestion[]): Promise<Map<number, number>> {
    const found = new Map<number, number>()
    const able = questions.filter(({ protocol }) => !is16(protocol))
    for (const part of chunks(able.map(({ chargePointId }) => chargePointId))) {
      const rows = await this.#db
        .selectFrom('notifications')
        .select(({ fn }) => ['charge_point_id', fn.max('id').as('newest')])
        .where('charge_point_id', 'in', part)
        .where('action', 'in', ['NotifyEVChargingSchedule', 'NotifyPriorityCharging'])
        .groupBy('charge_point_id')
        .execute()
      for (const { charge_point_id, newest } of rows) found.set(Number(charge_point_id), Number(newest))
    }
    return found
  }

  async #read({ chargePointId, protocol, evses }: CapQuestion, now: number) {
    const chargePoint = await this.#db
      .selectFrom('charge_points')
      .selectAll()
      .where('id', '=', chargePointId)
      .executeTakeFirst()
    const version = ALL_PROTOCOLS.find((each) => each === protocol)
    const [first] = evses
    const found = new Map<number, FoundCaps>()
    let until = now + AGAIN_MS - ((chargePointId * 7919) % SPREAD_MS)
    if (chargePoint === undefined || version === undefined || first === undefined) return { found, until }
    const subject = { db: this.#db, chargePoint, protocol: version as Protocol, isConnected: true }
    const question = { evseId: first.evseId, start: now, duration: HORIZON_S, unit: 'A' as const }
    const { input } = await readFacts(subject, question, (row) => isCounted(row, chargePoint))
    const facts = withEvses(input, evses)
    const whole = evses.length > 1 ? await stationAt(withoutPlans(facts)) : undefined
    let seconds = whole?.seconds ?? HORIZON_S
    for (const evse of evses) {
      const capped = await capsAt(ofEvse(facts, evse), evse)
      found.set(evse.evseId, { ...capped.found, ...(whole?.found && { station: whole.found }) })
      seconds = Math.min(seconds, capped.seconds)
    }
    if (seconds < HORIZON_S) until = Math.min(until, now + Math.max(LEAST_MS, seconds * 1000))
    return { found, until }
  }
}

function basisOf({ profiles, evses, transactions, boots }: CapQuestion, newest: number | undefined): string {
  const rows = profiles.map(({ id, updated_at, confirmed }) => `${id} ${updated_at} ${confirmed}`)
  return JSON.stringify([rows, evses, transactions, boots, newest])
}

/**
 * Whether a profile takes from the car: ours do not, and neither does one that the charge point may have lost. A limit of others is
 * believed until it may have been lost in a boot.
 */
function isCounted(row: ProfileRow, chargePoint: ChargePointRow): boolean {
  if (row.source !== CSO) return isConfirmed(row, chargePoint) || !hasBootedSince(row, chargePoint)
  return !isOwnProfile(row.profile_id) && isConfirmed(row, chargePoint)
}

/** The phases and voltages of EVSEs as the site knows them. */
function withEvses(input: CompositeInput, evses: readonly CappedEvse[]): CompositeInput {
  const known = new Map(evses.map(({ evseId, phases, voltage }) => [evseId, { phases, voltage }]))
  const others = input.evses.filter(({ id }) => !known.has(id))
  const ours = [...known].map(([id, facts]) => ({ ...input.evses.find((evse) => evse.id === id), id, ...facts }))
  return { ...input, evses: [...others, ...ours].sort((one, other) => one.id - other.id) }
}

interface CapsAt {
  found: FoundCaps
  /** Seconds until one of them changes. */
  seconds: number
}

/** What concerns the EVSE alone, or all of them. */
function ofEvse(input: CompositeInput, { evseId }: CappedEvse): CompositeInput {
  const evses = input.evses.filter(({ id }) => id === evseId)
  const profiles = input.profiles.filter((one) => one.evseId === evseId || one.evseId === 0)
  return { ...input, evses, profiles } as CompositeInput
}

async function stationAt(limits: CompositeInput) {
  const { limit, unit, by, seconds } = await at(limits, { evseId: 0, unit: stationUnit(limits) })
  return { seconds, ...(limit !== null && { found: { limit, unit, by } }) }
}

async function capsAt(input: CompositeInput, evse: CappedEvse): Promise<CapsAt> {
  const { evseId, unit } = evse
  const plan = input.state?.transactions?.findLast((transaction) => transaction.evseId === evseId)?.evSchedule
  const limits = withoutPlans(input)
  const own = await at(limits, { evseId, unit })
  const planned = plan === undefined ? undefined : await at({ ...input, profiles: [] }, { evseId, unit })
  const limit = await amperesOf(limits, evse, own)
  const amperes = planned && planned.limit !== null ? inAmperes(planned.limit, evse) : undefined
  return {
    found: {
      ...(limit !== undefined && { limit: { amperes: limit, by: own.by } }),
      ...(plan !== undefined && amperes !== undefined && { plan: { at: String(plan.timeBase), amperes } })
    },
    seconds: Math.min(own.seconds, planned?.seconds ?? HORIZON_S)
  }
}

/** A limit in W is more A on one phase than on three. A car of which nobody knows that yet gets its minimum, to show it. */
async function amperesOf(input: CompositeInput, evse: CappedEvse, { limit }: Present): Promise<number | undefined> {
  if (limit === null) return undefined
  const amperes = inAmperes(limit, evse)
  if (amperes >= evse.least || !evse.mayBeSingle) return amperes
  const alone = await at(withEvses(input, [{ ...evse, phases: 1 }]), evse)
  return alone.limit === null ? amperes : Math.max(amperes, Math.min(evse.least, inAmperes(alone.limit, evse)))
}

/** Where limits are sent in W, x A is the power of x A on one phase. */
function inAmperes(limit: number, { unit, voltage }: CappedEvse): number {
  return unit === 'A' ? limit : Math.floor((limit / voltage) * 100) / 100
}

function withoutPlans(input: CompositeInput): CompositeInput {
  const transactions = input.state?.transactions?.map(({ evSchedule: _, ...transaction }) => transaction) ?? []
  return { ...input, state: { ...input.state, transactions } }
}

/** That of the limits of the whole charge point: W cannot be said in A while nobody knows the phases of all cars. */
function stationUnit({ profiles }: CompositeInput): 'A' | 'W' {
  const isInWatts = (profile: object) => /"chargingRateUnit":"W"/.test(JSON.stringify(profile))
  return profiles.some(({ evseId, profile }) => evseId === 0 && isInWatts(profile)) ? 'W' : 'A'
}

interface Present {
  limit: number | null
  unit: 'A' | 'W'
  by: string
  /** Seconds for which it holds. */
  seconds: number
}

async function at(input: CompositeInput, { evseId, unit }: { evseId: number; unit: 'A' | 'W' }): Promise<Present> {
  const request = { ...input.request, evseId, unit, maxPeriods: 2 }
  const { periods } = await compositeScheduleInTurns({ ...input, request } as CompositeInput)
  const [present, next] = periods
  const lines = [present?.limitL2, present?.limitL3].filter((one) => one !== undefined)
  const limit = present?.limit == null ? null : Math.min(present.limit, ...(unit === 'A' ? lines : []))
  return { limit, unit, by: wordsOf(present?.by ?? []), seconds: next?.start ?? HORIZON_S }
}

function wordsOf(by: CompositeSchedule['periods'][number]['by']): string {
  const words = by.map(({ purpose, source = CSO }) => (source === CSO ? purpose : `${purpose} of ${source}`))
  return [...new Set(words)].join(' and ')
}
