import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PublishedEvent } from '../../lib/events/event.js'
import type { Measurement } from '../../lib/load-management/limits.js'
import type { Snapshot } from '../../lib/load-management/options.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'
import { callToStop, Stops, withStops } from '../../lib/load-management/stops.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const NOW = Date.UTC(2026, 0, 5, 16)
const SECOND = 1000

const BODY: LoadManagementBody = {
  mode: 'control',
  stopDisobedient: true,
  circuits: [
    { id: 'main', limit: { A: 200 }, margin: 0 },
    { id: 'row', parent: 'main', limit: { A: 40 }, margin: 0 }
  ],
  evses: ['A', 'B', 'C'].map((identity, index) => {
    return { identity, evseId: 1, circuit: index < 2 ? 'row' : 'main', maximum: 32, fallback: 6 }
  })
}

/** An EVSE that takes so much, although it may take 6 A only. */
function taking(id: number, amperes: number, at: number, more: Partial<EvseState> = {}): EvseState {
  const transaction = { key: `t${id}`, id, since: NOW - 600 * SECOND, poweredAt: NOW - 600 * SECOND }
  const measured = { amperes, at, lines: [amperes, amperes, amperes] as const }
  return { ...initialState(), fallback: 6, obedience: 'ignoring', transaction, measured, ...more }
}

interface Facts {
  body?: LoadManagementBody
  measurement?: Measurement
  more?: Record<string, Partial<EvseState>>
}

function snapshotAt(seconds: number, { body = BODY, measurement, more = {} }: Facts = {}): Snapshot {
  const now = NOW + seconds * SECOND
  const plant = plantOf(body, 'UTC')
  const states = new Map(
    ['a 1', 'b 1', 'c 1'].map((key, index) => [key, taking(index, 22 + index * 3, now, more[key])] as const)
  )
  const facts = new Map([...states.keys()].map((key) => [key, { isConnected: true, isMember: true }]))
  const told = new Map(measurement === undefined ? [] : [['row', { measurement }]])
  const result = step({ plant, now, told, facts, states })
  return { plant, site: {} as Snapshot['site'], mode: 'control', at: now, told, facts, result }
}

/** Which transactions are stopped in these seconds, and when. */
function run(seconds: number, factsAt: (second: number) => Facts = () => ({})): string[] {
  const stops = new Stops()
  return Array.from({ length: seconds }, (_, second) => {
    const snapshot = snapshotAt(second, factsAt(second))
    stops.openIn(snapshot.result.states)
    const stop = stops.next(snapshot)
    return stop === undefined
      ? []
      : [`${second} s: ${stop.key} ${stop.transaction} because of ${stop.circuit} ${stop.phase}`]
  }).flat()
}

describe('transactions of EVSEs that ignore limits', () => {
  it('are stopped below a circuit that stays above its limit, the worst first, one at a time and each once', () => {
    assert.deepEqual(run(200), ['30 s: b 1 t1 because of row L1', '61 s: a 1 t0 because of row L1'])
  })

  it('are not stopped unless the operator has said so', () => {
    const { stopDisobedient: _, ...body } = BODY
    assert.deepEqual(
      run(100, () => ({ body })),
      []
    )
  })

  it('are not stopped by a circuit that is above its limit now and then', () => {
    assert.deepEqual(
      run(100, (second) => (second % 30 === 29 ? { more: { 'b 1': { measured: { amperes: 6, at: NOW } } } } : {})),
      []
    )
  })

  it('are those of EVSEs that certainly take more than they may', () => {
    const obeys = { obedience: 'obeys' as const }
    const allowed = { sent: { amperes: 32, at: NOW, until: NOW + 600 * SECOND } }
    const old = { measured: { amperes: 32, at: NOW - 600 * SECOND } }
    for (const more of [obeys, allowed, old]) {
      const [first] = run(40, () => ({ more: { 'b 1': more }, measurement: meter(90, NOW + 39 * SECOND) }))
      assert.doesNotMatch(first ?? '', / b 1 /)
    }
  })

  const meter = (amperes: number, at: number): Measurement => {
    return { currents: { L1: amperes, L2: amperes, L3: amperes }, includesChargers: true, at }
  }

  it('are judged by the meter of the circuit, if it has one, and by its measurements of at least 30 seconds', () => {
    assert.deepEqual(
      run(100, (second) => ({ measurement: meter(30, NOW + second * SECOND) })),
      []
    )
    const everyMinute = (second: number) => ({ measurement: meter(50, NOW + Math.floor(second / 50) * 50 * SECOND) })
    assert.deepEqual(run(60, everyMinute), ['50 s: b 1 t1 because of row L1'])
  })

  it('are said to be stopped as long as they go on', () => {
    const stops = new Stops()
    for (let second = 0; second <= 30; second++) stops.next(snapshotAt(second))
    const { result } = snapshotAt(31)
    const { reason } = withStops(result, stops.openIn(result.states)).evses.get('b 1') ?? {}
    assert.equal(reason, 'ignores limits, and row L1 was above its own: its transaction was to be stopped')
    const { transaction: _, ...ended } = taking(1, 25, NOW)
    assert.equal(stops.openIn(new Map([['b 1', ended]])).size, 0, 'after it was told once')
  })

  it('are stopped by their number in 1.6, and by their id in 2.x', () => {
    assert.deepEqual(callToStop('ocpp1.6', { displayed: '7' }), {
      action: 'RemoteStopTransaction',
      payload: { transactionId: 7 }
    })
    assert.equal(callToStop('ocpp1.6', { displayed: 'tx' }), undefined)
    assert.deepEqual(callToStop('ocpp2.1', { displayed: 'tx' }), {
      action: 'RequestStopTransaction',
      payload: { transactionId: 'tx' }
    })
  })
})

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

onBothBackends('a site that stops transactions of EVSEs that ignore limits', (start) => {
  it('stops the one that keeps a circuit above its limit, and says so', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [{ protocol: 'ocpp1.6', quirks: ['ignores-limits'] }, { protocol: 'ocpp2.1' }] as const
    const circuits = [{ id: 'main', limit: { A: 30 } }]
    const body = { mode: 'control', stopDisobedient: true, circuits }
    const garage = await Garage.open(server, { id: 'stopped', stalls, body })
    const told: PublishedEvent[] = []
    server.app.events.subscribe((event) => told.push(event))
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    const [transaction] = await garage.open(0)
    const reasons = new Set<string>()
    for (let passed = 0; passed < 300 && (await garage.open(0)).length > 0; passed += 5) {
      await garage.pass(5)
      reasons.add((await garage.state()).evses[0].reason)
    }
    assert.equal((await garage.open(0)).length, 0, JSON.stringify([...reasons]))
    await garage.pass(5)
    const stopped = told.flatMap(({ type, data }) => {
      const { stopped: id } = data as { stopped?: number }
      return type === 'charger-obedience' && id !== undefined ? [id] : []
    })
    assert.deepEqual(stopped, [transaction?.id])
    assert.equal((await garage.open(1)).length, 1)
    const { items } = (await operate(server, 'GET', '/charge-points/stopped-0/calls?limit=200')).json()
    const calls = (items as { action: string }[]).filter(({ action }) => action === 'RemoteStopTransaction')
    assert.equal(calls.length, 1)
  })
})
