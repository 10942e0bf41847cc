import type { ChargingState, CostInput } from '../../lib/money/input.js'
import type { Conditions, TariffDocument } from '../../lib/money/tariff.js'

// A second opinion, made in another way: it walks through a transaction second by second and adds up whole numbers. It
// knows transactions whose times are whole seconds and whose energy is a whole number of thousandths of a Wh for each
// second of charging.

const LINES = ['fixed', 'energy', 'chargingTime', 'idleTime'] as const
type Line = (typeof LINES)[number]

interface Price {
  priceKwh?: number
  priceMinute?: number
  priceHour?: number
  priceFixed?: number
  conditions?: Conditions
}

interface Second {
  minute: string
  day: string
  date: string
  wh1000: bigint
  power: number
  seconds: number
  charged: number
  idle: number
  evseKind: string | undefined
}

const DAY_NAMES = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'Europe/Berlin' })
const CLOCK = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Europe/Berlin' })

/** Net amounts in 1/36e12 of the currency. */
export function netsBySeconds(input: CostInput): Map<Line, bigint> {
  const { start, end = start, tariffs, states, meter } = input
  const document = tariffs[0]?.document ?? { currency: 'EUR' }
  const nets = new Map<Line, bigint>(LINES.map((line) => [line, 0n]))
  const add = (line: Line, amount: bigint) => nets.set(line, (nets.get(line) ?? 0n) + amount)
  const thresholds = limitsOf(document)
  const state: Second = {
    ...clockAt(start),
    wh1000: 0n,
    power: 0,
    seconds: 0,
    charged: 0,
    idle: 0,
    evseKind: input.facts?.evseKind
  }
  add('fixed', micros(applying(document.fixedFee?.prices ?? [], state)?.priceFixed ?? 0) * 36n * 10n ** 6n)
  for (let time = start; time < end; time += 1000) {
    const now = stateAt(states, time)
    if (time % 60_000 === 0) Object.assign(state, clockAt(time))
    const { perSecond, power } = flowAt(meter, states, time)
    Object.assign(state, { power, seconds: (time - start) / 1000 })
    if (!isIdle(now, document)) state.idle = 0
    if (now === 'charging') add('chargingTime', timeNet(document.chargingTime?.prices ?? [], state))
    if (isIdle(now, document)) add('idleTime', timeNet(document.idleTime?.prices ?? [], state))
    let left = now === 'charging' ? perSecond : 0n
    while (left > 0n) {
      const next = thresholds.find((limit) => limit > state.wh1000 && limit < state.wh1000 + left)
      const part = next === undefined ? left : next - state.wh1000
      add('energy', micros(applying(document.energy?.prices ?? [], state)?.priceKwh ?? 0) * part * 36n)
      state.wh1000 += part
      left -= part
    }
    if (now === 'charging') state.charged++
    if (isIdle(now, document)) state.idle++
  }
  return nets
}

function clockAt(time: number) {
  const [date = '', minute = ''] = CLOCK.format(time).split(' ')
  return { date, minute, day: DAY_NAMES.format(time) }
}

function stateAt(states: CostInput['states'], time: number): ChargingState {
  return states.filter(({ at }) => at <= time).at(-1)?.state ?? 'connected'
}

function isIdle(state: ChargingState, { idleIncludesEvse }: TariffDocument): boolean {
  return state === 'pausedByEv' || state === 'connected' || (state === 'pausedByEvse' && idleIncludesEvse === true)
}

/** Thousandths of a Wh for each second of charging between the two readings around a time, and the mean power. */
function flowAt(meter: CostInput['meter'], states: CostInput['states'], time: number) {
  const before = meter.filter(({ at }) => at <= time).at(-1)
  const after = meter.find(({ at }) => at > time)
  if (before === undefined || after === undefined) return { perSecond: 0n, power: 0 }
  let charging = 0
  for (let at = before.at; at < after.at; at += 1000) if (stateAt(states, at) === 'charging') charging++
  const gained = BigInt(Math.round((after.wh - before.wh) * 1000))
  const power = (after.wh - before.wh) / ((after.at - before.at) / 3_600_000)
  return { perSecond: charging === 0 ? 0n : gained / BigInt(charging), power }
}

function limitsOf(document: TariffDocument): bigint[] {
  const conditions = (document.energy?.prices ?? []).flatMap(({ conditions }) => conditions ?? [])
  const limits = conditions.flatMap(({ minEnergy, maxEnergy }) => [minEnergy ?? 0, maxEnergy ?? 0])
  return limits.map((limit) => BigInt(limit) * 1000n).sort((a, b) => (a < b ? -1 : 1))
}

function applying(prices: readonly Price[], second: Second): Price | undefined {
  return prices.find(({ conditions = {} }) => holds(conditions, second))
}

function holds(conditions: Conditions, { minute, day, date, wh1000, power, seconds, charged, idle, evseKind }: Second) {
  const { startTimeOfDay: from = '00:00', endTimeOfDay: to = '99:99' } = conditions
  const isInWindow = to > from ? minute >= from && minute < to : minute >= from || minute < to
  const wh = Number(wh1000) / 1000
  const bounds = [
    [wh, conditions.minEnergy, conditions.maxEnergy],
    [power, conditions.minPower, conditions.maxPower],
    [seconds, conditions.minTime, conditions.maxTime],
    [charged, conditions.minChargingTime, conditions.maxChargingTime],
    [idle, conditions.minIdleTime, conditions.maxIdleTime]
  ] as const
  return (
    isInWindow &&
    (conditions.dayOfWeek === undefined || (conditions.dayOfWeek as string[]).includes(day)) &&
    (conditions.validFromDate === undefined || date >= conditions.validFromDate) &&
    (conditions.validToDate === undefined || date < conditions.validToDate) &&
    (conditions.evseKind === undefined || conditions.evseKind === evseKind) &&
    bounds.every(([value, min = -1, max = Number.POSITIVE_INFINITY]) => value >= min && value < max)
  )
}

function timeNet(prices: readonly Price[], second: Second): bigint {
  const price = applying(prices, second)
  if (price === undefined) return 0n
  const perHour = price.priceHour === undefined ? micros(price.priceMinute ?? 0) * 60n : micros(price.priceHour)
  return perHour * 10_000n
}

function micros(price: number): bigint {
  return BigInt(Math.round(price * 1e6))
}
