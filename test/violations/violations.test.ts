import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Dialect } from '../../lib/database/dialect.js'
import type { DatabaseSettings } from '../../lib/database/open.js'
import { prune } from '../../lib/database/retention.js'
import { MAX_NAMED, MAX_OF_ONE } from '../../lib/violations/book.js'
import { saveViolations } from '../../lib/violations/rows.js'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { connectCharger } from '../support/charger.js'
import { ORDINARY_DATABASES } from '../support/long.js'
import type { TestServer } from '../support/server.js'
import { deferred } from '../support/wait.js'
import { longBoot, type Violation, violationsOf } from './support.js'

const DAY_MS = 86_400_000

/** With open registration whoever comes is known. */
const OPEN = { OCPP_MESSAGE_RATE: '100000', OCPP_MESSAGE_BURST: '1000000' }

const servers: [Dialect, TestServer][] = []
for (const dialect of ORDINARY_DATABASES) {
  if (dialect === 'postgres' && noPostgres !== false) continue
  servers.push([dialect, await startOn(await emptyDatabase(dialect, { withSchema: true }))])
}

async function startOn({ DATA_DIR, DATABASE_URL }: DatabaseSettings): Promise<TestServer> {
  const server = await startBackend({ ...OPEN, DATA_DIR, ...(DATABASE_URL !== undefined && { DATABASE_URL }) })
  await server.app.database.ready
  return server
}

for (const [dialect, server] of servers) describe(`violations (${dialect})`, () => testOn(server))

function testOn(server: TestServer): void {
  it('are counted by charge point, action, pointer and rule, with an example that the message log has', async () => {
    const charger = await connectCharger(server.url, 'COUNTED', { boot: true })
    const sampledValue = (unit: string) => [{ value: '1' }, { value: '2', unit }]
    const meterValue = (unit: string) => [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: sampledValue(unit) }]
    const before = Date.now()
    await charger.call('MeterValues', { connectorId: 1, meterValue: meterValue('Power') }, 'first')
    await violationsOf(server, 'COUNTED')
    const values = { connectorId: 1, meterValue: [...meterValue('Wh'), ...meterValue('Speed')] }
    await charger.call('MeterValues', values, 'second')
    await charger.call('StatusNotification', { connectorId: 1, status: 'Available' }, 'third')
    const [unit, missing, ...others] = await violationsOf(server, 'counted')
    assert.deepEqual(others, [])
    assert.deepEqual(
      [unit?.pointer, unit?.refused, unit?.delivered, unit?.messageId, unit?.code, unit?.suggestions],
      ['/meterValue/*/sampledValue/*/unit', 2, 0, 'second', 'PropertyConstraintViolation', ['unknown-samples']]
    )
    assert.deepEqual(
      [missing?.action, missing?.pointer, missing?.rule, missing?.refused],
      ['StatusNotification', '/errorCode', 'is required', 1]
    )
    assert.ok(
      Date.parse(unit?.firstAt ?? '') >= before && Date.parse(unit?.lastAt ?? '') > Date.parse(unit?.firstAt ?? '')
    )
    const items = await itemsOf(server, '/charge-points/COUNTED/messages', 8)
    assert.ok(items.some(({ messageId }) => messageId === unit?.messageId))
  })

  it('have the name of the deviation if they were corrected, and the delivered form if they were handled', async () => {
    await operate(server, 'PUT', '/charge-points/RIGHTED', { traits: { leniency: ['long-serial-numbers'] } })
    const charger = await connectCharger(server.url, 'RIGHTED')
    assert.equal((await charger.call('BootNotification', longBoot())).type, 3)
    await operate(server, 'PUT', '/charge-points/RIGHTED', { traits: { validation: 'warn' } })
    assert.equal((await charger.call('Heartbeat', { extra: 1 })).type, 3)
    const rows = await violationsOf(server, 'RIGHTED')
    assert.deepEqual(
      rows.map(({ action, pointer, rule, refused, delivered }) => [action, pointer, rule, refused, delivered]),
      [
        ['BootNotification', '/chargePointSerialNumber', 'long-serial-numbers', 0, 1],
        ['Heartbeat', '/extra', 'is not defined here', 0, 1]
      ]
    )
  })

  it('with invented names are limited, so that other violations are still counted', async () => {
    const charger = await connectCharger(server.url, 'HOSTILE', { boot: true })
    for (let round = 0; round < 2; round++) {
      for (let name = 0; name < 2 * MAX_NAMED; name++) {
        await charger.call('Heartbeat', { [`made-up-${round}-${name}`]: 1 })
      }
      await server.app.violations.flush()
    }
    await charger.call('StatusNotification', { connectorId: 1, status: 'Available' })
    const rows = await violationsOf(server, 'HOSTILE', '&limit=1000')
    assert.equal(rows.length, MAX_NAMED + 1)
    assert.equal(rows.at(-1)?.pointer, '/errorCode')
  })

  it('with names that are equal in the database are counted together, and those of other charge points are stored', async () => {
    const charger = await connectCharger(server.url, 'UNSTORABLE', { boot: true })
    const other = await connectCharger(server.url, 'BYSTANDER', { boot: true })
    for (const letter of ['\ud800', '\udbff', '\udc00', '\0', '\ufffd']) {
      await charger.call('Heartbeat', { [`a${letter}b`]: 1 })
    }
    await other.call('Heartbeat', { extra: 1 })
    assert.deepEqual(
      (await violationsOf(server, 'UNSTORABLE')).map(({ pointer, refused }) => [pointer, refused]),
      [['/a\ufffdb', 5]]
    )
    assert.equal((await violationsOf(server, 'BYSTANDER')).length, 1)
  })

  it('are stored for at most 200 kinds per charge point', async () => {
    await connectCharger(server.url, 'MANY', { boot: true })
    const chargePointId = server.app.store.knownId('MANY') ?? 0
    const kinds = (from: number) =>
      Array.from({ length: 150 }, (_, index) => kindOf(chargePointId, { pointer: `/a${from + index}` }))
    for (const from of [0, 100]) await server.app.store.write((trx) => saveViolations(trx, kinds(from)))
    const rows = await violationsOf(server, 'MANY', '&limit=1000')
    assert.equal(rows.length, MAX_OF_ONE)
    // Those that were there already are still counted.
    assert.equal(rows.filter(({ refused }) => refused === 2).length, 50)
  })

  it('are kept for as long as events, and the last of each charge point for ever', async () => {
    await connectCharger(server.url, 'OLD', { boot: true })
    await connectCharger(server.url, 'OLDER', { boot: true })
    const { db, writer } = server.app.database
    const now = Date.now() + 1000 * DAY_MS
    const old = (identity: string, pointer: string, days: number) =>
      kindOf(server.app.store.knownId(identity) ?? 0, { pointer, lastAt: now - days * DAY_MS })
    await server.app.store.write((trx) =>
      saveViolations(trx, [
        old('OLD', '/young', 300),
        old('OLD', '/old', 400),
        old('OLDER', '/a', 500),
        old('OLDER', '/b', 401)
      ])
    )
    await prune({ db, writer, now, settings: server.app.config, pause: 0, step: 1 })
    assert.deepEqual(
      (await violationsOf(server, 'OLD')).map(({ pointer }) => pointer),
      ['/young']
    )
    assert.deepEqual(
      (await violationsOf(server, 'OLDER')).map(({ pointer }) => pointer),
      ['/b']
    )
  })

  it('of a removed charge point are deleted', async () => {
    const charger = await connectCharger(server.url, 'REMOVED', { boot: true })
    await charger.call('Heartbeat', { extra: 1 })
    assert.equal((await violationsOf(server, 'REMOVED')).length, 1)
    await charger.call('Heartbeat', { more: 1 })
    assert.equal((await operate(server, 'DELETE', '/charge-points/REMOVED')).statusCode, 204)
    // Violations that waited are left out.
    assert.deepEqual(await violationsOf(server, 'REMOVED'), [])
    await operate(server, 'PUT', '/charge-points/REMOVED', {})
    assert.deepEqual(await violationsOf(server, 'REMOVED'), [])
  })
}

/** A kind that was refused once. */
function kindOf(chargePointId: number, { pointer = '', lastAt = 1 }: { pointer?: string; lastAt?: number }) {
  return {
    chargePointId,
    identity: '',
    protocol: 'ocpp1.6',
    direction: 'inbound',
    action: 'Heartbeat',
    pointer,
    rule: 'is required',
    code: 'OccurenceConstraintViolation',
    messageId: 'm',
    refused: 1,
    delivered: 0,
    firstAt: 1,
    lastAt,
    lastRefusedAt: lastAt,
    lastDeliveredAt: undefined,
    suggestions: []
  } as const
}

it('violations that wait are written when the back-end closes', async () => {
  const database = await emptyDatabase('sqlite', { withSchema: true })
  const first = await startOn(database)
  const charger = await connectCharger(first.url, 'CLOSING', { boot: true })
  await charger.call('Heartbeat', { extra: 1 })
  await first.close()
  assert.equal((await violationsOf(await startOn(database), 'CLOSING')).length, 1)
})

describe('two processes that share a PostgreSQL', { skip: noPostgres }, () => {
  it('add their violations to the same rows', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const start = () => startBackend({ ...OPEN, DATABASE_URL }, { sharedDatabase: true })
    const both = [await start(), await start()]
    for (const { app } of both) await app.database.ready
    for (const { url } of both) {
      const charger = await connectCharger(url, 'SHARED', { boot: true })
      for (const member of ['b', 'a', 'c']) await charger.call('Heartbeat', { [member]: 1 })
      await charger.close()
    }
    await Promise.all(both.map(({ app }) => app.violations.flush()))
    const [first] = both
    const rows: Violation[] = first === undefined ? [] : await violationsOf(first, 'SHARED')
    assert.deepEqual(rows.map(({ pointer, refused }) => [pointer, refused]).sort(), [
      ['/a', 2],
      ['/b', 2],
      ['/c', 2]
    ])
  })
})

it('a flush waits for the running one', async () => {
  const { app, url } = await startBackend(OPEN)
  const charger = await connectCharger(url, 'SLOW', { boot: true })
  await charger.call('Heartbeat', { extra: 1 })
  const mayCommit = deferred()
  const other = app.database.writer.write(() => mayCommit.promise)
  const flushes = { first: false, second: false }
  const first = app.violations.flush().then(() => (flushes.first = true))
  const second = app.violations.flush().then(() => (flushes.second = true))
  // Long enough for the second one, if it found nothing to write.
  for (let times = 0; times < 3; times++) await app.inject('/api/v1/problems')
  assert.deepEqual(flushes, { first: false, second: false })
  mayCommit.resolve()
  await Promise.all([other, first, second])
})
