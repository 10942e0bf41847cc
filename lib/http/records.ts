import { type Static, Type } from '@sinclair/typebox'
import { ID_TOKEN_STATUSES } from '../id-tokens/authorization.js'
import { ChargingNeeds, ChargingNeedsBody } from '../id-tokens/charging-needs.js'
import { TransactionLimit, TransactionLimitBody } from '../money/transaction-limit.js'
import { OPERATOR_SCOPES, type OperatorScope } from '../operators/scopes.js'
import { NAME, SiteParams } from '../sites/records.js'
import { textLike } from '../text-like.js'
import { AppliedTraitsRecord, TraitsChange, TraitsRecord } from '../traits/traits.js'
import { GUARDED_STATE_BLOCKS, STATE_BLOCKS } from './state-records.js'

// Bodies of requests and answers of the operator API. Date-times are RFC 3339 text in UTC.

const text = (description: string) => Type.Optional(Type.String({ description }))
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

/** An enumeration of texts. A problem lists the allowed values once. */
export function oneOf<const T extends readonly string[]>(values: T, description: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: values, description })
}

export const IdentityParams = Type.Object({
  // The characters and lengths that at least one version of OCPP allows. [Part 4 §3.1.1; J-1.6 §3.1.1]
  identity: textLike(
    '^(?! )[A-Za-z0-9*\\-_=+|@. ]{1,48}(?<! )$',
    'must be 1 to 48 letters, digits, spaces and * - _ = + | @ . without a space at either end'
  )
})
export type IdentityParams = Static<typeof IdentityParams>

/** A query parameter for a time: a date-time, or a date, which means its start in UTC. */
export function momentParam(description: string) {
  return Type.Optional(
    Type.Unsafe<string>({
      type: 'string',
      anyOf: [{ format: 'date-time' }, { format: 'date' }],
      description: `${description}. A date alone is 00:00 UTC of that day`,
      examples: ['2026-11-01', '2026-11-01T08:30:00Z']
    })
  )
}

export const PageParams = {
  limit: Type.Optional(Type.String({ description: '1 to 1000. Default: 100' })),
  cursor: Type.Optional(Type.String({ description: '`nextCursor` of the previous page' }))
}

/** The schema of a page of items. */
export function pageSchema(item: ReturnType<typeof Type.Object>) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: Type.Optional(Type.String({ description: 'Absent on the last page' }))
  })
}

/** The scopes of an operator token. */
export const ScopesRecord = Type.Array(Type.Unsafe<OperatorScope>({ type: 'string', enum: [...OPERATOR_SCOPES] }), {
  description: 'What the token allows: a `write` scope includes `read`, and `admin` includes everything'
})

/** A page that tells how many items there are in all, when it is asked. */
export function countedPage(item: ReturnType<typeof Type.Object>) {
  return Type.Object({
    ...pageSchema(item).properties,
    total: Type.Optional(
      Type.Integer({ description: 'With `count=true`: how many match in all, exact to 10 000; 10 001 for more' })
    )
  })
}

const PRINTABLE = 'must consist of printable ASCII characters'

// --- charge points -----------------------------------------------------------------------------------------------

const registration = oneOf(['Accepted', 'Pending', 'Rejected'], 'Status in the answer to the next BootNotification')

/** The values of a charge point that an operator sets. Absent: unchanged; `null`: removed. */
export const ChargePointBody = Type.Object(
  {
    password: Type.Optional(
      Type.Union([textLike('^[\\x20-\\x7e]+$', PRINTABLE, { minLength: 16, maxLength: 64 }), Type.Null()], {
        description: 'The HTTP Basic password of the charge point. Never shown again'
      })
    ),
    generatePassword: Type.Optional(
      Type.Literal(true, {
        description: 'Generates a random password of 40 hexadecimal digits, which is shown only in this answer'
      })
    ),
    name: Type.Optional(Type.Union([NAME, Type.Null()], { description: 'What operators call it' })),
    site: Type.Optional(Type.Union([SiteParams.properties.id, Type.Null()], { description: 'The id of its site' })),
    registration: Type.Optional(registration),
    enabled: Type.Optional(Type.Boolean({ description: 'Whether the charge point may connect' })),
    securityProfile: Type.Optional(
      Type.Union([Type.Integer({ minimum: 0, maximum: 3 }), Type.Null()], {
        description:
          'The lowest security profile that the charge point may connect with. ' +
          'Default: the highest that it ever used. Set a lower one to let it go back'
      })
    ),
    serialNumber: Type.Optional(
      Type.Union([textLike('^[\\x20-\\x7e]+$', PRINTABLE, { minLength: 1, maxLength: 255 }), Type.Null()], {
        description:
          'Serial number that the CN of its client certificate must have. null: the serial number of its next BootNotification'
      })
    ),
    notes: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()])),
    traits: Type.Optional(
      Type.Union([TraitsChange, Type.Null()], {
        description:
          'How the charge point deviates from the standard, and which deviations are accepted. ' +
          'Traits that are left out stay as they are; null removes a trait. Applies from the next message on'
      })
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        generatePassword: true,
        registration: 'Accepted',
        enabled: true,
        securityProfile: 1,
        notes: 'Car park, level 2'
      }
    ]
  }
)
export type ChargePointBody = Static<typeof ChargePointBody>

const Boot = Type.Object(
  {
    vendor: Type.String(),
    model: Type.String(),
    serialNumber: text('Serial number of the charge point'),
    firmwareVersion: text('Firmware version of the charge point'),
    reason: text('Reason of the boot; OCPP 2.x only'),
    protocol: text('The OCPP version of the last boot')
  },
  { additionalProperties: true, description: 'The values of the last BootNotification' }
)

/** The stored values of a charge point, connected or not. */
export const ChargePointRecord = Type.Object(
  {
    identity: Type.String(),
    name: text('What operators call it'),
    site: text('The id of its site'),
    registration,
    bootStatus: text('The status in the answer to the last BootNotification'),
    enabled: Type.Boolean(),
    provisioned: Type.Boolean({ description: 'Whether an operator created the charge point' }),
    hasPassword: Type.Boolean({ description: 'Whether the charge point must log in with a password' }),
    securityProfile: Type.Optional(Type.Integer()),
    highestSecurityProfile: Type.Integer({ description: 'The highest security profile of any login so far' }),
    serialNumber: text('The serial number that its client certificate must contain'),
    notes: text('Notes of operators'),
    traits: Type.Optional(TraitsRecord),
    boot: Type.Optional(Boot),
    lastBootAt: moment('Time of the last boot, by our clock, as the following times'),
    lastSeenAt: moment('When the charge point last sent something'),
    lastConnectedAt: moment('When the charge point last connected'),
    lastDisconnectedAt: moment('When the charge point last disconnected'),
    createdAt: moment('When the charge point was created or first connected')
  },
  { additionalProperties: true }
)

/** The same, as the answer to a change by an operator. */
export const ProvisionedRecord = Type.Object(
  {
    ...ChargePointRecord.properties,
    password: text('Present if this request generated it. Never shown again')
  },
  { additionalProperties: true }
)

/** The same, with the live connection. */
export const LiveChargePointRecord = Type.Object(
  {
    ...ChargePointRecord.properties,
    connected: Type.Boolean(),
    node: text('With several nodes: the one that it is connected to, as in `GET /nodes`'),
    protocol: text('The OCPP version of the connection'),
    remoteAddress: text('The address that the charge point connects from'),
    connectedAt: moment('When the connection was made'),
    pendingCalls: Type.Optional(Type.Integer()),
    counters: Type.Optional(Type.Object({}, { additionalProperties: Type.Integer() })),
    appliedTraits: Type.Optional(AppliedTraitsRecord)
  },
  { additionalProperties: true }
)

/** All stored data of a charge point, by block. */
export const StateRecord = Type.Object(
  { ...LiveChargePointRecord.properties, ...STATE_BLOCKS, ...GUARDED_STATE_BLOCKS },
  { additionalProperties: true }
)

// --- calls and messages ------------------------------------------------------------------------------------------

export const withheld = Type.Optional(
  Type.Array(Type.String(), {
    description: 'Scopes that the token lacks. Members that need them, such as the request, are left out'
  })
)

/** The outcome of a remote start. */
export const StartRecord = Type.Object(
  {
    outcome: oneOf(
      ['pending', 'seen', 'otherIdToken', 'notSeen'],
      'pending: the charge point has accepted and has time left; seen: it has started the transaction; otherIdToken: it ' +
        'has started one with another id token; notSeen: it has started none in time'
    ),
    id: Type.Optional(Type.Integer({ description: 'Our id of the transaction, in `/transactions/{id}`' })),
    transactionId: text('The id of the transaction at the charge point'),
    idToken: text('The id token that started the transaction. Shortened without `id-tokens:read`')
  },
  {
    description:
      'Whether the charge point started what a remote start asked for. Absent for other calls, and unless the charge ' +
      'point accepted. The members of the transaction need `transactions:read`'
  }
)

export const CallRecord = Type.Object(
  {
    messageId: Type.String(),
    identity: Type.String({ description: 'Identity of the charge point' }),
    protocol: text('OCPP version. Absent until it is known'),
    action: Type.String(),
    status: oneOf(
      ['queued', 'pending', 'sent', 'answered', 'error', 'timeout', 'failed', 'unknown', 'cancelled', 'expired'],
      'queued: waits for its charge point; error: a CALLERROR, or an answer that breaks the schema; failed: never sent; ' +
        'unknown: the connection or this process ended while it was under way'
    ),
    withheld,
    request: Type.Optional(Type.Unknown({ description: 'Secrets are hidden' })),
    response: Type.Optional(Type.Unknown({ description: 'Secrets are hidden' })),
    start: Type.Optional(StartRecord),
    errorCode: text('Code of the CALLERROR, or of the failure'),
    errorDescription: text('Description in the CALLERROR'),
    errorDetails: Type.Optional(Type.Unknown()),
    operator: text('The operator who sent the call. Absent if the back-end sent it'),
    idempotencyKey: text('The Idempotency-Key of the request'),
    createdAt: Type.String({ format: 'date-time' }),
    expiresAt: moment('When the call expires, if it still waits for its charge point'),
    sentAt: moment('When the call was sent'),
    answeredAt: moment('When the answer arrived'),
    duration: Type.Optional(Type.Number({ examples: [0.184], description: 'Seconds, including the time in the queue' }))
  },
  { additionalProperties: true }
)

export const MessageRecord = Type.Object({
  id: Type.Integer({ description: 'Rises with time' }),
  direction: oneOf(['in', 'out'], 'in: sent by the charge point'),
  messageType: Type.Integer({
    description: '2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND; 0 is none of these'
  }),
  messageId: Type.Optional(Type.String()),
  action: text('Action of the CALL; an answer has the action of its CALL'),
  payload: Type.Optional(Type.Unknown({ description: 'Secrets are hidden' })),
  errorCode: text('Code of the CALLERROR'),
  duration: Type.Optional(
    Type.Number({ examples: [0.184], description: 'Of an answer: seconds since its CALL, if that came shortly before' })
  ),
  createdAt: Type.String({ format: 'date-time' })
})

// --- id tokens ---------------------------------------------------------------------------------------------------

export const IdTokenParams = Type.Object({ idToken: Type.String({ minLength: 1, maxLength: 255 }) })
export type IdTokenParams = Static<typeof IdTokenParams>

const idTokenType = Type.String({
  maxLength: 20,
  description: 'Type of OCPP 2.x, e.g. ISO14443, eMAID, Central. Empty: any type. OCPP 1.6 has no types',
  examples: ['ISO14443']
})
const idTokenStatus = oneOf(
  ID_TOKEN_STATUSES,
  'Status in answers to charge points. OCPP 1.6 gets Invalid for a status that it does not have'
)

/** Absent: unchanged; `null`: removed. */
export const IdTokenBody = Type.Object(
  {
    type: Type.Optional(idTokenType),
    status: Type.Optional(idTokenStatus),
    groupId: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 255 }), Type.Null()], {
        description: "Tokens of one group may stop each other's transactions; parentIdTag in OCPP 1.6"
      })
    ),
    masterGroup: Type.Optional(
      Type.Boolean({ description: 'Whether tokens of this group may stop any transaction; OCPP 2.x only' })
    ),
    expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
    language: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 8 }), Type.Null()])),
    transactionLimit: Type.Optional(
      Type.Union([TransactionLimitBody, Type.Null()], {
        description: 'Limits of each transaction that this token begins, e.g. a prepaid balance'
      })
    ),
    chargingNeeds: Type.Optional(
      Type.Union([ChargingNeedsBody, Type.Null()], {
        description:
          'What the cars of its transactions need as a rule, for load management. Those of the id token whose value is the group id count for the whole group'
      })
    ),
    notes: Type.Optional(Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()]))
  },
  {
    additionalProperties: false,
    examples: [
      {
        type: 'ISO14443',
        status: 'Accepted',
        groupId: 'FLEET-7',
        expiresAt: '2099-12-31T23:59:59.000Z',
        language: 'en'
      }
    ]
  }
)
export type IdTokenBody = Static<typeof IdTokenBody>

export const IdTokenRecord = Type.Object({
  idToken: Type.String(),
  type: Type.Optional(idTokenType),
  status: idTokenStatus,
  groupId: Type.Optional(Type.String()),
  masterGroup: Type.Boolean(),
  expiresAt: moment('When the id token expires'),
  language: Type.Optional(Type.String()),
  notes: Type.Optional(Type.String()),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
  // Last, because the columns of the file have this order.
  transactionLimit: Type.Optional(TransactionLimit),
  chargingNeeds: Type.Optional(ChargingNeeds)
})
