import { parseTime } from '../../time.js'
import type * as v21 from '../../v21/index.js'
import type { Charger, Dialect } from '../charger.js'
import { measurandsOf, sample } from '../metering.js'
import { type Sample, usedPhases } from '../model/meter.js'
import { OWN_AMPERES } from '../model/quirks.js'
import { type Evse, type IdToken, type Status, statusOf, type Transaction } from '../model/station.js'
import { deauthorized } from '../sessions/transactions.js'
import type { SampleContext, StartTrigger, StopCause, UpdateTrigger } from '../vocabulary.js'
import { answer2 } from './answers.js'
import { call, deliver } from './calls.js'
import { NAMES_2, SETTINGS_2 } from './settings.js'

const STATUSES: Readonly<Record<Status, v21.ConnectorStatusEnumType>> = {
  Available: 'Available',
  Preparing: 'Occupied',
  Charging: 'Occupied',
  SuspendedEV: 'Occupied',
  SuspendedEVSE: 'Occupied',
  Finishing: 'Occupied',
  Reserved: 'Reserved',
  Unavailable: 'Unavailable',
  Faulted: 'Faulted'
}

const CHARGING_STATES: Partial<Record<Status, v21.ChargingStateEnumType>> = {
  Charging: 'Charging',
  SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE'
}

const ENDINGS: Readonly<
  Record<StopCause, { stoppedReason: v21.ReasonEnumType; triggerReason: v21.TriggerReasonEnumType }>
> = {
  Local: { stoppedReason: 'Local', triggerReason: 'StopAuthorized' },
  Remote: { stoppedReason: 'Remote', triggerReason: 'RemoteStop' },
  EVDisconnected: { stoppedReason: 'EVDisconnected', triggerReason: 'EVCommunicationLost' },
  DeAuthorized: { stoppedReason: 'DeAuthorized', triggerReason: 'Deauthorized' },
  HardReset: { stoppedReason: 'ImmediateReset', triggerReason: 'ResetCommand' },
  SoftReset: { stoppedReason: 'ImmediateReset', triggerReason: 'ResetCommand' },
  UnlockCommand: { stoppedReason: 'Other', triggerReason: 'UnlockCommand' },
  Fault: { stoppedReason: 'Other', triggerReason: 'AbnormalCondition' }
}

const CONTEXTS: Partial<Record<UpdateTrigger, SampleContext>> = {
  MeterValuePeriodic: 'Sample.Periodic',
  MeterValueClock: 'Sample.Clock',
  Trigger: 'Trigger'
}

export const dialect2: Dialect = {
  settings: SETTINGS_2,
  names: NAMES_2,
  statusText: (status) => STATUSES[status],
  answer: answer2,

  boot: (charger, reason) =>
    call(charger, 'BootNotification', {
      reason,
      chargingStation: {
        vendorName: 'fastify-ocpp',
        model: `Simulator ${charger.station.kind}`,
        serialNumber: charger.serialNumber,
        firmwareVersion: charger.firmware
      }
    }),

  heartbeat: (charger) => call(charger, 'Heartbeat', {}),

  status: (charger, evse, connector, status) =>
    call(charger, 'StatusNotification', {
      timestamp: charger.timestamp(),
      connectorStatus: status as v21.ConnectorStatusEnumType,
      evseId: evse.id,
      connectorId: connector.id
    }),

  async authorize(charger, { idToken, type }) {
    const { idTokenInfo } = await call(charger, 'Authorize', { idToken: { idToken, type } })
    const { status, groupIdToken, cacheExpiryDateTime } = idTokenInfo
    const expiresAt = cacheExpiryDateTime === undefined ? undefined : parseTime(cacheExpiryDateTime)
    return { status, groupId: groupIdToken?.idToken, expiresAt }
  },

  started(charger, evse, transaction, trigger) {
    const { token, remoteStartId, reservationId } = transaction
    const event = {
      ...eventOf(charger, evse, transaction, 'Started', trigger satisfies StartTrigger),
      idToken: idTokenOf(token),
      evse: { id: evse.id, connectorId: transaction.connector.id },
      ...meterValues(charger, evse, 'Transaction.Begin'),
      ...(reservationId !== undefined && { reservationId })
    }
    event.transactionInfo.chargingState = 'EVConnected'
    if (remoteStartId !== undefined) event.transactionInfo.remoteStartId = remoteStartId
    sendEvent(charger, evse, transaction, event)
    if (charger.station.quirks.has('own-limit')) tellOwnLimit(charger, evse)
  },

  updated(charger, evse, transaction, trigger) {
    const context = CONTEXTS[trigger]
    const values = context === undefined ? {} : meterValues(charger, evse, context)
    // An empty sample is not sent.
    if (context !== undefined && context !== 'Trigger' && !('meterValue' in values)) return
    sendEvent(charger, evse, transaction, { ...eventOf(charger, evse, transaction, 'Updated', trigger), ...values })
  },

  ended(charger, evse, transaction, cause, token) {
    const { stoppedReason, triggerReason } = ENDINGS[cause]
    const event = {
      ...eventOf(charger, evse, transaction, 'Ended', triggerReason),
      ...meterValues(charger, evse, 'Transaction.End'),
      ...(token !== undefined && { idToken: idTokenOf(token) })
    }
    const isUnplugged = cause === 'EVDisconnected'
    event.transactionInfo.stoppedReason = stoppedReason
    event.transactionInfo.chargingState = isUnplugged ? 'Idle' : 'EVConnected'
    if (charger.station.quirks.has('own-limit')) {
      charger.background(call(charger, 'ClearedChargingLimit', { chargingLimitSource: 'Other', evseId: evse.id }))
    }
    return deliver(charger, 'TransactionEvent', event)
  },

  async meterValues(charger, evse, context) {
    const { meterValue } = meterValues(charger, evse, context)
    if (meterValue !== undefined) await call(charger, 'MeterValues', { evseId: evse.id, meterValue })
  },

  reservationEnded: (charger, reservationId, reservationUpdateStatus) =>
    call(charger, 'ReservationStatusUpdate', { reservationId, reservationUpdateStatus }),

  securityEvent: (charger, type, techInfo) =>
    call(charger, 'SecurityEventNotification', { type, timestamp: charger.timestamp(), techInfo }),

  firmwareStatus: (charger, status, requestId) =>
    call(charger, 'FirmwareStatusNotification', {
      status: status as v21.FirmwareStatusEnumType,
      ...(requestId !== undefined && status !== 'Idle' && { requestId })
    })
}

/** [2.x K11, K12] */
function tellOwnLimit(charger: Charger, evse: Evse): void {
  const schedule = {
    id: 1,
    startSchedule: charger.timestamp(),
    chargingRateUnit: 'A' as const,
    chargingSchedulePeriod: [{ startPeriod: 0, limit: OWN_AMPERES }] as [v21.ChargingSchedulePeriodType]
  }
  const told = call(charger, 'NotifyChargingLimit', {
    evseId: evse.id,
    chargingLimit: { chargingLimitSource: 'Other' },
    chargingSchedule: [schedule]
  })
  charger.background(told)
}

function idTokenOf({ idToken, type }: IdToken): v21.IdTokenType {
  return { idToken, type }
}

function eventOf(
  charger: Charger,
  evse: Evse,
  transaction: Transaction,
  eventType: v21.TransactionEventEnumType,
  triggerReason: v21.TriggerReasonEnumType
): v21.TransactionEventRequest {
  const chargingState = CHARGING_STATES[statusOf(charger.station, evse, transaction.connector)]
  return {
    eventType,
    triggerReason,
    timestamp: charger.timestamp(),
    seqNo: transaction.seqNo++,
    ...(!charger.isOnline && { offline: true }),
    numberOfPhasesUsed: usedPhases(charger.station, evse),
    transactionInfo: {
      transactionId: transaction.id,
      timeSpentCharging: Math.round(transaction.chargingTime / 1000),
      ...(chargingState !== undefined && { chargingState })
    }
  }
}

function sendEvent(charger: Charger, evse: Evse, transaction: Transaction, event: v21.TransactionEventRequest): void {
  const answered = deliver(charger, 'TransactionEvent', event).then(({ idTokenInfo }) => {
    if (idTokenInfo !== undefined && idTokenInfo.status !== 'Accepted') {
      deauthorized(charger, evse, transaction, idTokenInfo.status)
    }
  })
  charger.background(answered)
}

function meterValues(charger: Charger, evse: Evse, context: SampleContext): { meterValue?: v21.MeterValueType[] } {
  const samples = sample(charger, evse, measurandsOf(context)).filter(({ measurand }) => measurand !== 'Temperature')
  if (samples.length === 0) return {}
  return {
    meterValue: [
      { timestamp: charger.timestamp(), sampledValue: samples.map((reading) => sampledValue(reading, context)) }
    ]
  }
}

function sampledValue(
  { measurand, value, unit, phase, location }: Sample,
  context: SampleContext
): v21.SampledValueType {
  return {
    value,
    context,
    measurand: measurand as v21.MeasurandEnumType,
    unitOfMeasure: { unit },
    ...(phase !== undefined && { phase }),
    ...(location !== undefined && { location })
  }
}
