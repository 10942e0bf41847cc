import { type Circumstances, pick, timeOfDay, usesClock } from './conditions.js'
import { conditionsOf } from './cuts.js'
import { divideRounded, fromScaled, shown, times, toScaled, whole } from './exact.js'
import { LocalTime } from './local-time.js'
import { taxFactor } from './sums.js'
import { type Conditions, type Priced, pricesOf, type TariffDocument } from './tariff.js'

// The prices of a moment, for charge points that reckon on with them until they are told others.

/** A moment of a transaction. Times are epoch milliseconds. */
export interface Moment {
  readonly document: TariffDocument
  readonly start: number
  readonly at: number
  /** IANA time zone of the site. */
  readonly zone?: string | undefined
  /** Since the start. */
  readonly energyWh: number
  readonly chargingSeconds: number
  /** W; absent if it was not measured. */
  readonly power?: number | undefined
}

/** With tax. A price that is unknown is absent. */
export interface UnitPrices {
  kWh?: number
  /** Of charging. */
  hour?: number
  /** Once. */
  flat?: number
  /** Of idling; absent if it is free. `grace`: minutes, after which it begins. */
  idle?: { hour: number; grace?: number }
}

/** The prices with so many decimals. */
export function unitPricesAt(moment: Moment, digits: number): UnitPrices {
  const at = circumstancesOf(moment)
  const kWh = priceOf(moment.document, 'energy', { at, digits })
  const hour = priceOf(moment.document, 'chargingTime', { at, digits })
  const flat = priceOf(moment.document, 'fixedFee', { at: circumstancesOf(beginningOf(moment)), digits })
  const idle = idleAt(moment, digits)
  return {
    ...(kWh !== undefined && { kWh }),
    ...(hour !== undefined && { hour }),
    ...(flat !== undefined && { flat }),
    ...(idle !== undefined && { idle })
  }
}

function beginningOf(moment: Moment): Moment {
  return { ...moment, at: moment.start, energyWh: 0, chargingSeconds: 0 }
}

function circumstancesOf({ start, at, zone, energyWh, chargingSeconds, power }: Moment): Circumstances {
  return {
    local: zone === undefined ? undefined : new LocalTime(zone, at, at + DAY_MS).at(at),
    facts: {},
    energy: whole(toScaled(energyWh, 3)),
    time: whole(at - start),
    chargingTime: whole(toScaled(chargingSeconds, 3)),
    idleTime: whole(0),
    power: power === undefined ? undefined : { n: toScaled(power, 3), d: 1000n },
    reasons: {}
  }
}

/** `undefined`: the tariff has no such prices, or the price is unknown. */
function priceOf(
  document: TariffDocument,
  component: Priced,
  { at, digits }: { at: Circumstances; digits: number }
): number | undefined {
  if (document[component] === undefined) return undefined
  const picked = pick(pricesOf(document, component), at)
  if (typeof picked === 'string') return undefined
  const factor = taxFactor(document[component]?.taxRates ?? [])
  return shown(times({ n: picked.rate, d: 10n ** 6n }, factor), digits)
}

/** The price of idling and, if it begins later, after how many minutes. */
function idleAt(moment: Moment, digits: number): UnitPrices['idle'] {
  const { document } = moment
  const limits = pricesOf(document, 'idleTime').flatMap(({ conditions }) => conditions?.minIdleTime ?? [])
  const at = circumstancesOf(moment)
  for (const limit of [0, ...new Set(limits)].sort((a, b) => a - b)) {
    const then = { ...at, idleTime: whole(limit * 1000) }
    const hour = priceOf(document, 'idleTime', { at: then, digits })
    if (hour !== undefined && hour > 0) return { hour, ...(limit > 0 && { grace: minutesIn(limit) }) }
  }
  return undefined
}

/** Whole minutes, rounded down: the charge point rather shows too much between two messages than too little. */
function minutesIn(seconds: number): number {
  const rest = seconds % 60
  return fromScaled(divideRounded(BigInt(seconds - rest), 60n), 0)
}

const DAY_MS = 86_400_000

/** The next moment within a day at which the local time changes a price, and the prices from then on. */
export function nextPrices(moment: Moment, digits: number): { at: number; prices: UnitPrices } | undefined {
  const { document, at, zone } = moment
  const clocked = conditionsOf(document).filter(usesClock)
  if (zone === undefined || clocked.length === 0) return undefined
  const now = JSON.stringify(unitPricesAt(moment, digits))
  const edges = new LocalTime(zone, at, at + DAY_MS).edges(timesIn(clocked), at + DAY_MS)
  for (const edge of edges.sort((a, b) => a - b)) {
    if (edge <= at) continue
    const prices = unitPricesAt({ ...moment, at: edge }, digits)
    if (JSON.stringify(prices) !== now) return { at: edge, prices }
  }
  return undefined
}

function timesIn(conditions: readonly Conditions[]): number[] {
  const texts = conditions.flatMap(({ startTimeOfDay, endTimeOfDay }) => [startTimeOfDay, endTimeOfDay])
  return [...new Set([0, ...texts.flatMap((text) => (text === undefined ? [] : [timeOfDay(text)]))])]
}

/** The figures that have to be measured next, because a price may change there. */
export interface Thresholds {
  at?: number
  /** Since the start. */
  energyWh?: number
  /** W. */
  power?: number
}

export function thresholdsAfter(moment: Moment): Thresholds {
  const { document, start, at, energyWh, chargingSeconds, power = 0 } = moment
  const conditions = conditionsOf(document)
  const of = (...names: (keyof Conditions)[]) =>
    conditions.flatMap((one) => names.flatMap((name) => (typeof one[name] === 'number' ? [one[name]] : [])))
  const times = [
    ...of('minTime', 'maxTime').map((limit) => start + limit * 1000),
    ...of('minChargingTime', 'maxChargingTime').map((limit) => at + (limit - chargingSeconds) * 1000)
  ].filter((time) => time > at)
  const energies = of('minEnergy', 'maxEnergy').filter((limit) => limit > energyWh)
  const powers = of('minPower', 'maxPower')
    .filter((limit) => limit > 0)
    .sort((a, b) => a - b)
  const next = powers.find((limit) => limit > power) ?? powers.at(-1)
  return {
    ...(times.length > 0 && { at: Math.min(...times) }),
    ...(energies.length > 0 && { energyWh: Math.min(...energies) }),
    ...(next !== undefined && { power: next })
  }
}
