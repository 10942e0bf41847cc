import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { migrateDatabase, openDatabase } from '../../dist/lib/database/open.js'
import { countRows, emptyDatabase } from './databases.mjs'

const SERVER = fileURLToPath(new URL('../../dist/server.js', import.meta.url))
const EMPTY = fileURLToPath(new URL('../servers/empty.mjs', import.meta.url))
const CHARGE_POINTS = 1000
const TRANSACTIONS = 100_000
const METER_VALUES = 5_000_000
const STARTS = 5
/** In one statement. */
const STEP = 250_000
const PATIENCE_MS = 120_000

/** How long a back-end with years of data takes to listen. @param {{ progress: (text: string) => void }} options */
export async function measureRestart({ progress }) {
  const { settings, drop } = await emptyDatabase('sqlite')
  try {
    const filling = performance.now()
    await fill(settings, progress)
    const bytes = statSync(join(settings.DATA_DIR ?? '', 'ocpp.db')).size
    const filled = (performance.now() - filling) / 1000
    const seconds = []
    const empty = []
    for (let start = 1; start <= STARTS; start++) {
      progress(`restart ${start} of ${STARTS}`)
      seconds.push(await startOnce(SERVER, settings, 19_000 + start))
      empty.push(await startOnce(EMPTY, settings, 19_000 + start))
    }
    const rows = await countRows(settings, ['transactions', 'meter_values'])
    return { transactions: rows.transactions, meterValues: rows.meter_values, bytes, filled, seconds, empty }
  } finally {
    await drop()
  }
}

/**
 * Seconds from the start of the process until a connection is accepted and ready, and the CPU time until then; it is
 * killed with -9 then, as everything that has to be repaired would make the next start slower.
 *
 * @param {string} file
 * @param {Record<string, string>} settings
 * @param {number} port
 */
async function startOnce(file, settings, port) {
  const env = { PATH: process.env.PATH, PORT: String(port), OPERATOR_TOKEN: 'token-of-the-benchmark', ...settings }
  const begin = performance.now()
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = once(child, 'exit')
  try {
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() - begin > PATIENCE_MS) throw new Error('it does not start')
      await sleep(5)
    }
    const listening = (performance.now() - begin) / 1000
    const cpu = cpuSeconds(child.pid)
    const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`)
    if (status !== 200 && file !== EMPTY) throw new Error(`/health/ready answered ${status}`)
    return { cpu, listening, ready: (performance.now() - begin) / 1000 }
  } finally {
    child.kill('SIGKILL')
    await exit
  }
}

/** User and system time of a process so far. @param {number | undefined} pid */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** @param {number} port */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

/**
 * @param {Record<string, string>} settings
 * @param {(text: string) => void} progress
 */
async function fill(settings, progress) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings })
  try {
    await migrateDatabase(database)
    const db = database.writeDb
    // Nobody minds when this is lost.
    await sql`pragma synchronous = off`.execute(db)
    await sql`pragma cache_size = -524288`.execute(db)
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${CHARGE_POINTS})
      insert into charge_points (id, identity, identity_key, created_at, updated_at)
      select i, 'CP-' || i, 'cp-' || i, 1767225600000, 1767225600000 from n`.execute(db)
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${TRANSACTIONS})
      insert into transactions (id, charge_point_id, transaction_id, ocpp16_id, start_key, protocol, status, connector_id,
        id_token, start_timestamp, meter_start, created_at, updated_at)
      select i, 1 + i % ${CHARGE_POINTS}, i, i, 'start-' || i, 'ocpp1.6', case when i % 100 = 0 then 'open' else 'ended' end, 1,
        'TAG-' || (i % 5000), 1767225600000 + i * 1000, 0, 1767225600000, 1767225600000 from n`.execute(db)
    for (let from = 0; from < METER_VALUES; from += STEP) {
      progress(`filling the database: ${from / 1e6} of ${METER_VALUES / 1e6} million meter values`)
      await sql`with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${from + STEP - 1})
        insert into meter_values (charge_point_id, transaction_id, connector_id, timestamp, measurand, context, location, unit,
          value, raw, received_at)
        select 1 + (i / 50) % ${CHARGE_POINTS}, cast(i / 50 as text), 1, 1767225600000 + i * 1000,
          'Energy.Active.Import.Register', 'Sample.Periodic', 'Outlet', 'Wh', i, cast(i as text), 1767225600000
        from n`.execute(db)
    }
    await sql`pragma wal_checkpoint(truncate)`.execute(db)
  } finally {
    await database.close()
  }
}
