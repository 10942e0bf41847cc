import { join } from 'node:path'
import Libsql from 'libsql'
import pg from 'pg'
import { migrateDatabase, openDatabase } from '../../dist/lib/database/open.js'
import { emptyDatabase } from './databases.mjs'
import { CONNECTIONS } from './lane.mjs'
import { PAYLOADS } from './messages.mjs'

// The floor of the storage benchmark: the rows of a message, inserted by a prepared statement in a bare loop, without a
// server, validation or a query. Each transaction has a message of each charge point, because the pages of the indexes
// that it changes, one for each charge point, cost more than the rows.

/** @typedef {Record<string, string | number>} Row */
/** @typedef {{ insert(rows: Record<string, Row[]>): void | Promise<void>, close(): Promise<void> }} Bare */

/** A database with the schema of the back-end and the charge points of the benchmark. */
export class Floor {
  #count = 0

  /**
   * @param {string} dialect
   * @param {Bare} bare
   * @param {number[]} chargePointIds
   * @param {() => Promise<void>} drop
   */
  constructor(dialect, bare, chargePointIds, drop) {
    this.dialect = dialect
    this.bare = bare
    this.chargePointIds = chargePointIds
    this.drop = drop
  }

  /** @param {'sqlite' | 'postgres'} dialect */
  static async start(dialect) {
    const { settings, drop } = await emptyDatabase(dialect)
    const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings })
    await migrateDatabase(database)
    const now = Date.now()
    const chargePoints = Array.from({ length: CONNECTIONS }, (_, index) => {
      return { identity: `FLOOR-${index}`, identity_key: `floor-${index}`, created_at: now, updated_at: now }
    })
    const made = await database.writeDb.insertInto('charge_points').values(chargePoints).returning('id').execute()
    await database.close()
    const bare = dialect === 'sqlite' ? bareSqlite(settings.DATA_DIR ?? '') : await barePostgres(settings.DATABASE_URL)
    return new Floor(
      dialect,
      bare,
      made.map(({ id }) => id),
      drop
    )
  }

  /**
   * Messages per second whose rows are committed.
   *
   * @param {string} action
   * @param {number} seconds
   */
  async measure(action, seconds) {
    const start = performance.now()
    let messages = 0
    while (performance.now() - start < seconds * 1000) {
      await this.bare.insert(this.#rowsOf(action))
      messages += CONNECTIONS
    }
    return messages / ((performance.now() - start) / 1000)
  }

  /** The rows of one transaction, by table. @param {string} action */
  #rowsOf(action) {
    /** @type {Record<string, Row[]>} */
    const rows =
      action === 'MeterValues'
        ? { messages: [], meter_values: [] }
        : { messages: [], connectors: [], status_history: [] }
    for (const charge_point_id of this.chargePointIds) {
      const count = ++this.#count
      const payload = PAYLOADS[action]?.(count, 4711, new Date(count * 1000)) ?? {}
      const common = { charge_point_id, message_id: String(count), action, created_at: count }
      rows.messages?.push({ ...common, direction: 'in', message_type: 2, payload: JSON.stringify(payload) })
      rows.messages?.push({ ...common, direction: 'out', message_type: 3, payload: '{}' })
      if ('meterValue' in payload) rows.meter_values?.push(...meterRows(charge_point_id, payload.meterValue))
      else for (const [table, row] of Object.entries(statusRows(charge_point_id, payload))) rows[table]?.push(row)
    }
    return rows
  }

  async stop() {
    await this.bare.close()
    await this.drop()
  }
}

/** @param {number} charge_point_id @param {any} payload @returns {Record<string, Row>} */
function statusRows(charge_point_id, { connectorId, status, timestamp }) {
  const at = Date.parse(timestamp)
  const place = { charge_point_id, evse_id: 0, connector_id: connectorId }
  return {
    connectors: { ...place, status, timestamp: at, updated_at: at },
    status_history: { ...place, status, timestamp: at, received_at: at }
  }
}

/** @param {number} charge_point_id @param {any} meterValue @returns {Row[]} */
function meterRows(charge_point_id, [{ timestamp, sampledValue }]) {
  const at = Date.parse(timestamp)
  return sampledValue.map((/** @type {any} */ { value, measurand, phase = '', context, location = '', unit }) => ({
    ...{ charge_point_id, transaction_id: '4711', evse_id: 0, connector_id: 1, timestamp: at, received_at: at },
    ...{ measurand, phase, context, location, unit, format: 'Raw', value: Number(value), raw: value }
  }))
}

/** Replaces the present state of a connector, of which there is one row. */
const REPLACING = ` on conflict (charge_point_id, evse_id, connector_id) do update
  set status = excluded.status, timestamp = excluded.timestamp, updated_at = excluded.updated_at`

/** @param {string} table */
function endOf(table) {
  return table === 'connectors' ? REPLACING : ''
}

/** The durability of the back-end: what is committed has reached the disk. @param {string} directory @returns {Bare} */
function bareSqlite(directory) {
  const database = new Libsql(join(directory, 'ocpp.db'))
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -16384']) {
    database.pragma(pragma)
  }
  /** @type {Map<string, import('libsql').Statement>} */
  const statements = new Map()
  /** @param {string} table @param {Row} row */
  const statementFor = (table, row) => {
    const columns = Object.keys(row)
    const statement =
      statements.get(table) ??
      database.prepare(
        `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})${endOf(table)}`
      )
    statements.set(table, statement)
    return statement
  }
  return {
    insert(tables) {
      database.exec('begin immediate')
      for (const [table, rows] of Object.entries(tables)) {
        for (const row of rows) statementFor(table, row).run(Object.values(row))
      }
      database.exec('commit')
    },
    async close() {
      database.close()
    }
  }
}

/** One statement a table and transaction, as the way to the server costs more than a row. @param {string | undefined} url @returns {Promise<Bare>} */
async function barePostgres(url) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  /** @param {string} table @param {Row[]} rows */
  const insertInto = (table, rows) => {
    const columns = Object.keys(rows[0] ?? {})
    let parameter = 0
    const lines = rows.map(() => `(${columns.map(() => `$${++parameter}`).join(', ')})`)
    const text = `insert into ${table} (${columns.join(', ')}) values ${lines.join(', ')}${endOf(table)}`
    return client.query({ name: table, text, values: rows.flatMap((row) => Object.values(row)) })
  }
  return {
    async insert(tables) {
      await client.query('begin')
      for (const [table, rows] of Object.entries(tables)) await insertInto(table, rows)
      await client.query('commit')
    },
    close: () => client.end()
  }
}
