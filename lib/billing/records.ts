import { type Static, Type } from '@sinclair/typebox'
import { SettlementRecord } from './settlements.js'
import { SignedValueRecord } from './signed.js'

// Receipts as the operator API shows them. Amounts are whole numbers of the smallest unit of the currency.

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }))
const minor = (description: string) => Type.Integer({ description })
const moment = (description: string) => Type.String({ format: 'date-time', description })
const SUMS = {
  netMinor: minor('Without tax, in the smallest unit of the currency'),
  taxMinor: minor('In the smallest unit of the currency'),
  totalMinor: minor('With tax, in the smallest unit of the currency')
}

/** The members that a correction may set. */
export const CORRECTED = {
  energyWh: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000, description: 'Energy, in Wh' })),
  endedAt: Type.Optional(moment('The end of the transaction')),
  idleSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 31_536_000,
      description: 'Idle time, which is the last part of the transaction'
    })
  ),
  tariffId: Type.Optional(
    Type.String({ minLength: 1, maxLength: 60, description: 'The version of this tariff that was valid at the start' })
  ),
  amount: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'What is to be paid, with tax, in units of the currency; needs one tax rate'
    })
  ),
  waive: Type.Optional(Type.Literal(true, { description: 'Nothing is billed' }))
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
  signedEnergyWh: Type.Optional(
    Type.Number({
      description: 'By the signed values, which the back-end does not verify; absent unless they are OCMF'
    })
  ),
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
  signedValues: Type.Optional(
    Type.Array(SignedValueRecord, {
      description:
        'The signed meter values of the start and the end; all of them are in `/transactions/{id}/signed-values`'
    })
  ),
  settlement: Type.Optional(SettlementRecord),
  correction: Type.Optional(Type.Object(CORRECTED, { description: 'What an operator set' })),
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

const PENDING = ['waiting', 'blocked', 'waived', 'issued', 'credited'] as const

/** The receipt of a transaction. */
export const ReceiptState = Type.Object({
  status: Type.Unsafe<(typeof PENDING)[number]>({
    type: 'string',
    enum: [...PENDING],
    description: 'blocked: it cannot be issued, for this `reason`; a correction says what is to be billed'
  }),
  reason: text(
    'Why the cost is unknown, or missing-events, not-ended, no-net, no-tax-rates, other-currency, not-settled'
  ),
  number: text('Of the receipt or, if it was credited and not replaced, of the credit note')
})
export type ReceiptState = Static<typeof ReceiptState>

export const CreditBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 1000, description: 'On the credit note, and for the audit log' }) },
  { additionalProperties: false, examples: [{ reason: 'The cable was broken' }] }
)
export type CreditBody = Static<typeof CreditBody>

export const CorrectionBody = Type.Object(
  { ...CORRECTED, reason: Type.String({ minLength: 1, maxLength: 1000, description: 'On the receipts' }) },
  { additionalProperties: false, examples: [{ energyWh: 18_400, reason: 'The meter was read off by hand' }] }
)
export type CorrectionBody = Static<typeof CorrectionBody>

const CorrectedFigures = Type.Object({
  currency: text(),
  netMinor: Type.Optional(SUMS.netMinor),
  taxMinor: Type.Optional(SUMS.taxMinor),
  totalMinor: Type.Optional(Type.Integer({ description: 'Absent if it was unknown; 0 if nothing is billed' })),
  unknown: text('Why it was unknown'),
  energyWh: Type.Optional(Type.Number()),
  duration: Type.Optional(Type.Number({ description: 'Seconds' })),
  tariffId: text()
})
export type CorrectedFigures = Static<typeof CorrectedFigures>

export const CorrectionRecord = Type.Object({
  id: Type.Integer(),
  transaction: Type.Integer(),
  operator: Type.String(),
  reason: Type.String(),
  correction: Type.Object(CORRECTED),
  before: CorrectedFigures,
  after: CorrectedFigures,
  creditNote: text('Its number; absent if there was no receipt'),
  receipt: text('Number of the new receipt; absent if nothing is billed'),
  at: moment('When it was made')
})
export type CorrectionRecord = Static<typeof CorrectionRecord>
