import { type Deviation, type Protocol, versionInfo } from 'fastify-ocpp'

// Where the standard says what a message has to be.

/** The messages of OCPP 1.6 in the order of its chapter 6, which gives each a section for .req and one for .conf. */
const CHAPTER_6 = [
  'Authorize',
  'BootNotification',
  'CancelReservation',
  'ChangeAvailability',
  'ChangeConfiguration',
  'ClearCache',
  'ClearChargingProfile',
  'DataTransfer',
  'DiagnosticsStatusNotification',
  'FirmwareStatusNotification',
  'GetCompositeSchedule',
  'GetConfiguration',
  'GetDiagnostics',
  'GetLocalListVersion',
  'Heartbeat',
  'MeterValues',
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'ReserveNow',
  'Reset',
  'SendLocalList',
  'SetChargingProfile',
  'StartTransaction',
  'StatusNotification',
  'StopTransaction',
  'TriggerMessage',
  'UnlockConnector',
  'UpdateFirmware'
]

/** A clause as 1.6 counts it, and as 2.x does; empty where no clause says it in so many words. */
export type Clause = readonly [v16: string, v2: string]

export function clauseIn(protocol: Protocol, [v16, v2]: Clause): string {
  const { name, hasTransactionEvents } = versionInfo(protocol)
  if (!hasTransactionEvents) return v16
  return v2.startsWith('Part') ? `${name} ${v2}` : v2
}

/** The section that defines a message. */
export function messageClause(protocol: Protocol, action: string, kind: 'request' | 'response'): string {
  const { name, hasTransactionEvents } = versionInfo(protocol)
  if (hasTransactionEvents) return `${name} Part 2, ${action}${kind === 'request' ? 'Request' : 'Response'}`
  const suffix = kind === 'request' ? 'req' : 'conf'
  const index = CHAPTER_6.indexOf(action)
  if (index === -1) return `OCPP 1.6 Security Whitepaper, ${action}.${suffix}`
  return `OCPP 1.6 §6.${2 * index + (kind === 'request' ? 1 : 2)} ${action}.${suffix}`
}

/** Rule of the standard that a deviation breaks. Without a clause, the message is defined so. */
export const DEVIATION_RULES: Readonly<Record<Deviation, { asks: string; clause?: Clause }>> = {
  'loose-subprotocols': {
    asks: 'Sec-WebSocket-Protocol must list subprotocols in lower case, separated by commas, none of them empty',
    clause: ['OCPP-J 1.6 §3.1.2, RFC 6455 §11.3.4', 'Part 4 §3.1.2, RFC 6455 §11.3.4']
  },
  'encoded-identities': {
    asks: 'the identity in the URL must be percent-encoded once',
    clause: ['OCPP-J 1.6 §3.1.1, RFC 3986 §2.4', 'Part 4 §3.1.1, RFC 3986 §2.4']
  },
  'numeric-message-ids': {
    asks: 'a message id must be a text',
    clause: ['OCPP-J 1.6 §4.1.4', 'Part 4 §4.1.4']
  },
  'extra-elements': {
    asks: 'a CALL must have four elements, a CALLRESULT three',
    clause: ['OCPP-J 1.6 §4.2', 'Part 4 §4.2']
  },
  'long-serial-numbers': { asks: 'the text must not be longer than its datatype' },
  'long-names': { asks: 'the text must not be longer than its datatype' },
  'long-texts': { asks: 'the text must not be longer than its datatype' },
  'long-id-tags': { asks: 'an id token must not be longer than its datatype' },
  'unknown-members': { asks: 'a payload must not have members that the schema does not define' },
  'wrong-types': { asks: 'the value must have the JSON type of its datatype' },
  'single-items': { asks: 'the value must be a list, even with one item' },
  'enum-spelling': { asks: 'the value must be spelled as in its enumeration' },
  'unit-names': {
    asks: 'the unit must be one of the standard',
    clause: ['OCPP 1.6 §7 UnitOfMeasure', '']
  },
  'unknown-error-codes': {
    asks: 'errorCode must be one of its enumeration; what else there is belongs in vendorErrorCode',
    clause: ['OCPP 1.6 §7 ChargePointErrorCode', '']
  },
  'unknown-reasons': {
    asks: 'the reason must be one of its enumeration, or Other',
    clause: ['OCPP 1.6 §7 Reason', 'Part 2, ReasonEnumType']
  },
  'unknown-samples': {
    asks: 'measurand, unit, phase, location, format and context must each be one of its enumeration',
    clause: ['OCPP 1.6 §7 SampledValue', 'Part 2, SampledValueType']
  },
  'decimal-commas': {
    asks: 'the decimal separator must be a point',
    clause: ['OCPP 1.6 §7 SampledValue', 'RFC 8259 §6']
  },
  'decimal-meter-readings': { asks: 'the meter reading must be a whole number of watt-hours' },
  'missing-meter-readings': { asks: 'the meter reading is required' },
  'missing-timestamps': { asks: 'the timestamp is required, as an RFC 3339 date-time' },
  'loose-date-times': {
    asks: 'a date-time must be written as in RFC 3339',
    clause: ['RFC 3339 §5.6', 'RFC 3339 §5.6']
  },
  'missing-trigger-reasons': { asks: 'triggerReason is required' },
  'missing-transaction-ids': { asks: 'transactionId is required, as it was in the answer to StartTransaction' }
}
