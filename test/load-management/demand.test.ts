import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Day } from '../../bench/smart-charging/day.js'
import type { Visit } from '../../bench/smart-charging/visits.js'
import { followed, isResting } from '../../lib/load-management/demand.js'
import { type EvseState, initialState, type Sent } from '../../lib/load-management/reserve.js'
import { withStatus } from '../../lib/load-management/shown.js'

const NOW = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A car whose measured currents are looked at every 10 seconds. */
class Car {
  now = NOW
  state: EvseState = {
    ...initialState(),
    fallback: 0,
    obedience: 'obeys',
    transaction: { key: 't', id: 1, since: NOW - HOUR, poweredAt: NOW - HOUR }
  }

  limit(amperes: number): void {
    const sent: Sent = { amperes, at: this.now, until: this.now + 24 * HOUR }
    this.state = { ...this.state, sent }
  }

  takes(amperes: number, minutes: number): void {
    for (const end = this.now + minutes * MINUTE; this.now < end; ) {
      this.now += 10 * SECOND
      this.state = { ...this.state, measured: { amperes, at: this.now } }
      this.#follow()
    }
  }

  tells(status: 'suspended' | 'finished' | 'takes'): void {
    this.state = withStatus(this.state, status, this.now)
  }

  tellsNothing(minutes: number): void {
    for (const end = this.now + minutes * MINUTE; this.now < end; ) {
      this.now += 10 * SECOND
      this.#follow()
    }
  }

  #follow(): void {
    this.state = followed(this.state, { now: this.now, settle: 10 * SECOND, least: 6 })
  }

  get rests(): boolean {
    return isResting(this.state, this.now)
  }
}

describe('a car of which only a status tells that it takes nothing', () => {
  it('leaves the rest to others after a minute, rests after ten, and is back at once', () => {
    const car = new Car()
    car.limit(16)
    car.tellsNothing(2)
    car.tells('suspended')
    car.tellsNothing(0.5)
    assert.equal(car.state.demand, undefined)
    car.tellsNothing(1)
    assert.deepEqual([car.state.demand, car.rests], [6, false])
    car.tellsNothing(8)
    assert.equal(car.rests, false)
    car.tellsNothing(1)
    assert.deepEqual([car.state.demand, car.rests], [6, true])
    car.tells('takes')
    car.tellsNothing(1)
    assert.deepEqual([car.state.demand, car.rests], [undefined, false])
  })

  it('shows nothing while it is paused, and nothing against a current that is measured', () => {
    const paused = new Car()
    paused.limit(0)
    paused.tells('suspended')
    paused.tellsNothing(30)
    assert.deepEqual([paused.state.demand, paused.rests], [undefined, false])
    const charging = new Car()
    charging.limit(16)
    charging.tells('suspended')
    charging.takes(16, 30)
    assert.deepEqual([charging.state.demand, charging.rests], [undefined, false])
  })

  it('is what it was after a status that says nothing of the car', () => {
    const car = new Car()
    car.limit(16)
    car.tells('suspended')
    car.tellsNothing(12)
    car.state = withStatus(car.state, undefined, car.now)
    assert.equal(car.rests, true)
  })
})

describe('a car that takes nothing although it may', () => {
  it('rests after five minutes, until it takes something', () => {
    const car = new Car()
    car.limit(6)
    car.takes(0, 4)
    assert.equal(car.rests, false)
    car.takes(0, 2)
    assert.equal(car.rests, true)
    car.takes(6, 1)
    assert.equal(car.rests, false)
  })

  it('does not rest because it is paused, or because its meter tells nothing', () => {
    const paused = new Car()
    paused.limit(0)
    paused.takes(0, 30)
    assert.equal(paused.rests, false)
    const silent = new Car()
    silent.limit(6)
    silent.tellsNothing(30)
    assert.equal(silent.rests, false)
  })

  it('is offered its minimum again after an hour, and then after twice as long each time', () => {
    const car = new Car()
    car.limit(6)
    car.takes(0, 6)
    car.limit(0)
    car.takes(0, 56)
    assert.equal(car.rests, true)
    car.takes(0, 5)
    assert.equal(car.rests, false, 'its turn has come')
    car.limit(6)
    car.takes(0, 6)
    assert.equal(car.rests, true, 'it had its chance')
    car.limit(0)
    car.takes(0, 100)
    assert.equal(car.rests, true)
    car.takes(0, 20)
    assert.equal(car.rests, false)
  })

  it('may take a little, if it has charged before: it is almost full', () => {
    const small = new Car()
    small.limit(6)
    small.takes(2, 30)
    assert.equal(small.rests, false, 'it never takes more')
    const full = new Car()
    full.limit(10)
    full.takes(10, 5)
    full.takes(2, 6)
    assert.equal(full.rests, true)
  })
})

function visit(evse: number, more: Partial<Visit> = {}): Visit {
  return { evse, from: 1 + evse, to: 86_400, maximum: 32, phases: 3, demand: 90_000, ...more }
}

const currents = (day: Day) => day.chargers.map(({ current }) => Math.round(current))

describe('what a car does not use', () => {
  it('is used by others: one that rests keeps not even its minimum from them', () => {
    const visits = [visit(0, { demand: 500 }), visit(1), visit(2)]
    const day = new Day({ evses: 3, visits, limit: 36 })
    day.run(1200)
    assert.deepEqual(currents(day), [0, 18, 18])
  })

  it('is kept for it while there is room, because it may want to charge again', () => {
    const day = new Day({ evses: 2, visits: [visit(0, { demand: 500 }), visit(1)], limit: 60 })
    day.run(1200)
    assert.equal(day.states.get('cp-0 1')?.sent?.amperes, 6)
  })

  it('is found out early: a car that nobody has seen charge gets a turn before more urgent ones', () => {
    // The one-phase car is counted on all lines until it has charged.
    const urgent = [0, 3, 6].map((evse) => visit(evse, { phases: 1, to: 20_000, demand: 90_000 }))
    const patient = visit(1, { phases: 1, demand: 40_000, from: 60 })
    const day = new Day({ evses: 9, visits: [...urgent, patient], limit: 18, isTold: true })
    day.run(2 * 3600)
    assert.deepEqual(currents(day), [6, 18, 0, 6, 0, 0, 6, 0, 0])
  })
})
