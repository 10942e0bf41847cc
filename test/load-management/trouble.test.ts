import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT, upperBound } from '../../bench/smart-charging/bound.js'
import { Day } from '../../bench/smart-charging/day.js'
import { measuresOf } from '../../bench/smart-charging/measures.js'
import { visitsOf } from '../../bench/smart-charging/visits.js'
import { keyOf } from '../../lib/load-management/plant.js'
import { overloads } from '../../lib/load-management/step.js'
import { seeded } from '../../src/simulator/random.js'
import { inLong } from '../support/long.js'

// The garage of the bench with charge points that are away, boot, ignore limits, refuse them, or are slow.

const EVSES = 54
const MAXIMUM = 32
const HOUR = 3600

// --- T2: away and booting ------------------------------------------------------------------------------------------

/** Looks at a day, second by second. */
class Absences {
  /** Absences that have begun while a car was charging. */
  count = 0
  /** EVSEs that were not in the share half a minute after they came back. */
  readonly late: string[] = []
  /** Seconds, by slot and EVSE, in which a car got nothing because its charge point was away and its limit had ended. */
  readonly #lost = new Map<string, number>()
  readonly #awaySince = new Map<number, number>()
  readonly #backSince = new Map<number, number>()

  leave(day: Day, index: number, seconds: number, isBooting = false): boolean {
    const { isConnected = false, stay } = day.chargers[index] ?? {}
    if (!isConnected || stay === undefined) return false
    day.leave(index, seconds, isBooting)
    this.count++
    return true
  }

  look(day: Day, second: number): void {
    for (const [index, { isConnected, stay }] of day.chargers.entries()) {
      if (!isConnected) {
        this.#awaySince.set(index, second)
        if (stay === undefined || (stay.profile?.until ?? 0) > second) continue
        const slot = `${Math.floor(second / SLOT)} ${index}`
        this.#lost.set(slot, (this.#lost.get(slot) ?? 0) + 1)
      } else if (this.#awaySince.delete(index)) this.#backSince.set(index, second)
      this.#await(day, index, second)
    }
  }

  /** What nobody can exceed, if cars get nothing while nobody can give them anything. Wh. */
  boundOf(visits: ReturnType<typeof visitsOf>, limit: number): number {
    return upperBound(visits, limit, ({ evse }, slot) => SLOT - (this.#lost.get(`${slot} ${evse}`) ?? 0))
  }

  #await(day: Day, index: number, second: number): void {
    const since = this.#backSince.get(index)
    const evse = day.plant.evses[index]
    const { isConnected, stay } = day.chargers[index] ?? {}
    if (since === undefined || evse === undefined) return
    const { target, reason = '' } = day.last?.evses.get(keyOf(evse)) ?? {}
    // A car that has just come, or that may not start again yet, has another reason to wait.
    const isOther = !isConnected || stay === undefined || stay.visit.from > since || reason.startsWith('was paused')
    if (second - since > 30 && target === undefined && !isOther) this.late.push(`${index} at ${second} s: ${reason}`)
    if (second - since > 30 || target !== undefined || isOther) this.#backSince.delete(index)
  }
}

test(
  'T2: a tenth of the charge points goes away and some boot while cars charge: hardly any energy is lost',
  inLong,
  () => {
    const visits = visitsOf(1, { evses: EVSES, count: 67 })
    const random = seeded(2)
    const absences = new Absences()
    const pending = [...Array<boolean>(6).fill(false), ...Array<boolean>(3).fill(true)].map((isBooting) => {
      return { isBooting, at: Math.floor((8 + 8 * random()) * HOUR) }
    })
    const happen = (day: Day, second: number) => {
      for (const { isBooting } of pending.filter(({ at }) => at === second)) {
        const seconds = isBooting ? 90 : 600 + Math.floor(random() * 10_200)
        const first = Math.floor(random() * EVSES)
        day.chargers.some((_, index) => absences.leave(day, (first + index) % EVSES, seconds, isBooting))
      }
      absences.look(day, second)
    }
    const outcome = new Day({ evses: EVSES, visits, limit: 109, isTold: true, happen }).run()
    const { energy } = measuresOf(outcome, absences.boundOf(visits, 109))
    assert.equal(outcome.violations, 0)
    assert.equal(absences.count, 9)
    assert.deepEqual(absences.late, [])
    assert.ok(energy >= 0.9, `energy ${energy}`)
  }
)

test(
  'T2: charge points go away for hours and boot all the time: no limit is exceeded, and those that are back get their share',
  inLong,
  () => {
    const visits = visitsOf(1, { evses: EVSES, count: 67 })
    const random = seeded(1)
    const absences = new Absences()
    const happen = (day: Day, second: number) => {
      if (random() < 1 / 900) {
        absences.leave(day, Math.floor(random() * EVSES), 600 + Math.floor(random() * 10_200), random() < 0.5)
      }
      absences.look(day, second)
    }
    const { violations } = new Day({ evses: EVSES, visits, limit: 109, happen }).run()
    assert.equal(violations, 0)
    assert.ok(absences.count > 15, `${absences.count} absences`)
    assert.deepEqual(absences.late, [])
  }
)

// --- T3: ignoring, refusing and slow -------------------------------------------------------------------------------

/** A day with a tenth of the charge points that ignore limits, and a twentieth each that refuses them and that answers late. */
class Unruly {
  readonly ignoring: ReadonlySet<number>
  readonly day: Day
  /** When each has taken more than its limit for the first time, and was named. Seconds. */
  readonly brokeAt = new Map<number, number>()
  readonly namedAt = new Map<number, number>()
  /** Seconds in which a phase carried more than its limit. */
  readonly violations: number[] = []
  /** Seconds in which no guarantee was possible. */
  overloaded = 0

  constructor(limit: number) {
    const random = seeded(3)
    const drawn = Array.from({ length: EVSES }, (_, index) => ({ index, at: random() }))
    const places = drawn.sort((one, other) => one.at - other.at).map(({ index }) => index)
    this.ignoring = new Set(places.slice(0, 5))
    const refusing = new Set(places.slice(5, 8))
    const slow = new Set(places.slice(8, 11))
    const faults = (index: number) => ({
      ignoresLimits: this.ignoring.has(index),
      refuses: refusing.has(index),
      answersAfter: slow.has(index) ? 20 : 1
    })
    const visits = visitsOf(1, { evses: EVSES, count: 67 })
    this.day = new Day({ evses: EVSES, visits, limit, faults, happen: (_, second) => this.#look(limit, second) })
  }

  #look(limit: number, second: number): void {
    const { day } = this
    if (day.currents().some((amperes) => amperes > limit + 1e-6)) this.violations.push(second)
    if (overloads([...(day.last?.loads ?? [])]).length > 0) this.overloaded++
    for (const index of this.ignoring) {
      const charger = day.chargers[index]
      const evse = day.plant.evses[index]
      if (charger === undefined || evse === undefined) continue
      const isAbove = charger.current > charger.limitAt(second - 1, MAXIMUM) + 1
      if (isAbove && !this.brokeAt.has(index)) this.brokeAt.set(index, second)
      const isNamed = day.states.get(keyOf(evse))?.obedience === 'ignoring'
      if (isNamed && !this.namedAt.has(index)) this.namedAt.set(index, second)
    }
  }
}

for (const { limit, isPossible } of [
  { limit: 217, isPossible: true },
  { limit: 109, isPossible: false }
]) {
  test(`T3: charge points that ignore, refuse and dawdle in a garage of ${limit} A`, inLong, () => {
    const unruly = new Unruly(limit)
    unruly.day.run(18 * HOUR)
    const { brokeAt, namedAt, violations, overloaded } = unruly
    assert.ok(brokeAt.size >= 4, 'cars came to them')
    for (const [index, at] of brokeAt) {
      const named = (namedAt.get(index) ?? Number.POSITIVE_INFINITY) - at
      assert.ok(named >= 0 && named <= 45, `${index} was named after ${named} s`)
    }
    assert.deepEqual([...namedAt.keys()].sort(), [...brokeAt.keys()].sort())
    const isNew = (second: number) => [...brokeAt.values()].some((at) => second >= at && second <= at + 30)
    if (isPossible) {
      assert.deepEqual(
        violations.filter((second) => !isNew(second)),
        []
      )
    } else {
      // Their maximum alone is too much, and it is said for hours.
      assert.ok(overloaded > HOUR, `${overloaded} s`)
    }
  })
}

// --- T4: an energy manager that swings -------------------------------------------------------------------------------

const HIGH = 217
const LOW = 60
const ROUND = 600

/** Each round falls to the low limit, and rises again in its middle. */
class Swings {
  /** Seconds until all that is in force, by the answers of the charge points, is within the low limit. */
  readonly reactions: number[] = []
  /** Seconds until the cars take no more. */
  readonly settled: number[] = []
  /** Limits that rose while others had not been lowered yet. */
  readonly early: string[] = []
  /** A that are in use at the end of each half: high, low, and so on. */
  readonly used: number[] = []
  #fellAt: number | undefined
  #isAccepted = false
  #before: number[] = []

  /** @param isExpiring the high limit is a dynamic one, and the low one holds when it has expired */
  look(day: Day, { second, isExpiring }: { second: number; isExpiring: boolean }): void {
    const at = second % ROUND
    if (second < ROUND) return
    if (at === 0) {
      if (!isExpiring) day.tell(LOW, 2 * ROUND)
      this.used.push(Math.max(...day.currents()))
      this.#fellAt = second
      this.#isAccepted = false
    }
    if (at === ROUND / 2) {
      this.used.push(Math.max(...day.currents()))
      day.tell(HIGH, isExpiring ? ROUND / 2 : 0)
    }
    this.#watch(day, second)
  }

  #watch(day: Day, second: number): void {
    const limits = day.chargers.map((charger) => (charger.stay === undefined ? 0 : charger.limitAt(second, MAXIMUM)))
    const sum = limits.reduce((total, one) => total + one, 0)
    if (this.#fellAt !== undefined) {
      const since = second - this.#fellAt
      const isRisen = limits.some((one, index) => one > (this.#before[index] ?? one))
      if (sum > LOW && isRisen) this.early.push(`${since} s after ${this.#fellAt} s`)
      const isOpen = [...day.states.values()].some(({ pending }) => pending !== undefined)
      if (!this.#isAccepted && sum <= LOW && !isOpen) {
        this.#isAccepted = true
        this.reactions.push(since)
      }
      if (day.currents().every((amperes) => amperes <= LOW + 1e-6)) {
        this.settled.push(since)
        this.#fellAt = undefined
      }
    }
    this.#before = limits
  }
}

for (const { isExpiring, how } of [
  { isExpiring: false, how: 'sets' },
  { isExpiring: true, how: 'lets expire' }
]) {
  test(
    `T4: a limit that an energy manager ${how} fifty times in full load holds within seconds, and nobody is raised before`,
    inLong,
    () => {
      const visits = Array.from({ length: 27 }, (_, index) => {
        return { evse: 2 * index, from: 1 + index, to: 24 * HOUR, maximum: MAXIMUM, phases: 3 as const, demand: 1e7 }
      })
      const swings = new Swings()
      const day = new Day({
        ...{ evses: EVSES, visits, limit: HIGH, fallbackLimit: LOW },
        happen: (today, second) => swings.look(today, { second, isExpiring })
      })
      day.run(51 * ROUND)
      const { reactions, settled, early, used } = swings
      // Before the first dynamic limit there is none that expires.
      const first = isExpiring ? 1 : 0
      assert.equal(reactions.length, 50)
      assert.ok(Math.max(...reactions.slice(first)) <= 5, `accepted after ${reactions}`)
      assert.ok(Math.max(...settled.slice(first)) <= 10, `followed after ${settled}`)
      assert.deepEqual(early, [])
      // All of the low limit is used then, and of the high one, unless the leases have ended with it.
      const lowUsed = used.filter((_, half) => half % 2 === 1).slice(first)
      assert.ok(Math.min(...lowUsed) >= LOW - 1, `low ${lowUsed}`)
      const highUsed = used.filter((_, half) => half % 2 === 0)
      if (!isExpiring) assert.ok(Math.min(...highUsed) >= HIGH - 2, `high ${highUsed}`)
    }
  )
}
