import { type Static, Type } from '@sinclair/typebox'
import { UNKNOWN_REASONS, type UnknownReason } from '../money/input.js'
import { AnyTariffBody } from './tariff-records.js'

// Costs as the operator API shows them. Amounts are in units of the currency, such as euros.

const optionalNumber = Type.Optional(Type.Number())
const TaxRateRecord = Type.Object({
  type: Type.String(),
  tax: Type.Number({ description: 'Per cent' }),
  stack: Type.Optional(Type.Integer())
})

const LineRecord = Type.Object({
  component: Type.String({
    description: 'fixed, energy, chargingTime, idleTime, time (charging or idle), reservationTime or reservationFixed',
    examples: ['energy']
  }),
  net: Type.Number(),
  tax: Type.Number(),
  total: Type.Number()
})

const ChargeRecord = Type.Object({
  component: Type.String(),
  price: Type.Number({ description: 'Without tax, for one `per`' }),
  per: Type.String({ description: 'kWh, minute, hour or once' }),
  quantity: Type.Number({ description: 'In `unit`' }),
  unit: Type.String({ description: 'Wh, s or once' }),
  net: Type.Number({ description: 'Before rounding, to six decimals' }),
  taxes: Type.Array(TaxRateRecord),
  condition: Type.Integer({ description: 'Which price of the component it is, from 0' }),
  because: Type.String({ description: 'The conditions that hold, or `always`' })
})

const PeriodRecord = Type.Object({
  start: Type.String(),
  end: Type.String(),
  tariff: Type.Integer({ description: 'Which tariff of the transaction, from 0' }),
  state: Type.Optional(Type.String({ description: 'charging, pausedByEv, pausedByEvse, connected or gone' })),
  charges: Type.Array(ChargeRecord)
})

export const CostRecord = Type.Object({
  engine: Type.Integer({ description: 'Version of the calculation' }),
  currency: Type.String({ description: 'ISO 4217' }),
  typeOfCost: Type.String({ description: 'NormalCost, or MinCost or MaxCost if a limit of the tariff applied' }),
  lines: Type.Array(LineRecord, { description: 'The known components; they add up to `net`, `tax` and `total`' }),
  taxes: Type.Array(Type.Object({ ...TaxRateRecord.properties, amount: Type.Number() })),
  net: optionalNumber,
  tax: optionalNumber,
  total: Type.Optional(Type.Number({ description: 'To pay, with tax. Absent while a part is unknown' })),
  unknown: Type.Array(
    Type.Object({
      component: Type.String(),
      reason: Type.Unsafe<UnknownReason>({ type: 'string', enum: [...UNKNOWN_REASONS] })
    })
  ),
  atLeast: Type.Number({ description: 'What is certain, with tax' }),
  isWaived: Type.Boolean(),
  isRefused: Type.Optional(Type.Literal(true, { description: 'The driver has refused the tariff: there is no cost' })),
  usage: Type.Object({
    energy: Type.Optional(Type.Number({ description: 'Wh' })),
    chargingTime: Type.Integer({ description: 'Seconds of known states' }),
    idleTime: Type.Integer(),
    reservationTime: Type.Optional(Type.Integer())
  }),
  periods: Type.Array(PeriodRecord, {
    description: 'How the cost came about: a new period begins when a price changes'
  })
})

const RevisionRecord = Type.Object({
  revision: Type.Integer(),
  calculatedBy: Type.String({ description: 'us or station' }),
  total: Type.Optional(Type.Number({ description: 'Absent while it was unknown' })),
  currency: Type.Optional(Type.String()),
  unknown: Type.Optional(Type.String()),
  at: Type.String()
})

export const TransactionCostRecord = Type.Object({
  transaction: Type.Integer(),
  status: Type.String({ description: 'running or final', examples: ['final'] }),
  billedBy: Type.String({ description: 'us or station: whose figures `cost` of the transaction shows' }),
  tariffs: Type.Array(
    Type.Object({
      id: Type.String(),
      version: Type.Optional(Type.Integer()),
      ocppTariffId: Type.Optional(Type.String()),
      from: Type.Optional(Type.String())
    })
  ),
  otherTariff: Type.Optional(
    Type.String({ description: 'The tariff by which a 2.1 charge point says that it calculates, if it is another one' })
  ),
  cost: Type.Optional(CostRecord),
  station: Type.Optional(
    Type.Object(
      {
        total: Type.Number(),
        currency: Type.String(),
        difference: Type.Optional(
          Type.Number({ description: 'By how much it is above ours; absent up to one smallest unit' })
        ),
        details: Type.Unknown({ description: 'CostDetailsType as the charge point sent it' })
      },
      { description: 'What an OCPP 2.1 charge point calculated itself' }
    )
  ),
  revisions: Type.Array(RevisionRecord, { description: 'The figures since the end, latest first' })
})
export type TransactionCostRecord = Static<typeof TransactionCostRecord>

export const ChangeTariffBody = Type.Object(
  { tariffId: Type.String({ minLength: 1, maxLength: 60, description: 'Applies from now on' }) },
  { additionalProperties: false, examples: [{ tariffId: 'standard' }] }
)
export type ChangeTariffBody = Static<typeof ChangeTariffBody>

const seconds = Type.Integer({ minimum: 0, maximum: 31_536_000 })

export const PriceBody = Type.Object(
  {
    tariffId: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    tariff: Type.Optional(AnyTariffBody),
    chargePoint: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 48,
        description:
          'Instead of a tariff: the one that applies there. Its site tells the time zone, and it may tell `evseKind`'
      })
    ),
    evseId: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Of the charge point; in OCPP 1.6 the connector. Needed if the tariff depends on it'
      })
    ),
    kind: Type.Optional(
      Type.Unsafe<'adhoc' | 'contract' | 'roaming'>({
        type: 'string',
        enum: ['adhoc', 'contract', 'roaming'],
        description: 'Whose tariff at the charge point. Default: adhoc'
      })
    ),
    at: Type.Optional(Type.String({ format: 'date-time', description: 'Start. Default: now' })),
    timeZone: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'IANA; needed for prices by local time' })
    ),
    energyWh: Type.Number({ minimum: 0, maximum: 100_000_000 }),
    chargingSeconds: seconds,
    idleSeconds: Type.Optional(seconds),
    evseKind: Type.Optional(Type.Unsafe<'AC' | 'DC'>({ type: 'string', enum: ['AC', 'DC'] })),
    paymentBrand: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: 'Of an ad-hoc payment, for prices that depend on it' })
    ),
    paymentRecognition: Type.Optional(
      Type.String({ minLength: 1, maxLength: 20, description: 'How an ad-hoc payment is recognised, e.g. CC or Debit' })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        tariff: { currency: 'EUR', pricePerKwh: 0.39, tax: 19 },
        at: '2026-03-02T16:30:00Z',
        timeZone: 'Europe/Berlin',
        energyWh: 20_000,
        chargingSeconds: 3600,
        idleSeconds: 600,
        evseKind: 'AC'
      }
    ]
  }
)
export type PriceBody = Static<typeof PriceBody>
