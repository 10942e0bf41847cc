import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/**
 * The messages between nodes. Unknown members are ignored, so that a later release may add some; `v` changes when an
 * older node could no longer understand a message. Names of nodes and identities in subjects are tokens ({@link token}).
 */
export const VERSION = 1

const Version = Type.Object({ v: Type.Literal(VERSION) })
/** Maximum length of a name. A longer subject could exceed what NATS reads, which ends the connection then. */
export const MAX_NAME = 255
const Name = Type.String({ minLength: 1, maxLength: MAX_NAME })
/** With room to count on: nodes count from the highest epoch that they hear of. */
const Epoch = Type.Integer({ minimum: 0, maximum: 2 ** 52 })

/** `call.<identity>`: a request to the node to which the charge point is connected. */
export const Ask = Type.Composite([
  Version,
  Type.Object({
    from: Name,
    /** Unique among the requests of its node. */
    id: Name,
    identity: Name,
    kind: Type.Union([
      Type.Literal('call'),
      Type.Literal('disconnect'),
      Type.Literal('describe'),
      Type.Literal('forward')
    ]),
    /** The version of OCPP that the call requires. Absent: any version. */
    protocol: Type.Optional(Type.String()),
    action: Type.Optional(Type.String()),
    /** Of `forward`: the request of the application. */
    payload: Type.Optional(Type.Unknown()),
    /** Milliseconds. */
    timeout: Type.Optional(Type.Number()),
    messageId: Type.Optional(Type.String()),
    priority: Type.Optional(Type.Number()),
    code: Type.Optional(Type.Integer()),
    reason: Type.Optional(Type.String())
  })
])
export type Ask = Static<typeof Ask>

/** An error, from which the node of the caller creates an equal one. */
export const WireError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  statusCode: Type.Optional(Type.Integer()),
  sent: Type.Optional(Type.Boolean()),
  violation: Type.Optional(
    Type.Object({ code: Type.String(), pointer: Type.String(), message: Type.String() }, { additionalProperties: true })
  ),
  callError: Type.Optional(
    Type.Object({ description: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) })
  )
})
export type WireError = Static<typeof WireError>

/**
 * The replies to `call.<identity>`: first `ready` with the name of the node and, after `go`, the outcome. A check of a
 * request that is being carried out is answered with `running`.
 */
export const Reply = Type.Composite([
  Version,
  Type.Object({
    ready: Type.Optional(Name),
    running: Type.Optional(Type.Literal(true)),
    result: Type.Optional(Type.Unknown()),
    error: Type.Optional(WireError)
  })
])
export type Reply = Static<typeof Reply>

/**
 * `inbox.<node>`: a message of the caller about its request, after `ready`. The request is not carried out before
 * `go`. So a caller that did not get `ready` in time knows that nothing was sent, however late its request arrives.
 */
export const Word = Type.Composite([
  Version,
  Type.Object({
    from: Name,
    id: Name,
    word: Type.Union([Type.Literal('go'), Type.Literal('cancel'), Type.Literal('check')])
  })
])
export type Word = Static<typeof Word>

/** `beat.<node>`: the node is alive. */
export const Beat = Type.Composite([
  Version,
  Type.Object({
    node: Name,
    version: Type.Optional(Type.String()),
    since: Type.String(),
    connections: Type.Integer({ minimum: 0 }),
    load: Type.Number(),
    /** The highest epoch that the node knows. */
    epoch: Epoch,
    /** The types of events that it wants from other nodes. */
    listens: Type.Array(Type.String()),
    /** Whether it has just joined: the other nodes send their beats at once. */
    isNew: Type.Optional(Type.Boolean()),
    /** Whether it leaves the cluster. */
    isLast: Type.Optional(Type.Boolean())
  })
])
export type Beat = Static<typeof Beat>

/** `claim.<identity>`: about the connection of a charge point. */
export const Claim = Type.Composite([
  Version,
  Type.Object({
    identity: Name,
    node: Name,
    epoch: Epoch,
    /**
     * `claim`: a new connection. `confirm`: it works, and older ones are closed. `release`: it ended before it was
     * confirmed. `announce`: a confirmed connection, published again after the bus was disconnected. `outdated`: to a
     * node whose epochs are too low.
     */
    phase: Type.Union([
      Type.Literal('claim'),
      Type.Literal('confirm'),
      Type.Literal('release'),
      Type.Literal('announce'),
      Type.Literal('outdated')
    ]),
    /** Whether the epoch was counted by the nodes and not given by the application. */
    isCounted: Type.Boolean(),
    /** With the phase `outdated`: the node whose epochs are too low. */
    to: Type.Optional(Name)
  })
])
export type Claim = Static<typeof Claim>

/** `event.<type>.<identity>` */
export const EventMessage = Type.Composite([
  Version,
  Type.Object({
    type: Type.String(),
    node: Name,
    identity: Type.Optional(Type.String()),
    protocol: Type.Optional(Type.String()),
    data: Type.Record(Type.String(), Type.Unknown())
  })
])
export type EventMessage = Static<typeof EventMessage>

/** Returns a function that parses a text: to a message, or to `undefined` if the text does not match the schema. */
export function reader<S extends TSchema>(schema: S): (text: string) => Static<S> | undefined {
  const check = TypeCompiler.Compile(schema)
  return (text) => {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return undefined
    }
    return check.Check(message) ? message : undefined
  }
}

/** Encodes a name as one part of a subject: without dots, wildcards and white space. */
export function token(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E').replaceAll('*', '%2A')
}
