import { minorDigits } from './currency.js'
import { divideRounded, fromScaled, times, toScaled } from './exact.js'
import { taxFactor } from './sums.js'
import { type AnyPrice, type Priced, pricesOf, type TariffDocument } from './tariff.js'

/** In the order that the law wants: kWh, minute, session, other. [Regulation (EU) 2023/1804 Art. 5(4)] */
const ORDER: readonly [Priced, string][] = [
  ['energy', ''],
  ['chargingTime', ' charging'],
  ['idleTime', ' idle'],
  ['fixedFee', ' per session'],
  ['reservationTime', ' reserved'],
  ['reservationFixed', ' per reservation']
]

/** The prices of a tariff with tax, in a line for drivers. Its description, if it has one, replaces it. */
export function textOf(document: TariffDocument): string {
  const [own] = document.description ?? []
  if (own !== undefined && (own.format === 'UTF8' || own.format === 'ASCII')) return own.content
  const parts = ORDER.flatMap(([component, word]) => partsOf(document, component, word))
  return `${parts.join('; ')} (incl. tax)`
}

function partsOf(document: TariffDocument, component: Priced, word: string): string[] {
  const prices = pricesOf(document, component)
  return prices.map((price, index) => {
    const when = price.conditions === undefined || Object.keys(price.conditions).length === 0
    const hint = when ? (index === 0 ? '' : ' otherwise') : ` ${conditionsInWords(price)}`
    return `${amountOf(document, component, price)}${word}${hint}`
  })
}

function amountOf(document: TariffDocument, component: Priced, price: AnyPrice): string {
  const { priceKwh, priceMinute, priceHour, priceFixed } = price
  const factor = taxFactor(document[component]?.taxRates ?? [])
  const exact = times({ n: toScaled(priceKwh ?? priceMinute ?? priceHour ?? priceFixed ?? 0, 6), d: 10n ** 6n }, factor)
  // A price of a unit may be finer than what can be paid.
  const digits = minorDigits(document.currency) + (priceFixed === undefined ? 2 : 0)
  const value = fromScaled(divideRounded(exact.n * 10n ** BigInt(digits), exact.d), digits)
  const unit =
    priceKwh !== undefined ? '/kWh' : priceMinute !== undefined ? '/min' : priceHour !== undefined ? '/h' : ''
  return `${value} ${document.currency}${unit}`
}

function conditionsInWords({ conditions = {} }: AnyPrice): string {
  const { startTimeOfDay, endTimeOfDay, minIdleTime, ...others } = conditions
  const words: string[] = []
  if (startTimeOfDay !== undefined || endTimeOfDay !== undefined) {
    words.push(`${startTimeOfDay ?? '00:00'}-${endTimeOfDay ?? '24:00'}`)
  }
  if (minIdleTime !== undefined) words.push(`after ${fromScaled(divideRounded(BigInt(minIdleTime), 60n), 0)} min`)
  for (const [name, value] of Object.entries(others)) {
    words.push(`${name} ${Array.isArray(value) ? value.join(' ') : value}`)
  }
  return words.join(', ')
}
