import { sql } from 'kysely'
import type { Registration } from '../database/columns.js'
import { contains, type Reader } from '../events/scope.js'
import type { ShownState } from './connector-state.js'
import { STATE } from './state-query.js'

/**
 * Sort orders of a list; "-" means descending. Charge points with the same value are sorted by identity, which is also the
 * name of those that have none.
 */
export const CHARGE_POINT_ORDERS = [
  'identity',
  '-identity',
  'name',
  '-name',
  'createdAt',
  '-createdAt',
  'lastSeenAt',
  '-lastSeenAt',
  'lastBootAt',
  '-lastBootAt'
] as const
export type ChargePointOrder = (typeof CHARGE_POINT_ORDERS)[number]

/** An absent member does not filter. */
export interface ChargePointFilter {
  /** Substring of the identity, name, vendor, model, serial number or notes. */
  part?: string
  /** Status of at least one connector. */
  status?: string
  /** State of at least one connector, in the words for all versions. */
  state?: ShownState
  /** The id of its site. */
  site?: string
  protocol?: string
  vendor?: string
  model?: string
  firmwareVersion?: string
  registration?: Registration
  enabled?: boolean
  provisioned?: boolean
}

/** A position in a sorted list. */
export interface ChargePointPosition {
  /** Value that the list is sorted by; '' if it is sorted by identity. */
  value: number | string
  key: string
}

// A charge point without the time is sorted as if the time were 0.
const VALUES = {
  createdAt: sql<number | string>`created_at`,
  lastSeenAt: sql<number | string>`coalesce(last_seen_at, 0)`,
  lastBootAt: sql<number | string>`coalesce(last_boot_at, 0)`,
  name: sql<number | string>`coalesce(name_key, identity_key)`,
  identity: sql<number | string>`''`
} as const

/** Whether neither a connection nor a boot is stored: the time of a connection is stored some seconds later, a boot at once. */
const IS_UNHEARD = sql<number>`case when last_connected_at is null and last_boot_at is null then 1 else 0 end`

export interface ListedPosition extends ChargePointPosition {
  /** Neither a connection nor a boot is stored. The charge point may be connected for the first time. */
  isUnheard: boolean
}

export interface PositionsQuery {
  filter: ChargePointFilter
  order: ChargePointOrder
  behind?: ChargePointPosition
  /** Default: all. */
  limit?: number
}

/** The positions of the charge points that match a filter, without their other columns. */
export async function listPositions(db: Reader, page: PositionsQuery): Promise<ListedPosition[]> {
  const { filter, order, behind, limit } = page
  const direction = order.startsWith('-') ? 'desc' : 'asc'
  const beyond = direction === 'desc' ? '<' : '>'
  const name = order.replace('-', '') as keyof typeof VALUES
  const value = VALUES[name]
  let query = filtered(db, filter).select(['identity_key', value.as('value'), IS_UNHEARD.as('is_unheard')])
  if (name === 'identity') {
    if (behind !== undefined) query = query.where('identity_key', beyond, behind.key)
  } else {
    query = query.orderBy(value, direction)
    if (behind !== undefined) {
      const isBeyond = sql.raw(beyond)
      query = query.where(
        sql<boolean>`(${value} ${isBeyond} ${behind.value} or (${value} = ${behind.value} and identity_key ${isBeyond} ${behind.key}))`
      )
    }
  }
  if (limit !== undefined) query = query.limit(limit)
  const rows = await query.orderBy('identity_key', direction).execute()
  const isText = name === 'identity' || name === 'name'
  return rows.map(({ value, identity_key, is_unheard }) => ({
    value: isText ? value : Number(value),
    key: identity_key,
    isUnheard: is_unheard === 1
  }))
}

function filtered(db: Reader, { part, status, state, enabled, provisioned, ...exact }: ChargePointFilter) {
  let query = db.selectFrom('charge_points').where('removed_at', 'is', null)
  if (part !== undefined) {
    const columns = ['identity_key', 'name_key', 'vendor', 'model', 'serial_number', 'notes'] as const
    query = query.where(({ or }) => or(columns.map((column) => contains(column, part))))
  }
  if (status !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('connectors')
          .select('connectors.id')
          .whereRef('connectors.charge_point_id', '=', 'charge_points.id')
          .where('connectors.status', '=', status)
      )
    )
  }
  if (state !== undefined) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('connectors')
          .select('connectors.id')
          .whereRef('connectors.charge_point_id', '=', 'charge_points.id')
          .where(STATE, '=', state)
      )
    )
  }
  if (enabled !== undefined) query = query.where('enabled', '=', enabled ? 1 : 0)
  if (provisioned !== undefined) query = query.where('provisioned', '=', provisioned ? 1 : 0)
  const { site, protocol, vendor, model, firmwareVersion, registration } = exact
  if (site !== undefined) query = query.where('site_id', '=', site)
  if (protocol !== undefined) query = query.where('protocol', '=', protocol)
  if (vendor !== undefined) query = query.where('vendor', '=', vendor)
  if (model !== undefined) query = query.where('model', '=', model)
  if (firmwareVersion !== undefined) query = query.where('firmware_version', '=', firmwareVersion)
  if (registration !== undefined) query = query.where('registration', '=', registration)
  return query
}
