import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { onBothBackends, operate } from '../app/support.js'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import { isLong } from '../support/long.js'
import type { TestServer } from '../support/server.js'

type Step = 'queue' | 'repeat' | 'connect' | 'silence' | 'leave' | 'restart'

const ACCEPTED = { status: 'Accepted' }
const PATIENCE = 60_000
let chargePoints = 0

onBothBackends('waiting calls, however charge point and process connect, disconnect and restart,', (start) => {
  /** One charge point, and everything it was ever sent. */
  class World {
    readonly identity = `world-${++chargePoints}`
    readonly got: string[] = []
    readonly asked = new Map<string, string>()
    #server: TestServer | undefined
    #charger: Charger | undefined
    #isSilent = false

    async server(): Promise<TestServer> {
      this.#server ??= await start({ OCPP_CALL_TIMEOUT: '200' })
      return this.#server
    }

    async queue(value: number): Promise<void> {
      const { app } = await this.server()
      const response = await app.inject({
        method: 'POST',
        url: `/api/v1/charge-points/${this.identity}/calls/ChangeConfiguration?whenOffline=queue`,
        headers: { authorization: 'Bearer token-of-the-test-operator', 'idempotency-key': `${this.identity}-${value}` },
        payload: { key: 'K', value: String(value) }
      })
      assert.ok([200, 202, 504].includes(response.statusCode), response.body)
      this.asked.set(String(response.json().messageId), String(value))
    }

    async connect(isSilent: boolean): Promise<void> {
      await this.leave()
      this.#isSilent = isSilent
      this.#charger = await connectCharger((await this.server()).url, this.identity)
      this.#charger.onCall((_action, payload) => {
        this.got.push((payload as { value: string }).value)
        return this.#isSilent ? NO_ANSWER : ACCEPTED
      })
      await this.#charger.boot()
    }

    async leave(): Promise<void> {
      this.#charger?.ws.terminate()
      await this.#charger?.closed
      this.#charger = undefined
    }

    async restart(): Promise<void> {
      await this.leave()
      await this.#server?.close()
      this.#server = undefined
    }

    async statuses(): Promise<string[]> {
      const server = await this.server()
      const { items } = (await operate(server, 'GET', `/calls?chargePoint=${this.identity}`)).json()
      return items.map(({ status }: { status: string }) => status)
    }

    /** Until nothing waits any more. */
    async settle(): Promise<void> {
      await this.connect(false)
      const deadline = performance.now() + PATIENCE
      for (let open = true; open; ) {
        // Without a port a request needs no turn of the event loop, which others do.
        await nextTurn()
        open = (await this.statuses()).some((status) => status === 'queued' || status === 'sent')
        assert.ok(performance.now() < deadline, 'some calls still wait')
      }
    }
  }

  it('are each sent at most once, in their order, and none is lost', async () => {
    const step = fc.constantFrom<Step>('queue', 'queue', 'queue', 'repeat', 'connect', 'silence', 'leave', 'restart')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        const world = new World()
        const server = await world.server()
        await operate(server, 'PUT', `/charge-points/${world.identity}`, {})
        let value = 0
        for (const taken of steps) {
          if (taken === 'queue') await world.queue(++value)
          else if (taken === 'repeat' && value > 0) await world.queue(value)
          else if (taken === 'connect') await world.connect(false)
          else if (taken === 'silence') await world.connect(true)
          else if (taken === 'leave') await world.leave()
          else if (taken === 'restart') await world.restart()
        }
        await world.settle()
        assert.equal(world.asked.size, value)
        assert.deepEqual(world.got, [...new Set(world.got)])
        assert.deepEqual(
          world.got,
          [...world.got].sort((a, b) => Number(a) - Number(b))
        )
        const statuses = await world.statuses()
        assert.equal(statuses.length, value)
        const answered = statuses.filter((status) => status === 'answered').length
        assert.ok(answered <= world.got.length)
        // One that was marked may not have gone out, which then counts as unknown.
        const unseen = statuses.filter((status) => status === 'unknown' || status === 'timeout').length
        assert.equal(answered + unseen, value)
        await world.restart()
      }),
      { numRuns: isLong ? 40 : 4 }
    )
  })
})
