import type { Deviation, Protocol } from 'fastify-ocpp'

/** A request that deviates: how it is refused by default, and what a handler gets when the deviations are accepted. */
export interface PayloadCase {
  deviations: readonly Deviation[]
  protocol: Protocol
  action: string
  sent: object
  /** The CALLERROR without the deviations; `none` when no schema forbids what was sent. */
  code: string
  /** A function when it has the time of receipt. */
  delivered: object | ((receivedAt: string) => object)
  /** What is told to have been put right. */
  applied: readonly string[]
}

const AT = '2026-01-01T00:00:00Z'
const OCCURRENCE_16 = 'OccurenceConstraintViolation'
const PROPERTY = 'PropertyConstraintViolation'
const TYPE = 'TypeConstraintViolation'

function status(more: object): object {
  return { connectorId: 1, errorCode: 'NoError', status: 'Available', ...more }
}

function boot(more: object): object {
  return { chargePointVendor: 'V', chargePointModel: 'M', ...more }
}

function start(more: object): object {
  return { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: AT, ...more }
}

function stop(more: object): object {
  return { transactionId: 1, meterStop: 200, timestamp: AT, ...more }
}

function samples(...sampledValue: object[]): object {
  return { connectorId: 1, meterValue: [{ timestamp: AT, sampledValue }] }
}

function event(more: object): object {
  return {
    eventType: 'Ended',
    timestamp: AT,
    triggerReason: 'StopAuthorized',
    seqNo: 2,
    transactionInfo: { transactionId: 'T-1', stoppedReason: 'Local' },
    ...more
  }
}

const SERIAL = 'S'.repeat(50)
const TAG = 'T'.repeat(36)
const INFO = 'i'.repeat(300)
const MODEL = 'm'.repeat(80)

function same(
  deviation: Deviation,
  action: string,
  sent: object,
  pointer: string,
  more: Partial<PayloadCase> = {}
): PayloadCase {
  const applied = [`${deviation} ${pointer}`]
  return {
    deviations: [deviation],
    protocol: 'ocpp1.6',
    action,
    sent,
    code: PROPERTY,
    delivered: sent,
    applied,
    ...more
  }
}

function changed(
  deviation: Deviation,
  action: string,
  sent: object,
  delivered: PayloadCase['delivered'],
  pointer: string,
  code: string,
  more: Partial<PayloadCase> = {}
): PayloadCase {
  const applied = [`${deviation} ${pointer}`]
  return { deviations: [deviation], protocol: 'ocpp1.6', action, sent, code, delivered, applied, ...more }
}

const LONG: readonly PayloadCase[] = [
  same(
    'long-serial-numbers',
    'BootNotification',
    boot({ chargePointSerialNumber: SERIAL }),
    '/chargePointSerialNumber'
  ),
  same('long-serial-numbers', 'BootNotification', boot({ meterSerialNumber: SERIAL }), '/meterSerialNumber'),
  same(
    'long-serial-numbers',
    'BootNotification',
    { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M', serialNumber: SERIAL } },
    '/chargingStation/serialNumber',
    { protocol: 'ocpp2.0.1' }
  ),
  same('long-names', 'BootNotification', boot({ chargePointModel: MODEL }), '/chargePointModel'),
  same('long-names', 'BootNotification', boot({ chargePointVendor: MODEL }), '/chargePointVendor'),
  same('long-names', 'BootNotification', boot({ firmwareVersion: MODEL }), '/firmwareVersion'),
  same('long-texts', 'StatusNotification', status({ info: INFO }), '/info'),
  same('long-texts', 'StatusNotification', status({ vendorErrorCode: INFO }), '/vendorErrorCode'),
  same('long-id-tags', 'StopTransaction', stop({ idTag: TAG }), '/idTag'),
  same('long-id-tags', 'Authorize', { idTag: TAG }, '/idTag')
]

const TYPES: readonly PayloadCase[] = [
  changed(
    'wrong-types',
    'MeterValues',
    samples({ value: 12.5 }),
    samples({ value: '12.5' }),
    '/meterValue/0/sampledValue/0/value',
    TYPE
  ),
  changed('wrong-types', 'Authorize', { idTag: 12345 }, { idTag: '12345' }, '/idTag', TYPE),
  changed('wrong-types', 'StartTransaction', start({ meterStart: '100' }), start({}), '/meterStart', TYPE),
  changed('wrong-types', 'StatusNotification', status({ connectorId: ' 1 ' }), status({}), '/connectorId', TYPE),
  changed('wrong-types', 'TransactionEvent', event({ offline: 0 }), event({ offline: false }), '/offline', TYPE, {
    protocol: 'ocpp2.1'
  }),
  changed(
    'single-items',
    'MeterValues',
    { connectorId: 1, meterValue: { timestamp: AT, sampledValue: [{ value: '1' }] } },
    samples({ value: '1' }),
    '/meterValue',
    TYPE
  ),
  changed('unknown-members', 'Authorize', { idTag: 'TAG', connectorId: 1 }, { idTag: 'TAG' }, '', 'FormationViolation')
]

const ENUMERATIONS: readonly PayloadCase[] = [
  changed('enum-spelling', 'StatusNotification', status({ status: 'available ' }), status({}), '/status', PROPERTY),
  changed(
    'enum-spelling',
    'MeterValues',
    samples({ value: '1', measurand: 'energy_active_import_register', unit: 'wh' }),
    samples({ value: '1', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }),
    '/meterValue/0/sampledValue/0/measurand',
    PROPERTY,
    {
      applied: [
        'enum-spelling /meterValue/0/sampledValue/0/measurand',
        'enum-spelling /meterValue/0/sampledValue/0/unit'
      ]
    }
  ),
  changed(
    'unit-names',
    'MeterValues',
    samples({ value: '21', measurand: 'Temperature', unit: 'C' }),
    samples({ value: '21', measurand: 'Temperature', unit: 'Celsius' }),
    '/meterValue/0/sampledValue/0/unit',
    PROPERTY
  ),
  changed(
    'unknown-error-codes',
    'StatusNotification',
    status({ errorCode: 'Error', status: 'Faulted' }),
    status({ errorCode: 'OtherError', status: 'Faulted', vendorErrorCode: 'Error' }),
    '/errorCode',
    PROPERTY
  ),
  changed(
    'unknown-error-codes',
    'StatusNotification',
    status({ errorCode: ' ' }),
    status({ errorCode: 'NoError', vendorErrorCode: ' ' }),
    '/errorCode',
    PROPERTY
  ),
  changed(
    'unknown-error-codes',
    'StatusNotification',
    status({ errorCode: undefined, status: 'Faulted' }),
    status({ errorCode: 'OtherError', status: 'Faulted' }),
    '/errorCode',
    OCCURRENCE_16
  ),
  changed(
    'unknown-reasons',
    'StopTransaction',
    stop({ reason: 'App' }),
    stop({ reason: 'Other' }),
    '/reason',
    PROPERTY
  ),
  changed(
    'unknown-reasons',
    'TransactionEvent',
    event({ transactionInfo: { transactionId: 'T-1', stoppedReason: 'Unplugged' } }),
    event({ transactionInfo: { transactionId: 'T-1', stoppedReason: 'Other' } }),
    '/transactionInfo/stoppedReason',
    PROPERTY,
    { protocol: 'ocpp2.0.1' }
  ),
  changed(
    'unknown-samples',
    'MeterValues',
    samples({ value: '1', unit: 'Power' }, { value: '2' }, { value: '3', phase: 'W' }, { value: '4', context: 'Odd' }),
    samples({ value: '2' }, { value: '4', context: 'Other' }),
    '',
    PROPERTY,
    {
      applied: [
        'unknown-samples /meterValue/0/sampledValue/0/unit',
        'unknown-samples /meterValue/0/sampledValue/2/phase',
        'unknown-samples /meterValue/0/sampledValue/3/context'
      ]
    }
  ),
  changed(
    'unknown-samples',
    'MeterValues',
    { evseId: 1, meterValue: [{ timestamp: AT, sampledValue: [{ value: 1, measurand: 'Noise' }] }] },
    { evseId: 1, meterValue: [{ timestamp: AT, sampledValue: [] }] },
    '/meterValue/0/sampledValue/0/measurand',
    PROPERTY,
    { protocol: 'ocpp2.0.1' }
  )
]

const READINGS: readonly PayloadCase[] = [
  changed(
    'decimal-commas',
    'MeterValues',
    samples({ value: '12,5' }),
    samples({ value: '12.5' }),
    '/meterValue/0/sampledValue/0/value',
    'none'
  ),
  changed(
    'decimal-commas',
    'StopTransaction',
    stop({ transactionData: [{ timestamp: AT, sampledValue: [{ value: '1' }, { value: '12,5' }] }] }),
    stop({ transactionData: [{ timestamp: AT, sampledValue: [{ value: '1' }, { value: '12.5' }] }] }),
    '/transactionData/0/sampledValue/1/value',
    'none'
  ),
  changed('decimal-meter-readings', 'StartTransaction', start({ meterStart: 99.6 }), start({}), '/meterStart', TYPE),
  changed('decimal-meter-readings', 'StopTransaction', stop({ meterStop: 200.4 }), stop({}), '/meterStop', TYPE),
  changed(
    'missing-meter-readings',
    'StartTransaction',
    start({ meterStart: undefined }),
    { connectorId: 1, idTag: 'TAG', timestamp: AT },
    '/meterStart',
    OCCURRENCE_16
  ),
  changed(
    'missing-meter-readings',
    'StopTransaction',
    stop({ meterStop: null }),
    { transactionId: 1, timestamp: AT },
    '/meterStop',
    TYPE
  ),
  {
    deviations: ['decimal-commas', 'wrong-types', 'decimal-meter-readings'],
    protocol: 'ocpp1.6',
    action: 'StopTransaction',
    sent: stop({ meterStop: '199,7' }),
    code: TYPE,
    delivered: stop({}),
    applied: ['decimal-commas /meterStop', 'wrong-types /meterStop', 'decimal-meter-readings /meterStop']
  }
]

const ABSENT: readonly PayloadCase[] = [
  changed(
    'missing-timestamps',
    'StartTransaction',
    start({ timestamp: undefined }),
    (timestamp) => start({ timestamp }),
    '/timestamp',
    OCCURRENCE_16
  ),
  changed(
    'missing-timestamps',
    'StopTransaction',
    stop({ timestamp: 'yesterday' }),
    (timestamp) => stop({ timestamp }),
    '/timestamp',
    PROPERTY
  ),
  changed(
    'missing-timestamps',
    'MeterValues',
    { connectorId: 1, meterValue: [{ timestamp: '', sampledValue: [{ value: '1' }] }] },
    (timestamp) => ({ connectorId: 1, meterValue: [{ timestamp, sampledValue: [{ value: '1' }] }] }),
    '/meterValue/0/timestamp',
    PROPERTY
  ),
  changed(
    'missing-trigger-reasons',
    'TransactionEvent',
    event({ triggerReason: undefined, transactionInfo: { transactionId: 'T-1', stoppedReason: 'Remote' } }),
    event({ triggerReason: 'RemoteStop', transactionInfo: { transactionId: 'T-1', stoppedReason: 'Remote' } }),
    '/triggerReason',
    'OccurrenceConstraintViolation',
    { protocol: 'ocpp2.0.1' }
  ),
  changed(
    'missing-trigger-reasons',
    'TransactionEvent',
    event({ eventType: 'Updated', triggerReason: null, transactionInfo: { transactionId: 'T-1' } }),
    event({ eventType: 'Updated', triggerReason: 'MeterValuePeriodic', transactionInfo: { transactionId: 'T-1' } }),
    '/triggerReason',
    TYPE,
    { protocol: 'ocpp2.1' }
  ),
  changed(
    'missing-transaction-ids',
    'StopTransaction',
    stop({ transactionId: null }),
    stop({ transactionId: -1 }),
    '/transactionId',
    TYPE
  )
]

const TIMES: readonly PayloadCase[] = [
  ['2026-01-01 00:00:00Z', AT],
  ['2026-01-01T00:00:00,250Z', '2026-01-01T00:00:00.250Z'],
  ['2026/01/01 00:00:00 +0200', '2026-01-01T00:00:00+02:00'],
  ['2026-01-01T00:00Z', AT],
  ['2026-01-01 00:00:00', AT]
].map(([sent, delivered]) =>
  changed(
    'loose-date-times',
    'StopTransaction',
    stop({ timestamp: sent }),
    stop({ timestamp: delivered }),
    '/timestamp',
    PROPERTY
  )
)

/** All deviations of payloads, each at least once. */
export const PAYLOAD_CASES: readonly PayloadCase[] = [
  ...LONG,
  ...TYPES,
  ...ENUMERATIONS,
  ...READINGS,
  ...ABSENT,
  ...TIMES
]
