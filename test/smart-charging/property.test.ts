import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CompositeInput, type CompositePeriod, compositeSchedule } from 'fastify-ocpp/smart-charging'
import { isLong, numberOf } from '../support/long.js'
import { compositeInput } from './arbitrary.js'
import { evaluate, type Second } from './evaluator.js'

const RUNS = isLong ? numberOf('runs', 4000) : 50

function check(input: fc.Arbitrary<CompositeInput>, holds: (input: CompositeInput) => void, numRuns = RUNS): void {
  fc.assert(fc.property(input, holds), { numRuns })
}

/** The period of each second. */
function eachSecond({ duration, periods }: { duration: number; periods: CompositePeriod[] }): CompositePeriod[] {
  return Array.from({ length: duration }, (_, second) => periods.findLast(({ start }) => start <= second)).map(
    (period) => {
      assert.ok(period)
      return period
    }
  )
}

function asEvaluated(period: CompositePeriod): Second {
  const lines = (l1: number | null | undefined, l2: number | undefined, l3: number | undefined) =>
    l1 == null ? undefined : [l1, ...(l2 === undefined || l3 === undefined ? [] : [l2, l3])]
  return {
    limit: lines(period.limit, period.limitL2, period.limitL3) ?? null,
    discharge: lines(period.dischargeLimit, period.dischargeLimitL2, period.dischargeLimitL3),
    setpoint: lines(period.setpoint, period.setpointL2, period.setpointL3),
    phases: period.numberPhases
  }
}

/** The power that EVs may take. */
function total({ limit, limitL2, limitL3 }: CompositePeriod): number {
  return limit === null ? Number.POSITIVE_INFINITY : limit + (limitL2 ?? 0) + (limitL3 ?? 0)
}

const values = ({ periods }: { periods: CompositePeriod[] }) => periods.map(({ by: _, ...period }) => period)

test('a composite schedule has the limit of the rules at every second', () => {
  check(compositeInput(), (input) => {
    const schedule = compositeSchedule(input)
    assert.equal(schedule.status, 'Accepted')
    const expected = evaluate(input)
    for (const [second, period] of eachSecond(schedule).entries()) {
      assert.deepEqual(asEvaluated(period), expected[second], `after ${second} s`)
    }
  })
})

test('its periods are in order, differ from their neighbours and cover the window', () => {
  check(compositeInput(), (input) => {
    const { duration, periods } = compositeSchedule(input)
    assert.equal(duration, input.request.duration)
    assert.equal(periods[0]?.start, 0)
    for (const [index, { start, by: _, ...period }] of periods.entries()) {
      const { start: before = -1, by: __, ...last } = periods[index - 1] ?? {}
      assert.ok(start > before && start < duration)
      assert.notDeepEqual(period, last)
    }
  })
})

test('with transactions, the schedule from later on is the tail of the one from now on', () => {
  check(compositeInput({ hasTransaction: true }), (input) => {
    const { request } = input
    const whole = eachSecond(compositeSchedule(input)).map(asEvaluated)
    const start = new Date(Date.parse(String(request.start)) + 100_000).toISOString()
    const tail = compositeSchedule({ ...input, request: { ...request, start, duration: request.duration - 100 } })
    assert.deepEqual(eachSecond(tail).map(asEvaluated), whole.slice(100))
  })
})

test('another maximum or external constraint never raises what EVs may take', () => {
  const added = fc.record({ limit: fc.integer({ min: 0, max: 25_000 }), numberPhases: fc.constantFrom(1, 2, 3) })
  const places = fc.constantFrom(
    { evseId: 0, chargingProfilePurpose: 'ChargingStationMaxProfile' },
    { evseId: 0, chargingProfilePurpose: 'ChargingStationExternalConstraints' },
    { evseId: 1, chargingProfilePurpose: 'ChargingStationExternalConstraints' }
  )
  const input = compositeInput({ unit: 'W' }).filter(({ version }) => version !== '1.6')
  fc.assert(
    fc.property(input, added, places, (input, period, { evseId, chargingProfilePurpose }) => {
      const chargingSchedule = [
        { id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, ...period }] }
      ]
      // Below the other levels, so that it hides none of them.
      const profile = {
        id: 100,
        stackLevel: 0,
        chargingProfilePurpose,
        chargingProfileKind: 'Absolute',
        chargingSchedule
      }
      const profiles = [...input.profiles, { evseId, profile }]
      const before = eachSecond(compositeSchedule(input)).map(total)
      const after = eachSecond(compositeSchedule({ ...input, profiles } as CompositeInput)).map(total)
      for (const [second, limit] of after.entries())
        assert.ok(limit <= (before[second] ?? 0) + 0.3, `after ${second} s`)
    }),
    { numRuns: RUNS }
  )
})

test('the order of profiles that replace nothing is irrelevant', () => {
  check(compositeInput(), (input) => {
    const profiles = input.profiles.map((installed, index) => ({
      ...installed,
      profile: { ...installed.profile, id: index, chargingProfileId: index, stackLevel: index }
    }))
    const inOrder = compositeSchedule({ ...input, profiles } as CompositeInput)
    const reversed = compositeSchedule({ ...input, profiles: profiles.toReversed() } as CompositeInput)
    assert.deepEqual(values(inOrder), values(reversed))
  })
})

const garbageNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -1, 2 ** 53)
)
const garbageTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:60+23:59', '2026-02-30T00:00:00Z', '2026-01-05')
)

/** Profiles that the schemas accept, whatever a charge point makes of them. */
const garbage = fc.record(
  {
    id: fc.integer(),
    stackLevel: fc.nat(),
    chargingProfilePurpose: fc.constantFrom(
      'TxProfile',
      'TxDefaultProfile',
      'ChargingStationMaxProfile',
      'LocalGeneration'
    ),
    chargingProfileKind: fc.constantFrom('Absolute', 'Recurring', 'Relative', 'Dynamic'),
    recurrencyKind: fc.constantFrom('Daily', 'Weekly'),
    validFrom: garbageTime,
    validTo: garbageTime,
    dynUpdateTime: garbageTime,
    maxOfflineDuration: fc.integer(),
    invalidAfterOfflineDuration: fc.boolean(),
    chargingSchedule: fc.array(
      fc.record(
        {
          chargingRateUnit: fc.constantFrom('A', 'W'),
          startSchedule: garbageTime,
          duration: fc.integer(),
          useLocalTime: fc.boolean(),
          randomizedDelay: fc.nat(),
          limitAtSoC: fc.record({ soc: fc.nat(100), limit: garbageNumber }),
          chargingSchedulePeriod: fc.array(
            fc.record(
              {
                startPeriod: fc.integer(),
                limit: garbageNumber,
                limit_L2: garbageNumber,
                limit_L3: garbageNumber,
                setpoint: garbageNumber,
                numberPhases: fc.nat(3),
                phaseToUse: fc.nat(3)
              },
              { requiredKeys: ['startPeriod'] }
            ),
            { minLength: 1, maxLength: 4 }
          )
        },
        { requiredKeys: ['chargingRateUnit', 'chargingSchedulePeriod'] }
      ),
      { minLength: 1, maxLength: 3 }
    )
  },
  { requiredKeys: ['id', 'stackLevel', 'chargingProfilePurpose', 'chargingProfileKind', 'chargingSchedule'] }
)

test('nothing that the schemas accept makes it throw or say what is no number', () => {
  const profiles = fc.array(fc.record({ evseId: fc.nat(2), profile: garbage }), { maxLength: 5 })
  const request = fc.record({
    evseId: fc.nat(2),
    start: garbageTime,
    duration: fc.oneof(fc.integer(), fc.nat(100_000)),
    unit: fc.constantFrom('A' as const, 'W' as const)
  })
  const state = fc.record({ timeZone: fc.constantFrom('Europe/Berlin', 'Nowhere/At-All'), offlineSince: garbageTime })
  fc.assert(
    fc.property(profiles, request, state, (profiles, request, state) => {
      const evses = [{ id: 1, phases: 3, voltage: 230 }]
      const transactions = [{ id: 't', evseId: 1, startedAt: request.start }]
      const input = {
        version: '2.1',
        evses,
        state: { ...state, transactions },
        profiles,
        request
      } as unknown as CompositeInput
      const { status, periods } = compositeSchedule(input)
      assert.equal(status === 'Accepted', periods.length > 0)
      for (const { limit } of periods) assert.ok(limit === null || limit >= 0, `${limit}`)
    }),
    { numRuns: RUNS }
  )
})
