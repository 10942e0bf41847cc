import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import type { Charger } from '../../src/simulator/charger.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const PROTOCOLS = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const

const bodyOf = (A: number) => ({ mode: 'control', circuits: [{ id: 'main', limit: { A }, margin: 0 }] })

/** Chargers that answer nothing until it is resolved, and what they were asked. */
function holdAnswers(t: TestContext, garage: Garage) {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const asked: { identity: string; action: string; at: number }[] = []
  for (const dialect of new Set(garage.chargers.map((charger) => charger.dialect))) {
    const { answer } = dialect
    t.mock.method(dialect, 'answer', async (charger: Charger, action: string, request: unknown) => {
      asked.push({ identity: charger.identity, action, at: performance.now() })
      await held
      return answer(charger, action, request)
    })
  }
  return { asked, release: () => release() }
}

async function setLimit(garage: Garage, A: number) {
  const path = `/sites/${garage.id}/load-management/circuits/main/limit`
  const answer = await operate(garage.server, 'PUT', path, { A, ttl: 86_400, source: 'EMS' })
  assert.equal(answer.statusCode, 200, answer.body)
}

onBothBackends('a limit that falls', (start) => {
  it('is sent before the calls of operators that wait', async (t) => {
    const server = await start(SETTINGS, listen)
    const stalls = PROTOCOLS.map((protocol) => ({ protocol }))
    const garage = await Garage.open(server, { id: 'first', stalls, body: bodyOf(96) })
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach([32, 32, 32], 600)
    const { asked, release } = holdAnswers(t, garage)
    const waiting = (count: number) =>
      until(`${count} calls wait at each`, () => {
        return [...server.app.ocpp.chargePoints].every(({ pendingCalls }) => pendingCalls === count)
      })
    const calls = garage.chargers.flatMap(({ identity }) => {
      return [1, 2, 3, 4, 5, 6].map(() => perform(server, identity, 'calls/ClearCache', {}))
    })
    await waiting(6)
    await setLimit(garage, 18)
    await waiting(7)
    release()
    await Promise.all(calls)
    for (const { identity } of garage.chargers) {
      const actions = asked.filter((one) => one.identity === identity).map(({ action }) => action)
      assert.deepEqual(actions.slice(0, 2), ['ClearCache', 'SetChargingProfile'])
      assert.equal(actions.filter((action) => action === 'ClearCache').length, 6)
    }
  })

  it('is on its way to 20 charge points within a second, before any of them has answered', async (t) => {
    const server = await start(SETTINGS, listen)
    const stalls = Array.from({ length: 20 }, (_, index) => ({ protocol: PROTOCOLS[index % 3] ?? 'ocpp1.6' }))
    const garage = await Garage.open(server, { id: 'many', stalls, body: bodyOf(640) })
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach(Array(20).fill(32), 600)
    // The best of three: other programs may keep the processors busy.
    const times: number[] = []
    for (const [A, share] of [
      [400, 20],
      [300, 15],
      [200, 10]
    ] as const) {
      const { asked, release } = holdAnswers(t, garage)
      const began = performance.now()
      await setLimit(garage, A)
      await until('all are asked', () => asked.length === 20)
      assert.equal(new Set(asked.map(({ identity }) => identity)).size, 20)
      times.push(Math.max(...asked.map(({ at }) => at)) - began)
      release()
      t.mock.restoreAll()
      await garage.reach(Array(20).fill(share), 60)
    }
    assert.ok(Math.min(...times) <= 1000, `${times} ms`)
  })
})
