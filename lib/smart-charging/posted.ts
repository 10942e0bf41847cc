import { type Static, Type } from '@sinclair/typebox'
import { ALL_PROTOCOLS, type Protocol, validatePayload, versionInfo } from 'fastify-ocpp'
import type { CompositeInput } from 'fastify-ocpp/smart-charging'
import { oneOf } from '../http/records.js'
import { ProblemError } from '../problem-error.js'
import { isTimeZone } from '../time-zone.js'
import { UNIT } from './records.js'

// Facts that somebody posts to have a composite schedule calculated of them.

/** Longest time for which a composite schedule is calculated. Seconds. */
export const MAX_DURATION = 31 * 86_400

const EVSE_ID = { minimum: 0, maximum: 2 ** 31 - 1 }
const MOMENT = Type.Optional(Type.String({ format: 'date-time' }))
const OCPP = Type.Object({}, { additionalProperties: true, description: 'As OCPP spells it' })

const Evse = Type.Object(
  {
    id: Type.Integer({ ...EVSE_ID, minimum: 1 }),
    phases: Type.Integer({ minimum: 1, maximum: 3 }),
    voltage: Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }),
    current: Type.Optional(oneOf(['AC', 'DC'] as const, 'Default: AC')),
    maxCurrent: Type.Optional(Type.Number({ minimum: 0 })),
    maxPower: Type.Optional(Type.Number({ minimum: 0 }))
  },
  { additionalProperties: false }
)

const Transaction = Type.Object(
  {
    id: Type.Union([Type.String({ maxLength: 36 }), Type.Integer()]),
    evseId: Type.Integer({ ...EVSE_ID, minimum: 1 }),
    startedAt: Type.String({ format: 'date-time' }),
    priority: Type.Optional(Type.Boolean()),
    soc: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    evSchedule: Type.Optional(
      Type.Object(
        { timeBase: Type.String({ format: 'date-time' }), chargingSchedule: OCPP },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false }
)

const State = Type.Object(
  {
    transactions: Type.Optional(Type.Array(Transaction, { maxItems: 200 })),
    offlineSince: MOMENT,
    onlineSince: MOMENT,
    soc: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'IANA, e.g. Europe/Paris' })),
    setpointPriority: Type.Optional(oneOf(['CSMS', 'External'] as const, 'Whose setpoint counts')),
    ownConsumption: Type.Optional(Type.Number({ minimum: 0, description: 'W' }))
  },
  { additionalProperties: false }
)

const Installed = Type.Object(
  {
    evseId: Type.Integer(EVSE_ID),
    profile: OCPP,
    source: Type.Optional(Type.String({ maxLength: 20 })),
    randomDelays: Type.Optional(Type.Array(Type.Number({ minimum: 0 }), { maxItems: 1024 })),
    acceptedAt: MOMENT,
    confirmed: Type.Optional(Type.Boolean())
  },
  { additionalProperties: false }
)

/** The input of `compositeSchedule()`. */
export const PostedFacts = Type.Object(
  {
    version: oneOf(['1.6', '2.0.1', '2.1'] as const, 'Of OCPP'),
    evses: Type.Array(Evse, { minItems: 1, maxItems: 200, description: 'In OCPP 1.6 the connectors' }),
    profiles: Type.Array(Installed, { maxItems: 200, description: 'In the order in which they were accepted' }),
    state: Type.Optional(State),
    request: Type.Object(
      {
        evseId: Type.Integer({ ...EVSE_ID, description: '0: the whole charge point' }),
        start: Type.String({ format: 'date-time' }),
        duration: Type.Integer({ minimum: 1, maximum: MAX_DURATION, description: 'Seconds' }),
        unit: UNIT,
        scheduleIndex: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 }))
      },
      { additionalProperties: false }
    )
  },
  {
    additionalProperties: false,
    examples: [
      {
        version: '1.6',
        evses: [{ id: 1, phases: 3, voltage: 230 }],
        profiles: [
          {
            evseId: 1,
            profile: {
              chargingProfileId: 1,
              stackLevel: 0,
              chargingProfilePurpose: 'TxDefaultProfile',
              chargingProfileKind: 'Relative',
              chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] }
            }
          }
        ],
        request: { evseId: 1, start: '2026-01-05T12:00:00Z', duration: 3600, unit: 'W' }
      }
    ]
  }
)
export type PostedFacts = Static<typeof PostedFacts>

/**
 * The facts for `compositeSchedule()`, once what OCPP spells is what OCPP allows.
 *
 * @throws `INVALID_FACTS`
 */
export function checkedFacts(body: PostedFacts): CompositeInput {
  const { version, profiles, state } = body
  const protocol = ALL_PROTOCOLS.find((known) => known === `ocpp${version}`)
  if (protocol === undefined) throw invalidFacts('/version', 'is unknown')
  const { timeZone, transactions = [] } = state ?? {}
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw invalidFacts('/state/timeZone', 'is no IANA time zone')
  for (const [index, { profile }] of profiles.entries()) {
    checkMessage(protocol, { at: `/profiles/${index}/profile`, ...asProfile(protocol, profile) })
  }
  for (const [index, { evSchedule }] of transactions.entries()) {
    if (evSchedule === undefined) continue
    const at = `/state/transactions/${index}/evSchedule/chargingSchedule`
    if (!versionInfo(protocol).hasDeviceModel) throw invalidFacts(at, 'is nothing that OCPP 1.6 has')
    checkMessage(protocol, { at, ...asPlan(evSchedule) })
  }
  return body as unknown as CompositeInput
}

interface Message {
  action: string
  payload: object
  /** Where in the message what was posted is. */
  within: string
}

function asProfile(protocol: Protocol, profile: object): Message {
  const action = 'SetChargingProfile'
  return versionInfo(protocol).hasDeviceModel
    ? { action, payload: { evseId: 1, chargingProfile: profile }, within: '/chargingProfile' }
    : { action, payload: { connectorId: 1, csChargingProfiles: profile }, within: '/csChargingProfiles' }
}

function asPlan({ timeBase, chargingSchedule }: { timeBase: string; chargingSchedule: object }): Message {
  const payload = { timeBase, chargingSchedule, evseId: 1 }
  return { action: 'NotifyEVChargingSchedule', payload, within: '/chargingSchedule' }
}

function checkMessage(protocol: Protocol, { at, action, payload, within }: Message & { at: string }): void {
  const violation = validatePayload(protocol, action, 'request', payload)
  if (violation !== undefined) throw invalidFacts(`${at}${violation.pointer.slice(within.length)}`, violation.message)
}

function invalidFacts(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'INVALID_FACTS', `${pointer} ${detail}`, { pointer, detail })
}
