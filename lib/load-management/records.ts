import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { oneOf } from '../http/records.js'
import { FALLBACK_PROOFS, fallbackProofAt } from './fallback-proof.js'
import { isSentHeld, LEASES } from './leases.js'
import { seenPhases } from './lines.js'
import type { Snapshot } from './options.js'
import { keyOf, LoadManagementBody, MODES, PHASES, type Plant } from './plant.js'
import { CAUSES, type EvseState } from './reserve.js'
import type { HistoryRow } from './rows.js'
import type { EvseFacts, Load } from './site.js'
import { overloads } from './step.js'
import { placeOf, type Sums, sumsOf } from './sums.js'
import { turnsOf } from './turns.js'
import { UNBALANCES } from './unbalance.js'

// Load management as the operator API shows it.

const moment = (description: string) => Type.String({ format: 'date-time', description })
const amperes = (description: string) => Type.Number({ description: `A. ${description}` })

export const LoadManagementRecord = Type.Object({
  ...LoadManagementBody.properties,
  createdAt: moment('When it was first configured'),
  updatedAt: moment('When it was last configured')
})

const LoadRecord = Type.Object({
  circuit: Type.String(),
  phase: oneOf(
    ['L1', 'L2', 'L3', 'W', ...UNBALANCES] as const,
    'In A; W is the power of all phases; unbalance-L1 is the current of L1 above that of another phase'
  ),
  limit: Type.Number({ description: 'That holds now' }),
  credit: Type.Optional(
    amperes(
      'Of an unbalance: the part of the limit that is there because cars take as much on each of the other phases'
    )
  ),
  origin: oneOf(['static', 'window', 'dynamic', 'fallback'] as const, 'Where the limit comes from'),
  other: Type.Number({
    description:
      'Measured load that is not that of the EVSEs. What has put the circuit above its limit counts for five minutes'
  }),
  margin: Type.Number({ description: 'Kept free' }),
  reserved: Type.Number({ description: 'The most that the EVSEs may take now' }),
  reservedBy: Type.Partial(Type.Object(Object.fromEntries(CAUSES.map((cause) => [cause, Type.Number()]))), {
    description: 'The same by the `cause` of the EVSEs'
  }),
  allocated: Type.Number({ description: 'What the EVSEs that can be limited are meant to get, together' }),
  measured: Type.Optional(
    Type.Number({ description: 'What the EVSEs take. Absent: one may take something that was not measured lately' })
  ),
  headroom: Type.Number({ description: 'What is left. Below 0: nothing can be guaranteed' })
})

const EvseRecord = Type.Object({
  identity: Type.String(),
  evseId: Type.Integer(),
  circuit: Type.String(),
  connected: Type.Boolean(),
  transaction: Type.Optional(Type.Integer({ description: '`id` of the open transaction' })),
  reserved: amperes('The most that may be in force, on each of its phases'),
  cause: oneOf(CAUSES, 'Why so much is reserved'),
  limit: Type.Optional(amperes('That the charge point has accepted for the transaction')),
  leaseUntil: Type.Optional(moment('When that limit ends, unless it is renewed')),
  target: Type.Optional(amperes('That it is meant to get')),
  measured: Type.Optional(amperes('The highest current of a phase, as last measured')),
  phases: Type.Optional(
    Type.Array(oneOf(PHASES, 'Of the site'), {
      description: 'That the car of the transaction loads, as measured. Absent: not known'
    })
  ),
  expectedTurn: Type.Optional(
    moment(
      'When a car that waits can expect to charge, if none comes or leaves and no limit changes. Absent: not known, or it does not wait'
    )
  ),
  cap: Type.Optional(
    Type.Object(
      { amperes: Type.Number(), by: Type.String({ description: 'Purpose and source' }) },
      {
        description:
          'A limit of others, which is not given room above it: a profile of an operator, a limit that the charge point has told, or the plan of the EV'
      }
    )
  ),
  obedience: oneOf(['unproven', 'obeys', 'ignoring'] as const, 'Whether measured currents obey the limits'),
  lease: oneOf(
    LEASES,
    'Whether limits end by themselves: kept, as its composite schedule has shown; ignored: they do not, so its last limit is reserved until its transaction has ended; unproven: not shown, counts like kept'
  ),
  fallbackProof: oneOf(
    FALLBACK_PROOFS,
    'Whether the charge point has the fallback that it accepted: kept, as one of its kind has shown; missing: it has not, so its maximum is reserved; unproven: not shown, counts like kept'
  ),
  reason: Type.String({ description: 'In words' })
})

const StationRecord = Type.Object({
  identity: Type.String(),
  maximum: amperes('That its EVSEs get together at most, on each phase'),
  installed: Type.Boolean({
    description: 'Whether the charge point has it as its own profile. Without that, only load management keeps it'
  })
})

export const StateRecord = Type.Object({
  mode: oneOf(MODES, 'What is done'),
  at: Type.Optional(moment('Of the last calculation. Absent: none yet, or the mode is off')),
  loads: Type.Array(LoadRecord),
  evses: Type.Array(EvseRecord),
  stations: Type.Array(StationRecord, { description: 'Charge points that have a maximum for all their EVSEs' }),
  overloads: Type.Array(Type.Object({ circuit: Type.String(), phase: Type.String(), by: Type.Number() }), {
    description: 'Where more may be taken than the limit allows, whatever is sent'
  })
})
export type StateRecord = Static<typeof StateRecord>

const round = (value: number) => Math.round(value * 100) / 100

/** The result of the last run. */
export function toStateRecord(mode: StateRecord['mode'], snapshot: Snapshot | undefined): StateRecord {
  if (snapshot === undefined) return { mode, loads: [], evses: [], stations: [], overloads: [] }
  const { plant, at, result, facts } = snapshot
  const sums = sumsOf(snapshot)
  const turns = turnsOf(snapshot)
  const loads = result.loads.map((load) => toLoadRecord(load, sums.get(placeOf(load))))
  const evses = plant.evses.map((evse) => {
    const key = keyOf(evse)
    const state = result.states.get(key)
    const view = result.evses.get(key)
    const { sent, transaction, measured, obedience = 'unproven' } = state ?? {}
    const turn = turns.get(key)
    const isHeld = sent !== undefined && state !== undefined && isSentHeld(state, at)
    return {
      ...{ identity: evse.identity, evseId: evse.evseId, circuit: evse.circuit },
      connected: facts.get(key)?.isConnected ?? false,
      ...(transaction !== undefined && { transaction: transaction.id }),
      reserved: round(view?.reserved ?? evse.maximum),
      cause: view?.cause ?? ('no-fallback' as const),
      ...(isHeld && { limit: sent.amperes }),
      ...(isHeld && state?.isUnleased !== true && { leaseUntil: toDateTime(sent.until) }),
      ...(view?.target !== undefined && { target: round(view.target) }),
      ...(measured !== undefined && { measured: round(measured.amperes) }),
      ...detected(evse, state, facts.get(key)),
      ...(turn !== undefined && { expectedTurn: toDateTime(turn) }),
      ...(view?.cap !== undefined && { cap: view.cap }),
      obedience,
      lease: view?.lease ?? ('unproven' as const),
      fallbackProof: fallbackProofAt(evse, state ?? {}),
      reason: view?.reason ?? ''
    }
  })
  const stations = plant.stations.map(({ identity, maximum }) => {
    return { identity, maximum, installed: snapshot.maxima?.has(identity.toLowerCase()) === true }
  })
  return { mode, at: toDateTime(at), loads, evses, stations, overloads: overloads(result.loads) }
}

function toLoadRecord(load: Load, sums: Sums | undefined): Static<typeof LoadRecord> {
  const { byCause = new Map(), allocated = 0, measured } = sums ?? {}
  const causes = [...byCause].filter(([, amount]) => amount > 0).map(([cause, amount]) => [cause, round(amount)])
  return {
    ...load,
    limit: round(load.limit),
    ...(load.credit !== undefined && { credit: round(load.credit) }),
    margin: round(load.margin),
    other: round(load.other),
    reserved: round(load.reserved),
    reservedBy: Object.fromEntries(causes),
    allocated: round(allocated),
    ...(measured !== undefined && { measured: round(measured) }),
    headroom: round(load.limit - load.margin - load.other - load.reserved)
  }
}

/** The phases of a car that was seen for long enough. */
function detected(
  evse: Plant['evses'][number],
  { transaction, lines }: Partial<EvseState> = {},
  { isConnected = false }: Partial<EvseFacts> = {}
) {
  const isKnown = transaction !== undefined && isConnected && lines?.isProven === true
  return isKnown ? { phases: [...seenPhases(evse, lines)] } : {}
}

export const HistoryRecord = Type.Object({
  id: Type.Integer(),
  at: moment('When the charge point answered'),
  identity: Type.String(),
  evseId: Type.Integer(),
  transaction: Type.Optional(Type.Integer({ description: '`id` of the transaction' })),
  kind: oneOf(['fallback', 'limit'] as const, 'fallback: for whenever nothing else holds; limit: for a transaction'),
  amperes: Type.Number(),
  outcome: Type.String({
    description:
      'accepted, rejected, too-many (refused, because profiles came too often), error (a CALLERROR), unknown (not answered) or unsent'
  }),
  reason: Type.String()
})

export const HISTORY_COLUMNS = [
  'id',
  'at',
  'identity',
  'evseId',
  'transaction',
  'kind',
  'amperes',
  'outcome',
  'reason'
] as const

export function toHistoryRecord(row: HistoryRow): Static<typeof HistoryRecord> {
  const { id, at, identity, evse_id, transaction_row, kind, outcome, reason } = row
  return {
    id: Number(id),
    at: toDateTime(Number(at)),
    identity,
    evseId: Number(evse_id),
    ...(transaction_row !== null && { transaction: Number(transaction_row) }),
    ...{ kind, amperes: row.amperes, outcome, reason }
  }
}
