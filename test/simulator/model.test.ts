import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedPower, charge, type Ev, powerUnder } from '../../src/simulator/model/ev.js'
import { compositeSchedule, limitAt, type Profile } from '../../src/simulator/model/profiles.js'
import {
  advance,
  createStation,
  type Evse,
  limitContext,
  limitOf,
  type Station,
  settle,
  statusOf
} from '../../src/simulator/model/station.js'

const NOON = Date.UTC(2026, 0, 5, 12)
const HOUR = 3_600_000

function ev(changes: Partial<Ev> = {}): Ev {
  return { capacity: 50_000, maxPower: 11_000, phases: 3, soc: 0.2, ...changes }
}

function profile(changes: Partial<Profile> & { limit?: number }): Profile {
  const { limit = 5000, ...rest } = changes
  return {
    id: 1,
    evseId: 0,
    purpose: 'TxDefault',
    kind: 'Absolute',
    recurrency: undefined,
    stackLevel: 0,
    validFrom: undefined,
    validTo: undefined,
    transactionId: undefined,
    schedule: { unit: 'W', start: NOON, duration: undefined, periods: [{ start: 0, limit, phases: undefined }] },
    original: undefined,
    ...rest
  }
}

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
      nextSampleAt: Number.POSITIVE_INFINITY
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
  station.profiles = [profile({ limit: 4000 })]
  settle(station, NOON)
  assert.equal(first(station).power, 4000)
  const before = first(station).meter
  advance(station, NOON + HOUR)
  assert.equal(Math.round(first(station).meter - before), 4000)
})

test('a limit of nothing suspends charging, and the status says who did it', () => {
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

test('the limit of the whole station is shared by those that charge', () => {
  const station = charging(4)
  station.profiles = [profile({ purpose: 'StationMax', limit: 20_000 })]
  settle(station, NOON)
  assert.deepEqual(
    station.evses.map(({ power }) => power),
    [5000, 5000, 5000, 5000]
  )
})

test('the highest stack level that says something at the time holds', () => {
  const station = charging()
  const short = {
    unit: 'W',
    start: NOON,
    duration: 60,
    periods: [{ start: 0, limit: 7000, phases: undefined }]
  } as const
  station.profiles = [profile({ id: 1, limit: 3000 }), profile({ id: 2, stackLevel: 5, schedule: short })]
  assert.equal(limitOf(station, first(station), NOON + 59_000), 7000)
  assert.equal(limitOf(station, first(station), NOON + 60_000), 3000)
})

test('a TxProfile comes before a TxDefaultProfile, one of the EVSE before one of all', () => {
  const station = charging()
  const evse = first(station)
  station.profiles = [profile({ id: 1, limit: 3000 })]
  assert.equal(limitOf(station, evse, NOON), 3000)
  station.profiles.push(profile({ id: 2, evseId: 1, limit: 6000 }))
  assert.equal(limitOf(station, evse, NOON), 6000)
  station.profiles.push(profile({ id: 3, evseId: 1, purpose: 'Tx', limit: 9000 }))
  assert.equal(limitOf(station, evse, NOON), 9000)
  evse.transaction = undefined
  assert.equal(limitOf(station, evse, NOON), 6000)
})

test('the station limit holds whatever the transaction may', () => {
  const station = charging()
  station.profiles = [profile({ id: 1, limit: 9000 }), profile({ id: 2, purpose: 'StationMax', limit: 4000 })]
  assert.equal(limitOf(station, first(station), NOON), 4000)
})

test('amperes count for every phase', () => {
  const station = charging()
  const amperes = (phases: number | undefined) =>
    profile({ schedule: { unit: 'A', start: NOON, duration: undefined, periods: [{ start: 0, limit: 10, phases }] } })
  station.profiles = [amperes(undefined)]
  assert.equal(limitOf(station, first(station), NOON), 6900)
  station.profiles = [amperes(1)]
  assert.equal(limitOf(station, first(station), NOON), 2300)
})

test('a daily profile comes again every day, a relative one begins with the transaction', () => {
  const station = charging()
  const evse = first(station)
  const night = {
    unit: 'W',
    start: NOON - 2 * HOUR,
    duration: 3600,
    periods: [{ start: 0, limit: 2000, phases: undefined }]
  } as const
  station.profiles = [profile({ kind: 'Recurring', recurrency: 'Daily', schedule: night })]
  const day = 24 * HOUR
  assert.equal(limitOf(station, evse, NOON), 22_080)
  assert.equal(limitOf(station, evse, NOON + 3 * day - 2 * HOUR), 2000)
  assert.equal(limitOf(station, evse, NOON + 3 * day - HOUR), 22_080)
  const relative = {
    unit: 'W',
    start: undefined,
    duration: undefined,
    periods: [
      { start: 0, limit: 2000, phases: undefined },
      { start: 600, limit: 8000, phases: undefined }
    ]
  } as const
  station.profiles = [profile({ kind: 'Relative', schedule: relative })]
  assert.equal(limitOf(station, evse, NOON + 599_000), 2000)
  assert.equal(limitOf(station, evse, NOON + 600_000), 8000)
})

test('a profile counts only while it is valid', () => {
  const station = charging()
  station.profiles = [profile({ limit: 3000, validFrom: NOON + HOUR, validTo: NOON + 2 * HOUR })]
  const limits = [0, 1, 2].map((hours) => limitOf(station, first(station), NOON + hours * HOUR))
  assert.deepEqual(limits, [22_080, 3000, 22_080])
})

test('the composite schedule says at every second what the limit is', () => {
  const station = charging()
  const context = limitContext(station, first(station))
  const steps = {
    unit: 'W',
    start: NOON,
    duration: 5000,
    periods: [
      { start: 0, limit: 6000, phases: undefined },
      { start: 1000, limit: 3000, phases: undefined },
      { start: 4000, limit: 9000, phases: undefined }
    ]
  } as const
  const profiles = [
    profile({ id: 1, schedule: steps }),
    profile({ id: 2, purpose: 'StationMax', limit: 5000, validFrom: NOON + 500_000, validTo: NOON + 4_500_000 })
  ]
  const composite = compositeSchedule(profiles, context, NOON, 7200)
  assert.equal(composite[0]?.start, 0)
  for (let second = 0; second < 7200; second += 50) {
    const period = composite.findLast(({ start }) => start <= second)
    assert.equal(period?.limit, limitAt(profiles, context, NOON + second * 1000), `after ${second} s`)
  }
  assert(composite.length < 10, 'equal neighbours are one period')
})

test('a composite schedule of many years is no endless one', () => {
  const station = charging()
  const daily = {
    unit: 'W',
    start: NOON,
    duration: 3600,
    periods: [{ start: 0, limit: 2000, phases: undefined }]
  } as const
  const profiles = [profile({ kind: 'Recurring', recurrency: 'Daily', schedule: daily })]
  const composite = compositeSchedule(profiles, limitContext(station, first(station)), NOON, 2 ** 31 - 1)
  assert(composite.length > 1 && composite.length <= 1024)
})
