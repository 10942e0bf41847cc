import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import { after, describe, it } from 'node:test'
import { sql } from 'kysely'
import { migrateDatabase } from '../../lib/database/open.js'
import type {} from '../../plugins/database.js'
import { startBackend, temporaryDirectory } from '../app/support.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { run } from './child.js'
import { emptyDatabase, noPostgres, open, SERVER } from './support.js'

const inLongOnPostgres = { skip: inLong.skip === false ? noPostgres : inLong.skip }

/** A door to PostgreSQL that can be opened late. Until then nobody is there, or nobody answers. */
async function door({ isSilent = false } = {}) {
  const { hostname, port } = new URL(SERVER)
  let isOpen = !isSilent
  const server = createServer((socket) => {
    if (!isOpen) return socket.on('error', () => undefined)
    const upstream = connect(Number(port === '' ? 5432 : port), hostname)
    socket.pipe(upstream).pipe(socket)
    for (const end of [socket, upstream]) end.on('error', () => socket.destroy() && upstream.destroy())
  })
  const listening = () => new Promise<void>((resolve) => server.once('listening', resolve))
  server.listen(0, '127.0.0.1')
  await listening()
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  if (!isSilent) await new Promise((resolve) => server.close(resolve))
  after(() => server.close())
  return {
    port: address.port,
    async open() {
      isOpen = true
      if (isSilent) return
      server.listen(address.port, '127.0.0.1')
      await listening()
    }
  }
}

describe('a PostgreSQL that is down at the start', { skip: noPostgres }, () => {
  it('is waited for: everything is answered 503 until it is there', async () => {
    const settings = await emptyDatabase('postgres')
    const { port, open: openDoor } = await door()
    const url = new URL(settings.DATABASE_URL ?? '')
    url.port = String(port)
    const backend = await startBackend({ DATABASE_URL: url.href })
    const status = async (path: string) => (await backend.app.inject({ url: path })).statusCode
    assert.equal(await status('/health/live'), 200)
    assert.equal(await status('/openapi.json'), 200)
    assert.equal(await status('/health/ready'), 503)
    assert.equal(await status('/api/v1/charge-points'), 503)
    const refused = await refusedCharger(backend.url, 'CP-1')
    assert.equal(refused.status, 503)
    assert.match(String(refused.headers['retry-after']), /^\d+$/)
    assert.equal(backend.app.database.isReady(), false)

    await openDoor()
    await backend.app.database.ready
    assert.equal(await status('/health/ready'), 200)
    await connectCharger(backend.url, 'CP-1')
  })
})

describe('a PostgreSQL that takes connections and says nothing at the start', { skip: noPostgres }, () => {
  it('is waited for, too', inLong, async () => {
    const { port, open: openDoor } = await door({ isSilent: true })
    const url = new URL((await emptyDatabase('postgres')).DATABASE_URL ?? '')
    url.port = String(port)
    const backend = run('server.ts', [], {
      PORT: '0',
      DATA_DIR: await temporaryDirectory(),
      DATABASE_URL: url.href,
      LOG_LEVEL: 'info'
    })
    await backend.writes('the database cannot be used yet: waiting for it')
    await openDoor()
    await backend.writes('the database is ready')
    backend.process.kill('SIGTERM')
    assert.equal(await backend.exited(), 0)
  })
})

describe('a database that can never be used', () => {
  it('makes the start fail, with the reason, when PostgreSQL does not know it', inLongOnPostgres, async () => {
    const url = new URL(SERVER)
    url.pathname = 'there_is_no_such_database'
    const backend = run('server.ts', [], { PORT: '0', DATA_DIR: await temporaryDirectory(), DATABASE_URL: url.href })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /^Cannot start: DATABASE_URL: .*"there_is_no_such_database" does not exist\n$/m)
  })

  it('ends the start when it is of a newer program', inLong, async () => {
    const settings = await emptyDatabase('sqlite')
    const database = open(settings)
    await migrateDatabase(database)
    await sql`insert into kysely_migration values ('9999-of-the-future', '2099-01-01')`.execute(database.writeDb)
    await database.close()
    // Closed twice, which is no harm.
    const backend = run('server.ts', [], { PORT: '0', DATA_DIR: settings.DATA_DIR })
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /^Cannot start: the database is newer than this program: .*9999-of-the-future/m)
  })

  it('ends the process when that turns out only later', inLongOnPostgres, async () => {
    const { port, open: openDoor } = await door()
    const url = `postgres://postgres@127.0.0.1:${port}/there_is_no_such_database`
    const backend = run('server.ts', [], { PORT: '0', DATA_DIR: await temporaryDirectory(), DATABASE_URL: url })
    await backend.writes('operators call')
    await openDoor()
    assert.equal(await backend.exited(), 1)
    assert.match(backend.output(), /Cannot go on: DATABASE_URL: .*does not exist/)
  })
})

describe('a PostgreSQL that becomes unreachable while the back-end runs', { skip: noPostgres }, () => {
  it('makes it not ready, and ready again by itself', async () => {
    const settings = await emptyDatabase('postgres')
    const { app } = await startBackend({ DATABASE_URL: settings.DATABASE_URL ?? '' })
    await app.database.ready
    const { writer, db } = app.database
    await assert.rejects(
      writer.write(async (trx) => {
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`.execute(db)
        await sql`select 1`.execute(trx)
      })
    )
    assert.equal(app.database.isReady(), false)
    await until('it is ready again', () => app.database.isReady())
  })
})
