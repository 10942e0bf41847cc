import type { Language } from '../languages.js'
import { minorDigits } from './currency.js'
import { divideRounded, type Fraction, fromScaled, times, toScaled, whole } from './exact.js'
import { commonTaxRates, minimumOf, taxRatesOfLimit } from './limits.js'
import { taxFactor } from './sums.js'
import { type AnyPrice, type Conditions, DAYS, type Priced, pricesOf, type TariffDocument } from './tariff.js'
import { languageOf, WORDS, type Words } from './words.js'

/** A text for drivers. [2.x MessageContentType] */
export interface Message {
  format: 'ASCII' | 'UTF8'
  language?: string
  content: string
}

/** In the order that the law wants: kWh, minute, session, other. [Regulation (EU) 2023/1804 Art. 5(4)] */
const ORDER: readonly [Priced, keyof Words | undefined][] = [
  ['energy', undefined],
  ['chargingTime', 'charging'],
  ['idleTime', 'idle'],
  ['fixedFee', 'session'],
  ['reservationTime', 'reserved'],
  ['reservationFixed', 'reservation']
]

/** The prices of a tariff with tax, in a line for drivers. Its description, if it has one, replaces it. */
export function textOf(document: TariffDocument, languages: readonly string[] = ['en']): string {
  return messagesOf(document, languages)[0].content
}

/**
 * The prices in several languages, the one that is wanted most first. The descriptions of the tariff replace them; one in
 * another language is better than none.
 *
 * @param languages tags of RFC 5646, the most wanted first
 */
export function messagesOf(document: TariffDocument, languages: readonly string[]): [Message, ...Message[]] {
  const [first, ...others] = descriptionsOf(document).sort(
    (a, b) => rankOf(a.language, languages) - rankOf(b.language, languages)
  )
  if (first !== undefined) return [first, ...others]
  const known = new Set(languages.flatMap((tag) => languageOf(tag) ?? []))
  const [main = 'en', ...extra] = known
  return [written(document, main), ...extra.map((language) => written(document, language))]
}

function descriptionsOf({ description = [] }: TariffDocument): Message[] {
  return description.flatMap(({ format, language, content }) =>
    format === 'UTF8' || format === 'ASCII' ? [{ format, ...(language !== undefined && { language }), content }] : []
  )
}

/** The place of a language among those that are wanted. A text without a language comes before those not wanted. */
function rankOf(language: string | undefined, wanted: readonly string[]): number {
  if (language === undefined) return wanted.length
  const exact = wanted.findIndex((tag) => tag.toLowerCase() === language.toLowerCase())
  const [primary] = language.toLowerCase().split('-')
  const close = wanted.findIndex((tag) => tag.toLowerCase().split('-')[0] === primary)
  return [exact, close].find((index) => index !== -1) ?? wanted.length + 1
}

function written(document: TariffDocument, language: Language): Message {
  const words = WORDS[language]
  const prices = ORDER.flatMap(([component, word]) => partsOf(document, component, { words, word }))
  const limits = limitsOf(document, words).map(({ name, amount, hint }) =>
    [name, amount.text, hint].filter(Boolean).join(' ')
  )
  const parts = [...prices, ...limits]
  return { format: 'UTF8', language, content: `${parts.join('; ')} (${words.inclTax})` }
}

/** A price with tax, in words. */
export interface PriceInWords {
  /** energy, chargingTime, idleTime, fixedFee, reservationTime, reservationFixed, minCost or maxCost. */
  component: string
  /** In the currency, for one `per`; with tax, unless `conditions` say otherwise. */
  price: number
  per: 'kWh' | 'minute' | 'hour' | 'once'
  /** The component in words. */
  name: string
  /** The price in words. */
  text: string
  conditions?: string
}

/** All prices of a tariff, in the order of the law, and the least and the most that a transaction costs. */
export function pricesInWords(document: TariffDocument, language: Language): PriceInWords[] {
  const words = WORDS[language]
  const limits = limitsOf(document, words).map(({ hint, amount, ...limit }): PriceInWords => {
    return { ...limit, ...amount, per: 'once', ...(hint !== undefined && { conditions: hint }) }
  })
  const prices = ORDER.flatMap(([component, word]) =>
    pricesOf(document, component).map((price, index): PriceInWords => {
      const conditions = hintOf(price, index, words)
      const name = words[word ?? 'energy'] as string
      const amount = amountOf(document, component, { price, words })
      return { component, name, ...amount, ...(conditions !== undefined && { conditions }) }
    })
  )
  return [...prices, ...limits]
}

interface Saying {
  words: Words
  word: keyof Words | undefined
}

function partsOf(document: TariffDocument, component: Priced, { words, word }: Saying): string[] {
  const prices = pricesOf(document, component)
  return prices.map((price, index) => {
    const { text } = amountOf(document, component, { price, words })
    return [text, word === undefined ? undefined : words[word], hintOf(price, index, words)].filter(Boolean).join(' ')
  })
}

/** When a price applies; `undefined`: always. */
function hintOf({ conditions = {} }: AnyPrice, index: number, words: Words): string | undefined {
  if (Object.keys(conditions).length > 0) return conditionsInWords(conditions, words)
  return index === 0 ? undefined : words.otherwise
}

function amountOf(document: TariffDocument, component: Priced, { price, words }: { price: AnyPrice; words: Words }) {
  const { priceKwh, priceMinute, priceHour, priceFixed } = price
  const factor = taxFactor(document[component]?.taxRates ?? [])
  const exact = times(scaled(priceKwh ?? priceMinute ?? priceHour ?? priceFixed ?? 0), factor)
  // A price of a unit may be finer than what can be paid.
  const digits = minorDigits(document.currency) + (priceFixed === undefined ? 2 : 0)
  const per =
    priceKwh !== undefined ? 'kWh' : priceMinute !== undefined ? 'minute' : priceHour !== undefined ? 'hour' : 'once'
  const text = `${shownIn(exact, digits, words)} ${document.currency}${UNITS[per]}`
  return { price: valueIn(exact, digits), per, text } as const
}

const UNITS = { kWh: '/kWh', minute: '/min', hour: '/h', once: '' } as const

function scaled(amount: number): Fraction {
  return { n: toScaled(amount, 6), d: 10n ** 6n }
}

function valueIn(exact: Fraction, digits: number): number {
  return fromScaled(divideRounded(exact.n * 10n ** BigInt(digits), exact.d), digits)
}

function shownIn(exact: Fraction, digits: number, { decimalPoint }: Words): string {
  return String(valueIn(exact, digits)).replace('.', decimalPoint)
}

interface LimitInWords {
  component: 'minCost' | 'maxCost'
  name: string
  amount: { price: number; text: string }
  hint: string | undefined
}

/** The least and the most that a transaction costs. */
function limitsOf(document: TariffDocument, words: Words): LimitInWords[] {
  const { minCost, maxCost, currency } = document
  const digits = minorDigits(currency)
  const shown = (amount: Fraction) => {
    return { price: valueIn(amount, digits), text: `${shownIn(amount, digits, words)} ${currency}` }
  }
  const limits: LimitInWords[] = []
  if (minCost !== undefined) {
    const amount = shown(minimumOf(document, minCost).total)
    limits.push({ component: 'minCost', name: words.minimum, amount, hint: undefined })
  }
  if (maxCost !== undefined) {
    const { inclTax, exclTax = 0 } = maxCost
    const isClear = maxCost.taxRates !== undefined || commonTaxRates(document) !== undefined
    const factor = inclTax === undefined && isClear ? taxFactor(taxRatesOfLimit(document, maxCost)) : whole(1)
    const hint = inclTax === undefined && !isClear ? words.exclTax : undefined
    const amount = shown(times(scaled(inclTax ?? exclTax), factor))
    limits.push({ component: 'maxCost', name: words.maximum, amount, hint })
  }
  return limits
}

function conditionsInWords(conditions: Conditions, words: Words): string {
  const { startTimeOfDay, endTimeOfDay, dayOfWeek, validFromDate, validToDate } = conditions
  const { evseKind, paymentBrand, paymentRecognition } = conditions
  const hours =
    startTimeOfDay === undefined && endTimeOfDay === undefined
      ? undefined
      : `${startTimeOfDay ?? '00:00'}-${endTimeOfDay ?? '24:00'}`
  const days = dayOfWeek === undefined ? undefined : dayOfWeek.map((day) => words.days[DAYS.indexOf(day)]).join(' ')
  const amounts = [
    range(conditions.minEnergy, conditions.maxEnergy, { words, unit: 'kWh', digits: 3 }),
    range(conditions.minPower, conditions.maxPower, { words, unit: 'kW', digits: 3 }),
    range(conditions.minCurrent, conditions.maxCurrent, { words, unit: 'A', digits: 0 })
  ]
  const spans = [
    span(conditions.minTime, conditions.maxTime, words),
    span(conditions.minChargingTime, conditions.maxChargingTime, words, words.charging),
    span(conditions.minIdleTime, conditions.maxIdleTime, words)
  ]
  const dates = [
    validFromDate === undefined ? undefined : `${words.from} ${validFromDate}`,
    validToDate === undefined ? undefined : `${words.upTo} ${validToDate}`
  ]
  const all = [hours, days, ...dates, ...amounts, ...spans, evseKind, paymentBrand, paymentRecognition]
  return all.filter((one) => one !== undefined).join(', ')
}

interface Unit {
  words: Words
  unit: string
  /** Decimals of the unit that is shown over the one of the tariff. */
  digits: number
}

/** A negative amount is one of discharging. */
function range(min: number | undefined, max: number | undefined, { words, unit, digits }: Unit): string | undefined {
  if (min === undefined && max === undefined) return undefined
  const shown = (amount: number) => {
    const size = toScaled(amount < 0 ? -amount : amount, 6)
    return `${String(fromScaled(size, 6 + digits)).replace('.', words.decimalPoint)} ${unit}`
  }
  const parts = [
    min === undefined ? undefined : `${words.from} ${shown(min)}`,
    max === undefined ? undefined : `${words.upTo} ${shown(max)}`,
    (min ?? max ?? 0) < 0 ? words.discharging : undefined
  ]
  return parts.filter(Boolean).join(' ')
}

/** Seconds in minutes; what is no whole minute stays seconds. */
function span(min: number | undefined, max: number | undefined, words: Words, what?: string): string | undefined {
  if (min === undefined && max === undefined) return undefined
  const shown = (seconds: number) =>
    seconds % 60 === 0 ? `${fromScaled(divideRounded(BigInt(seconds), 60n), 0)} min` : `${seconds} s`
  const parts = [
    min === undefined || min === 0 ? undefined : `${words.after} ${shown(min)}`,
    max === undefined ? undefined : `${words.upTo} ${shown(max)}`,
    what
  ]
  return parts.filter(Boolean).join(' ')
}
