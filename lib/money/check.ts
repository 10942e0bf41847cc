import { LANGUAGES } from '../languages.js'
import { usesClock } from './conditions.js'
import { isCurrency } from './currency.js'
import { conditionsOf } from './cuts.js'
import { hasDecimals } from './exact.js'
import { commonTaxRates } from './limits.js'
import { type AnyPrice, type Conditions, PRICED, type Priced, pricesOf, type TariffBody } from './tariff.js'
import { messagesOf } from './text.js'

// Rules for a tariff that its schema cannot express.

/** Something that is wrong, or may not be meant. */
export interface Finding {
  /** RFC 6901 JSON pointer into the tariff. */
  pointer: string
  detail: string
}

export interface Findings {
  errors: Finding[]
  warnings: Finding[]
}

/** Decimals that the wire carries. [2.1 decimals] */
const WIRE_DECIMALS = 6

export function check(body: TariffBody): Findings {
  const errors = [
    ...currencyErrors(body),
    ...emptyErrors(body),
    ...decimalErrors(body, ''),
    ...PRICED.flatMap((component) => priceErrors(component, pricesOf(body, component))),
    ...limitErrors(body)
  ]
  if (errors.length > 0) return { errors, warnings: [] }
  return { errors, warnings: [...wireWarnings(body), ...textWarnings(body), ...lawWarnings(body)] }
}

function currencyErrors({ currency }: TariffBody): Finding[] {
  return isCurrency(currency) ? [] : [{ pointer: '/currency', detail: 'is no currency of ISO 4217' }]
}

function emptyErrors(body: TariffBody): Finding[] {
  if (PRICED.some((component) => body[component] !== undefined)) return []
  return [{ pointer: '', detail: `needs prices: one of ${PRICED.join(', ')}. What is free has a fixedFee of 0` }]
}

/** Every number in the tariff. */
function decimalErrors(value: unknown, pointer: string): Finding[] {
  if (typeof value === 'number') {
    const detail = `must have at most ${WIRE_DECIMALS} decimals`
    return hasDecimals(value, WIRE_DECIMALS) ? [] : [{ pointer, detail }]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => decimalErrors(member, `${pointer}/${name}`))
}

function priceErrors(component: Priced, prices: readonly AnyPrice[]): Finding[] {
  return prices.flatMap((price, index) => {
    const pointer = `/${component}/prices/${index}`
    const before = prices.findIndex((other, at) => at < index && isImplied(other.conditions, price.conditions))
    const found = [...timePriceErrors(component, price, pointer), ...conditionErrors(price.conditions, pointer)]
    if (before === -1) return found
    return [...found, { pointer, detail: `is never reached: the conditions of price ${before} hold, too` }]
  })
}

/** Whether all conditions of an earlier price are also those of a later one. */
function isImplied(earlier: Conditions = {}, later: Conditions = {}): boolean {
  return Object.entries(earlier).every(([name, value]) => {
    return JSON.stringify(later[name as keyof Conditions]) === JSON.stringify(value)
  })
}

function timePriceErrors(component: Priced, { priceMinute, priceHour }: AnyPrice, pointer: string): Finding[] {
  const isTime = component === 'chargingTime' || component === 'idleTime' || component === 'reservationTime'
  if (!isTime || (priceMinute === undefined) !== (priceHour === undefined)) return []
  return [{ pointer, detail: 'must have exactly one of priceMinute and priceHour' }]
}

const PAIRS = [
  ['minEnergy', 'maxEnergy'],
  ['minCurrent', 'maxCurrent'],
  ['minPower', 'maxPower'],
  ['minTime', 'maxTime'],
  ['minChargingTime', 'maxChargingTime'],
  ['minIdleTime', 'maxIdleTime']
] as const

function conditionErrors(conditions: Conditions | undefined, at: string): Finding[] {
  if (conditions === undefined) return []
  const pointer = `${at}/conditions`
  const { startTimeOfDay, endTimeOfDay, validFromDate, validToDate } = conditions
  const found = PAIRS.flatMap(([min, max]) => pairErrors(conditions[min], conditions[max], `${pointer}/${max}`))
  if (startTimeOfDay !== undefined && startTimeOfDay === endTimeOfDay) {
    found.push({
      pointer: `${pointer}/endTimeOfDay`,
      detail: 'must differ from startTimeOfDay; leave both out for all day'
    })
  }
  if (startTimeOfDay === undefined && endTimeOfDay === '00:00') {
    found.push({ pointer: `${pointer}/endTimeOfDay`, detail: 'never holds without a startTimeOfDay' })
  }
  for (const name of ['validFromDate', 'validToDate'] as const) {
    const date = conditions[name]
    if (date !== undefined && !isDate(date)) found.push({ pointer: `${pointer}/${name}`, detail: 'is no date' })
  }
  if (validFromDate !== undefined && validToDate !== undefined && validToDate <= validFromDate) {
    found.push({ pointer: `${pointer}/validToDate`, detail: 'must be after validFromDate' })
  }
  return found
}

/** A negative limit is for discharging: it is compared without its sign. */
function pairErrors(min: number | undefined, max: number | undefined, pointer: string): Finding[] {
  if (max === 0) return [{ pointer, detail: 'never holds: it must not be 0' }]
  if (min === undefined || max === undefined) return []
  if (min < 0 !== max < 0) return [{ pointer, detail: 'must have the sign of the minimum' }]
  const isBelow = max < 0 ? max >= min : max <= min
  return isBelow ? [{ pointer, detail: 'never holds: it must be beyond the minimum' }] : []
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function limitErrors(body: TariffBody): Finding[] {
  const { minCost, maxCost } = body
  const found = (['minCost', 'maxCost'] as const).flatMap((name): Finding[] => {
    const limit = body[name]
    if (limit === undefined) return []
    const { exclTax, inclTax } = limit
    const pointer = `/${name}`
    if (exclTax === undefined && inclTax === undefined) {
      return [{ pointer, detail: 'must have exclTax, inclTax or both' }]
    }
    if (exclTax !== undefined && inclTax !== undefined && exclTax > inclTax) {
      return [{ pointer: `${pointer}/inclTax`, detail: 'must not be below exclTax' }]
    }
    return exclTax === 0 || inclTax === 0 ? [{ pointer, detail: 'must not be 0' }] : []
  })
  if (minCost !== undefined && (minCost.exclTax === undefined || minCost.inclTax === undefined)) {
    const isClear = minCost.taxRates !== undefined || commonTaxRates(body) !== undefined
    const detail = 'must have exclTax and inclTax, or taxRates: the components have different taxes'
    if (!isClear) found.push({ pointer: '/minCost', detail })
  }
  for (const half of ['exclTax', 'inclTax'] as const) {
    const [min, max] = [minCost?.[half], maxCost?.[half]]
    if (min !== undefined && max !== undefined && max < min) {
      found.push({ pointer: `/maxCost/${half}`, detail: 'must not be below that of minCost' })
    }
  }
  return found
}

/** Whether 1/60 of an amount has at most six decimals. */
function isExactPerMinute(priceHour: number): boolean {
  const [whole = '0', fraction = ''] = String(priceHour).split('.')
  return !whole.includes('e') && BigInt(whole + fraction.padEnd(WIRE_DECIMALS, '0')) % 60n === 0n
}

function wireWarnings(body: TariffBody): Finding[] {
  return PRICED.flatMap((component) =>
    pricesOf(body, component).flatMap(({ priceHour }, index) => {
      if (priceHour === undefined || isExactPerMinute(priceHour)) return []
      const detail = 'charge points that calculate themselves get it for a minute, rounded to six decimals'
      return [{ pointer: `/${component}/prices/${index}/priceHour`, detail }]
    })
  )
}

/** Longest text in OCPP 2.0.1, in characters. [2.0.1 MessageContentType] */
const MAX_TEXT_201 = 512

function textWarnings(body: TariffBody): Finding[] {
  if (messagesOf(body, LANGUAGES).every(({ content }) => content.length <= MAX_TEXT_201)) return []
  const detail =
    'has more than 512 characters, which charge points of OCPP 2.0.1 do not show: describe the tariff in less'
  return [{ pointer: body.description === undefined ? '' : '/description', detail }]
}

/** [Regulation (EU) 2023/1804 Art. 5(4)] */
function lawWarnings({ appliesTo, chargingTime, fixedFee }: TariffBody): Finding[] {
  if (appliesTo?.kinds?.includes('adhoc') !== true) return []
  const detail = 'ad-hoc prices of 50 kW and more must be for a kWh, with an occupancy fee for a minute at most (AFIR)'
  return [
    ...(chargingTime === undefined ? [] : [{ pointer: '/chargingTime', detail }]),
    ...(fixedFee === undefined ? [] : [{ pointer: '/fixedFee', detail }])
  ]
}

/** Whether a price depends on local time, so that charge points need a site with a time zone. */
export function needsTimeZone(body: TariffBody): boolean {
  return conditionsOf(body).some(usesClock)
}
