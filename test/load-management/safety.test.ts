import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Told } from '../../lib/load-management/limits.js'
import type { Lines } from '../../lib/load-management/lines.js'
import { type LoadManagementBody, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, inForce, initialState, sampled } from '../../lib/load-management/reserve.js'
import { type Command, type StepResult, step } from '../../lib/load-management/step.js'

const START = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const SETTLE = 10 * SECOND

/** Two EVSEs of 32 A below one circuit, decided upon each second. Calls are accepted at once. */
class Pair {
  now = START
  readonly body: LoadManagementBody
  readonly told: Told = {}
  readonly states = new Map<string, EvseState>()
  readonly sent: (Command & { at: number })[] = []
  result: StepResult | undefined

  constructor(A: number, more: Partial<LoadManagementBody> = {}, fallback = 6) {
    const evses = ['A', 'B'].map((identity) => ({ identity, evseId: 1, circuit: 'main', maximum: 32, fallback }))
    this.body = { mode: 'control', circuits: [{ id: 'main', limit: { A }, margin: 0 }], evses, ...more }
    for (const key of ['a 1', 'b 1']) this.states.set(key, { ...initialState(), fallback, obedience: 'obeys' })
  }

  state(key: string): EvseState {
    return this.states.get(key) ?? initialState()
  }

  set(key: string, more: Partial<EvseState>): void {
    this.states.set(key, { ...this.state(key), ...more })
  }

  arrive(...keys: readonly string[]): void {
    for (const key of keys) this.set(key, { transaction: { key, id: 1, since: this.now, poweredAt: this.now } })
  }

  sample(key: string, amperes: number, lines?: Lines): void {
    const more = lines === undefined ? {} : { lines }
    this.states.set(key, sampled(this.state(key), amperes, { now: this.now, settle: SETTLE }, more))
  }

  pass(seconds: number, each: () => void = () => undefined): void {
    for (let second = 0; second < seconds; second++) {
      this.now += SECOND
      each()
      const facts = new Map([...this.states.keys()].map((key) => [key, { isConnected: true, isMember: true }]))
      const told = new Map([['main', this.told]])
      this.result = step({ plant: plantOf(this.body, 'UTC'), now: this.now, told, facts, states: this.states })
      for (const [key, state] of this.result.states) this.states.set(key, state)
      for (const command of this.result.commands) {
        this.sent.push({ ...command, at: this.now })
        const times = { now: this.now, settle: SETTLE }
        this.states.set(command.key, answered(this.state(command.key), 'accepted', times))
      }
    }
  }

  get limits(): number[] {
    return ['a 1', 'b 1'].map((key) => inForce(this.state(key), this.now))
  }

  get reserved(): (number | undefined)[] {
    return ['a 1', 'b 1'].map((key) => this.result?.evses.get(key)?.reserved)
  }

  reason(key: string): string {
    return this.result?.evses.get(key)?.reason ?? ''
  }
}

describe('the room of an EVSE', () => {
  it('is not given away when its fallback is accepted, but when the current has followed', () => {
    const pair = new Pair(45)
    pair.arrive('a 1', 'b 1')
    const { fallback: _, ...without } = pair.state('a 1')
    pair.states.set('a 1', without)
    pair.pass(10)
    // What is reserved for it anyway is its own.
    assert.deepEqual([...pair.limits, ...pair.reserved], [22.5, 13, 32, 13])
    assert.match(pair.reason('a 1'), /until the current has followed/)
    pair.pass(20)
    assert.deepEqual(pair.limits, [22.5, 22.5])
  })

  it('that a current above its limit needs is taken from others at the first sample', () => {
    const pair = new Pair(40)
    pair.arrive('a 1', 'b 1')
    pair.pass(60)
    assert.deepEqual(pair.limits, [20, 20])
    pair.sample('a 1', 21)
    pair.pass(1)
    assert.ok((pair.limits[0] ?? 0) + (pair.limits[1] ?? 0) <= 39, String(pair.limits))
    assert.equal(pair.reserved[0], 21)
    // A meter that is rounded to 0.1 A is no reason to send anything.
    const quiet = new Pair(40)
    quiet.arrive('a 1', 'b 1')
    quiet.pass(60)
    const before = quiet.sent.length
    quiet.pass(300, () => quiet.sample('a 1', quiet.now % 2000 === 0 ? 20.1 : 20))
    assert.equal(quiet.sent.length, before)
  })
})

describe('a strict site', () => {
  it('reserves the maximum of an EVSE until it has obeyed, and gives it its minimum whatever is left', () => {
    const pair = new Pair(45, { strict: true }, 0)
    for (const key of ['a 1', 'b 1']) pair.set(key, { obedience: 'unproven' })
    pair.pass(1)
    assert.deepEqual(pair.reserved, [32, 32])
    assert.equal(pair.reason('b 1'), 'has not obeyed a limit yet: its maximum is reserved')
    pair.arrive('a 1')
    pair.pass(30)
    assert.deepEqual(
      [pair.limits, pair.reserved],
      [
        [6, 0],
        [32, 32]
      ]
    )
    pair.sample('a 1', 6)
    pair.pass(30)
    assert.deepEqual(
      [pair.limits, pair.reserved],
      [
        [13, 0],
        [13, 32]
      ]
    )
  })

  it('believes nobody who was not measured, but lets the car have what is reserved for it', () => {
    const limitsOf = (strict: boolean) => {
      const pair = new Pair(45, { strict })
      for (const key of ['a 1', 'b 1']) pair.set(key, { obedience: 'unproven' })
      pair.arrive('a 1')
      pair.pass(170)
      assert.deepEqual(pair.limits, [6, 6])
      pair.pass(30)
      return [...pair.limits, ...pair.reserved]
    }
    assert.deepEqual(limitsOf(false), [32, 6, 32, 6])
    assert.deepEqual(limitsOf(true), [32, 6, 32, 32])
  })
})

describe('an EVSE', () => {
  it('gets no two limits within ten seconds, unless a circuit is above its own', () => {
    const pair = new Pair(60, { raiseDelay: 0 })
    pair.arrive('a 1')
    pair.pass(30)
    const from = pair.now
    const gaps = (key: string) => {
      const times = pair.sent.filter((one) => one.key === key && one.at > from).map(({ at }) => at)
      return times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / SECOND)
    }
    // A share that changes all the time, below a limit that does not.
    pair.pass(120, () => pair.set('a 1', { demand: 12 + ((pair.now / SECOND) % 17) }))
    assert.ok(gaps('a 1').length > 3 && gaps('a 1').every((gap) => gap >= 10), String(gaps('a 1')))
    pair.pass(20)
    for (const A of [25, 20]) {
      pair.told.dynamic = { limit: { A }, source: 'test', expiresAt: pair.now + 3_600_000 }
      pair.pass(1)
      assert.equal(pair.limits[0], A - 6)
    }
  })

  it('starts again five minutes after a pause, or at once if no other car has started since', () => {
    const pair = new Pair(11, { dwell: 60 }, 0)
    pair.arrive('a 1', 'b 1')
    const starts = (key: string) => pair.sent.filter((one) => one.key === key && one.amperes > 0)
    pair.pass(40 * 60)
    const paused = pair.sent.filter(({ key, amperes }) => key === 'a 1' && amperes === 0)
    assert.ok(paused.length >= 2)
    for (const { at } of paused) {
      const next = starts('a 1').find((one) => one.at > at)
      if (next !== undefined) assert.ok(next.at - at >= 300 * SECOND, String((next.at - at) / SECOND))
    }
    const alone = new Pair(11, {}, 0)
    alone.arrive('a 1')
    alone.pass(60)
    const limit = (A: number) => ({ limit: { A }, source: 'test', expiresAt: alone.now + 3_600_000 })
    alone.told.dynamic = limit(3)
    alone.pass(20)
    assert.deepEqual(alone.limits, [0, 0])
    alone.told.dynamic = limit(11)
    alone.pass(10)
    assert.deepEqual(alone.limits, [11, 0])
  })

  it('of which no values come any more has its maximum as cap, and loads all its lines', () => {
    const pair = new Pair(30)
    pair.arrive('a 1')
    pair.pass(30)
    for (let time = 0; time < 12; time++)
      pair.pass(10, () => pair.now % 10_000 === 0 && pair.sample('a 1', 10, [10, 0, 0]))
    const load = (phase: string) => pair.result?.loads.find((one) => one.phase === phase)?.reserved
    assert.deepEqual([pair.limits[0], load('L1'), load('L2')], [11, 17, 6])
    pair.pass(170)
    assert.deepEqual([pair.limits[0], load('L1'), load('L2')], [11, 17, 6])
    pair.pass(20)
    assert.deepEqual([pair.limits[0], load('L1'), load('L2')], [24, 30, 30])
  })
})
