import { canonical } from './canonical.js'
import type { TariffDocument, TaxRate } from './tariff.js'

// The tariffs of earlier releases: one price for each of energy, time and session, and one tax. They are still taken.

/** Prices without tax, in units of the currency such as euros. */
export interface FlatPrices {
  /** ISO 4217. */
  currency: string
  pricePerKwh: number
  /** From the start to the end of a transaction. */
  pricePerHour: number
  pricePerSession: number
  /** Per cent. */
  tax: number
  description?: string
}

/** The type of the only tax of a flat tariff. */
const TAX = 'VAT'

/** A flat tariff as a document: time costs the same whether the car charges or not. */
export function documentOfFlat(flat: FlatPrices): TariffDocument {
  const { currency, pricePerKwh, pricePerHour, pricePerSession, tax, description } = flat
  const taxRates: TaxRate[] = [{ type: TAX, tax }]
  const taxes = tax === 0 ? {} : { taxRates }
  const isFree = pricePerKwh === 0 && pricePerHour === 0 && pricePerSession === 0
  const time = { prices: [{ priceHour: pricePerHour }], ...taxes }
  return {
    currency,
    ...(description !== undefined && description !== '' && { description: textOf(description) }),
    ...(pricePerKwh !== 0 && { energy: { prices: [{ priceKwh: pricePerKwh }], ...taxes } }),
    ...(pricePerHour !== 0 && { chargingTime: time, idleTime: time, idleIncludesEvse: true }),
    // Free is a known 0.
    ...((pricePerSession !== 0 || isFree) && { fixedFee: { prices: [{ priceFixed: pricePerSession }], ...taxes } })
  }
}

function textOf(content: string): NonNullable<TariffDocument['description']> {
  return [{ format: 'UTF8', content }]
}

/** The flat tariff that makes this document; `undefined` if none does. */
export function flatOf(document: TariffDocument): FlatPrices | undefined {
  const { currency, energy, chargingTime, fixedFee, description } = document
  const [first] = [energy, chargingTime, fixedFee].flatMap((component) => component ?? [])
  const [text] = description ?? []
  const flat: FlatPrices = {
    currency,
    pricePerKwh: energy?.prices[0]?.priceKwh ?? 0,
    pricePerHour: chargingTime?.prices[0]?.priceHour ?? 0,
    pricePerSession: fixedFee?.prices[0]?.priceFixed ?? 0,
    tax: first?.taxRates?.[0]?.tax ?? 0,
    ...(text !== undefined && { description: text.content })
  }
  return canonical(documentOfFlat(flat)) === canonical(document) ? flat : undefined
}
