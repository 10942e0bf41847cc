import { parseTime } from '../../time.js'
import type * as v16 from '../../v16/index.js'
import type { Charger, Dialect } from '../charger.js'
import { measurandsOf, sample } from '../metering.js'
import type { Sample } from '../model/meter.js'
import type { Evse, Status, Transaction } from '../model/station.js'
import { deauthorized } from '../sessions/transactions.js'
import type { SampleContext, StopCause, UpdateTrigger } from '../vocabulary.js'
import { answer16 } from './answers.js'
import { call, deliver } from './calls.js'
import { NAMES_16, SETTINGS_16 } from './settings.js'

const REASONS: Readonly<Record<StopCause, v16.Reason>> = {
  Local: 'Local',
  Remote: 'Remote',
  EVDisconnected: 'EVDisconnected',
  DeAuthorized: 'DeAuthorized',
  HardReset: 'HardReset',
  SoftReset: 'SoftReset',
  UnlockCommand: 'UnlockCommand',
  Fault: 'Other'
}

/** The triggers that send MeterValues in 1.6. */
const CONTEXTS: Partial<Record<UpdateTrigger, SampleContext>> = {
  MeterValuePeriodic: 'Sample.Periodic',
  MeterValueClock: 'Sample.Clock',
  Trigger: 'Trigger'
}

/** Transaction id when the CSMS assigned none because StartTransaction failed. [1.6 errata 3.18] */
const NO_TRANSACTION = -1

export const dialect16: Dialect = {
  settings: SETTINGS_16,
  names: NAMES_16,
  statusText: (status: Status) => status,
  answer: answer16,

  boot: (charger) =>
    call(charger, 'BootNotification', {
      chargePointVendor: 'fastify-ocpp',
      chargePointModel: `Simulator ${charger.station.kind}`,
      chargePointSerialNumber: charger.serialNumber,
      firmwareVersion: charger.firmware,
      meterType: 'Simulated'
    }),

  heartbeat: (charger) => call(charger, 'Heartbeat', {}),

  status: (charger, _evse, { number, fault }, status) =>
    call(charger, 'StatusNotification', {
      connectorId: number,
      status: status as Status,
      errorCode: (fault ?? 'NoError') as v16.ChargePointErrorCode,
      timestamp: charger.timestamp()
    }),

  async authorize(charger, { idToken }) {
    const { idTagInfo } = await call(charger, 'Authorize', { idTag: idToken.slice(0, 20) })
    const { status, parentIdTag, expiryDate } = idTagInfo
    return { status, groupId: parentIdTag, expiresAt: expiryDate === undefined ? undefined : parseTime(expiryDate) }
  },

  started(charger, evse, transaction) {
    const { connector, token, meterStart, startedAt, reservationId } = transaction
    const request = {
      connectorId: connector.number,
      idTag: token.idToken.slice(0, 20),
      meterStart: Math.round(meterStart),
      timestamp: charger.timestamp(startedAt),
      ...(reservationId !== undefined && { reservationId })
    }
    const answered = deliver(charger, 'StartTransaction', () => request).then(({ transactionId, idTagInfo }) => {
      transaction.csmsId = transactionId
      if (idTagInfo.status !== 'Accepted') deauthorized(charger, evse, transaction, idTagInfo.status)
    })
    charger.background(answered)
  },

  updated(charger, evse, transaction, trigger) {
    const context = CONTEXTS[trigger]
    if (context === undefined) return
    charger.background(deliverMeterValues(charger, evse, transaction, context))
  },

  ended(charger, evse, transaction, cause, token) {
    const data = meterValue(charger, evse, 'Transaction.End')
    const request = {
      meterStop: Math.round(evse.meter),
      timestamp: charger.timestamp(),
      reason: REASONS[cause],
      ...(token !== undefined && { idTag: token.idToken.slice(0, 20) }),
      ...(data !== undefined && { transactionData: [data] })
    }
    return deliver(charger, 'StopTransaction', () => ({
      ...request,
      transactionId: transaction.csmsId ?? NO_TRANSACTION
    }))
  },

  async meterValues(charger, evse, context) {
    const value = meterValue(charger, evse, context)
    if (value === undefined) return
    const connectorId = evse.connectors[0]?.number ?? evse.id
    await call(charger, 'MeterValues', { connectorId, meterValue: [value] })
  },

  // In 1.6, StatusNotification is the only message about the end of a reservation.
  reservationEnded: () => Promise.resolve(),

  securityEvent: (charger, type, techInfo) =>
    call(charger, 'SecurityEventNotification', { type, timestamp: charger.timestamp(), techInfo }),

  firmwareStatus(charger, status, requestId) {
    if (requestId === undefined) {
      return call(charger, 'FirmwareStatusNotification', { status: status as v16.FirmwareStatus })
    }
    return call(charger, 'SignedFirmwareStatusNotification', {
      status: status as v16.FirmwareStatusEnumType,
      requestId
    })
  }
}

async function deliverMeterValues(
  charger: Charger,
  evse: Evse,
  transaction: Transaction,
  context: SampleContext
): Promise<void> {
  const value = meterValue(charger, evse, context)
  if (value === undefined) return
  const connectorId = transaction.connector.number
  await deliver(charger, 'MeterValues', () => ({
    connectorId,
    ...(transaction.csmsId !== undefined && { transactionId: transaction.csmsId }),
    meterValue: [value]
  }))
}

/** A reading of the meters now, or `undefined` when it would be empty. */
function meterValue(charger: Charger, evse: Evse, context: SampleContext): v16.MeterValue | undefined {
  const samples = sample(charger, evse, measurandsOf(context)).filter(({ measurand }) => measurand !== 'Frequency')
  if (samples.length === 0) return undefined
  return { timestamp: charger.timestamp(), sampledValue: samples.map((reading) => sampledValue(reading, context)) }
}

function sampledValue({ measurand, value, unit, phase, location }: Sample, context: SampleContext): v16.SampledValue {
  return {
    value: String(value),
    context,
    measurand,
    unit: unit as v16.UnitOfMeasure,
    ...(phase !== undefined && { phase }),
    ...(location !== undefined && { location })
  }
}
