import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { migrateDatabase, openDatabase } from '../../lib/database/open.js'
import { GroupCommitWriter } from '../../lib/database/writer.js'
import { message } from './rows.js'

// Commits of the writer in a second, for 200 callers that each wait for theirs:
// npx tsx --conditions=source test/database/measure.ts [postgres://an-empty-database]
// The SQLite file is made in the present directory, because the usual /tmp may have no disk below it.

const CALLERS = 200
const DURATION_MS = 3_000

const [url] = process.argv.slice(2)
const directory = await mkdtemp(join(process.cwd(), 'measure-'))
const database = openDatabase({ DATA_DIR: directory, DATABASE_URL: url, DATABASE_POOL_SIZE: 10 })
await migrateDatabase(database)
const { dialect, writeDb: db, lanes } = database
const writer = new GroupCommitWriter({ db, dialect, lanes })

async function measure(what: string, rows: number, work: (index: number) => Promise<unknown>): Promise<void> {
  const waits: number[] = []
  const start = performance.now()
  const caller = async () => {
    while (performance.now() - start < DURATION_MS) {
      const before = performance.now()
      await work(waits.length)
      waits.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const seconds = (performance.now() - start) / 1000
  waits.sort((a, b) => a - b)
  const at = (share: number) => waits[Math.floor(waits.length * share)]?.toFixed(1)
  const perSecond = Math.round((waits.length * rows) / seconds)
  console.log(`${dialect} ${what}: ${perSecond} rows/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
}

let count = 0
const value = (measurand: string) => ({
  charge_point_id: 1,
  measurand,
  raw: '1',
  value: 1,
  timestamp: count++,
  received_at: 0
})
await measure('jobs of one insert', 1, () =>
  writer.write((trx) => trx.insertInto('messages').values(message('A')).execute())
)
await measure('appends of one row', 1, () => writer.append('messages', [message('A')]))
await measure('appends of three meter values', 3, () =>
  writer.append('meter_values', ['a', 'b', 'c'].map(value), { onConflict: 'ignore' })
)
await writer.close()
await database.close()
await rm(directory, { recursive: true })
