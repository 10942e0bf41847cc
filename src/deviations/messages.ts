import type { TSchema } from '@sinclair/typebox'
import { isDateTime } from '../schema.js'
import { withZone } from './date-time.js'
import type { Deviation } from './names.js'
import { isEnumeration, isOneOf } from './values.js'

// Repairs that need to know the object around a value.

type Members = Record<string, unknown>

/** An object of a message, after its values were corrected. */
export interface Part {
  /** `Message.member.member` */
  readonly path: string
  readonly schema: TSchema
  readonly value: Members
  /** Whether readings of meters keep their decimals. */
  readonly keepDecimals: boolean
  /** RFC 3339. */
  readonly receivedAt: () => string
  has(deviation: Deviation): boolean
  /** Records a correction. */
  note(deviation: Deviation, member: string): void
}

/** Corrects the object. Returns false if it has to be removed from its list. */
export function repair(part: Part): boolean {
  fillTimestamps(part)
  const { path } = part
  if (path.endsWith('.sampledValue')) return repairSample(part)
  switch (path) {
    case 'StatusNotificationRequest':
      repairErrorCode(part)
      break
    case 'StartTransactionRequest':
      repairReading(part, 'meterStart')
      break
    case 'StopTransactionRequest':
      repairReading(part, 'meterStop')
      repairReason(part, 'reason')
      repairTransactionId(part)
      break
    case 'TransactionEventRequest':
      repairTriggerReason(part)
      break
    case 'TransactionEventRequest.transactionInfo':
      repairReason(part, 'stoppedReason')
      break
    default:
  }
  return true
}

/** Fills in required timestamps only; an optional timestamp may be absent. */
function fillTimestamps({ schema, value, receivedAt, has, note }: Part): void {
  if (!has('missing-timestamps') || schema.properties.timestamp === undefined) return
  if (!schema.required?.includes('timestamp') || isReadable(value.timestamp)) return
  value.timestamp = receivedAt()
  note('missing-timestamps', 'timestamp')
}

/** A missing or short zone is corrected afterwards. */
function isReadable(timestamp: unknown): boolean {
  return typeof timestamp === 'string' && isDateTime(withZone(timestamp))
}

/** A widely used firmware sends `Error` for any fault. The original text is kept as `vendorErrorCode`. */
function repairErrorCode({ schema, value, has, note }: Part): void {
  const { errorCode } = value
  const known: TSchema | undefined = schema.properties.errorCode
  if (known === undefined || !has('unknown-error-codes') || isOneOf(known, errorCode)) return
  if (typeof errorCode === 'string') {
    value.vendorErrorCode ??= errorCode.slice(0, MAX_VENDOR_CODE)
    value.errorCode = errorCode.trim() === '' ? 'NoError' : 'OtherError'
  } else if (errorCode === undefined || errorCode === null) value.errorCode = 'OtherError'
  else return
  note('unknown-error-codes', 'errorCode')
}

/** [1.6 StatusNotification.req vendorErrorCode] */
const MAX_VENDOR_CODE = 50

function repairReading({ value, keepDecimals, has, note }: Part, member: 'meterStart' | 'meterStop'): void {
  const reading = value[member]
  if (reading === null && has('missing-meter-readings')) delete value[member]
  if (!(member in value) && has('missing-meter-readings')) note('missing-meter-readings', member)
  if (typeof reading !== 'number' || Number.isInteger(reading) || !has('decimal-meter-readings')) return
  if (!keepDecimals) value[member] = Math.round(reading)
  note('decimal-meter-readings', member)
}

function repairReason({ schema, value, has, note }: Part, member: string): void {
  const reason = value[member]
  const known: TSchema | undefined = schema.properties[member]
  if (known === undefined || typeof reason !== 'string' || isOneOf(known, reason) || !has('unknown-reasons')) return
  value[member] = 'Other'
  note('unknown-reasons', member)
}

/** An id that no transaction has: the back-end decides which transaction is meant. */
const UNKNOWN_TRANSACTION = -1

function repairTransactionId({ value, has, note }: Part): void {
  const { transactionId } = value
  if (!has('missing-transaction-ids') || (transactionId !== undefined && transactionId !== null)) return
  value.transactionId = UNKNOWN_TRANSACTION
  note('missing-transaction-ids', 'transactionId')
}

/** Trigger reason of an Ended event, by its stoppedReason. [2.0.1 Part 2 TriggerReasonEnumType] */
const TRIGGER_OF_END = new Map([
  ['Local', 'StopAuthorized'],
  ['MasterPass', 'StopAuthorized'],
  ['Remote', 'RemoteStop'],
  ['DeAuthorized', 'Deauthorized'],
  ['EVDisconnected', 'EVCommunicationLost'],
  ['EnergyLimitReached', 'EnergyLimitReached'],
  ['TimeLimitReached', 'TimeLimitReached'],
  ['ImmediateReset', 'ResetCommand']
])

/** Trigger reason of an event without meter values or state, by its type. */
const TRIGGER_OF_TYPE = new Map([
  ['Started', 'Authorized'],
  ['Updated', 'MeterValuePeriodic'],
  ['Ended', 'AbnormalCondition']
])

function repairTriggerReason({ value, has, note }: Part): void {
  const { eventType, transactionInfo, triggerReason } = value
  if (!has('missing-trigger-reasons') || (triggerReason !== undefined && triggerReason !== null)) return
  const info = transactionInfo as Members | null | undefined
  const ofEnd = eventType === 'Ended' ? TRIGGER_OF_END.get(String(info?.stoppedReason ?? 'Local')) : undefined
  const derived = ofEnd ?? TRIGGER_OF_TYPE.get(String(eventType))
  if (derived === undefined) return
  value.triggerReason = derived
  note('missing-trigger-reasons', 'triggerReason')
}

/**
 * A sample with an unknown measurand, unit, phase or location is useless, because these change the meaning of its
 * value. One with an unknown context is not: the context only says why the sample was taken.
 */
function repairSample({ schema, value, has, note }: Part): boolean {
  if (!has('unknown-samples')) return true
  for (const [member, known] of Object.entries<TSchema>(schema.properties)) {
    const given = value[member]
    if (given === undefined || !isEnumeration(known) || isOneOf(known, given)) continue
    note('unknown-samples', member)
    if (member !== 'context') return false
    value.context = 'Other'
  }
  return true
}
