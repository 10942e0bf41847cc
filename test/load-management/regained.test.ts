import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Day } from '../../bench/smart-charging/day.js'
import { type Visit, VOLTAGE } from '../../bench/smart-charging/visits.js'

// Cars that take less than they may, for some time: their rest is used by others, and given back.

const CHANGE = 900
const BACK = 1800

function visit(evse: number): Visit {
  return { evse, from: 1 + evse, to: 86_400, maximum: 32, phases: 3, demand: 500_000 }
}

/** The currents at each second of two cars below 41 A, of which the second one takes less for a quarter of an hour. */
function currentsWith(less: number): { first: number[]; second: number[] } {
  const seen = { first: [] as number[], second: [] as number[] }
  const happen = (day: Day, at: number) => {
    const [first, second] = day.chargers
    if (first === undefined || second === undefined) return
    seen.first.push(first.current)
    seen.second.push(second.current)
    const maximum = at === CHANGE ? less : at === BACK ? 32 : undefined
    if (maximum !== undefined) Object.assign(second.stay?.ev ?? {}, { maxPower: maximum * 3 * VOLTAGE })
  }
  const { violations } = new Day({ evses: 2, visits: [visit(0), visit(1)], limit: 41, happen }).run(3600)
  assert.equal(violations, 0)
  return seen
}

/** Seconds from a moment until a current is at least this much for the first time. */
function reached(currents: readonly number[], from: number, amperes: number): number {
  const at = currents.findIndex((current, second) => second >= from && current >= amperes)
  return at < 0 ? Number.POSITIVE_INFINITY : at - from
}

for (const less of [10, 7, 16]) {
  test(`what a car of ${less} A leaves is used by another one within 90 s, and is its own again within 60 s`, () => {
    const { first, second } = currentsWith(less)
    assert.ok(Math.abs((first[CHANGE - 1] ?? 0) - 20.5) <= 1 && Math.abs((second[CHANGE - 1] ?? 0) - 20.5) <= 1)
    const rest = Math.min(32, 41 - less - 2)
    const [used, back] = [reached(first, CHANGE, rest), reached(second, BACK, 19.5)]
    assert.ok(used <= 90, `used after ${used} s`)
    assert.ok(back <= 60, `back after ${back} s`)
  })
}

test('a car that takes nothing for some minutes has its minimum at once, and its share within 60 s', () => {
  const { first, second } = currentsWith(0)
  assert.ok(reached(first, CHANGE, 32) <= 90, `${reached(first, CHANGE, 32)} s`)
  assert.ok(reached(second, BACK, 6) <= 5, `${reached(second, BACK, 6)} s`)
  assert.ok(reached(second, BACK, 19.5) <= 60, `${reached(second, BACK, 19.5)} s`)
})
