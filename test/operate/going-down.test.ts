import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { startProcess } from '../app/process.js'
import { emptyDatabase, loggedActions, noPostgres, open } from '../database/support.js'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { deferred, until } from '../support/wait.js'

const OPERATOR_TOKEN = 'token-of-the-test-operator'
const HEADERS = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' }
const FAIL_ON_SIGNAL = import.meta.resolve('./fail-on-signal.mjs')

describe('on SIGTERM', () => {
  it('new connections are answered 503, calls on the wire are completed, connections close with 1012, and it exits 0', async () => {
    const backend = await startProcess({ OPERATOR_TOKEN })
    const url = await backend.url()
    const ws = url.replace('http', 'ws')
    const charger = await connectCharger(ws, 'CP-1', { boot: true })
    const [isCalled, mayAnswer] = [deferred(), deferred()]
    charger.onCall(async () => {
      isCalled.resolve()
      await mayAnswer.promise
      return { status: 'Accepted' }
    })
    const reset = fetch(`${url}/api/v1/charge-points/CP-1/calls/ClearCache`, {
      method: 'POST',
      headers: HEADERS,
      body: '{}'
    })
    await isCalled.promise
    backend.kill('SIGTERM')
    await until('it goes down', () => backend.output().includes('going down'))

    const refusal = await refusedCharger(ws, 'CP-2')
    assert.equal(refusal.status, 503)
    assert.match(String(refusal.headers['retry-after']), /^\d+$/)
    assert.equal((await fetch(`${url}/health/live`)).status, 200)
    const ready = await fetch(`${url}/health/ready`)
    assert.equal(ready.status, 503)
    assert.deepEqual(await ready.json(), { status: 'unavailable', reasons: ['draining'] })
    const list = await fetch(`${url}/api/v1/charge-points`, { headers: HEADERS })
    assert.equal(list.status, 503)
    assert.match(String(list.headers.get('content-type')), /^application\/problem\+json/)
    assert.match(String(list.headers.get('retry-after')), /^\d+$/)
    const { code, detail } = (await list.json()) as { code?: string; detail?: string }
    assert.deepEqual([code, detail], ['DRAINING', 'going down'])

    mayAnswer.resolve()
    assert.equal((await reset).status, 200)
    assert.equal((await charger.closed).code, 1012)
    assert.equal(await backend.exited(), 0)
  })
})

describe('before the process ends', { skip: noPostgres }, () => {
  it('writes that wait at shutdown are committed', inLong, async () => {
    const settings = await emptyDatabase('postgres')
    const { DATABASE_URL = '' } = settings
    const backend = await startProcess({ DATABASE_URL })
    const url = await backend.url()
    const charger = await connectCharger(url.replace('http', 'ws'), 'CP-1', { boot: true })
    const release = await lock(DATABASE_URL, 'messages')
    for (let times = 0; times < 100; times++) await charger.roundTrip()
    backend.kill('SIGTERM')
    await nobodyListens(url)
    await release()
    assert.equal(await backend.exited(), 0)
    const actions = await loggedActions(open(settings))
    assert.equal(actions.filter((action) => action === 'Heartbeat').length, 2 * 100)
  })
})

/** Resolves when connections are refused. */
async function nobodyListens(url: string): Promise<void> {
  let listens = true
  const ask = () => {
    fetch(`${url}/health/live`).then(ask, () => {
      listens = false
    })
  }
  ask()
  await until('nobody listens', () => !listens, 15_000)
}

/** Keeps everybody from writing to a table, until the returned function is called. */
async function lock(connectionString: string, table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  client.on('error', () => undefined)
  after(() => client.end())
  await client.query('begin')
  await client.query(`lock table ${table} in exclusive mode`)
  return async () => {
    await client.query('rollback')
  }
}

describe('on an uncaught error', () => {
  for (const [what, signal, message] of [
    ['an exception', 'SIGWINCH', 'thrown by the test'],
    ['a rejection', 'SIGIO', 'rejected by the test']
  ] as const) {
    it(`logs ${what}, closes connections with 1012, and exits 1`, inLong, async () => {
      const backend = await startProcess({ NODE_OPTIONS: `--import=${FAIL_ON_SIGNAL}` })
      const charger = await connectCharger((await backend.url()).replace('http', 'ws'), 'CP-1', { boot: true })
      backend.kill(signal)
      assert.equal((await charger.closed).code, 1012)
      assert.equal(await backend.exited(), 1)
      const fatal = backend
        .output()
        .split('\n')
        .find((line) => line.includes('"level":60'))
      assert.ok(fatal?.includes(message))
    })
  }
})
