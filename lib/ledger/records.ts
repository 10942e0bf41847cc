import { type Static, Type } from '@sinclair/typebox'
import { textLike } from '../text-like.js'
import { COST_UNKNOWN, type CostUnknown } from './cost.js'

// Transactions, meter values and tariffs as the operator API shows them. Date-times are RFC 3339 text in UTC;
// `startedAt`, `endedAt` and `timestamp` are by the clock of the charge point, `…receivedAt` by ours.

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }))
const number = (description: string) => Type.Optional(Type.Number({ description }))

const optionalNumber = Type.Optional(Type.Number())

const TariffSnapshot = Type.Object(
  {
    id: Type.String(),
    currency: Type.String({ description: 'ISO 4217' }),
    pricePerKwh: Type.Number(),
    pricePerHour: Type.Number(),
    pricePerSession: Type.Number(),
    tax: Type.Number({ description: 'Per cent' }),
    description: text()
  },
  { description: 'The tariff as it was when the transaction began; prices are without tax' }
)

const CostComponentRecord = Type.Object({
  component: Type.String({
    description:
      'session, energy or time; calculated by the charge point: fixed, energy, chargingTime, idleTime, reservationTime or reservationFixed',
    examples: ['energy']
  }),
  quantity: Type.Optional(Type.Number({ description: 'In `unit`' })),
  unit: Type.Optional(Type.String({ description: 'session, Wh or s', examples: ['Wh'] })),
  unitPrice: Type.Optional(Type.Number({ description: 'Without tax, for one `per`' })),
  per: Type.Optional(Type.String({ description: 'session, kWh or h', examples: ['kWh'] })),
  net: Type.Optional(Type.Number({ description: 'Without tax' })),
  total: Type.Optional(Type.Number({ description: 'With tax; only calculated by the charge point' }))
})

const CostDetailsRecord = Type.Object(
  {
    calculatedBy: Type.Unsafe<'csms' | 'chargePoint'>({
      type: 'string',
      enum: ['csms', 'chargePoint'],
      description: 'chargePoint: as the charge point has told it, 2.1 only'
    }),
    components: Type.Optional(
      Type.Array(CostComponentRecord, { description: 'Their `net` add up to `net`, when we have calculated them' })
    ),
    net: optionalNumber,
    tax: optionalNumber,
    total: optionalNumber,
    taxIncluded: Type.Boolean({
      description: 'Whether `cost` includes tax; not when a charge point told no such total'
    })
  },
  { description: 'How `cost` comes about: `net` and `tax` add up to `total`' }
)

/** What a receipt is made from. */
export const Receipt = Type.Object({
  startedAt: text(),
  endedAt: text(),
  meterStart: number('Wh'),
  meterStop: number('Wh'),
  energyWh: number('Wh'),
  duration: number('Seconds'),
  tariffId: text(),
  tariff: Type.Optional(TariffSnapshot),
  cost: number('What is to be paid, in `currency`, tax included unless `costDetails` says otherwise'),
  currency: text('ISO 4217'),
  costDetails: Type.Optional(CostDetailsRecord),
  costUnknown: Type.Optional(
    Type.Unsafe<CostUnknown>({
      type: 'string',
      enum: [...COST_UNKNOWN],
      description: 'Why `cost` is not known; beside a cost: an earlier release took what is not known for 0'
    })
  )
})
export type Receipt = Static<typeof Receipt>

export const TransactionRecord = Type.Object({
  id: Type.Integer({ description: 'Ours, unique' }),
  chargePoint: Type.String(),
  transactionId: Type.String({
    description: "1.6: our number; 2.x: the charge point's text, which a charge point may use again for a later one"
  }),
  protocol: Type.String(),
  status: Type.String({
    description: 'open; ended by the charge point; closed by us, because it never was ended',
    examples: ['ended']
  }),
  evseId: Type.Optional(Type.Integer()),
  connectorId: Type.Optional(Type.Integer()),
  idToken: text(),
  idTokenType: text('2.x only'),
  stopIdToken: text('Who ended it'),
  receivedAt: Type.String(),
  endReceivedAt: text(),
  chargingDuration: number('Seconds; 2.x only'),
  stopReason: text(),
  inferred: Type.Optional(
    Type.Boolean({ description: 'True: ended by a StopTransaction that named no transaction; 1.6 only' })
  ),
  closedReason: text('Rebooted, ConnectorAvailable, NextTransaction or NotOngoing'),
  chargingState: text('2.x only, while it is open'),
  offline: Type.Boolean({ description: 'Whether some of it happened without a connection; 2.x only' }),
  complete: Type.Optional(Type.Boolean({ description: 'Whether every event has come; 2.x only' })),
  missingSeqNos: Type.Optional(
    Type.Array(Type.Array(Type.Union([Type.Integer(), Type.Null()])), {
      description: 'Ranges of events that have not come, both ends included; from null is "all before". 2.x only'
    })
  ),
  reservationId: Type.Optional(Type.Integer()),
  remoteStartId: Type.Optional(Type.Integer()),
  ...Receipt.properties
})
export type TransactionRecord = Static<typeof TransactionRecord>

/** The same among all that is known of its charge point. */
export const StateTransaction = Type.Object({
  ...TransactionRecord.properties,
  seqNo: Type.Optional(Type.Integer({ description: 'The highest of its events; 2.x only' }))
})
export type StateTransaction = Static<typeof StateTransaction>
export const UnassignedRecord = Type.Object({
  chargePoint: Type.String(),
  status: Type.Literal('unassigned'),
  transactionId: Type.String({ description: 'As the charge point sent it: 0, -1, or a number that is not known' }),
  stopIdToken: text('Who ended it'),
  endedAt: Type.String(),
  receivedAt: Type.String(),
  meterStop: number('Wh'),
  stopReason: text(),
  request: Type.Unknown({ description: 'As the charge point sent it' })
})
export type UnassignedRecord = Static<typeof UnassignedRecord>

export const TransactionEventRecord = Type.Object({
  eventType: Type.String({ description: 'Started, Updated or Ended; 1.6: Started or Ended' }),
  seqNo: Type.Optional(Type.Integer({ description: '2.x only' })),
  timestamp: Type.String(),
  receivedAt: Type.String(),
  triggerReason: text('2.x only'),
  offline: Type.Boolean(),
  inferred: Type.Optional(Type.Boolean({ description: 'True: it named no transaction, and can only mean this one' })),
  request: Type.Unknown({ description: 'As the charge point sent it' }),
  response: Type.Unknown({ description: 'As it was answered' })
})
export type TransactionEventRecord = Static<typeof TransactionEventRecord>

export const MeterValueRecord = Type.Object({
  timestamp: Type.String(),
  receivedAt: Type.String(),
  evseId: Type.Optional(Type.Integer()),
  connectorId: Type.Optional(Type.Integer()),
  measurand: Type.String(),
  value: Type.Optional(Type.Number({ description: 'In `unit`; absent when the charge point sent no number' })),
  unit: text(),
  phase: text(),
  context: text(),
  location: Type.Optional(Type.String({ examples: ['Outlet'] })),
  format: Type.String({ description: 'Raw or SignedData' }),
  raw: Type.String({ description: 'As the charge point sent it' }),
  inferred: Type.Optional(Type.Boolean({ description: 'True: it named no transaction, and can only mean this one' })),
  signedMeterValue: Type.Optional(Type.Unknown({ description: '2.x only' }))
})
export type MeterValueRecord = Static<typeof MeterValueRecord>

export const METER_VALUE_COLUMNS = [
  'timestamp',
  'receivedAt',
  'evseId',
  'connectorId',
  'measurand',
  'value',
  'unit',
  'phase',
  'context',
  'location',
  'format',
  'raw'
] as const satisfies readonly (keyof MeterValueRecord)[]

/** The same in the history of a charge point. */
export const ReadingRecord = Type.Object({
  ...MeterValueRecord.properties,
  evseId: Type.Optional(Type.Integer({ description: 'In 1.6 the connector; 0 is the main meter' })),
  transactionId: text("Of the charge point's transaction in which it was measured"),
  transaction: Type.Optional(Type.Integer({ description: '`id` of that transaction' }))
})
export type ReadingRecord = Static<typeof ReadingRecord>

/** What was measured last at a place. */
export const StateReadings = Type.Object({
  evseId: Type.Optional(Type.Integer({ description: '2.x only; absent: the main meter' })),
  connectorId: Type.Optional(Type.Integer({ description: 'Absent in 1.6: the main meter' })),
  timestamp: Type.String(),
  samples: Type.Array(
    Type.Object({
      measurand: Type.String(),
      value: number('In `unit`'),
      unit: text(),
      phase: text(),
      location: text(),
      context: text()
    })
  )
})
export type StateReadings = Static<typeof StateReadings>

const price = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000, description }))

/** What an operator says of a tariff; prices that are left out are nothing. */
export const TariffBody = Type.Object(
  {
    chargePoint: Type.Optional(
      Type.String({ minLength: 1, maxLength: 48, description: 'Default: every charge point' })
    ),
    groupId: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Group of id tokens. Default: every id token' })
    ),
    currency: textLike('^[A-Z]{3}$', 'must be three capital letters, e.g. EUR', { description: 'ISO 4217' }),
    pricePerKwh: price('Without tax'),
    pricePerHour: price('Without tax, from start to end of a transaction'),
    pricePerSession: price('Without tax'),
    tax: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Per cent' })),
    description: Type.Optional(Type.String({ maxLength: 512 }))
  },
  {
    additionalProperties: false,
    examples: [{ currency: 'EUR', pricePerKwh: 0.39, pricePerSession: 1, tax: 19, description: 'Standard' }]
  }
)
export type TariffBody = Static<typeof TariffBody>

export const TariffRecord = Type.Object({
  id: Type.String(),
  chargePoint: text('Absent: every charge point'),
  groupId: text('Absent: every id token'),
  currency: Type.String(),
  pricePerKwh: Type.Number(),
  pricePerHour: Type.Number(),
  pricePerSession: Type.Number(),
  tax: Type.Number(),
  description: text(),
  updatedAt: Type.String()
})
export type TariffRecord = Static<typeof TariffRecord>
