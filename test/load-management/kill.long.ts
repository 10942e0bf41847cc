import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Process, startProcess } from '../app/process.js'
import { temporaryDirectory } from '../app/support.js'
import { freePort } from '../operate/proxy.js'
import { LiveSite, pass } from './live.js'

const OPERATOR_TOKEN = 'token-of-the-test-operator'
/** Seconds. The shortest that can be configured. */
const LEASE = 60
const FALLBACK = 6
/** The seventh EVSE is free at first. */
const CARS = 6
/** A of each car: 60 A less the fallback of the free EVSE. A raise by less than 1 A is not worth a call. */
const SHARE = 9

describe('T5: the back-end is killed at full load', () => {
  it('no phase carries too much at any time, whether it comes back at once, late, or never', async () => {
    const backend = await Backend.start()
    const site = await LiveSite.open({
      ...{ id: 'killed', count: 7, limit: 61, lease: LEASE, url: backend.url },
      ask: (method, path, body) => backend.ask(method, path, body)
    })
    for (let index = 0; index < CARS; index++) site.arrive(index)
    const isFull = (shares: readonly number[]) =>
      shares.slice(0, CARS).every((share) => share > SHARE - 1 && share <= SHARE)
    await site.reach(isFull, 'all share 60 A less the fallback of the free one')
    await site.until('all have accepted it', ({ evses }) =>
      evses.slice(0, CARS).every(({ limit }, index) => limit === site.shares()[index])
    )
    // The answers are saved soon, too.
    await pass(1)
    assert.deepEqual(site.violations, [])

    const had = site.shares()
    for (const away of [0, LEASE / 2]) {
      await backend.kill()
      await pass(away)
      const restarted = Date.now()
      await backend.restart()
      await site.until('the limits are known', ({ evses }) => evses.length === 7)
      await pass(15)
      const sent = await site.sentSince(restarted)
      assert.deepEqual(
        sent.filter(
          ({ kind, amperes, identity }) => kind !== 'limit' || amperes !== had[Number(identity.split('-')[1])]
        ),
        [],
        `${away} s: as before`
      )
      assert.deepEqual(site.earlyWrites(restarted), [], `${away} s: only limits that end soon`)
      await site.reach((shares) => shares.every((share, index) => share === had[index]), 'all have what they had')
      assert.deepEqual(site.violations, [])
    }

    // As if it never came back.
    await backend.kill()
    await pass(10)
    site.arrive(CARS)
    await pass(1)
    assert.equal(site.shares()[CARS], FALLBACK, 'a driver who comes while nobody is there')
    await pass(2 * LEASE - 11)
    assert.deepEqual(site.shares(), Array(7).fill(FALLBACK))
    assert.deepEqual(site.violations, [])

    // Back after three leases.
    await pass(LEASE)
    assert.deepEqual(site.shares(), Array(7).fill(FALLBACK))
    await backend.restart()
    // A change by less than 1 A is not worth a call.
    const isShared = (shares: readonly number[]) =>
      shares.every((share) => Math.abs(share - 60 / 7) < 1) && shares.reduce((sum, share) => sum + share) > 59
    await site.reach(isShared, 'all seven share 60 A')
    assert.deepEqual(site.violations, [])
  })
})

/** A back-end on a port of its own, with a database that stays when its process is killed. */
class Backend {
  readonly #settings: Record<string, string>
  readonly #directory: string
  #process: Process

  private constructor(settings: Record<string, string>, directory: string, started: Process) {
    this.#settings = settings
    this.#directory = directory
    this.#process = started
  }

  static async start(): Promise<Backend> {
    const directory = await temporaryDirectory()
    const PORT = String(await freePort())
    const settings = { OPERATOR_TOKEN, PORT, OCPP_CALLS_AFTER_CONNECT: '0', LOG_LEVEL: 'warn' }
    const backend = new Backend(settings, directory, await startProcess(settings, directory))
    await backend.#listening()
    return backend
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#settings.PORT}/ocpp`
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#process.exited()
  }

  async restart(): Promise<void> {
    this.#process = await startProcess(this.#settings, this.#directory)
    await this.#listening()
  }

  async ask(method: string, path: string, body?: object) {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' }
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(`http://127.0.0.1:${this.#settings.PORT}/api/v1${path}`, init)
    return { status: response.status, body: await response.json().catch(() => undefined) }
  }

  async #listening(): Promise<void> {
    await this.#process.url().catch((cause) => {
      throw new Error(`it does not listen: ${this.#process.output()}`, { cause })
    })
  }
}
