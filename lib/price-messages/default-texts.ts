import type { TariffVersion } from '../ledger/snapshot.js'
import { conditionsOf } from '../money/cuts.js'
import { type Message, messagesOf } from '../money/text.js'
import { unitPricesAt } from '../money/unit-prices.js'
import { chargingPriceOf, decimalsOf } from './california.js'
import { type PricingMessages, shownLanguage } from './facts.js'

// The prices that charge points show to drivers of whom they know no tariff. [2.x I04; OCA "OCPP & California Pricing
// Requirements"]

/** Variable of the controller of tariffs and costs. */
export const FALLBACK_TEXT = 'TariffFallbackMessage'
/** Configuration key of 1.6. */
export const DEFAULT_PRICE = 'DefaultPrice'

export function fallbackText({ document }: TariffVersion, languages: readonly string[]): string {
  return messagesOf(document, languages)[0].content
}

/** The configuration keys of 1.6 with the default price: the main one first, then texts in other languages. */
export function defaultPrices(
  tariff: TariffVersion,
  pricing: PricingMessages,
  { languages, now }: { languages: readonly string[]; now: number }
): { key: string; value: string }[] {
  const [main, ...others] = messagesOf(tariff.document, languages)
  const value = settingOf(main, offlinePrice(tariff, pricing, now))
  const shown = others.flatMap((message) => {
    const language = shownLanguage(pricing, message.language)
    return language === undefined ? [] : [{ key: `${DEFAULT_PRICE}Text,${language}`, value: settingOf(message) }]
  })
  return [{ key: DEFAULT_PRICE, value }, ...shown]
}

/** Characters of the value of a configuration key. [1.6 ChangeConfiguration] */
const MAX_VALUE = 500

/** The value with the text, which is cut where it is too long for a configuration key. */
function settingOf({ content }: Message, more: object = {}): string {
  const characters = Array.from(content)
  for (let length = characters.length; ; length--) {
    const text = length === characters.length ? content : `${characters.slice(0, length).join('')}…`
    const value = JSON.stringify({ priceText: text, priceTextOffline: text, ...more })
    if (value.length <= MAX_VALUE || length === 0) return value
  }
}

/** The prices of a start without connection: of a tariff with conditions nobody could say which apply then. */
function offlinePrice({ document }: TariffVersion, pricing: PricingMessages, now: number): object {
  if (conditionsOf(document).some((conditions) => Object.keys(conditions).length > 0)) return {}
  const { price } = decimalsOf(document.currency, pricing)
  return chargingPriceOf(unitPricesAt({ document, start: now, at: now, energyWh: 0, chargingSeconds: 0 }, price))
}
