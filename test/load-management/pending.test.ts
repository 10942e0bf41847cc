import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DynamicLimit } from '../../lib/load-management/limits.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState, sending } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'

const NOW = Date.UTC(2026, 0, 5, 16)
const SECOND = 1000
const SETTLE = 10 * SECOND

const BODY: LoadManagementBody = {
  mode: 'control',
  circuits: [{ id: 'main', limit: { A: 42 }, margin: 0 }],
  evses: ['A', 'B', 'C'].map((identity) => ({ identity, evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }))
}
const PLANT = plantOf(BODY, 'UTC')

/** A car that has had this limit for some minutes. */
function charging(amperes: number): EvseState {
  const until = NOW + 600 * SECOND
  return {
    ...initialState(),
    fallback: 0,
    obedience: 'obeys',
    transaction: { key: 'tx', id: 1, since: NOW - 3_600 * SECOND, poweredAt: NOW - 3_600 * SECOND },
    possible: amperes === 0 ? [] : [{ amperes, until: until + SETTLE }],
    ...(amperes > 0 && { sent: { amperes, at: NOW - 290 * SECOND, until } })
  }
}

/** The site at seconds after the start, in which each call is answered after so many seconds. */
class Run {
  readonly #states = new Map(['a 1', 'b 1', 'c 1'].map((key, index) => [key, charging(index < 2 ? 21 : 0)]))
  readonly #answers: Readonly<Record<string, number>>
  readonly #waiting: { key: string; at: number }[] = []
  readonly sent: string[] = []
  /** The most that was reserved. */
  peak = 0

  constructor(answers: Readonly<Record<string, number>>) {
    this.#answers = answers
  }

  pass(seconds: number, dynamic?: DynamicLimit): void {
    for (let second = 0; second < seconds; second++) this.#tick(NOW + second * SECOND, dynamic)
  }

  #tick(now: number, dynamic: DynamicLimit | undefined): void {
    for (const { key } of this.#waiting.filter(({ at }) => at === now)) {
      this.#states.set(key, answered(this.#states.get(key) ?? initialState(), 'accepted', { now, settle: SETTLE }))
    }
    const facts = new Map([...this.#states.keys()].map((key) => [key, { isConnected: true, isMember: true }]))
    const told = new Map(dynamic === undefined ? [] : [['main', { dynamic }]])
    const { commands, states, loads } = step({ plant: PLANT, now, told, facts, states: this.#states })
    for (const [key, state] of states) this.#states.set(key, state)
    for (const { key, amperes } of commands) {
      this.sent.push(`${(now - NOW) / SECOND} s: ${key} ${amperes} A`)
      this.#waiting.push({ key, at: now + (this.#answers[key] ?? 1) * SECOND })
    }
    this.peak = Math.max(this.peak, ...loads.map(({ reserved }) => reserved))
  }
}

describe('an EVSE with a call on its way', () => {
  it('keeps its share, so that others are not lowered for the room that it keeps until its answer', () => {
    const run = new Run({ 'a 1': 15 })
    run.pass(60)
    // The third car gets its share when the room of the others has settled.
    assert.deepEqual(run.sent, ['0 s: a 1 14 A', '0 s: b 1 14 A', '11 s: c 1 7 A', '27 s: c 1 14 A'])
    assert.equal(run.peak, 42)
  })

  it('is waited for a moment when a limit falls, and then the others give all that they can', () => {
    const dynamic = { limit: { A: 21 }, source: 'EMS', expiresAt: NOW + 3_600 * SECOND }
    const healthy = new Run({ 'a 1': 3 })
    healthy.pass(10, dynamic)
    assert.deepEqual(healthy.sent, ['0 s: a 1 7 A', '0 s: b 1 7 A'])
    const silent = new Run({ 'a 1': 30 })
    silent.pass(10, dynamic)
    assert.deepEqual(silent.sent, ['0 s: a 1 7 A', '0 s: b 1 7 A', '5 s: b 1 0 A'])
  })

  it('is sent nothing else before the answer', () => {
    const pending = { kind: 'limit', amperes: 21, at: NOW, until: NOW + 600 * SECOND, transaction: 'tx' } as const
    const states = new Map([['a 1', sending(charging(10), pending, SETTLE)]])
    const facts = new Map([['a 1', { isConnected: true, isMember: true }]])
    const { commands, evses } = step({ plant: PLANT, now: NOW + SECOND, told: new Map(), facts, states })
    assert.deepEqual(commands, [])
    assert.equal(evses.get('a 1')?.reason, 'a call is on its way')
  })
})
