import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sql } from 'kysely'
import { Whereabouts } from '../../lib/charge-points/whereabouts.js'
import { awayChargePoints } from '../../lib/problems/charge-points.js'
import { overload } from '../../lib/problems/process.js'
import type {} from '../../plugins/problems.js'
import { onSharedBackend, operate } from '../app/support.js'
import { openReader } from '../events/reader.js'
import { book, event2, onlyTransactionOf, startTransaction } from '../ledger/wire-support.js'
import { tokenOf } from '../operators/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const HOUR = 3_600_000

interface Shown extends Record<string, unknown> {
  id: string
  kind: string
  chargePoint?: string
}

async function problemsOf(server: TestServer, query: string): Promise<Shown[]> {
  const response = await operate(server, 'GET', `/problems?${query}`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items
}

/** A problem without what depends on time and database. */
function core({ id: _, since: __, ...problem }: Shown) {
  return problem
}

/** Changes rows as if time had passed. */
async function change({ app }: TestServer, statement: ReturnType<typeof sql>): Promise<void> {
  await app.database.writer.write((trx) => statement.execute(trx))
}

function idOf(server: TestServer, identity: string): Promise<number> {
  return server.app.store.chargePointId(identity)
}

onSharedBackend('a problem', (start) => {
  it('is a connector with a fault, until it is repaired', async () => {
    const server = await start()
    const reader = await openReader(server.port, { query: '?type=problem&chargePoint=P-FAULT' })
    const charger = await connectCharger(server.url, 'P-FAULT', { boot: true })
    const status = { connectorId: 2, timestamp: '2026-01-01T09:00:00Z' }
    await book(charger, 'StatusNotification', {
      ...status,
      status: 'Faulted',
      errorCode: 'GroundFailure',
      info: 'wet <b>'
    })
    await server.app.problems.check()
    const [problem] = await problemsOf(server, 'chargePoint=p-fault')
    assert.ok(problem)
    assert.deepEqual(core(problem), {
      kind: 'connector-faulted',
      severity: 'critical',
      chargePoint: 'P-FAULT',
      evseId: 2,
      connectorId: 2,
      detail: 'Faulted: GroundFailure, wet <b>'
    })
    await book(charger, 'StatusNotification', { ...status, status: 'Available', errorCode: 'NoError' })
    await server.app.problems.check()
    const told = (await reader.events(2)).map(({ data = '{}' }) => JSON.parse(data).data)
    assert.deepEqual(
      told.map(({ change: what, evseId }) => [what, evseId]),
      [
        ['raised', 2],
        ['cleared', 2]
      ]
    )
    assert.deepEqual(await problemsOf(server, 'chargePoint=P-FAULT'), [])
  })

  it('is a fault of the whole charge point, which has no EVSE, since it began', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'P-WHOLE', { boot: true })
    const report = (time: string, status: string, errorCode = 'InternalError') => {
      const timestamp = `2026-01-01T${time}:00Z`
      return book(charger, 'StatusNotification', { connectorId: 0, status, errorCode, info: '', timestamp })
    }
    await report('08:00', 'Faulted')
    await report('08:30', 'Available', 'NoError')
    for (const time of ['09:00', '09:30', '10:00']) await report(time, 'Faulted')
    const [problem] = await problemsOf(server, 'chargePoint=P-WHOLE')
    assert.ok(problem)
    const { id: _, since, ...rest } = problem
    assert.deepEqual(rest, {
      kind: 'connector-faulted',
      severity: 'critical',
      chargePoint: 'P-WHOLE',
      detail: 'Faulted: InternalError'
    })
    assert.equal(Date.parse(String(since)), Date.parse('2026-01-01T09:00:00Z'))
  })

  it('is a disconnected charge point: at once if it was charging, otherwise after 15 minutes', async () => {
    const server = await start()
    for (const [identity, charges] of [
      ['P-AWAY-1', true],
      ['P-AWAY-2', false]
    ] as const) {
      const charger = await connectCharger(server.url, identity, { boot: true })
      if (charges) await startTransaction(charger)
      charger.ws.close()
      await charger.gone
    }
    const now = Date.now()
    for (const identity of ['P-AWAY-1', 'P-AWAY-2']) {
      const id = await idOf(server, identity)
      await change(
        server,
        sql`update charge_points set last_connected_at = ${now - 2}, last_seen_at = ${now - 1},
          last_disconnected_at = ${now - 1} where id = ${id}`
      )
    }
    const { db } = server.app.database
    const connected = (isConnected: boolean) =>
      new Whereabouts({ live: { has: () => isConnected, get: () => undefined } })
    const whereabouts = connected(false)
    const away = async (startedAt: number, time: number) => {
      const found = await awayChargePoints(db, { whereabouts, startedAt, now: () => time })()
      return found
        .filter(({ chargePoint }) => chargePoint?.startsWith('P-AWAY'))
        .map(({ chargePoint, severity }) => [chargePoint, severity])
    }
    const [critical, warning] = [
      ['P-AWAY-1', 'critical'],
      ['P-AWAY-2', 'warning']
    ]
    assert.deepEqual(await away(now - HOUR, now), [critical])
    assert.deepEqual(await away(now - HOUR, now + 14 * 60_000), [critical])
    assert.deepEqual(await away(now - HOUR, now + 15 * 60_000), [critical, warning])
    // The back-end itself was away.
    assert.deepEqual(await away(now + HOUR, now + HOUR + 1_000), [])
    assert.deepEqual(await away(now + HOUR, now + HOUR + 60_000), [critical])
    assert.deepEqual(await away(now + HOUR, now + 2 * HOUR), [critical, warning])
    assert.deepEqual(await awayChargePoints(db, { whereabouts: connected(true), startedAt: 0 })(), [])
  })

  it('is an open transaction of a connected charge point without meter values for 30 minutes', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'P-SILENT', { boot: true })
    const transactionId = await startTransaction(charger)
    const { id } = await onlyTransactionOf(server, 'P-SILENT')
    const kinds = async () => (await problemsOf(server, 'chargePoint=P-SILENT')).map(core)
    assert.deepEqual(await kinds(), [])
    await change(server, sql`update transactions set created_at = created_at - ${HOUR} where id = ${id}`)
    const silent = { kind: 'transaction-silent', severity: 'warning', chargePoint: 'P-SILENT', evseId: 1 }
    const detail = 'has had no meter values since its start'
    assert.deepEqual(await kinds(), [{ ...silent, connectorId: 1, transaction: id, detail }])
    const headers = await tokenOf(server, 'p-reader', 'charge-points:read')
    const shown = await server.app.inject({ url: '/api/v1/problems?chargePoint=P-SILENT', headers })
    assert.deepEqual(shown.json().items.map(core), [{ ...silent, connectorId: 1, detail }])
    const meterValue = [{ timestamp: '2026-01-01T09:30:00Z', sampledValue: [{ value: '500' }] }]
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    assert.deepEqual(await kinds(), [])
    await change(
      server,
      sql`update meter_values set received_at = received_at - ${HOUR} where transaction_id = ${String(transactionId)}`
    )
    assert.equal((await kinds())[0]?.detail, 'charges without meter values')
    charger.ws.close()
    await charger.gone
    await until('it is gone', () => !server.app.ocpp.chargePoints.has('P-SILENT'))
    assert.deepEqual(
      (await kinds()).filter(({ kind }) => kind === 'transaction-silent'),
      []
    )
  })

  it('is a transaction with missing events, five minutes after the last one', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'P-GAP', { protocol: 'ocpp2.0.1', boot: true })
    await book(charger, 'TransactionEvent', event2('Started', 0, '2026-01-01T09:00:00Z'))
    await book(charger, 'TransactionEvent', event2('Updated', 2, '2026-01-01T09:02:00Z'))
    const { id } = await onlyTransactionOf(server, 'P-GAP')
    assert.deepEqual(await problemsOf(server, 'kind=transaction-incomplete&chargePoint=P-GAP'), [])
    await change(server, sql`update transactions set updated_at = updated_at - ${HOUR} where id = ${id}`)
    const [problem] = await problemsOf(server, 'kind=transaction-incomplete&chargePoint=P-GAP')
    assert.deepEqual([problem?.transaction, problem?.severity], [id, 'warning'])
  })

  it('is a call of unknown outcome, and one that soon expires in the queue', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/P-CALL', {})
    const queued = await operate(server, 'POST', '/charge-points/P-CALL/calls/ClearCache', {})
    assert.ok(queued.statusCode >= 400, queued.body)
    const id = await idOf(server, 'P-CALL')
    const now = Date.now()
    const values = { charge_point_id: id, protocol: 'ocpp1.6', action: 'Reset', request: '{}' }
    await server.app.database.writer.write(async (trx) => {
      await trx
        .insertInto('calls')
        .values([
          { ...values, message_id: 'lost', status: 'unknown', created_at: now - 1000 },
          { ...values, message_id: 'old', status: 'unknown', created_at: now - 25 * HOUR },
          { ...values, message_id: 'late', status: 'queued', created_at: now - 10 * HOUR },
          { ...values, message_id: 'fresh', status: 'queued', created_at: now }
        ])
        .execute()
      await trx
        .insertInto('queued_calls')
        .values([
          { charge_point_id: id, message_id: 'late', payload: '{}', expires_at: now + HOUR / 2 },
          { charge_point_id: id, message_id: 'fresh', payload: '{}', expires_at: now + HOUR / 2 }
        ])
        .execute()
    })
    const found = await problemsOf(server, 'chargePoint=P-CALL')
    assert.deepEqual(found.map(({ kind, messageId }) => [kind, messageId]).toSorted(), [
      ['call-expiring', 'late'],
      ['call-unknown', 'lost']
    ])
  })

  it('is a firmware update or an upload that failed, until a later report', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'P-JOB', { boot: true })
    await book(charger, 'FirmwareStatusNotification', { status: 'DownloadFailed' })
    await book(charger, 'DiagnosticsStatusNotification', { status: 'UploadFailed' })
    const kinds = async () => (await problemsOf(server, 'chargePoint=P-JOB')).map(({ kind }) => kind).toSorted()
    assert.deepEqual(await kinds(), ['firmware-failed', 'log-failed'])
    await book(charger, 'FirmwareStatusNotification', { status: 'Downloading' })
    assert.deepEqual(await kinds(), ['log-failed'])
  })

  it('is a certificate that expires within 30 days, and a webhook that accepts no event', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/P-CERT', {})
    const id = await idOf(server, 'P-CERT')
    const now = Date.now()
    const row = { charge_point_id: id, type: 'ChargingStationCertificate', csr: '', created_at: now, updated_at: now }
    const { id: webhook } = (await operate(server, 'POST', '/webhooks', { url: 'https://hooks.invalid/' })).json()
    await server.app.database.writer.write(async (trx) => {
      await trx
        .insertInto('issued_certificates')
        .values([
          { ...row, status: 'in-use', expires_at: now + 29 * 24 * HOUR },
          { ...row, status: 'in-use', expires_at: now - 1 },
          { ...row, status: 'accepted', expires_at: now + HOUR },
          { ...row, status: 'superseded', expires_at: now + HOUR },
          { ...row, status: 'in-use', expires_at: now + 31 * 24 * HOUR }
        ])
        .execute()
      const delivery = { webhook_id: webhook, type: 'boot', charge_point: 'X', charge_point_key: 'x', payload: '{}' }
      await trx
        .insertInto('webhook_deliveries')
        .values({
          ...delivery,
          event_id: '1',
          attempts: 5,
          error: 'ECONNREFUSED',
          created_at: now,
          retry_until: now + HOUR,
          next_attempt_at: now + HOUR
        })
        .execute()
    })
    const found = await problemsOf(server, 'kind=certificate-expiring&chargePoint=P-CERT')
    const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10)
    assert.deepEqual(
      found.map(({ severity, detail }) => [severity, detail]),
      [
        ['critical', `ChargingStationCertificate expired on ${dayOf(now - 1)}`],
        ['critical', `ChargingStationCertificate expires on ${dayOf(now + HOUR)}`],
        ['warning', `ChargingStationCertificate expires on ${dayOf(now + 29 * 24 * HOUR)}`]
      ]
    )
    const [failing] = await problemsOf(server, 'kind=webhook-failing')
    assert.deepEqual([failing?.webhook, failing?.detail], [webhook, 'events are not accepted: ECONNREFUSED'])
    await operate(server, 'DELETE', `/webhooks/${webhook}`)
    assert.deepEqual(await problemsOf(server, 'kind=webhook-failing'), [])
  })

  it('is found by site, kind, severity and acknowledgement', async () => {
    const server = await start()
    await operate(server, 'PUT', '/sites/p-site', { name: 'Depot' })
    const charger = await connectCharger(server.url, 'P-SITE', { boot: true })
    await operate(server, 'PUT', '/charge-points/P-SITE', { site: 'p-site' })
    await book(charger, 'FirmwareStatusNotification', { status: 'DownloadFailed' })
    const [problem] = await problemsOf(server, 'site=p-site')
    assert.equal(problem?.chargePoint, 'P-SITE')
    assert.equal((await problemsOf(server, 'site=p-site&severity=critical')).length, 0)
    assert.equal((await problemsOf(server, 'site=nowhere')).length, 0)
    await operate(server, 'PUT', `/problems/${problem?.id}/acknowledgement`, { note: 'seen' })
    assert.equal((await problemsOf(server, 'site=p-site&acknowledged=false')).length, 0)
    const [known] = await problemsOf(server, 'site=p-site&acknowledged=true')
    assert.equal((known?.acknowledgement as { note?: string } | undefined)?.note, 'seen')
  })
})

it('a log that loses messages is a problem for five minutes, and so are writes that wait', async () => {
  const counters = { log: { dropped: 7 }, writer: { queued: 0 } }
  let now = 1_000_000
  const source = overload(counters, () => now)
  const kinds = async () => (await source()).map(({ kind, since }) => [kind, since])
  assert.deepEqual(await kinds(), [])
  counters.log.dropped = 8
  counters.writer.queued = 1_001
  assert.deepEqual(await kinds(), [
    ['log-dropping', 1_000_000],
    ['writes-queueing', 1_000_000]
  ])
  now += 300_000
  counters.writer.queued = 10
  assert.deepEqual(await kinds(), [['log-dropping', 1_000_000]])
  now += 1
  assert.deepEqual(await kinds(), [])
})
