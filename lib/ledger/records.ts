import { type Static, Type } from '@sinclair/typebox'
import { UNKNOWN_REASONS } from '../money/input.js'
import { TariffDocument } from '../money/tariff.js'
import type { CostUnknown } from './cost.js'

// Transactions, meter values and tariffs as the operator API shows them. Date-times are RFC 3339 text in UTC.
// `startedAt`, `endedAt` and `timestamp` use the clock of the charge point, `…receivedAt` uses the clock of the
// back-end.

const text = (description?: string) => Type.Optional(Type.String(description === undefined ? {} : { description }))
const number = (description: string) => Type.Optional(Type.Number({ description }))

const optionalNumber = Type.Optional(Type.Number())

const TariffSnapshot = Type.Object(
  {
    id: Type.String(),
    currency: Type.String({ description: 'ISO 4217' }),
    pricePerKwh: optionalNumber,
    pricePerHour: optionalNumber,
    pricePerSession: optionalNumber,
    tax: number('Per cent'),
    description: text(),
    version: Type.Optional(Type.Integer()),
    ocppTariffId: text(),
    document: Type.Optional(Type.Unsafe<TariffDocument>(TariffDocument))
  },
  {
    description:
      'The tariff as it was when the transaction began; prices are without tax. A tariff with conditions has `document`, any other one its prices'
  }
)

const CostComponentRecord = Type.Object({
  component: Type.String({
    description:
      'session, energy or time; with conditions, or calculated by the charge point: fixed, energy, chargingTime, idleTime, time (charging or idle), reservationTime or reservationFixed',
    examples: ['energy']
  }),
  quantity: Type.Optional(Type.Number({ description: 'In `unit`' })),
  unit: Type.Optional(Type.String({ description: 'session, Wh or s', examples: ['Wh'] })),
  unitPrice: Type.Optional(Type.Number({ description: 'Without tax, for one `per`' })),
  per: Type.Optional(Type.String({ description: 'session, kWh, min or h', examples: ['kWh'] })),
  net: Type.Optional(Type.Number({ description: 'Without tax' })),
  total: Type.Optional(Type.Number({ description: 'Including tax; not in costs of tariffs without conditions' }))
})

const CostDetailsRecord = Type.Object(
  {
    calculatedBy: Type.Unsafe<'csms' | 'chargePoint'>({
      type: 'string',
      enum: ['csms', 'chargePoint'],
      description: 'chargePoint: calculated by the charge point, OCPP 2.1 only'
    }),
    components: Type.Optional(
      Type.Array(CostComponentRecord, {
        description: 'Items of the cost. If the back-end calculated them, the sum of their `net` is `net`'
      })
    ),
    net: optionalNumber,
    tax: optionalNumber,
    total: optionalNumber,
    taxes: Type.Optional(
      Type.Array(
        Type.Object({
          type: Type.String(),
          tax: Type.Number({ description: 'Per cent' }),
          stack: Type.Optional(Type.Integer()),
          amount: Type.Number()
        }),
        { description: 'Each tax; they add up to `tax`' }
      )
    ),
    typeOfCost: text('MinCost or MaxCost: a limit of the tariff applied'),
    isWaived: Type.Optional(Type.Boolean({ description: 'True: too little was used to be billed' })),
    taxIncluded: Type.Boolean({
      description: 'Whether `cost` includes tax; false when the charge point sent no total with tax'
    })
  },
  { description: 'Calculation of `cost`: `net` and `tax` add up to `total`' }
)

/** The facts that a receipt shows. */
export const Receipt = Type.Object({
  startedAt: text(),
  endedAt: text(),
  meterStart: number('Wh'),
  meterStop: number('Wh'),
  energyWh: number('Wh'),
  duration: number('Seconds'),
  tariffId: text(),
  tariff: Type.Optional(TariffSnapshot),
  cost: number('Amount to pay in `currency`, including tax unless `costDetails` says otherwise'),
  currency: text('ISO 4217'),
  costDetails: Type.Optional(CostDetailsRecord),
  costUnknown: Type.Optional(
    Type.Unsafe<CostUnknown>({
      type: 'string',
      enum: [...UNKNOWN_REASONS],
      description: 'Why `cost` is unknown. Beside a `cost`: an earlier release counted unknown values as 0'
    })
  )
})
export type Receipt = Static<typeof Receipt>

export const TransactionRecord = Type.Object({
  id: Type.Integer({ description: 'Id that the back-end gave the transaction, unique' }),
  chargePoint: Type.String(),
  transactionId: Type.String({
    description:
      'OCPP 1.6: the number that the back-end chose; OCPP 2.x: the text that the charge point chose, which it may use again for a later transaction'
  }),
  protocol: Type.String(),
  status: Type.String({
    description: 'ended: by the charge point; closed: by the back-end, because the end was never reported',
    examples: ['ended']
  }),
  evseId: Type.Optional(Type.Integer()),
  connectorId: Type.Optional(Type.Integer()),
  idToken: text(),
  idTokenType: text('OCPP 2.x only'),
  stopIdToken: text('Who ended it'),
  receivedAt: Type.String(),
  endReceivedAt: text(),
  chargingDuration: number('Seconds; OCPP 2.x only'),
  stopReason: text(),
  inferred: Type.Optional(
    Type.Boolean({ description: 'True: ended by a StopTransaction that named no transaction; OCPP 1.6 only' })
  ),
  closedReason: text(
    'Why the back-end closed it: Rebooted, ConnectorAvailable, NextTransaction, NotOngoing or Operator'
  ),
  closedBy: Type.Optional(
    Type.Object(
      { operator: Type.String(), note: Type.String(), meterStop: number('Wh'), endedAt: text() },
      { description: 'Who closed it by hand, and what the operator said of the end' }
    )
  ),
  chargingState: text('OCPP 2.x only, while the transaction is open'),
  offline: Type.Boolean({
    description: 'Whether some events happened while the charge point was offline; OCPP 2.x only'
  }),
  complete: Type.Optional(Type.Boolean({ description: 'Whether every event has arrived; OCPP 2.x only' })),
  missingSeqNos: Type.Optional(
    Type.Array(Type.Array(Type.Union([Type.Integer(), Type.Null()])), {
      description:
        'Sequence numbers of missing events: first and last of each range. `from` null: all before `to`. OCPP 2.x only'
    })
  ),
  reservationId: Type.Optional(Type.Integer()),
  remoteStartId: Type.Optional(Type.Integer()),
  ...Receipt.properties
})
export type TransactionRecord = Static<typeof TransactionRecord>

/** A transaction in the state of its charge point. */
export const StateTransaction = Type.Object({
  ...TransactionRecord.properties,
  seqNo: Type.Optional(Type.Integer({ description: 'The highest sequence number of its events; OCPP 2.x only' }))
})
export type StateTransaction = Static<typeof StateTransaction>
export const UnassignedRecord = Type.Object({
  chargePoint: Type.String(),
  status: Type.Literal('unassigned'),
  transactionId: Type.String({
    description: 'Transaction id as the charge point sent it: 0, -1, or an unknown number'
  }),
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
  seqNo: Type.Optional(Type.Integer({ description: 'OCPP 2.x only' })),
  timestamp: Type.String(),
  receivedAt: Type.String(),
  triggerReason: text('OCPP 2.x only'),
  offline: Type.Boolean(),
  inferred: Type.Optional(
    Type.Boolean({ description: 'True: the message named no transaction, and only this one was possible' })
  ),
  request: Type.Unknown({ description: 'As the charge point sent it' }),
  response: Type.Unknown({ description: 'Answer that the back-end sent' })
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
  inferred: Type.Optional(
    Type.Boolean({ description: 'True: the message named no transaction, and only this one was possible' })
  ),
  signedMeterValue: Type.Optional(Type.Unknown({ description: 'OCPP 2.x only' }))
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

/** A meter value in the history of a charge point. */
export const ReadingRecord = Type.Object({
  ...MeterValueRecord.properties,
  evseId: Type.Optional(Type.Integer({ description: 'EVSE; in OCPP 1.6 the connector. 0 is the main meter' })),
  transactionId: text(
    'Transaction id, as the charge point sends it, of the transaction in which the value was measured'
  ),
  transaction: Type.Optional(Type.Integer({ description: '`id` of that transaction' }))
})
export type ReadingRecord = Static<typeof ReadingRecord>

/** The latest readings of one place. */
export const StateReadings = Type.Object({
  evseId: Type.Optional(Type.Integer({ description: 'OCPP 2.x only. Absent: the main meter' })),
  connectorId: Type.Optional(Type.Integer({ description: 'OCPP 1.6: absent for the main meter' })),
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
