import { type Static, Type } from '@sinclair/typebox'
import type { Selectable } from 'kysely'
import type { SampleSettingsTable } from '../database/schema-sites.js'
import type { Writer } from '../database/writer.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'
import { type KnownOf, knownOf } from '../traits/book.js'
import { controlledEvses } from './leftovers.js'
import { PARTS, type Part } from './meter-settings.js'

// The settings for samples that load management has changed, with the values that are put back.

/** Absent: it was not changed. */
export type Values = Partial<Record<Part, string>>

/** What a charge point samples while a site controls it. */
export const SamplesRecord = Type.Object(
  {
    measurands: Type.Optional(Type.Array(Type.String(), { description: 'That are sampled. Absent: not told' })),
    missing: Type.Array(Type.String(), { description: 'That load management needs, and that are not sampled' }),
    interval: Type.Optional(Type.Integer({ description: 'Seconds between samples, 0: none. Absent: not told' })),
    wantedInterval: Type.Integer({ description: 'Seconds. That load management has asked for' }),
    rebootRequired: Type.Boolean({ description: 'Whether some of it is in force after the next boot only' }),
    former: Type.Object(
      { measurands: Type.Optional(Type.String()), interval: Type.Optional(Type.String()) },
      { description: 'Values that were changed, and are put back when no site controls the charge point any more' }
    ),
    at: Type.String({ format: 'date-time', description: 'When the charge point was asked' })
  },
  { description: 'While a site controls it: its settings for samples. Absent: none does, or they are not known yet' }
)
export type SamplesRecord = Static<typeof SamplesRecord>
export type Reached = Omit<SamplesRecord, 'former' | 'at'>

/** The settings of a charge point that were changed. */
export interface Changed {
  /** Of the charge point when they were. */
  boots: number
  /** The values that are put back. */
  former: Values
  /** The values in their place, as far as they are known. */
  set: Values
  /** Absent: it was not completed. */
  reached?: Reached | undefined
}

/** A charge point whose settings are changed, or have to be put back. */
export interface Sampled {
  chargePointId: number
  identity: string
  protocol: string
  boots: number
  known: KnownOf
  isControlled: boolean
  changed: Changed | undefined
}

/** Those of all charge points, or of one, where something is to be done. */
export async function findSampled(db: Reader, chargePointId?: number): Promise<Sampled[]> {
  const controlled = new Set<string>()
  for (const [siteId, keys] of await controlledEvses(db)) {
    for (const key of keys) controlled.add(`${siteId} ${key.slice(0, key.lastIndexOf(' '))}`)
  }
  const sites = db.selectFrom('load_management').select('site_id').where('mode', '=', 'control')
  let query = db
    .selectFrom('charge_points')
    .leftJoin('sample_settings', 'sample_settings.charge_point_id', 'charge_points.id')
    .select(['id', 'identity', 'identity_key', 'protocol', 'site_id', 'charge_points.boots', 'removed_at'])
    .select(['traits', 'vendor', 'model', 'firmware_version'])
    .select(['sample_settings.boots as changed_boots', 'former', 'present', 'reached'])
    .where(({ or, eb }) => or([eb('sample_settings.charge_point_id', 'is not', null), eb('site_id', 'in', sites)]))
  if (chargePointId !== undefined) query = query.where('charge_points.id', '=', chargePointId)
  const rows = await query.execute()
  return rows.flatMap((row) => {
    const { id, identity, identity_key, protocol, site_id, removed_at, former, present } = row
    const isControlled = removed_at === null && controlled.has(`${site_id} ${identity_key}`)
    const isChanged = former !== null && present !== null
    const changed = isChanged ? toChanged({ ...row, former, present, boots: row.changed_boots ?? 0 }) : undefined
    const boots = Number(row.boots)
    const isDone = isControlled ? changed?.reached !== undefined && changed.boots === boots : changed === undefined
    if (isDone || protocol === null) return []
    return [{ chargePointId: Number(id), identity, protocol, boots, known: knownOf(row), isControlled, changed }]
  })
}

type Row = Pick<Selectable<SampleSettingsTable>, 'boots' | 'former' | 'present' | 'reached'>

function toChanged({ boots, former, present, reached }: Row): Changed {
  return {
    boots: Number(boots),
    former: JSON.parse(former) as Values,
    set: JSON.parse(present) as Values,
    ...(reached !== null && { reached: JSON.parse(reached) as Reached })
  }
}

export async function saveChanged(
  writer: Pick<Writer, 'write'>,
  chargePointId: number,
  { boots, former, set, reached }: Changed
): Promise<void> {
  const values = {
    boots,
    former: JSON.stringify(former),
    present: JSON.stringify(set),
    reached: reached === undefined ? null : JSON.stringify(reached),
    updated_at: Date.now()
  }
  await writer.write((trx) =>
    trx
      .insertInto('sample_settings')
      .values({ charge_point_id: chargePointId, ...values })
      .onConflict((conflict) => conflict.column('charge_point_id').doUpdateSet(values))
      .execute()
  )
}

export async function forgetChanged(writer: Pick<Writer, 'write'>, chargePointId: number): Promise<void> {
  await writer.write((trx) => trx.deleteFrom('sample_settings').where('charge_point_id', '=', chargePointId).execute())
}

/** What a charge point samples, for operators; `undefined`: no site controls it, or it has not told it yet. */
export async function samplesOf(db: Reader, chargePointId: number): Promise<SamplesRecord | undefined> {
  const row = await db
    .selectFrom('sample_settings')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { former, reached } = toChanged(row)
  if (reached === undefined) return undefined
  const replaced = Object.fromEntries(
    PARTS.flatMap((part) => (former[part] === undefined ? [] : [[part, former[part]]]))
  )
  return { ...reached, former: replaced, at: toDateTime(row.updated_at) }
}
