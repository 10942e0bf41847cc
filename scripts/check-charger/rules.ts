import type { Clause } from './clauses.js'

export interface Rule {
  /** Requirement of the standard. */
  readonly asks: string
  readonly clause: Clause
  /** Something to look at that may be all right. Default: false. */
  readonly isNote?: boolean
}

const FRAME: Clause = ['OCPP-J 1.6 §4.2', 'Part 4 §4.2']
const CLOCK: Clause = ['OCPP 1.6 §4.2, §4.6', 'Part 2 B01, G02']

/** Rules beyond the schemas and the named deviations. */
export const RULES = {
  'malformed-frame': { asks: 'a message must be a JSON array with the elements of its message type', clause: FRAME },
  'unknown-action': {
    asks: 'the action must be one that a charge point may send',
    clause: ['OCPP 1.6 §4', '']
  },
  'boot-first': {
    asks: 'BootNotification is the first message after a start; only after a mere reconnect there is none',
    clause: ['OCPP 1.6 §4.2', 'Part 2 B01'],
    isNote: true
  },
  'before-boot': {
    asks: 'after a start no other message may be sent before BootNotification is accepted',
    clause: ['OCPP 1.6 §4.2, OCPP-J errata 3.10', 'Part 2 B01, B02']
  },
  'one-call-at-a-time': {
    asks: 'a CALL must not (1.6: should not) be sent before the one before it is answered or has timed out',
    clause: ['OCPP-J 1.6 §4.1.1', 'Part 4 §4.1.1']
  },
  'repeated-message-id': {
    asks: 'a message id must not be used for another CALL on the same connection',
    clause: ['OCPP-J 1.6 §4.1.4', 'Part 4 §4.1.4']
  },
  'clock-not-set': { asks: 'times must be those of the clock that the CSMS has told', clause: CLOCK },
  'clock-ahead': { asks: 'times must not be ahead of the clock that the CSMS has told', clause: CLOCK },
  'clock-behind': {
    asks: 'times of what happens now must be those of the clock that the CSMS has told',
    clause: CLOCK,
    isNote: true
  },
  'no-time-zone': {
    asks: 'a date-time must have a time zone; without one it is read as UTC, unless a trait says otherwise',
    clause: ['RFC 3339 §5.6', 'RFC 3339 §5.6']
  },
  'heartbeat-late': {
    asks: 'a Heartbeat must be sent when nothing else was sent for the heartbeat interval',
    clause: ['OCPP 1.6 §4.6', 'Part 2 G02']
  },
  'heartbeat-often': {
    asks: 'Heartbeats must be sent at the heartbeat interval that BootNotification was answered with',
    clause: ['OCPP 1.6 §4.2, §4.6', 'Part 2 B01, G02'],
    isNote: true
  },
  'sequence-gap': {
    asks: 'seqNo must count the events of a transaction without a gap',
    clause: ['', 'Part 2 E01.FR.07']
  },
  'unknown-transaction': {
    asks: 'the transactionId must be one that the CSMS has given to this charge point',
    clause: ['OCPP 1.6 §4.8, §4.10', ''],
    isNote: true
  },
  'meter-backwards': {
    asks: 'meterStop must not be less than meterStart',
    clause: ['', '']
  },
  'no-answer': {
    asks: 'every CALL must be answered with a CALLRESULT or a CALLERROR',
    clause: ['OCPP-J 1.6 §4.1.1, §4.2', 'Part 4 §4.1.1, §4.2']
  },
  'unsupported-call': {
    asks: 'the charge point answers with CALLERROR to a message that we asked for',
    clause: ['OCPP-J 1.6 §4.2.3', 'Part 4 §4.2.3'],
    isNote: true
  },
  'trigger-not-followed': {
    asks: 'an accepted TriggerMessage must be followed by the message',
    clause: ['OCPP 1.6 §5.17', 'Part 2 F06']
  },
  'report-not-sent': {
    asks: 'an accepted GetBaseReport must be followed by NotifyReport, the last one with tbc false',
    clause: ['', 'Part 2 B07']
  },
  'missing-configuration-keys': {
    asks: 'the configuration must have every key that the Core profile requires',
    clause: ['OCPP 1.6 §9.1', ''],
    isNote: true
  },
  'no-pong': {
    asks: 'a ping must be answered with a pong; pings must be switched off if the network is not to blame',
    clause: ['RFC 6455 §5.5.2, §5.5.3', 'RFC 6455 §5.5.2, §5.5.3']
  },
  'drops-before-boot': {
    asks: 'a charge point must not drop the connection because it is asked before its BootNotification is accepted',
    clause: ['', '']
  },
  'broken-websocket': {
    asks: 'messages must be text frames of the WebSocket protocol',
    clause: ['OCPP-J 1.6 §4.1.2, RFC 6455 §5', 'Part 4 §4.1.2, RFC 6455 §5']
  }
} as const satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

/** Form of an upgrade that was refused, by the rule of the library. */
export const REFUSALS: Readonly<Record<string, { asks: string; clause: string }>> = {
  subprotocol: {
    asks: 'Sec-WebSocket-Protocol must offer ocpp1.6, ocpp2.0.1 or ocpp2.1',
    clause: 'OCPP-J §3.1.2, RFC 6455 §11.3.4'
  },
  identity: { asks: 'the last segment of the URL must be the identity, percent-encoded', clause: 'OCPP-J §3.1.1' },
  'websocket-headers': { asks: 'the upgrade must have the headers of RFC 6455', clause: 'RFC 6455 §4.1' },
  'not-an-upgrade': { asks: 'the request must be a WebSocket upgrade', clause: 'RFC 6455 §4.1' },
  'not-a-websocket': { asks: 'the URL must be that of the endpoint', clause: 'OCPP-J §3.1.1' },
  authenticate: {
    asks: 'the user name must be the identity and the password the one of --password',
    clause: 'RFC 7617, OCPP security profile 1'
  }
}
