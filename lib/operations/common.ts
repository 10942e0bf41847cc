import { type Static, Type } from '@sinclair/typebox'
import { readTime } from '../http/paging.js'
import { oneOf } from '../http/records.js'
import type { IdTokenRow } from '../id-tokens/rows.js'
import type { Traits } from '../traits/traits.js'
import { invalidRequest, notSupported, type Outcome, type Status } from './exchange.js'

// Members that several operations share, and their translation into each version.

export const dateTime = (description: string) => Type.String({ format: 'date-time', description })

/** A place at the charge point. The same `evseId` means the same place in every version. */
export const PLACE = {
  evseId: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'EVSE; in OCPP 1.6, which has no EVSEs, the number of the connector'
    })
  ),
  connectorId: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description:
        'OCPP 2.x: connector of the EVSE `evseId`, which is required; OCPP 1.6: connector of the charge point'
    })
  )
}

export interface Place {
  evseId?: number
  connectorId?: number
}

/** A connector of OCPP 1.6 corresponds to an EVSE of 2.x: each can be used independently. [1.6 §2.2] */
export function connectorOf16({ evseId, connectorId }: Place): number | undefined {
  if (evseId !== undefined && connectorId !== undefined && evseId !== connectorId) {
    throw notSupported('OCPP 1.6 has no EVSEs: give the number of the connector, either as evseId or as connectorId')
  }
  return connectorId ?? evseId
}

/** A connector of OCPP 2.x belongs to an EVSE. */
export function placeOf2({ evseId, connectorId }: Place): { evseId?: number; connectorId?: number } {
  if (connectorId !== undefined && evseId === undefined) {
    throw notSupported('OCPP 2.x numbers connectors within their EVSE: give evseId too')
  }
  return { ...(evseId !== undefined && { evseId }), ...(connectorId !== undefined && { connectorId }) }
}

/** The place as a datatype of OCPP 2.x. `undefined`: the whole charge point. */
export function evseOf2(place: Place): { id: number; connectorId?: number } | undefined {
  const { evseId, connectorId } = placeOf2(place)
  if (evseId === undefined) return undefined
  return { id: evseId, ...(connectorId !== undefined && { connectorId }) }
}

/** For requests that need an EVSE and cannot mean the whole charge point. */
export function evseIdOf2({ evseId, connectorId }: Place): number | undefined {
  if (connectorId !== undefined)
    throw notSupported('OCPP 2.x does this for an EVSE, not for a connector: leave out connectorId')
  return evseId
}

export const ID_TOKEN = Type.Object(
  {
    idToken: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'At most 20 characters in OCPP 1.6 and 36 in OCPP 2.0.1'
    }),
    type: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        description:
          'Type of the id token in OCPP 2.x. Default: the type that the back-end knows of it, else Central. OCPP 1.6 has no types'
      })
    )
  },
  { additionalProperties: false }
)
export type IdTokenBody = Static<typeof ID_TOKEN>

/** The type of an id token that the operator's server created. [2.x IdTokenEnumType] */
const CENTRAL = 'Central'

/** An id token in OCPP 2.x. */
export function idToken2({ idToken, type }: IdTokenBody, known: IdTokenRow | undefined) {
  return { idToken, type: type ?? (known?.type || CENTRAL) }
}

/** A group in OCPP 2.x. */
export function groupToken2(groupId: string | null | undefined): { groupIdToken?: { idToken: string; type: string } } {
  return groupId === null || groupId === undefined ? {} : { groupIdToken: { idToken: groupId, type: CENTRAL } }
}

interface Answer {
  status: string
  statusInfo?: object
}

/** Maps statuses of all OCPP versions to ours. */
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
/** Statuses of OCPP that say no more than ours, so they are not repeated as the reason. */
const PLAIN = new Set(['Accepted', 'Unlocked', 'Scheduled', 'RebootRequired', 'Rejected', 'NotSupported'])

/** The outcome of a status of OCPP. An unknown status counts as `rejected`, with the status as the reason. */
export function outcomeOf({ status, statusInfo }: Answer, details: object = {}): Outcome {
  return {
    status: WORDS[status] ?? 'rejected',
    ...(!PLAIN.has(status) && { reason: status }),
    ...(statusInfo !== undefined && { statusInfo }),
    ...details
  }
}

/** Rejects members that a version does not support. */
export function refuse(version: '1.6' | '2.x', given: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(given).filter((name) => given[name] !== undefined)
  if (names.length > 0) throw notSupported(`OCPP ${version} does not support ${names.join(' and ')} in this operation`)
}

/** @throws `INVALID_OPERATION` if the time is not in the future */
export function checkAhead(name: string, moment: string, now: number): void {
  if (readTime(name, moment) <= now) throw invalidRequest(`${name} must be in the future`)
}

/** @throws `INVALID_OPERATION` when the charge point would not obey a charging limit, by what is known of it */
export function checkLimit(
  { chargingRateUnit, maxStackLevel }: Traits,
  { unit, stackLevel = 0 }: { unit: 'W' | 'A'; stackLevel?: number }
): void {
  if (chargingRateUnit !== undefined && unit !== chargingRateUnit) {
    throw invalidRequest(
      `the charge point obeys charging limits in ${chargingRateUnit} only, not in ${unit} (trait chargingRateUnit)`
    )
  }
  if (maxStackLevel !== undefined && stackLevel > maxStackLevel) {
    throw invalidRequest(
      `the charge point accepts stack levels up to ${maxStackLevel}, not ${stackLevel} (trait maxStackLevel)`
    )
  }
}

/** The members of a charging limit. */
export const LIMIT = {
  limit: Type.Number({ minimum: 0, maximum: 1e9, description: 'Maximum in `unit`; 0 stops charging' }),
  unit: oneOf(['W', 'A'], 'W: sum of all phases; A: per phase'),
  phases: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3,
      description: 'Number of phases. Default: 3, the default of the charge point'
    })
  ),
  duration: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Seconds that the limit applies. Default: until it is replaced or cleared'
    })
  )
}
