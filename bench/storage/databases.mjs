import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openDatabase } from '../../dist/lib/database/open.js'

/** A server where anybody may do anything. */
const SERVER = process.env.TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test'

/**
 * An empty database: the settings that lead to it and how it is taken away again.
 *
 * @param {'sqlite' | 'postgres'} dialect
 * @returns {Promise<{ settings: Record<string, string>, drop: () => Promise<void> }>}
 */
export async function emptyDatabase(dialect) {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'bench-storage-'))
  const removeDirectory = async () => rmSync(DATA_DIR, { recursive: true, force: true })
  if (dialect === 'sqlite') return { settings: { DATA_DIR }, drop: removeDirectory }
  const name = `bench_${process.pid}_${Date.now()}`
  await administer(`create database ${name}`)
  const url = new URL(SERVER)
  url.pathname = name
  return {
    settings: { DATA_DIR, DATABASE_URL: url.href },
    async drop() {
      await removeDirectory()
      await administer(`drop database if exists ${name} with (force)`)
    }
  }
}

/** @param {string} statement */
async function administer(statement) {
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Whether there is a PostgreSQL. */
export function hasPostgres() {
  return administer('select 1').then(
    () => true,
    () => false
  )
}

/**
 * Rows in a table, read by this process.
 *
 * @param {Record<string, string>} settings
 * @param {string[]} tables
 * @returns {Promise<Record<string, number>>}
 */
export async function countRows(settings, tables) {
  const database = openDatabase({ DATABASE_POOL_SIZE: 2, ...settings }, { exclusive: false })
  try {
    /** @type {Record<string, number>} */
    const counts = {}
    for (const table of tables) {
      const { count } = await database.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      counts[table] = Number(count)
    }
    return counts
  } finally {
    await database.close()
  }
}
