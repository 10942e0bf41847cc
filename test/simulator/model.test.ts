import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import { acceptedPower, charge, type Ev, powerUnder } from '../../src/simulator/model/ev.js'
import { type Profile, profileOf, scheduleOf } from '../../src/simulator/model/profiles.js'
import { createThrottle } from '../../src/simulator/model/quirks.js'
import {
  advance,
  createStation,
  type Evse,
  limitOf,
  type Station,
  settle,
  stationFacts,
  statusOf
} from '../../src/simulator/model/station.js'

const NOON = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000

function ev(changes: Partial<Ev> = {}): Ev {
  return { capacity: 50_000, maxPower: 11_000, phases: 3, soc: 0.2, ...changes }
}

interface Wish extends Partial<Omit<v21.ChargingProfileType, 'chargingSchedule'>> {
  evseId?: number
  /** W */
  limit?: number
  schedule?: Partial<v21.ChargingScheduleType>
}

/** A TxDefaultProfile of the whole station, in W from noon on, unless said otherwise. */
function profile({ evseId = 0, limit = 5000, schedule, ...changes }: Wish): Profile {
  const original: v21.ChargingProfileType = {
    id: 1,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    ...changes,
    chargingSchedule: [
      {
        id: 1,
        startSchedule: iso(NOON),
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        ...schedule
      }
    ]
  }
  return profileOf(evseId, original, NOON, Math.random)
}

const iso = (time: number) => new Date(time).toISOString()

/** A station whose EVSEs all charge a car. */
function charging(evses = 1, car = ev()): Station {
  const station = createStation({ evses }, NOON)
  for (const evse of station.evses) {
    const [connector] = evse.connectors
    assert(connector)
    connector.ev = { ...car }
    evse.transaction = {
      id: `tx-${evse.id}`,
      csmsId: undefined,
      token: { idToken: 'A', type: 'Central' },
      groupId: undefined,
      connector,
      startedAt: NOON,
      meterStart: evse.meter,
      remoteStartId: undefined,
      reservationId: undefined,
      seqNo: 0,
      chargingTime: 0,
      hasPriority: false,
      reportedState: undefined,
      nextSampleAt: Number.POSITIVE_INFINITY,
      throttle: createThrottle()
    }
  }
  settle(station, NOON)
  return station
}

function first(station: Station): Evse {
  const [evse] = station.evses
  assert(evse)
  return evse
}

test('a battery takes full power up to 80 %, then less and less, and nothing when it is full', () => {
  assert.equal(acceptedPower(ev({ soc: 0.8 })), 11_000)
  const taper = [0.85, 0.9, 0.95, 0.99].map((soc) => acceptedPower(ev({ soc })))
  assert.deepEqual(
    taper,
    [...taper].sort((a, b) => b - a)
  )
  assert(taper.every((power) => power < 11_000 && power > 1000))
  assert.equal(acceptedPower(ev({ soc: 1 })), 0)
})

test('a battery takes no more than fits in', () => {
  const car = ev({ soc: 0.99 })
  assert.equal(Math.round(charge(car, 11_000, HOUR)), 500)
  assert.equal(car.soc, 1)
})

test('a vehicle does not charge with less than 6 A', () => {
  assert.equal(powerUnder(ev(), 1379), 0)
  assert.equal(powerUnder(ev(), 1380), 1380)
})

test('an hour at 11 kW moves the meter by 11 kWh', () => {
  const station = charging()
  const before = first(station).meter
  advance(station, NOON + HOUR)
  assert.equal(Math.round(first(station).meter - before), 11_000)
  assert.equal(first(station).transaction?.chargingTime, HOUR)
})

test('a limit really bounds the power, and the meter follows', () => {
  const station = charging()
  station.profiles = [profile({ limit: 6000 })]
  settle(station, NOON)
  assert.equal(first(station).power, 6000)
  const before = first(station).meter
  advance(station, NOON + HOUR)
  assert.equal(Math.round(first(station).meter - before), 6000)
})

test('a limit of 0 suspends charging, and the status names the side that did it', () => {
  const station = charging()
  const [connector] = first(station).connectors
  assert(connector)
  assert.equal(statusOf(station, first(station), connector), 'Charging')
  station.profiles = [profile({ limit: 0 })]
  settle(station, NOON)
  assert.equal(statusOf(station, first(station), connector), 'SuspendedEVSE')
  station.profiles = []
  connector.ev = ev({ soc: 1 })
  settle(station, NOON)
  assert.equal(statusOf(station, first(station), connector), 'SuspendedEV')
})

test('EVSEs that charge share the limit of the whole station', () => {
  const station = charging(4)
  station.profiles = [profile({ chargingProfilePurpose: 'ChargingStationMaxProfile', limit: 20_000 })]
  settle(station, NOON)
  assert.deepEqual(
    station.evses.map(({ power }) => power),
    [5000, 5000, 5000, 5000]
  )
})

test('the highest stack level with a limit at the time applies', () => {
  const station = charging()
  const short = { duration: 60 }
  station.profiles = [profile({ id: 1, limit: 3000 }), profile({ id: 2, stackLevel: 5, limit: 7000, schedule: short })]
  assert.equal(limitOf(station, first(station), NOON + 59_000), 7000)
  assert.equal(limitOf(station, first(station), NOON + 60_000), 3000)
})

test('a TxProfile takes precedence over a TxDefaultProfile, and one of the EVSE over one of all', () => {
  const station = charging()
  const evse = first(station)
  station.profiles = [profile({ id: 1, limit: 3000 })]
  assert.equal(limitOf(station, evse, NOON), 3000)
  station.profiles.push(profile({ id: 2, evseId: 1, limit: 6000 }))
  assert.equal(limitOf(station, evse, NOON), 6000)
  station.profiles.push(profile({ id: 3, evseId: 1, chargingProfilePurpose: 'TxProfile', limit: 9000 }))
  assert.equal(limitOf(station, evse, NOON), 9000)
  evse.transaction = undefined
  assert.equal(limitOf(station, evse, NOON), 6000)
})

test('the limit of the station applies in addition to that of the transaction', () => {
  const station = charging()
  station.profiles = [
    profile({ id: 1, limit: 9000 }),
    profile({ id: 2, chargingProfilePurpose: 'ChargingStationMaxProfile', limit: 4000 })
  ]
  assert.equal(limitOf(station, first(station), NOON), 4000)
})

test('amperes count for every phase', () => {
  const station = charging()
  const amperes = (numberPhases: number) =>
    profile({
      schedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10, numberPhases }] }
    })
  station.profiles = [amperes(3)]
  assert.equal(limitOf(station, first(station), NOON), 6900)
  station.profiles = [amperes(1)]
  assert.equal(limitOf(station, first(station), NOON), 2300)
})

test('a car with one phase draws the current of one phase', () => {
  const station = charging(1, ev({ phases: 1, maxPower: 7360 }))
  const take = (profiles: Profile[]) => {
    station.profiles = profiles
    settle(station, NOON)
    return first(station).power
  }
  assert.equal(take([]), 7360)
  assert.equal(
    take([profile({ schedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] } })]),
    2300
  )
  assert.equal(take([profile({ limit: 6900 })]), 2300)
  assert.equal(take([profile({ limit: 4139 })]), 0, 'the pilot signal says 6 A or nothing')
})

test('the lowest of three phases limits a car with three', () => {
  const station = charging()
  const period = { startPeriod: 0, limit: 16, limit_L2: 10, limit_L3: 8 }
  const schedule = { chargingRateUnit: 'A' as const, chargingSchedulePeriod: [period] }
  station.profiles = [profile({ evseId: 1, chargingProfilePurpose: 'TxProfile', schedule })]
  settle(station, NOON)
  assert.equal(first(station).power, 3 * 8 * 230)
})

test('a setpoint is followed; below 0 the car takes nothing', () => {
  const station = charging()
  const wanted = (setpoint: number) => {
    const period = { startPeriod: 0, setpoint, operationMode: 'CentralSetpoint' as const }
    const schedule = { chargingSchedulePeriod: [period] }
    station.profiles = [profile({ evseId: 1, chargingProfilePurpose: 'TxProfile', schedule })]
    settle(station, NOON)
    return first(station).power
  }
  assert.deepEqual([wanted(5000), wanted(-5000)], [5000, 0])
})

test('a profile is silent while the charge point is offline too long', () => {
  const station = charging()
  station.profiles = [profile({ limit: 3000, maxOfflineDuration: 60 })]
  station.onlineSince = NOON - HOUR
  station.offlineSince = NOON
  const limits = [59, 60].map((seconds) => limitOf(station, first(station), NOON + seconds * 1000))
  assert.deepEqual(limits, [3000, 22_080])
})

test('a daily profile repeats every day, and a relative one begins with the transaction', () => {
  const station = charging()
  const evse = first(station)
  const night = { startSchedule: iso(NOON - 2 * HOUR), duration: 3600 }
  station.profiles = [
    profile({ chargingProfileKind: 'Recurring', recurrencyKind: 'Daily', limit: 2000, schedule: night })
  ]
  const day = 24 * HOUR
  assert.equal(limitOf(station, evse, NOON), 22_080)
  assert.equal(limitOf(station, evse, NOON + 3 * day - 2 * HOUR), 2000)
  assert.equal(limitOf(station, evse, NOON + 3 * day - HOUR), 22_080)
  const steps = [
    { startPeriod: 0, limit: 2000 },
    { startPeriod: 600, limit: 8000 }
  ]
  station.profiles = [profile({ chargingProfileKind: 'Relative', schedule: { chargingSchedulePeriod: steps } })]
  assert.equal(limitOf(station, evse, NOON + 599_000), 2000)
  assert.equal(limitOf(station, evse, NOON + 600_000), 8000)
})

test('a profile counts only while it is valid', () => {
  const station = charging()
  station.profiles = [profile({ limit: 3000, validFrom: iso(NOON + HOUR), validTo: iso(NOON + 2 * HOUR) })]
  const limits = [0, 1, 2].map((hours) => limitOf(station, first(station), NOON + hours * HOUR))
  assert.deepEqual(limits, [22_080, 3000, 22_080])
})

test('the composite schedule says at every second what the limit is', () => {
  const station = charging()
  const steps = [
    { startPeriod: 0, limit: 6000 },
    { startPeriod: 1000, limit: 3000 },
    { startPeriod: 4000, limit: 9000 }
  ]
  const validity = { validFrom: iso(NOON + 500_000), validTo: iso(NOON + 4_500_000) }
  station.profiles = [
    profile({ id: 1, schedule: { duration: 5000, chargingSchedulePeriod: steps } }),
    profile({ id: 2, chargingProfilePurpose: 'ChargingStationMaxProfile', limit: 5000, ...validity })
  ]
  const { periods } = scheduleOf(stationFacts(station), { evseId: 1, start: NOON, duration: 7200, unit: 'W' })
  for (let second = 0; second < 7200; second += 50) {
    const limit = periods.findLast(({ start }) => start <= second)?.limit ?? 22_080
    assert.equal(limit, limitOf(station, first(station), NOON + second * 1000), `after ${second} s`)
  }
})

test('1.6: a default of the connector takes precedence over a higher level of the whole charge point', () => {
  const station = charging()
  const default16 = (chargingProfileId: number, stackLevel: number, limit: number): v16.ChargingProfile => ({
    chargingProfileId,
    stackLevel,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }
  })
  station.profiles = [
    profileOf(0, default16(1, 5, 9000), NOON, Math.random),
    profileOf(1, default16(2, 0, 6000), NOON, Math.random)
  ]
  station.version = '1.6'
  assert.equal(limitOf(station, first(station), NOON), 6000)
})

test('an hour of 10 s steps under five profiles costs little', () => {
  const station = charging()
  const levels = [0, 1, 2, 3, 4]
  station.profiles = levels.map((stackLevel) => profile({ id: stackLevel, stackLevel, schedule: { duration: 3000 } }))
  const before = process.cpuUsage()
  advance(station, NOON + HOUR)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 500_000, `${user + system} µs`)
})
