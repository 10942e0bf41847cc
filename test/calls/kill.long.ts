import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'
import { startProcess } from '../app/process.js'
import { BEARER, TOKEN, temporaryDirectory } from '../app/support.js'
import { emptyDatabase, onBothDatabasesAlways } from '../database/support.js'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import { until } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }
/** A cold start on a busy machine. */
const PATIENCE = 60_000

const STILL_RUNNING = 'IDEMPOTENT_REQUEST_RUNNING'

interface Answer {
  status: number
  body: { messageId?: string; status?: string; code?: string; items?: unknown[] }
}

/** The back-end in a process of its own, that is killed and started again on what it left. */
class Backend {
  url = ''
  kill: () => Promise<void> = async () => undefined
  readonly #start: () => ReturnType<typeof startProcess>

  constructor(start: () => ReturnType<typeof startProcess>) {
    this.#start = start
  }

  async start(): Promise<void> {
    const started = await this.#start()
    this.url = await started.url()
    this.kill = async () => {
      started.kill('SIGKILL')
      await started.exited()
    }
    await this.#untilReady()
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  async ask(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...BEARER, ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    return { status: response.status, body: (await response.json()) as Answer['body'] }
  }

  async statusOf(messageId: string): Promise<string> {
    return String((await this.ask('GET', `/calls/${messageId}`)).body.status)
  }

  async untilStatus(messageId: string, status: string): Promise<void> {
    const isThere = async () => (await this.statusOf(messageId)) === status
    await until(`${messageId} is ${status}`, isThere, PATIENCE)
  }

  /** Asks again until nobody is working at it any more. */
  async untilOver(ask: () => Promise<Answer>): Promise<void> {
    const isOver = async () => (await ask()).body.code !== STILL_RUNNING
    await until('it counts as running no more', isOver, PATIENCE)
  }

  connect(identity: string, boot = true): Promise<Charger> {
    return connectCharger(this.url.replace('http', 'ws'), identity, { boot })
  }

  async #untilReady(): Promise<void> {
    const isReady = async () => (await fetch(`${this.url}/health/ready`)).status === 200
    await until('it is ready', isReady, PATIENCE)
  }
}

function change(value: number): object {
  return { key: 'K', value: String(value) }
}

function valuesOf({ received }: Charger): string[] {
  const frames = received.map((text) => JSON.parse(text) as unknown[])
  const calls = frames.filter(([type, , action]) => type === 2 && action === 'ChangeConfiguration')
  return calls.map(([, , , payload]) => (payload as { value: string }).value)
}

onBothDatabasesAlways('after kill -9', (dialect) => {
  async function startBackend(): Promise<Backend> {
    const { DATABASE_URL } = await emptyDatabase(dialect, { withSchema: true })
    const directory = await temporaryDirectory()
    const settings = { OPERATOR_TOKEN: TOKEN, LOG_LEVEL: 'warn', ...(DATABASE_URL !== undefined && { DATABASE_URL }) }
    const backend = new Backend(() => startProcess(settings, directory))
    await backend.start()
    return backend
  }

  it('waiting calls are sent in their order, and the outcome of the one that was on the wire is unknown: it is not sent again', async () => {
    const backend = await startBackend()
    await (await backend.connect('CP-1')).close()
    const queue = (value: number) =>
      backend.ask('POST', '/charge-points/CP-1/calls/ChangeConfiguration?whenOffline=queue', change(value))
    const ids: string[] = []
    for (const value of [1, 2, 3]) {
      const { status, body } = await queue(value)
      assert.equal(status, 202)
      ids.push(String(body.messageId))
    }
    await backend.restart()
    for (const id of ids) assert.equal(await backend.statusOf(id), 'queued')

    const silent = await backend.connect('CP-1')
    silent.onCall(() => NO_ANSWER)
    await until('it has the first', () => valuesOf(silent).length === 1, PATIENCE)
    await backend.restart()
    const [first = '', second = '', third = ''] = ids
    await backend.untilStatus(first, 'unknown')
    assert.deepEqual([await backend.statusOf(second), await backend.statusOf(third)], ['queued', 'queued'])
    const charger = await backend.connect('CP-1')
    charger.onCall(() => ACCEPTED)
    await backend.untilStatus(third, 'answered')
    assert.deepEqual(valuesOf(charger), ['2', '3'])
    assert.equal(await backend.statusOf(first), 'unknown')
  })

  it('a request with Idempotency-Key has an unknown outcome, and is never sent again', async () => {
    const backend = await startBackend()
    const silent = await backend.connect('CP-1')
    silent.onCall(() => NO_ANSWER)
    const path = '/charge-points/CP-1/calls/ChangeConfiguration'
    const headers = { 'idempotency-key': randomUUID() }
    const lost = backend.ask('POST', path, change(1), headers)
    await Promise.all([
      assert.rejects(lost),
      until('it is sent', () => valuesOf(silent).length === 1, PATIENCE).then(() => backend.kill())
    ])
    await backend.start()
    const charger = await backend.connect('CP-1')
    charger.onCall(() => ACCEPTED)
    const again = () => backend.ask('POST', path, change(1), headers)
    // On PostgreSQL the process might live on another machine, until it has not been heard of for long enough.
    await backend.untilOver(again)
    const answers = [await again(), await again()]
    for (const { status, body } of answers) assert.deepEqual([status, body.code], [504, 'OCPP_ERR_OUTCOME_UNKNOWN'])
    await backend.untilStatus(String(answers[0]?.body.messageId), 'unknown')
    assert.equal((await backend.ask('POST', path, change(2), headers)).status, 422)
    await charger.roundTrip()
    assert.deepEqual(valuesOf(charger), [])
  })

  it('the outcome of a call that was answered later is unknown, and that of one answered before is kept', async () => {
    const backend = await startBackend()
    const charger = await backend.connect('CP-1')
    const prefer = { prefer: 'respond-async' }
    charger.onCall((_action, payload) => ((payload as { value: string }).value === '1' ? ACCEPTED : NO_ANSWER))
    const path = '/charge-points/CP-1/calls/ChangeConfiguration'
    const headers = { ...prefer, 'idempotency-key': randomUUID() }
    const first = await backend.ask('POST', path, change(1), headers)
    const second = await backend.ask('POST', path, change(2), prefer)
    assert.deepEqual([first.status, second.status], [202, 202])
    await backend.untilStatus(String(first.body.messageId), 'answered')
    await until('both are sent', () => valuesOf(charger).length === 2, PATIENCE)
    await backend.restart()
    assert.equal(await backend.statusOf(String(first.body.messageId)), 'answered')
    await backend.untilStatus(String(second.body.messageId), 'unknown')
    assert.deepEqual(await backend.ask('POST', path, change(1), headers), first)
  })

  it('whenever it happens, no waiting call is lost, none is sent twice, and none without an answer counts as answered', async () => {
    const backend = await startBackend()
    await (await backend.connect('CP-1')).close()
    const ids = new Map<string, string>()
    const got: string[] = []
    for (let round = 0; round < 3; round++) {
      for (let value = 10 * round; value < 10 * round + 10; value++) {
        const path = '/charge-points/CP-1/calls/ChangeConfiguration?whenOffline=queue'
        ids.set(String((await backend.ask('POST', path, change(value))).body.messageId), String(value))
      }
      const charger = await backend.connect('CP-1', false)
      charger.onCall((_action, payload) => {
        got.push((payload as { value: string }).value)
        return ACCEPTED
      })
      await charger.boot()
      const enough = 10 * round + 3 + Math.floor(5 * Math.random())
      await until('some are sent', () => got.length >= enough, PATIENCE)
      await backend.restart()
    }
    const charger = await backend.connect('CP-1', false)
    charger.onCall((_action, payload) => {
      got.push((payload as { value: string }).value)
      return ACCEPTED
    })
    await charger.boot()
    const deadline = performance.now() + PATIENCE
    for (const status of ['queued', 'sent']) {
      for (let left = 1; left > 0; ) {
        left = ((await backend.ask('GET', `/calls?status=${status}`)).body.items ?? []).length
        assert.ok(performance.now() < deadline, `some are still ${status}`)
      }
    }
    assert.equal(new Set(got).size, got.length, `sent twice: ${got}`)
    assert.deepEqual(
      got,
      [...got].sort((a, b) => Number(a) - Number(b))
    )
    for (const [messageId, value] of ids) {
      const status = await backend.statusOf(messageId)
      assert.ok(status === 'unknown' || (status === 'answered' && got.includes(value)), `${value} is ${status}`)
    }
  })
})
