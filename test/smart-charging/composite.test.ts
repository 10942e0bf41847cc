import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type CompositeInput, type CompositePeriod, compositeSchedule } from 'fastify-ocpp/smart-charging'
import { ROOT } from '../support/root.js'
import { measureCpu } from '../support/wait.js'
import { CASES } from './cases.js'
import { type Case, facts, fallback, maximum, tx } from './facts.js'
import { MERGING_CASES } from './merging-cases.js'

for (const { title, input, periods, warnings, reason } of [...CASES, ...MERGING_CASES] as Case[]) {
  test(title, () => {
    const schedule = compositeSchedule(input)
    assert.equal(schedule.status, reason === undefined ? 'Accepted' : 'Rejected')
    assert.equal(schedule.reason, reason)
    compare(schedule.periods, periods ?? [])
    if (warnings !== undefined)
      assert.deepEqual(
        schedule.warnings.map(({ code }) => code),
        warnings
      )
    // Periods that are certain are expected to be so.
    const isCertain = periods?.map(({ uncertain }) => uncertain) ?? []
    assert.deepEqual(
      schedule.periods.map(({ uncertain }) => uncertain),
      isCertain
    )
  })
}

/** Members that are left out are not compared. */
function compare(actual: CompositePeriod[], expected: Partial<CompositePeriod>[]): void {
  const compared = actual.map((period, index) =>
    Object.fromEntries(Object.entries(period).filter(([name]) => name in (expected[index] ?? {})))
  )
  assert.deepEqual(compared, expected)
}

const SHARED = `${ROOT}../shared/composite-schedule-cases.json`
const skip = existsSync(SHARED) ? false : 'no ../shared/composite-schedule-cases.json'

interface Vector {
  id: string
  title: string
  expected: { status: string; periods?: Partial<CompositePeriod>[] }
}

test('every case that lies beside the project comes out as expected', { skip }, () => {
  const { cases } = JSON.parse(readFileSync(SHARED, 'utf8')) as { cases: (CompositeInput & Vector)[] }
  assert.equal(cases.length, 42)
  for (const { id, title, expected, ...input } of cases) {
    const { status, periods } = compositeSchedule(input as CompositeInput)
    assert.equal(status, expected.status, `${id} ${title}`)
    compare(periods, expected.periods ?? [])
  }
})

test('every period names the profiles that decide it', () => {
  const profiles = [tx({ id: 1, periods: { 0: 10 } }), maximum({ id: 2, periods: { 0: 10, 60: 6 } })]
  const { periods } = compositeSchedule(facts({ profiles }))
  const ids = periods.map(({ by }) => by.map(({ id }) => id))
  assert.deepEqual(ids, [[1, 2], [2]])
  assert.deepEqual(periods[1]?.by, [
    { purpose: 'ChargingStationMaxProfile', evseId: 0, id: 2, stackLevel: 0, source: 'CSO' }
  ])
})

test('a schedule of more than 1024 periods is truncated, and says where', () => {
  const periods = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [index * 10, index % 7]))
  const schedule = compositeSchedule(facts({ profiles: [tx({ periods })], request: { duration: 20_000 } }))
  assert.equal(schedule.periods.length, 1024)
  assert.equal(schedule.duration, 10_240)
  assert.deepEqual(
    schedule.warnings.map(({ code }) => code),
    ['Truncated']
  )
})

test('the sum of many EVSEs is cut off earlier, so that it takes no longer', () => {
  const periods = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [index * 10, 10 + (index % 2)]))
  const known = facts({ profiles: [fallback({ periods })], request: { evseId: 0, duration: 20_000 } })
  const evses = Array.from({ length: 200 }, (_, index) => ({ id: index + 1, phases: 3, voltage: 230 }))
  const { duration, warnings } = compositeSchedule({ ...known, evses })
  assert.ok(duration < 4000, String(duration))
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['Truncated']
  )
})

test('a window of 68 years is computed in finite time, however often a profile recurs', () => {
  const periods = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [index * 60, 20 + (index % 2)]))
  const kind = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' } as const
  const profiles = [fallback({ ...kind, periods }), maximum({ periods: { 0: 10 } })]
  const schedule = compositeSchedule(facts({ profiles, request: { duration: 2 ** 31 - 1 } }))
  assert.equal(schedule.periods.length, 1)
  assert.deepEqual(
    schedule.warnings.map(({ code }) => code),
    ['Truncated']
  )
})

test('the work of a day grows with the number of profiles, not with its square', () => {
  const kind = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' } as const
  const inputOf = (length: number) => {
    const profiles = Array.from({ length }, (_, stackLevel) =>
      (stackLevel % 2 === 0 ? fallback : maximum)({
        ...kind,
        stackLevel,
        schedule: { duration: 86_400 - stackLevel * 60 },
        periods: Object.fromEntries(
          Array.from({ length: 24 }, (_, hour) => [hour * 3600 + stackLevel, (hour * 7 + stackLevel) % 32])
        )
      })
    )
    return facts({ profiles, request: { duration: 86_400 } })
  }
  const [few, many] = [inputOf(10), inputOf(100)]
  const quickestOf = (input: CompositeInput) => {
    const times = Array.from({ length: 20 }, () => {
      const cpu = measureCpu()
      compositeSchedule(input)
      return cpu()
    })
    return Math.min(...times)
  }
  // Code that was compiled by then.
  quickestOf(many)
  const ratio = quickestOf(many) / quickestOf(few)
  assert.ok(ratio < 50, `a hundred profiles take ${ratio} times as long as ten`)
})
