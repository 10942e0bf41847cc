import type { TSchema } from '@sinclair/typebox'
import { isDateTime } from '../schema.js'
import { withZone } from './date-time.js'
import type { Deviation } from './names.js'
import { isEnumeration, isOneOf } from './values.js'

// Repairs that need to know the object around a value.

type Members = Record<string, unknown>

/** An object of a message, after the values in it were put right. */
export interface Part {
  /** `Message.member.member` */
  readonly path: string
  readonly schema: TSchema
  readonly value: Members
  /** RFC 3339. */
  readonly receivedAt: () => string
  has(deviation: Deviation): boolean
  /** Notes what was put right. */
  note(deviation: Deviation, member: string): void
}

/** Puts the object right. Returns false when it is to be dropped from the list that it is in. */
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

/** Required timestamps only: an optional one that is unknown is absent. */
function fillTimestamps({ schema, value, receivedAt, has, note }: Part): void {
  if (!has('missing-timestamps') || schema.properties.timestamp === undefined) return
  if (!schema.required?.includes('timestamp') || isReadable(value.timestamp)) return
  value.timestamp = receivedAt()
  note('missing-timestamps', 'timestamp')
}

/** A missing or short zone is put right afterwards. */
function isReadable(timestamp: unknown): boolean {
  return typeof timestamp === 'string' && isDateTime(withZone(timestamp))
}

/** `Error` is what a widely used firmware sends for any fault; its own word is kept as the vendor's code. */
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

function repairReading({ value, has, note }: Part, member: 'meterStart' | 'meterStop'): void {
  const reading = value[member]
  if (reading === null && has('missing-meter-readings')) delete value[member]
  if (!(member in value) && has('missing-meter-readings')) note('missing-meter-readings', member)
  if (typeof reading !== 'number' || Number.isInteger(reading) || !has('decimal-meter-readings')) return
  value[member] = Math.round(reading)
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

/** What triggers an event that ends a transaction, by its stoppedReason. [2.0.1 Part 2 TriggerReasonEnumType] */
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

/** What an event without meter values or state is triggered by, by its type. */
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
 * An undefined measurand, unit, phase or location would change what the value means, so the sample is worth nothing. A
 * context tells only why it was taken.
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
