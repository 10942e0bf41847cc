import { type Static, Type } from '@sinclair/typebox'
import { ProblemError } from '../problem-error.js'
import type { DynamicLimit, Told } from './limits.js'
import type { Snapshot } from './options.js'
import { CIRCUIT_ID, type CircuitLimit, LIMITS, LoadManagementBody } from './plant.js'
import { StateRecord, toStateRecord } from './records.js'
import { placeOf, sumsOf } from './sums.js'

// What load management would do with other limits or another configuration. Nothing of it is saved or sent.

const PlannedLimit = Type.Object({ circuit: CIRCUIT_ID, ...LIMITS }, { additionalProperties: false, minProperties: 2 })

export const PlanBody = Type.Object(
  {
    limits: Type.Optional(
      Type.Array(PlannedLimit, {
        maxItems: 200,
        description: 'In place of the limits that energy managers have set. Those of other circuits hold'
      })
    ),
    configuration: Type.Optional(
      Type.Unsafe<LoadManagementBody>({
        ...LoadManagementBody,
        description: 'In place of the present one. With the mode `observe`: as if every EVSE had accepted its fallback'
      })
    )
  },
  { additionalProperties: false, examples: [{ limits: [{ circuit: 'main', A: 63 }] }] }
)
export type PlanBody = Static<typeof PlanBody>

/** What is calculated with in place of what holds. */
export interface Planned {
  configuration?: LoadManagementBody | undefined
  /** By circuit. */
  limits: ReadonlyMap<string, CircuitLimit>
}

/**
 * The limits of a plan.
 *
 * @throws `INVALID_PLAN`
 */
export function limitsIn({ limits = [] }: PlanBody, { circuits }: LoadManagementBody): Map<string, CircuitLimit> {
  const known = new Set(circuits.map(({ id }) => id))
  const found = new Map<string, CircuitLimit>()
  for (const [index, { circuit, ...limit }] of limits.entries()) {
    if (!known.has(circuit)) throw invalid(index, `is no circuit: ${circuit}`)
    if (found.has(circuit)) throw invalid(index, 'is named twice')
    found.set(circuit, limit)
  }
  return found
}

function invalid(index: number, detail: string): ProblemError {
  const pointer = `/limits/${index}/circuit`
  return new ProblemError(422, 'INVALID_PLAN', `${pointer} ${detail}`, { pointer, detail })
}

/** Longer than any lease. Milliseconds. */
const LONG_MS = 2 * 86_400_000

/** The limits and measurements with those of a plan. */
export function toldWith(
  told: ReadonlyMap<string, Told>,
  limits: ReadonlyMap<string, CircuitLimit>,
  now: number
): Map<string, Told> {
  const planned = [...limits].map(([circuit, limit]): [string, Told] => {
    const dynamic: DynamicLimit = { limit, source: 'plan', expiresAt: now + LONG_MS }
    return [circuit, { ...told.get(circuit), dynamic }]
  })
  return new Map([...told, ...planned])
}

export const PlanRecord = Type.Object({
  ...StateRecord.properties,
  shortfalls: Type.Array(Type.Object({ circuit: Type.String(), phase: Type.String(), by: Type.Number() }), {
    description: 'Where more may be taken than the limit allows also after all EVSEs that can be limited are'
  })
})

export function toPlanRecord(snapshot: Snapshot): Static<typeof PlanRecord> {
  const sums = sumsOf(snapshot)
  const shortfalls = snapshot.result.loads.flatMap(({ circuit, phase, limit, margin, other }) => {
    const by = (sums.get(placeOf({ circuit, phase }))?.expected ?? 0) + other + margin - limit
    return by > 1e-6 ? [{ circuit, phase, by: Math.round(by * 10) / 10 }] : []
  })
  return { ...toStateRecord(snapshot.mode, snapshot), shortfalls }
}
