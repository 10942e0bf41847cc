import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Day } from '../../bench/smart-charging/day.js'
import type { Visit } from '../../bench/smart-charging/visits.js'
import { isResting } from '../../lib/load-management/demand.js'
import type { Snapshot } from '../../lib/load-management/options.js'
import { keyOf, plantOf } from '../../lib/load-management/plant.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'
import { turnsOf } from '../../lib/load-management/turns.js'
import { measureCpu } from '../support/wait.js'

// The time at which a car that waits can expect its turn, compared with the time at which it begins to charge.

const MIDNIGHT = Date.UTC(2026, 0, 5)
const SECOND = 1000
const HOUR = 3600
const CARS = 20

interface Expected {
  /** When it was told, and for when. Seconds after midnight. */
  at: number
  turn: number
  rests: boolean
}

/** Seconds by which cars began later than they were told; those of cars that rest apart. */
interface Errors {
  busy: number[]
  resting: number[]
  /** How often a car waited and was told nothing. */
  untold: number
}

/** Twenty cars with room for five, of which some are full soon. What happens in the first hours, when nobody is known to rest, is left out. */
function errorsWith(full: number): Errors {
  const errors: Errors = { busy: [], resting: [], untold: 0 }
  const open = new Map<number, Expected[]>()
  const happen = (day: Day, second: number) => {
    if (second < 3 * HOUR) return
    for (const [index, told] of open) {
      if (day.chargers[index]?.current === 0) continue
      for (const { turn, rests } of told) (rests ? errors.resting : errors.busy).push(second - turn)
      open.delete(index)
    }
    if (second % 300 === 0) tell(day, second)
  }
  const tell = (day: Day, second: number) => {
    if (day.last === undefined) return
    const turns = turnsOf(snapshotOf(day, second))
    for (const [index, evse] of day.plant.evses.entries()) {
      const key = keyOf(evse)
      const turn = turns.get(key)
      const { target, bound } = day.last.evses.get(key) ?? {}
      if (target === 0 && bound !== undefined && turn === undefined) errors.untold++
      if (turn === undefined) continue
      const rests = isResting(day.states.get(key) ?? initialState(), MIDNIGHT + second * SECOND)
      const told = { at: second, turn: (turn - MIDNIGHT) / SECOND, rests }
      open.set(index, [...(open.get(index) ?? []), told])
    }
  }
  const visits = Array.from({ length: CARS }, (_, evse): Visit => {
    const demand = evse < full ? 1500 + 300 * evse : 500_000
    return { evse, from: 1 + evse, to: 24 * HOUR, maximum: 32, phases: 3, demand }
  })
  new Day({ evses: CARS, visits, limit: 30.5, happen }).run(8 * HOUR)
  return errors
}

function snapshotOf({ plant, last: result }: Day, second: number): Snapshot {
  const facts = new Map(plant.evses.map((evse) => [keyOf(evse), { isConnected: true, isMember: true }]))
  const at = MIDNIGHT + second * SECOND
  return { plant, told: new Map(), facts, result, mode: 'control', at } as unknown as Snapshot
}

/** The value below which a share of the values is. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

test('cars that take turns begin when they were told, give or take two minutes', () => {
  const { busy, resting, untold } = errorsWith(0)
  assert.deepEqual([untold, resting], [0, []])
  assert.ok(busy.length > 500, `${busy.length} times`)
  assert.ok(quantile(busy, 0) >= -120 && quantile(busy, 1) <= 120, `${quantile(busy, 0)} to ${quantile(busy, 1)} s`)
})

test('a turn is not told too early or too late because some cars rest', () => {
  const { busy, untold } = errorsWith(7)
  assert.equal(untold, 0)
  assert.ok(busy.length > 300, `${busy.length} times`)
  const [early, middle, late] = [0.1, 0.5, 0.95].map((share) => quantile(busy, share))
  // Nobody knows which car wakes up, or is full soon: a turn may come sooner, and rarely later.
  assert.ok(Math.abs(Number(middle)) <= 60, `${middle} s`)
  assert.ok(Number(early) >= -600 && Number(late) <= 120, `${early} to ${late} s`)
})

test('a car that rests is told when it is offered its minimum again', () => {
  const charging = (more: Partial<EvseState>): EvseState => ({
    ...initialState(),
    ...{ fallback: 0, obedience: 'obeys', transaction: { key: 't', id: 1, since: MIDNIGHT, poweredAt: MIDNIGHT } },
    ...more
  })
  const now = MIDNIGHT + 2 * HOUR * SECOND
  const until = now + HOUR * SECOND
  const sent = { amperes: 6, at: now - 2000 * SECOND, until }
  const states = [
    charging({ sent, possible: [sent], servedSince: sent.at, served: 9, measured: { amperes: 6, at: now } }),
    charging({ waitingSince: sent.at, served: 1, idle: { since: sent.at, times: 1, until: now + 1800 * SECOND } })
  ]
  const evses = states.map((_, index) => {
    return { identity: `E${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }
  })
  const plant = plantOf({ mode: 'control', circuits: [{ id: 'main', limit: { A: 8 } }], evses }, 'UTC')
  const [told, facts] = [
    new Map(),
    new Map(plant.evses.map((evse) => [keyOf(evse), { isConnected: true, isMember: true }]))
  ]
  const known = new Map(plant.evses.map((evse, index) => [keyOf(evse), { ...initialState(), ...states[index] }]))
  const result = step({ plant, now, told, facts, states: known })
  const turns = turnsOf({ plant, told, facts, result, mode: 'control', at: now } as unknown as Snapshot)
  const [turn] = [...turns.values()]
  assert.deepEqual([...turns.keys()], ['e1 1'])
  const minutes = (Number(turn) - now) / 60_000
  assert.ok(minutes >= 30 && minutes <= 32, `${minutes} minutes`)
})

test('the turns of hundreds of cars take little time to find', () => {
  const visits = Array.from({ length: 500 }, (_, evse): Visit => {
    return { evse, from: 1, to: 24 * HOUR, maximum: 32, phases: 3, demand: 500_000 }
  })
  const day = new Day({ evses: 500, visits, limit: 605 })
  day.run(300)
  const snapshot = snapshotOf(day, 300)
  const told = turnsOf(snapshot)
  assert.ok(told.size >= 390, `${told.size} cars`)
  const spent = measureCpu()
  for (let times = 0; times < 10; times++) turnsOf(snapshot)
  assert.ok(spent() < 3000, `${spent() / 10} ms each`)
})
