import type { Migration } from 'kysely'
import { type Dialect, idColumn } from '../dialect.js'

/** When each connector began to be in a state, in any order of arrival; the next row of its place ends it. */
export function connectorStates(dialect: Dialect): Migration {
  const [type, build] = idColumn(dialect)
  return {
    async up(db) {
      await db.schema
        .createTable('connector_states')
        .addColumn('id', type, build)
        .addColumn('charge_point_id', 'bigint', (column) => column.notNull().references('charge_points.id'))
        .addColumn('evse_id', 'bigint', (column) => column.notNull())
        .addColumn('connector_id', 'bigint', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('received_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('connector_states_start', [
          'charge_point_id',
          'evse_id',
          'connector_id',
          'started_at',
          'state'
        ])
        .execute()
    }
  }
}
