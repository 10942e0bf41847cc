import { type Static, Type } from '@sinclair/typebox'
import type { Kysely } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import { fromDateTime } from '../date-time.js'
import { ProblemError } from '../problem-error.js'
import type { Measurement } from './limits.js'
import { type Circuit, type CircuitLimit, PHASES } from './plant.js'
import { circuitsOf } from './rows.js'

// What meters of circuits measure. Only the latest measurement of a circuit is kept.

const current = Type.Optional(Type.Number({ minimum: 0, maximum: 100_000, description: 'A' }))

export const MeasurementBody = Type.Object(
  {
    ...{ L1: current, L2: current, L3: current },
    W: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1e9,
        description:
          'Of all phases together. It counts for limits in W, and the currents for those in A. Without currents, it is taken of circuits only that have no limit in A; without it, the power follows from the currents'
      })
    ),
    includesChargers: Type.Boolean({ description: 'Whether the load of the EVSEs below is in it' }),
    at: Type.Optional(Type.String({ format: 'date-time', description: 'When it was measured. Default: now' }))
  },
  { additionalProperties: false, examples: [{ L1: 12.5, L2: 9, L3: 14.2, includesChargers: false }] }
)
export type MeasurementBody = Static<typeof MeasurementBody>

/** Clocks differ. Milliseconds. */
const AHEAD_MS = 5_000

function invalid(pointer: string, detail: string): ProblemError {
  return new ProblemError(422, 'INVALID_MEASUREMENT', `${pointer} ${detail}`.trim(), { pointer, detail })
}

/** @throws `INVALID_MEASUREMENT` */
export function measurementOf({ at, includesChargers, W, ...currents }: MeasurementBody, now: number): Measurement {
  const { L1, L2, L3 } = currents
  const missing = PHASES.filter((phase) => currents[phase] === undefined)
  const [first] = missing
  if (missing.length === 3 && W === undefined) throw invalid('', 'needs L1, L2 and L3, or W')
  if (first !== undefined && missing.length < 3) throw invalid(`/${first}`, 'is missing: give all of L1, L2 and L3')
  const measuredAt = at === undefined ? now : fromDateTime(at)
  if (measuredAt > now + AHEAD_MS) throw invalid('/at', 'is in the future')
  const isWhole = L1 !== undefined && L2 !== undefined && L3 !== undefined
  return {
    ...(isWhole && { currents: { L1, L2, L3 } }),
    ...(W !== undefined && { watts: W }),
    ...{ includesChargers, at: Math.min(measuredAt, now) }
  }
}

function hasCurrent({ W: _, ...currents }: CircuitLimit): boolean {
  return Object.keys(currents).length > 0
}

/** Power alone does not say how it is spread: a phase may carry more while another one feeds in. */
function checkCurrents({ limit, fallbackLimit, windows = [] }: Circuit, { currents }: Measurement): void {
  if (currents !== undefined) return
  const limits = [limit, ...(fallbackLimit === undefined ? [] : [fallbackLimit]), ...windows.map((one) => one.limit)]
  if (!limits.some(hasCurrent)) return
  throw invalid('/L1', 'is missing: the circuit has limits in A, and W alone does not tell the currents of the phases')
}

/** `unknown`: there is no such circuit. `old`: a later one is known. */
export type PutMeasurementResult = 'taken' | 'unknown' | 'old'

/**
 * Keeps a measurement. No other change of the site comes between a look at its circuits and the measurement.
 *
 * @throws `INVALID_MEASUREMENT`
 */
export function putMeasurement(
  writer: Pick<Writer, 'write'>,
  place: { site_id: string; circuit_id: string },
  measurement: Measurement
): Promise<PutMeasurementResult> {
  const values = { body: JSON.stringify(measurement), measured_at: measurement.at }
  return writer.write(async (trx): Promise<PutMeasurementResult> => {
    await hold(trx, 'site', place.site_id)
    const circuits = await circuitsOf(trx as Kysely<Schema>, place.site_id)
    const circuit = circuits?.find(({ id }) => id === place.circuit_id)
    if (circuit === undefined) return 'unknown'
    checkCurrents(circuit, measurement)
    const { numInsertedOrUpdatedRows = 0n } = await trx
      .insertInto('circuit_measurements')
      .values({ ...place, ...values })
      .onConflict((conflict) =>
        conflict
          .columns(['site_id', 'circuit_id'])
          .doUpdateSet(values)
          .where('circuit_measurements.measured_at', '<=', measurement.at)
      )
      .executeTakeFirst()
    return numInsertedOrUpdatedRows > 0n ? 'taken' : 'old'
  })
}
