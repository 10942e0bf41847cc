import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'

/** The filter of a list of violations. Times are epoch milliseconds. */
export interface ViolationFilter {
  chargePoint?: string
  vendor?: string
  model?: string
  action?: string
  /** Only kinds with at least one rejected message. */
  refused?: boolean
  from?: number
  to?: number
  /** Row id of the last item before the page. */
  behind?: number
  limit: number
}

const at = Type.String({ format: 'date-time' })
const count = Type.Integer({ minimum: 0 })

const KIND = {
  protocol: Type.Optional(Type.String({ description: 'Absent for a rejected handshake' })),
  action: Type.Optional(
    Type.String({ description: 'Absent for a rejected handshake and for a message that cannot be read' })
  ),
  direction: Type.Unsafe<'inbound' | 'outbound'>({ type: 'string', enum: ['inbound', 'outbound'] }),
  pointer: Type.String({ description: 'RFC 6901 JSON pointer into the payload; * stands for the index of a list' }),
  rule: Type.String({ description: 'The deviation that was corrected, or the rule of the schema that was broken' }),
  code: Type.Optional(
    Type.String({
      description: 'Code of the CALLERROR, also if the message was handled. Absent for a rejected handshake'
    })
  )
}
const COUNTS = {
  refused: count,
  delivered: Type.Integer({
    minimum: 0,
    description: 'Handled in spite of the violation, by leniency or `validation: warn`'
  }),
  firstAt: at,
  lastAt: at
}

export const ViolationRecord = Type.Object({
  chargePoint: Type.String(),
  vendor: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
  firmwareVersion: Type.Optional(Type.String()),
  ...KIND,
  ...COUNTS,
  messageId: Type.Optional(
    Type.String({ description: 'Message id of the latest example in the messages of the charge point' })
  ),
  suggestions: Type.Array(Type.String(), { description: 'Deviations to accept, so that such messages are handled' })
})
export type ViolationRecord = Static<typeof ViolationRecord>

export const VIOLATION_COLUMNS = Object.keys(ViolationRecord.properties) as (keyof ViolationRecord)[]

/** The order of the list: by row, the oldest kind first. */
export async function listViolations(
  db: Reader,
  filter: ViolationFilter
): Promise<{ id: number; record: ViolationRecord }[]> {
  const rows = await filtered(db, filter)
    .select([
      'violations.id',
      'charge_points.identity',
      'charge_points.vendor',
      'charge_points.model',
      'charge_points.firmware_version',
      'violations.protocol',
      'direction',
      'action',
      'pointer',
      'rule',
      'code',
      'refused',
      'delivered',
      'suggestions',
      'message_id',
      'first_at',
      'last_at'
    ])
    .$if(filter.behind !== undefined, (query) => query.where('violations.id', '>', filter.behind ?? 0))
    .orderBy('violations.id')
    .limit(filter.limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    record: {
      chargePoint: row.identity,
      ...present({ vendor: row.vendor, model: row.model, firmwareVersion: row.firmware_version }),
      ...present({ protocol: row.protocol, action: row.action, code: row.code, messageId: row.message_id }),
      direction: row.direction,
      pointer: row.pointer,
      rule: row.rule,
      refused: Number(row.refused),
      delivered: Number(row.delivered),
      firstAt: toDateTime(row.first_at),
      lastAt: toDateTime(row.last_at),
      suggestions: row.suggestions === null ? [] : (JSON.parse(row.suggestions) as string[])
    }
  }))
}

export const GROUPS = ['model', 'chargePoint', 'rule'] as const
export type Group = (typeof GROUPS)[number]

export const ViolationGroupRecord = Type.Object({
  vendor: Type.Optional(Type.String({ description: 'Only grouped by model' })),
  model: Type.Optional(Type.String({ description: 'Only grouped by model' })),
  chargePoint: Type.Optional(Type.String({ description: 'Only grouped by chargePoint' })),
  protocol: Type.Optional(Type.String({ description: 'Only grouped by model or rule' })),
  action: Type.Optional(Type.String({ description: 'Only grouped by model or rule' })),
  pointer: Type.Optional(Type.String({ description: 'Only grouped by model or rule' })),
  rule: Type.Optional(Type.String({ description: 'Only grouped by model or rule' })),
  code: Type.Optional(Type.String({ description: 'Only grouped by model or rule' })),
  chargePoints: Type.Integer({ minimum: 1, description: 'Number of charge points' }),
  ...COUNTS
})
export type ViolationGroupRecord = Static<typeof ViolationGroupRecord>

export const GROUP_COLUMNS = Object.keys(ViolationGroupRecord.properties) as (keyof ViolationGroupRecord)[]

const OF_KIND = ['violations.protocol', 'action', 'pointer', 'rule', 'code'] as const
const KEYS = {
  model: ['charge_points.vendor', 'charge_points.model', ...OF_KIND],
  chargePoint: ['charge_points.identity'],
  rule: OF_KIND
} as const satisfies Record<Group, readonly string[]>

/** Sums of violations by model (a report for the vendor), by charge point or by rule, the most frequent first. */
export async function groupViolations(
  db: Reader,
  group: Group,
  filter: ViolationFilter
): Promise<ViolationGroupRecord[]> {
  const keys = [...KEYS[group]]
  const rows = await filtered(db, filter)
    .select(keys as ['charge_points.vendor'])
    .select((of) => [
      of.fn.sum<number>('refused').as('refused'),
      of.fn.sum<number>('delivered').as('delivered'),
      of.fn.min('first_at').as('first_at'),
      of.fn.max('last_at').as('last_at'),
      of.fn.count<number>('violations.charge_point_id').distinct().as('charge_points')
    ])
    .groupBy(keys as ['charge_points.vendor'])
    .orderBy(sql`sum(refused) + sum(delivered)`, 'desc')
    .orderBy(keys as ['charge_points.vendor'])
    .limit(filter.limit)
    .execute()
  return rows.map(({ refused, delivered, first_at, last_at, charge_points, ...key }) => {
    const { identity, pointer, ...rest } = key as Record<string, string | null>
    return {
      ...present({ chargePoint: identity, ...rest }),
      ...(typeof pointer === 'string' && { pointer }),
      chargePoints: Number(charge_points),
      refused: Number(refused),
      delivered: Number(delivered),
      firstAt: toDateTime(first_at),
      lastAt: toDateTime(last_at)
    }
  })
}

function filtered(db: Reader, { chargePoint, vendor, model, action, refused, from, to }: ViolationFilter) {
  let query = db.selectFrom('violations').innerJoin('charge_points', 'charge_points.id', 'violations.charge_point_id')
  if (chargePoint !== undefined) query = query.where('identity_key', '=', fold(chargePoint))
  if (vendor !== undefined) query = query.where('charge_points.vendor', '=', vendor)
  if (model !== undefined) query = query.where('charge_points.model', '=', model)
  if (action !== undefined) query = query.where('action', '=', action)
  if (refused === true) query = query.where('refused', '>', 0)
  if (from !== undefined) query = query.where('last_at', '>=', from)
  if (to !== undefined) query = query.where('last_at', '<', to)
  return query
}

function present<T extends Record<string, string | null | undefined>>(members: T): { [Name in keyof T]?: string } {
  const known = Object.entries(members).filter(([, value]) => value !== null && value !== undefined && value !== '')
  return Object.fromEntries(known) as { [Name in keyof T]?: string }
}
