import { Type } from '@sinclair/typebox'
import { StateReadings, StateTransaction } from '../ledger/records.js'

// Records of the tables of a charge point. Every member may be absent, and there may be more members than these.

interface Members {
  text?: readonly string[]
  integer?: readonly string[]
  number?: readonly string[]
  flag?: readonly string[]
  /** RFC 3339. */
  moment?: readonly string[]
  /** JSON as the charge point sent it. */
  json?: readonly string[]
}

function listOf({ text = [], integer = [], number = [], flag = [], moment = [], json = [] }: Members) {
  const named = <T>(names: readonly string[], schema: T) => names.map((name) => [name, schema] as const)
  const members = Object.fromEntries([
    ...named(integer, Type.Optional(Type.Integer())),
    ...named(text, Type.Optional(Type.String())),
    ...named(number, Type.Optional(Type.Number())),
    ...named(flag, Type.Optional(Type.Boolean())),
    ...named(json, Type.Optional(Type.Unknown())),
    ...named(moment, Type.Optional(Type.String({ format: 'date-time' })))
  ])
  return Type.Optional(Type.Array(Type.Object(members, { additionalProperties: true })))
}

const PLACE = ['evseId', 'connectorId']
const COMPONENT = ['component', 'componentInstance', 'variable', 'variableInstance']
const STATUS = ['status', 'errorCode', 'info', 'vendorId', 'vendorErrorCode']

/** The blocks that need no scope besides the one of the charge point. Absent where others were asked for. */
export const STATE_BLOCKS = {
  connectors: listOf({ integer: PLACE, text: STATUS, moment: ['timestamp', 'updatedAt'] }),
  configuration: listOf({ text: ['key', 'value'], flag: ['readonly'], moment: ['updatedAt'] }),
  variables: listOf({
    integer: PLACE,
    text: [...COMPONENT, 'attribute', 'value', 'mutability'],
    flag: ['persistent', 'constant'],
    json: ['characteristics'],
    moment: ['updatedAt']
  }),
  monitors: listOf({
    integer: [...PLACE, 'monitorId', 'severity'],
    text: [...COMPONENT, 'type', 'eventNotificationType'],
    number: ['value'],
    flag: ['transactionOnly'],
    moment: ['updatedAt']
  }),
  chargingProfiles: listOf({
    integer: [...PLACE, 'profileId', 'stackLevel'],
    text: ['source', 'purpose', 'kind', 'transactionId'],
    flag: ['confirmed'],
    json: ['payload'],
    moment: ['acceptedAt', 'updatedAt']
  }),
  displayMessages: listOf({
    integer: ['messageId'],
    text: ['priority', 'state'],
    json: ['payload'],
    moment: ['updatedAt']
  }),
  certificates: listOf({
    text: ['type', 'hashAlgorithm', 'issuerNameHash', 'issuerKeyHash', 'serialNumber', 'pem', 'status'],
    moment: ['expiresAt', 'updatedAt']
  }),
  reports: listOf({
    integer: ['requestId', 'lastSeqNo'],
    text: ['action', 'type'],
    flag: ['complete'],
    json: ['parts', 'payload'],
    moment: ['createdAt', 'updatedAt']
  }),
  statusHistory: listOf({ integer: PLACE, text: STATUS, moment: ['timestamp', 'receivedAt'] }),
  deviceEvents: listOf({
    integer: [...PLACE, 'eventId', 'cause', 'severity', 'monitorId'],
    text: [...COMPONENT, 'trigger', 'actualValue', 'transactionId', 'eventNotificationType', 'techCode', 'techInfo'],
    flag: ['cleared'],
    moment: ['timestamp', 'receivedAt']
  }),
  securityEvents: listOf({ text: ['type', 'source', 'techInfo'], moment: ['timestamp', 'receivedAt'] }),
  progress: listOf({ integer: ['requestId'], text: ['kind', 'status'], json: ['details'], moment: ['receivedAt'] }),
  notifications: listOf({
    integer: ['evseId'],
    text: ['action', 'messageId', 'transactionId'],
    json: ['payload'],
    moment: ['receivedAt']
  })
}

/** The blocks that need a scope of their own. */
export const GUARDED_STATE_BLOCKS = {
  reservations: Type.Optional({
    ...listOf({
      integer: [...PLACE, 'reservationId'],
      text: ['connectorType', 'idToken', 'idTokenType', 'groupId', 'status', 'transactionId'],
      moment: ['expiresAt', 'createdAt', 'updatedAt']
    }),
    description: 'With the scope id-tokens:read'
  }),
  readings: Type.Optional(
    Type.Array(StateReadings, {
      description: 'The latest readings of each EVSE and connector. With the scope transactions:read'
    })
  ),
  transactions: Type.Optional(
    Type.Array(StateTransaction, { description: 'The latest 50, newest first. With the scope transactions:read' })
  )
}
