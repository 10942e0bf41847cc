import { sql } from 'kysely'
import { OLDEST_CLOCK } from './clock.js'

/** The beginning of a state of a connector. */
export interface ConnectorMark {
  /** Unique among the marks. */
  id: number
  charge_point_id: number
  evse_id: number
  connector_id: number
  /** A status of OCPP, or a word of `connector_states`. */
  state: string
  /** Epoch milliseconds. */
  started_at: number
  received_at: number
}

/**
 * Whether a row of `status_history` is itself the mark of its status, because the status began at its timestamp. The
 * other statuses have a row in `connector_states`.
 */
export function isOwnMark({ timestamp, receivedAt }: { timestamp: number; receivedAt: number }): boolean {
  return timestamp >= OLDEST_CLOCK && timestamp <= receivedAt
}

/** {@link isOwnMark} of a row of the database. */
export const IS_OWN_MARK = sql<boolean>`(timestamp >= ${sql.lit(OLDEST_CLOCK)} and timestamp <= received_at)`

/**
 * The marks of all connectors, to select from: reported statuses, and the marks that no row of `status_history` is. A
 * condition for the charge point finds them by the index of each table.
 */
export const CONNECTOR_MARKS = sql<ConnectorMark>`(
  select 2 * id as id, charge_point_id, evse_id, connector_id, status as state, timestamp as started_at, received_at
  from status_history where ${IS_OWN_MARK}
  union all
  select 2 * id + 1 as id, charge_point_id, evse_id, connector_id, state, started_at, received_at
  from connector_states
)`
