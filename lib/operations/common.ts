import { type Static, Type } from '@sinclair/typebox'
import { readTime } from '../http/paging.js'
import { oneOf } from '../http/records.js'
import type { IdTokenRow } from '../id-tokens/rows.js'
import { InvalidRequestError, NotSupportedError, type Outcome, type Status } from './exchange.js'

// What the requests of several operations have in common, and how it is said in each version.

export const dateTime = (description: string) => Type.String({ format: 'date-time', description })

/** Where: the same number finds the place in every version when it is given as `evseId`. */
export const PLACE = {
  evseId: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'EVSE. 1.6 has none: it is taken as the number of the connector there'
    })
  ),
  connectorId: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: '2.x: connector of the EVSE, which has to be given as well; 1.6: connector of the charge point'
    })
  )
}

export interface Place {
  evseId?: number
  connectorId?: number
}

/** Connectors of 1.6 are what 2.x calls EVSEs: each can be used whatever the others do. [1.6 §2.2] */
export function connectorOf16({ evseId, connectorId }: Place): number | undefined {
  if (evseId !== undefined && connectorId !== undefined && evseId !== connectorId) {
    throw new NotSupportedError('OCPP 1.6 has no EVSEs: give either evseId or connectorId, as number of the connector')
  }
  return connectorId ?? evseId
}

/** A connector of 2.x is one of its EVSE. */
export function placeOf2({ evseId, connectorId }: Place): { evseId?: number; connectorId?: number } {
  if (connectorId !== undefined && evseId === undefined) {
    throw new NotSupportedError('OCPP 2.x numbers connectors within their EVSE: give evseId as well')
  }
  return { ...(evseId !== undefined && { evseId }), ...(connectorId !== undefined && { connectorId }) }
}

/** The same as a datatype of 2.x; undefined is the whole. */
export function evseOf2(place: Place): { id: number; connectorId?: number } | undefined {
  const { evseId, connectorId } = placeOf2(place)
  if (evseId === undefined) return undefined
  return { id: evseId, ...(connectorId !== undefined && { connectorId }) }
}

/** Where only an EVSE can be meant. */
export function evseIdOf2({ evseId, connectorId }: Place): number | undefined {
  if (connectorId !== undefined) throw new NotSupportedError('OCPP 2.x does this for an EVSE, not for a connector')
  return evseId
}

export const ID_TOKEN = Type.Object(
  {
    idToken: Type.String({ minLength: 1, maxLength: 255, description: '1.6: at most 20 characters, 2.0.1: 36' }),
    type: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description: 'As 2.x names them. Default: that of the id token as it is known here, else Central. 1.6 has none'
      })
    )
  },
  { additionalProperties: false }
)
export type IdTokenBody = Static<typeof ID_TOKEN>

/** An id token that the operator's server gave out. [2.x IdTokenEnumType] */
const CENTRAL = 'Central'

/** An id token as 2.x says it. */
export function idToken2({ idToken, type }: IdTokenBody, known: IdTokenRow | undefined) {
  return { idToken, type: type ?? (known?.type || CENTRAL) }
}

/** A group as 2.x says it. */
export function groupToken2(groupId: string | null | undefined): { groupIdToken?: { idToken: string; type: string } } {
  return groupId === null || groupId === undefined ? {} : { groupIdToken: { idToken: groupId, type: CENTRAL } }
}

interface Answer {
  status: string
  statusInfo?: object
}

/** Words that are the same in all versions. */
const WORDS: Readonly<Record<string, Status>> = {
  Accepted: 'accepted',
  Unlocked: 'accepted',
  Scheduled: 'scheduled',
  AcceptedCanceled: 'accepted',
  RebootRequired: 'reboot-required',
  NotImplemented: 'not-supported',
  NotSupported: 'not-supported',
  Unknown: 'not-found'
}
/** Words that say no more than the status that they become. */
const PLAIN = new Set(['Accepted', 'Unlocked', 'Scheduled', 'RebootRequired', 'Rejected', 'NotSupported'])

/** What a status of OCPP comes to; whatever is no success is a refusal, with its reason. */
export function outcomeOf({ status, statusInfo }: Answer, details: object = {}): Outcome {
  return {
    status: WORDS[status] ?? 'rejected',
    ...(!PLAIN.has(status) && { reason: status }),
    ...(statusInfo !== undefined && { statusInfo }),
    ...details
  }
}

/** Refuses what one version has no word for. */
export function refuse(version: '1.6' | '2.x', given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given).filter((name) => given[name] !== undefined)
  if (names.length > 0) throw new NotSupportedError(`OCPP ${version} has nothing like ${names.join(' or ')} here`)
}

/** @throws InvalidRequestError unless it lies ahead */
export function checkAhead(name: string, moment: string, now: number): void {
  if (readTime(name, moment) <= now) throw new InvalidRequestError(`${name} is over already`)
}

/** What one charging limit says. */
export const LIMIT = {
  limit: Type.Number({ minimum: 0, maximum: 1e9, description: 'In `unit`; 0 stops charging' }),
  unit: oneOf(['W', 'A'], 'W: of all phases together; A: of each phase'),
  phases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: 'Default: what the charge point has, 3' })),
  duration: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'Seconds. Default: until it is replaced or cleared' })
  )
}
