import { type Static, Type } from '@sinclair/typebox'
import { AppliesTo, TariffBody, TariffDocument } from '../money/tariff.js'

const price = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000, description }))

const FLAT = {
  chargePoint: Type.Optional(Type.String({ minLength: 1, maxLength: 48, description: 'Default: every charge point' })),
  groupId: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: 'Group of id tokens. Default: every id token' })
  ),
  pricePerKwh: price('Without tax'),
  pricePerHour: price('Without tax, from start to end of a transaction'),
  pricePerSession: price('Without tax'),
  tax: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Per cent' }))
}

/** The names of members that only the short form of a tariff has. */
export const FLAT_MEMBERS = Object.keys(FLAT)

/** The short form of a tariff: one price for each of energy, time and session. An absent price is 0. */
export const FlatTariffBody = Type.Object(
  {
    chargePoint: FLAT.chargePoint,
    groupId: FLAT.groupId,
    currency: TariffDocument.properties.currency,
    pricePerKwh: FLAT.pricePerKwh,
    pricePerHour: FLAT.pricePerHour,
    pricePerSession: FLAT.pricePerSession,
    tax: FLAT.tax,
    description: Type.Optional(Type.String({ maxLength: 512 }))
  },
  { additionalProperties: false }
)
export type FlatTariffBody = Static<typeof FlatTariffBody>

/** A tariff as an operator sets it, in either form. */
export const AnyTariffBody = Type.Object(
  {
    ...TariffBody.properties,
    ...FLAT,
    description: Type.Optional(
      Type.Union([Type.String({ maxLength: 512 }), Type.Array(Type.Unknown(), { minItems: 1, maxItems: 10 })], {
        description: 'A text in the short form; else a list of texts as in OCPP 2.1'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      { currency: 'EUR', pricePerKwh: 0.39, pricePerSession: 1, tax: 19, description: 'Standard' },
      {
        currency: 'EUR',
        energy: {
          prices: [
            { priceKwh: 0.39, conditions: { startTimeOfDay: '08:00', endTimeOfDay: '20:00' } },
            { priceKwh: 0.29 }
          ],
          taxRates: [{ type: 'VAT', tax: 19 }]
        },
        idleTime: {
          prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 900 } }],
          taxRates: [{ type: 'VAT', tax: 19 }]
        }
      }
    ]
  }
)
export type AnyTariffBody = Static<typeof AnyTariffBody>

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }))
const number = Type.Optional(Type.Number())

export const FindingRecord = Type.Object({
  pointer: Type.String({ description: 'RFC 6901 JSON pointer into the tariff' }),
  detail: Type.String()
})

export const TariffRecord = Type.Object({
  id: Type.String(),
  chargePoint: text('Short form. Absent: every charge point'),
  groupId: text('Short form. Absent: every id token'),
  currency: Type.String(),
  pricePerKwh: number,
  pricePerHour: number,
  pricePerSession: number,
  tax: Type.Optional(Type.Number({ description: 'Prices and tax are there if the tariff has a short form' })),
  description: text(),
  enabled: Type.Boolean(),
  appliesTo: AppliesTo,
  priority: Type.Integer(),
  document: Type.Unsafe<TariffDocument>(TariffDocument),
  version: Type.Integer({ description: 'Of the document, from 1 on' }),
  ocppTariffId: Type.String({ description: 'The id by which charge points know this version' }),
  text: Type.String({ description: 'The prices with tax, in a line for drivers' }),
  warnings: Type.Array(FindingRecord, { description: 'What may not be meant, or is lost towards charge points' }),
  updatedAt: Type.String(),
  withheld: Type.Optional(Type.Array(Type.String(), { description: 'Scopes without which id tokens are left out' }))
})
export type TariffRecord = Static<typeof TariffRecord>

export const TariffVersionRecord = Type.Object({
  version: Type.Integer(),
  ocppTariffId: Type.String(),
  document: Type.Unsafe<TariffDocument>(TariffDocument),
  validFrom: text('Applies to transactions that begin at this time or later'),
  madeBy: text('Name of the operator; absent for a tariff of an earlier release'),
  madeAt: Type.String(),
  activeAt: Type.String({ description: 'When it became the latest version' })
})
export type TariffVersionRecord = Static<typeof TariffVersionRecord>
