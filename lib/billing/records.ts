import { type Static, Type } from '@sinclair/typebox'

// Receipts as the operator API shows them. Amounts are whole numbers of the smallest unit of the currency.

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }))
const minor = (description: string) => Type.Integer({ description })
const moment = (description: string) => Type.String({ format: 'date-time', description })
const SUMS = {
  netMinor: minor('Without tax, in the smallest unit of the currency'),
  taxMinor: minor('In the smallest unit of the currency'),
  totalMinor: minor('With tax, in the smallest unit of the currency')
}

const LineRecord = Type.Object({
  component: Type.String({
    description: 'fixed, energy, chargingTime, idleTime, time, reservationTime, reservationFixed, or amount',
    examples: ['energy']
  }),
  ...SUMS,
  prices: Type.Array(
    Type.Object({
      price: Type.Number({ description: 'Without tax, in units of the currency, for one `per`' }),
      priceInclTax: Type.Number({ description: 'With tax, to six decimals' }),
      per: Type.String({ description: 'kWh, minute, hour or once' }),
      quantity: Type.Number({ description: 'In `unit`' }),
      unit: Type.String({ description: 'Wh, s or once' })
    }),
    { description: 'Empty if the line is no product of prices and quantities' }
  )
})

const TaxRecord = Type.Object({
  type: Type.String(),
  tax: Type.Number({ description: 'Per cent' }),
  stack: Type.Optional(Type.Integer()),
  netMinor: Type.Optional(minor('What it is calculated on; absent if taxes are on top of each other')),
  taxMinor: SUMS.taxMinor
})

const SessionRecord = Type.Object({
  id: Type.Integer({ description: '`id` of the transaction' }),
  transactionId: Type.String({ description: 'The id that the charge point uses' }),
  chargePoint: Type.String(),
  evseId: Type.Optional(Type.Integer({ description: 'EVSE; in OCPP 1.6 the connector' })),
  site: Type.Optional(Type.Object({ id: Type.String(), name: Type.String(), address: text() })),
  idToken: text('Its last characters'),
  startedAt: moment('With the offset of `timeZone`'),
  endedAt: Type.Optional(moment('With the offset of `timeZone`')),
  timeZone: Type.String({ description: 'Of the site or, if it has none, of the seller' }),
  meterStart: Type.Optional(Type.Number({ description: 'Wh' })),
  meterStop: Type.Optional(Type.Number({ description: 'Wh' })),
  energyWh: Type.Optional(Type.Number()),
  duration: Type.Optional(Type.Number({ description: 'Seconds' }))
})

export const ReceiptDocument = Type.Object({
  number: Type.String(),
  kind: Type.Union([Type.Literal('receipt'), Type.Literal('credit-note')]),
  refersTo: text('Of a credit note: the number of the receipt'),
  issuedAt: moment('When it was issued, with the offset of the time zone of the seller'),
  reason: text('Why an operator issued it'),
  seller: Type.Object({ name: Type.String(), address: Type.String(), taxId: text() }),
  currency: Type.String({ description: 'ISO 4217' }),
  minorDigits: Type.Integer({ description: 'Decimals of the smallest unit of the currency' }),
  typeOfCost: Type.String({ description: 'NormalCost, or MinCost or MaxCost if a limit of the tariff applied' }),
  calculatedBy: Type.String({ description: 'us, station, or operator if a correction set the amount' }),
  lines: Type.Array(LineRecord, { description: 'They add up to `netMinor`, `taxMinor` and `totalMinor`' }),
  taxes: Type.Array(TaxRecord, { description: 'They add up to `taxMinor`' }),
  ...SUMS,
  session: SessionRecord,
  tariffs: Type.Array(
    Type.Object({
      id: Type.String(),
      version: Type.Optional(Type.Integer()),
      ocppTariffId: text(),
      text: Type.String({ description: 'The prices with tax, in a line for drivers' })
    })
  )
})
export type ReceiptDocument = Static<typeof ReceiptDocument>

export const ReceiptRecord = Type.Object({
  ...ReceiptDocument.properties,
  creditedBy: text('Number of the credit note'),
  outdatedSince: Type.Optional(
    moment('Since when the figure of the transaction is another one; nothing changes by itself')
  ),
  issuedBy: text('Name of the operator; absent if the back-end issued it by itself')
})
export type ReceiptRecord = Static<typeof ReceiptRecord>

const PENDING = ['waiting', 'blocked', 'issued', 'credited'] as const

/** The receipt of a transaction. */
export const ReceiptState = Type.Object({
  status: Type.Unsafe<(typeof PENDING)[number]>({
    type: 'string',
    enum: [...PENDING],
    description: 'blocked: it cannot be issued, for this `reason`; a correction says what is to be billed'
  }),
  reason: text('Why the cost is unknown, or missing-events, not-ended, no-net, no-tax-rates'),
  number: text('Of the receipt or, if it was credited and not replaced, of the credit note')
})
export type ReceiptState = Static<typeof ReceiptState>
