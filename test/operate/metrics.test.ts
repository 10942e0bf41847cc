import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startBackend } from '../app/support.js'
import { connectCharger, ErrorAnswer, refusedCharger } from '../support/charger.js'
import { until } from '../support/wait.js'

type Backend = Awaited<ReturnType<typeof startBackend>>

/** The series and their values, as Prometheus reads them. */
async function scrape({ app }: Backend): Promise<Map<string, number>> {
  const response = await app.inject({ url: '/metrics' })
  assert.equal(response.statusCode, 200)
  assert.match(String(response.headers['content-type']), /^text\/plain; version=0\.0\.4/)
  const samples = response.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('/metrics', () => {
  it('counts connections, frames, answers, calls, errors and refusals', async () => {
    const backend = await startBackend()
    const charger = await connectCharger(backend.url, 'SECRET-1', { boot: true })
    const second = await connectCharger(backend.url, 'SECRET-2', { protocol: 'ocpp2.0.1' })
    second.sendText('[2,"1","BootNotification",{oops')
    await second.nextFrame()
    backend.app.ocpp.events.on('handled', () => {
      throw new Error('this listener fails')
    })
    charger.onCall((action) => {
      return action === 'ClearCache' ? { status: 'Accepted' } : new ErrorAnswer('NotSupported')
    })
    await backend.app.ocpp.v16.call('SECRET-1', 'ClearCache', {})
    await assert.rejects(backend.app.ocpp.v16.call('SECRET-1', 'Reset', { type: 'Soft' }))
    await charger.call('MadeUpByTheCharger')
    await charger.call('StatusNotification', { connectorId: 'one', errorCode: 'NoError', status: 'Available' })
    await charger.roundTrip()
    await refusedCharger(backend.url, 'SECRET-3', { protocol: 'ocpp1.5' })
    const found = await scrape(backend)
    const expected = {
      'ocpp_connections{protocol="ocpp1.6"}': 1,
      'ocpp_connections{protocol="ocpp2.0.1"}': 1,
      'ocpp_connections{protocol="ocpp2.1"}': 0,
      'ocpp_connects_total{protocol="ocpp1.6"}': 1,
      'ocpp_answer_duration_seconds_count{action="BootNotification"}': 1,
      'ocpp_answer_duration_seconds_count{action="Heartbeat"}': 1,
      'ocpp_answer_duration_seconds_count{action="other"}': 1,
      'ocpp_calls_total{action="ClearCache",outcome="result"}': 1,
      'ocpp_calls_total{action="Reset",outcome="callerror"}': 1,
      'ocpp_call_duration_seconds_count{action="Reset"}': 1,
      'ocpp_call_errors_total{direction="outbound",code="NotImplemented"}': 1,
      'ocpp_call_errors_total{direction="outbound",code="TypeConstraintViolation"}': 1,
      'ocpp_call_errors_total{direction="outbound",code="RpcFrameworkError"}': 1,
      'ocpp_call_errors_total{direction="inbound",code="NotSupported"}': 1,
      'ocpp_listener_failures_total{event="handled"}': 3,
      'ocpp_violations_total{direction="inbound",action="StatusNotification",rule="TypeConstraintViolation",delivered="false"}': 1,
      'ocpp_refused_upgrades_total{status="400"}': 1,
      ocpp_pending_calls: 0,
      ocpp_log_dropped_total: 0,
      database_ready: 1
    }
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)])), expected)
    const frames = (direction: string) => found.get(`ocpp_frames_total{direction="${direction}"}`) ?? 0
    assert.ok(frames('inbound') >= 6 && frames('outbound') >= 6)
    const names = [...found.keys()].join('\n')
    assert.match(names, /^nodejs_eventloop_lag_p99_seconds$/m)
    assert.match(names, /^process_resident_memory_bytes$/m)
    assert.doesNotMatch(names, /SECRET|MadeUp/)
  })

  it('follows a connection to its end, and counts why it ended', async () => {
    const backend = await startBackend()
    const charger = await connectCharger(backend.url, 'CP-1')
    await charger.close()
    await until('it is gone', () => backend.app.ocpp.chargePoints.size === 0)
    const found = await scrape(backend)
    assert.equal(found.get('ocpp_connections{protocol="ocpp1.6"}'), 0)
    assert.equal(found.get('ocpp_disconnects_total{reason="closed"}'), 1)
  })

  it('counts commits, how long they took and how many writes shared one', async (t) => {
    // Rows that are written every few seconds are not counted.
    t.mock.timers.enable({ apis: ['setInterval'] })
    const backend = await startBackend()
    const { writer, ready } = backend.app.database
    await ready
    await until('the start has written all', () => writer.counters.queued === 0)
    const before = await scrape(backend)
    await Promise.all(['a', 'b', 'c'].map((key) => writer.append('meta', [{ key, value: '' }])))
    const after = await scrape(backend)
    const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
    assert.equal(grown('database_writer_jobs_total'), 3)
    assert.equal(grown('database_writer_commits_total'), 1)
    assert.equal(grown('database_commit_duration_seconds_count'), 1)
    assert.equal(grown('database_commit_jobs_sum'), 3)
    assert.equal(after.get('database_queued_writes'), 0)
  })

  it('gives every app a registry of its own', async () => {
    const [busy, idle] = [await startBackend(), await startBackend()]
    await connectCharger(busy.url, 'CP-1')
    assert.equal((await scrape(idle)).get('ocpp_connects_total{protocol="ocpp1.6"}'), undefined)
  })
})

describe('access to /metrics', () => {
  it('is limited to this machine without METRICS_TOKEN, and denied to requests through a proxy', async () => {
    const { app } = await startBackend()
    const status = async (options: object) => (await app.inject({ url: '/metrics', ...options })).statusCode
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      assert.equal(await status({ remoteAddress }), 200, remoteAddress)
    }
    for (const remoteAddress of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1']) {
      assert.equal(await status({ remoteAddress }), 403, remoteAddress)
    }
    for (const name of ['x-forwarded-for', 'forwarded']) {
      assert.equal(await status({ headers: { [name]: '127.0.0.1' } }), 403, name)
    }
  })

  it('needs the METRICS_TOKEN when there is one', async () => {
    const METRICS_TOKEN = 'token-for-the-metrics'
    const { app } = await startBackend({ METRICS_TOKEN })
    const get = (authorization: string | undefined, remoteAddress = '127.0.0.1') =>
      app.inject({ url: '/metrics', remoteAddress, headers: authorization === undefined ? {} : { authorization } })
    assert.equal((await get(`Bearer ${METRICS_TOKEN}`, '10.0.0.1')).statusCode, 200)
    for (const wrong of [undefined, `Bearer ${METRICS_TOKEN}x`, 'Bearer', `Basic ${METRICS_TOKEN}`]) {
      const response = await get(wrong)
      assert.equal(response.statusCode, 401, wrong)
      assert.match(String(response.headers['www-authenticate']), /^Bearer/)
      assert.ok(!response.body.includes(METRICS_TOKEN))
    }
  })
})
