import { type Cost, cost, type Line } from '../money/cost.js'
import { conditionsOf } from '../money/cuts.js'
import { fromScaled, toScaled } from '../money/exact.js'
import type { PeriodCharge } from '../money/explain.js'
import { flatOf } from '../money/flat.js'
import type { CostInput, Doubts } from '../money/input.js'
import type { Conditions, TariffDocument } from '../money/tariff.js'
import { beginningOf, isPossible } from './clock.js'
import type { Quantity } from './cost.js'
import type { TransactionRow } from './queries.js'
import { parseSnapshot, tariffsIn } from './snapshot.js'

// The cost of a transaction by its tariff.

/** The course of a transaction, as far as its prices depend on it. */
export interface Observed extends Pick<CostInput, 'states' | 'zone' | 'power' | 'current' | 'reservation' | 'facts'> {
  /** Register readings, absolute. */
  readonly meter: CostInput['meter']
  /** Facts that are not known, e.g. because there are too many of them. */
  readonly doubts?: Doubts
  /** Whether readings or states were deleted after the cost was calculated for the first time. */
  readonly isPruned?: boolean
}

export interface Use {
  energy: Quantity
  /** Seconds; null: not known. */
  duration: number | null
  /** Whether the transaction is over. */
  isFinal: boolean
  /** The register at the start, which `observed` counts from. Wh. */
  meterStart?: number | null
  observed?: Observed | undefined
}

/** The columns that a price depends on. */
export type PricedRow = Pick<
  TransactionRow,
  | 'start_timestamp'
  | 'created_at'
  | 'tariff'
  | 'missing_seq_nos'
  | 'refused_seq_no'
  | 'accepted_seq_no'
  | 'awaits_unplug'
  | 'unplugged_after'
>

const STATIC = new Set(['evseKind', 'paymentBrand', 'paymentRecognition'])

function isDynamic(conditions: Conditions): boolean {
  return Object.keys(conditions).some((name) => !STATIC.has(name))
}

/** The facts that are needed to price a transaction; none of them for the tariffs of most operators. */
export interface Needs {
  readings: boolean
  states: boolean
  power: boolean
  current: boolean
  reservation: boolean
  evseKind: boolean
  payment: boolean
}

export function needsOf(documents: readonly TariffDocument[]): Needs {
  const all = documents.flatMap(conditionsOf)
  const depends = all.some(isDynamic) || documents.length > 1
  const names = new Set(all.flatMap((conditions) => Object.keys(conditions)))
  return {
    readings: depends,
    states: depends || documents.some((document) => !isTimeOnePrice(document)),
    power: names.has('minPower') || names.has('maxPower'),
    current: names.has('minCurrent') || names.has('maxCurrent'),
    evseKind: names.has('evseKind'),
    payment: names.has('paymentBrand') || names.has('paymentRecognition'),
    reservation: documents.some(
      ({ reservationTime, reservationFixed }) => (reservationTime ?? reservationFixed) !== undefined
    )
  }
}

/** Whether time costs the same, whatever the car and the charge point do. */
function isTimeOnePrice({ chargingTime, idleTime, idleIncludesEvse }: TariffDocument): boolean {
  if (chargingTime === undefined && idleTime === undefined) return true
  return idleIncludesEvse === true && JSON.stringify(chargingTime) === JSON.stringify(idleTime)
}

/** The cost of a transaction with a tariff. */
export function costOfRow(row: PricedRow & { tariff: string }, use: Use): Cost {
  return cost(inputOf(row, use))
}

function inputOf(row: PricedRow & { tariff: string }, use: Use): CostInput {
  const { start_timestamp, created_at, tariff } = row
  const begin = { timestamp: start_timestamp ?? created_at, receivedAt: created_at }
  const start = beginningOf(begin)
  const stop = start + Number(toScaled(use.duration ?? 0, 3))
  const until = unpluggedAt(row, use, start) ?? stop
  const tariffs = tariffsIn(parseSnapshot(tariff), start)
  const { observed } = use
  const needs = needsOf(tariffs.map(({ document }) => document))
  return {
    tariffs,
    start,
    ...(use.isFinal ? { end: until } : { asOf: until }),
    ...(observed?.zone !== undefined && { zone: observed.zone }),
    meter: typeof use.energy === 'string' ? [] : meterUntil(use, use.energy, { start, stop, until }),
    states: until === stop ? (observed?.states ?? []) : afterStop(observed, stop),
    ...(observed?.reservation !== undefined && { reservation: observed.reservation }),
    ...(observed?.facts !== undefined && { facts: observed.facts }),
    ...(needs.power && observed?.power !== undefined && { power: observed.power }),
    ...(needs.current && observed?.current !== undefined && { current: observed.current }),
    ...(isRefused(row) && { isRefused: true }),
    doubts: doubtsOf(row, use, { needs, isClockSet: isPossible(begin) })
  }
}

/** Whether the driver has not accepted the tariff: then there is no cost. [2.1 I07.FR.30-32, I08.FR.20-22] */
function isRefused({ refused_seq_no, accepted_seq_no }: PricedRow): boolean {
  return refused_seq_no !== null && refused_seq_no >= (accepted_seq_no ?? 0)
}

/** The longest idle time after the end of a transaction. Seconds. */
const MAX_AFTER_STOP = 86_400

/** Whether idle time goes on after the end and it is not known until when. */
function awaitsUnplug({ awaits_unplug, unplugged_after }: PricedRow, { isFinal, duration }: Use): boolean {
  if (!isFinal || awaits_unplug !== 1) return false
  return unplugged_after === null || unplugged_after - (duration ?? 0) > MAX_AFTER_STOP
}

/** When idle time ends that goes on after the end of the transaction. */
function unpluggedAt(row: PricedRow, use: Use, start: number): number | undefined {
  const { awaits_unplug, unplugged_after } = row
  if (!use.isFinal || awaits_unplug !== 1 || unplugged_after === null || awaitsUnplug(row, use)) return undefined
  return start + Number(toScaled(Math.max(unplugged_after, use.duration ?? 0), 3))
}

/** The energy stays as it is after the stop. */
function meterUntil(
  use: Use,
  energy: number,
  times: { start: number; stop: number; until: number }
): CostInput['meter'] {
  const { start, stop, until } = times
  const meter = meterOf(use, energy, { start, until: stop })
  return until === stop ? meter : [...meter, { at: until, wh: energy }]
}

function afterStop(observed: Observed | undefined, stop: number): CostInput['states'] {
  const before = (observed?.states ?? []).filter(({ at }) => at < stop)
  return [...before, { at: stop, state: 'connected' }]
}

function doubtsOf(row: PricedRow, use: Use, { needs, isClockSet }: { needs: Needs; isClockSet: boolean }): Doubts {
  const { energy, duration, observed } = use
  return {
    ...observed?.doubts,
    ...(typeof energy === 'string' && { energy }),
    ...(duration === null && { time: 'no-duration' as const }),
    ...(!isClockSet && { clock: 'no-clock' as const }),
    ...(needs.states && row.missing_seq_nos !== null && { states: 'missing-events' as const }),
    ...(awaitsUnplug(row, use) && { states: 'not-unplugged' as const })
  }
}

/** Decimals of a Wh. */
const ENERGY_DIGITS = 3

/** The energy since the start: at the start, at the readings in between, and at the end. */
function meterOf(
  { meterStart, observed, isFinal }: Use,
  energy: number,
  { start, until }: { start: number; until: number }
): CostInput['meter'] {
  const begin = { at: start, wh: 0 }
  const origin = toScaled(meterStart ?? 0, ENERGY_DIGITS)
  const known = meterStart == null ? [] : (observed?.meter ?? [])
  const between = known
    .map(({ at, wh }) => ({ at, wh: fromScaled(toScaled(wh, ENERGY_DIGITS) - origin, ENERGY_DIGITS) }))
    // A register that is out of order for a moment does not make the energy unknown.
    .filter(({ at, wh }) => at > start && at < until && wh >= 0 && wh <= energy)
  const isAtEnd = !isFinal && between.some(({ wh }) => wh === energy)
  return isAtEnd ? [begin, ...between] : [begin, ...between, { at: until, wh: energy }]
}

/** The cost as the operator API shows it with a transaction. */
export function summaryOf(row: { tariff: string }, { energy, duration }: Use, priced: Cost) {
  const { net, tax, total, typeOfCost, isWaived, isRefused, taxes } = priced
  const [only, ...later] = tariffsIn(parseSnapshot(row.tariff), 0)
  const isFlat = only !== undefined && later.length === 0 && flatOf(only.document) !== undefined
  const charges = priced.periods.flatMap((period) => period.charges)
  if (isFlat) {
    const components = priced.lines.flatMap((line) => flatComponent(line, charges, { energy, duration }))
    return { net, tax, total, components, ...(isRefused && { isRefused }) }
  }
  return {
    net,
    tax,
    total,
    components: priced.lines.map((line) => longComponent(line, charges)),
    ...(taxes.length > 0 && { taxes }),
    ...(typeOfCost !== 'NormalCost' && { typeOfCost }),
    ...(isWaived && { isWaived }),
    ...(isRefused && { isRefused })
  }
}

/** The names of the components of a flat tariff, as in earlier releases. */
function flatComponent(
  { component, net }: Line,
  charges: readonly PeriodCharge[],
  { energy, duration }: Pick<Use, 'energy' | 'duration'>
): object[] {
  const unitPrice = charges.find((charge) => charge.component === component)?.price ?? 0
  if (unitPrice === 0) return []
  if (component === 'fixed') {
    return [{ component: 'session', quantity: 1, unit: 'session', unitPrice, per: 'session', net }]
  }
  if (component === 'energy') return [{ component, quantity: energy, unit: 'Wh', unitPrice, per: 'kWh', net }]
  return [{ component: 'time', quantity: duration, unit: 's', unitPrice, per: 'h', net }]
}

const PER: Readonly<Record<PeriodCharge['per'], string>> = { kWh: 'kWh', minute: 'min', hour: 'h', once: 'session' }

/** Quantity and price, if there is one price only. */
function longComponent({ component, net, total }: Line, charges: readonly PeriodCharge[]) {
  const [only, ...others] = charges.filter((charge) => charge.component === component)
  if (only === undefined || others.length > 0) return { component, net, total }
  const { quantity, unit, price: unitPrice, per } = only
  return { component, quantity, unit: unit === 'once' ? 'session' : unit, unitPrice, per: PER[per], net, total }
}
