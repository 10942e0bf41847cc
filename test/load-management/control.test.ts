import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage, PHASES } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
/** Simulated time passes faster than a charger may be left alone after it has connected. */
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

/** A garage whose main circuit is limited on each phase, and that notices every second above the limit. */
async function openGarage(
  server: TestServer,
  id: string,
  { limit = 63, stalls = STALLS as Garage['stalls'], more = {} }
) {
  const circuits = [{ id: 'main', limit: { A: limit }, margin: 1, ...more }]
  return Garage.open(server, { id, stalls, body: { mode: 'control', circuits } })
}

function guard(garage: Garage, limit: () => number): void {
  garage.watch = (currents) => {
    for (const phase of PHASES)
      assert.ok(currents[phase] <= limit() + 1e-6, `${JSON.stringify(currents)} above ${limit()}`)
  }
}

onBothBackends('a site under control', (start) => {
  it('T10: gives one session all that the idle EVSEs leave, and two equal shares', async () => {
    const server = await start(SETTINGS, listen)
    const circuits = [{ id: 'main', limit: { A: 100 }, margin: 0 }]
    // Cars that could take more than the charger has.
    const stalls = STALLS.map((stall) => ({ ...stall, maximum: 88 }))
    const garage = await Garage.open(server, { id: 'k03', stalls, body: { mode: 'control', circuits } })
    for (const charger of garage.chargers) Object.assign(charger.station, { maxPower: 88 * 690 })
    await garage.arrive(0, { maxPower: 100_000, capacity: 1e6 })
    assert.deepEqual(garage.shares(), [6, 0, 0], 'starts with its fallback')
    await garage.reach([88, 0, 0], 900)
    await garage.arrive(1, { maxPower: 100_000, capacity: 1e6 })
    await garage.reach([47, 47, 0], 900)
    await garage.leave(0)
    await garage.reach([0, 88, 0], 360)
    await Promise.all([0, 2].map((index) => garage.arrive(index, HUNGRY)))
    await garage.reach([33.3, 33.3, 33.3], 900)
    assert.ok(garage.peak.L1 <= 100, JSON.stringify(garage.peak))
  })

  it('keeps the room of a charger that is away until its lease ends, and gives it back when it is there again', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'away', { limit: 43 })
    guard(garage, () => 43)
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.reach([14, 14, 14], 900)
    await garage.charger(0).goOffline()
    await until('it is gone', () => !server.app.ocpp.chargePoints.has('away-0'))
    await garage.leave(1)
    await garage.pass(120)
    // The one that left frees its share, down to its fallback; the one that is away keeps its limit.
    assert.deepEqual(garage.shares(), [14, 0, 22])
    await garage.reach([6, 0, 30], 2700)
    await garage.charger(0).goOnline()
    await until('it is back', () => garage.charger(0).isOnline)
    await garage.reach([18, 0, 18], 180)
  })

  it('T3: a charger that ignores its limit is named, its maximum is reserved, and the others still fit', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'deaf', { limit: 63 })
    const deaf = garage.charger(0)
    await garage.arrive(0, HUNGRY)
    await garage.arrive(1, HUNGRY)
    await garage.pass(120)
    Object.defineProperty(deaf.station, 'profiles', { get: () => [], set: () => undefined })
    await garage.pass(180)
    const state = await garage.state()
    assert.deepEqual(
      state.evses.map(({ obedience, reserved }: { obedience: string; reserved: number }) => [obedience, reserved]),
      [
        ['ignoring', 32],
        ['obeys', 24],
        ['unproven', 6]
      ]
    )
    guard(garage, () => 63)
    await garage.reach([32, 24, 0], 900)
    await server.app.problems.check()
    const problems = (await operate(server, 'GET', '/problems')).json().items as { kind: string; chargePoint: string }[]
    assert.deepEqual(
      problems.filter(({ kind }) => kind === 'limits-ignored').map((one) => one.chargePoint),
      ['deaf-0']
    )
    const metrics = (await server.app.inject('/metrics')).body
    assert.match(metrics, /site_circuit_load\{site="deaf",circuit="main",phase="L1",kind="reserved"\} 62/)
    assert.match(metrics, /site_profile_calls_total\{outcome="accepted"\} \d/)
  })

  it('T4: a limit that an energy manager lowers holds at once, a raise waits, and the fallback limit follows it', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'ems', { limit: 91, more: { fallbackLimit: { A: 31 } } })
    let most = 91
    guard(garage, () => most)
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.reach([30, 30, 30], 900)
    const path = '/sites/ems/load-management/circuits/main/limit'
    const put = await operate(server, 'PUT', `${path}?wait=5`, { A: 46, ttl: 120, source: 'EMS' })
    assert.deepEqual([put.statusCode, put.json().limit], [200, { A: 46 }])
    await garage.settled()
    most = 46
    // Who is lowered first may get less until the others have confirmed.
    await garage.reach([15, 15, 15], 60)
    await garage.pass(105)
    // Leases end before the limit does, because then less is allowed.
    await garage.pass(15)
    most = 31
    await garage.reach([10, 10, 10], 180)
    assert.equal((await garage.state()).loads[0].origin, 'fallback')
    assert.equal((await operate(server, 'DELETE', path)).statusCode, 204)
    most = 91
    await garage.reach([30, 30, 30], 360)
    const history = (await operate(server, 'GET', '/sites/ems/load-management/history?limit=1')).json()
    assert.deepEqual([history.items[0].amperes, history.items[0].outcome], [30, 'accepted'])
    assert.match(history.items[0].reason, /^(?:limited by main|gets all|starts with)/)
  })

  it('T7: other load that a meter tells takes room, and a meter that stops leaves the fallback limit', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'meter', { limit: 91, more: { fallbackLimit: { A: 31 } } })
    for (const { settings, dialect } of garage.chargers) settings.set(dialect.names.sampleInterval, '10')
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.pass(300)
    const measure = async (amperes: number, more: object = {}) => {
      const body = { L1: amperes, L2: amperes, L3: amperes, includesChargers: false, ...more }
      return operate(server, 'PUT', '/sites/meter/load-management/circuits/main/measurement', body)
    }
    assert.equal((await measure(60)).statusCode, 204)
    await garage.run()
    await garage.reach([10, 10, 10], 15)
    const repeat = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 30) {
        await measure(30)
        await garage.pass(30)
      }
    }
    await repeat(270)
    assert.deepEqual(garage.shares(), [10, 10, 10], 'it may come back')
    await repeat(60)
    await garage.reach([20, 20, 20], 0)
    await garage.reach([10, 10, 10], 180)
    const past = new Date(garage.time.now() - 3_600_000).toISOString()
    for (const at of [past, '2016-12-31T23:59:60Z'])
      assert.equal((await measure(1, { at })).json().code, 'OLD_MEASUREMENT')
  })

  it('T7: a load that comes and goes, on a meter that includes the cars, has its room within 5 s and keeps it', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'machine', { limit: 91 })
    for (const { settings, dialect } of garage.chargers) settings.set(dialect.names.sampleInterval, '10')
    for (const index of [0, 1, 2]) await garage.arrive(index, HUNGRY)
    await garage.reach([30, 30, 30], 300)
    let machine = { amperes: 0, since: 0 }
    garage.watch = (currents) => {
      const isReacting = garage.time.now() - machine.since < 5000
      for (const phase of PHASES)
        assert.ok(isReacting || currents[phase] + machine.amperes <= 91, JSON.stringify(currents))
    }
    const turns: { at: number; isUp: boolean }[] = []
    let before = 90
    const meter = async () => {
      const currents = Object.entries(garage.currents()).map(([phase, amperes]) => [phase, amperes + machine.amperes])
      const body = { ...Object.fromEntries(currents), includesChargers: true }
      const answer = await operate(server, 'PUT', '/sites/machine/load-management/circuits/main/measurement', body)
      assert.equal(answer.statusCode, 204, answer.body)
      await garage.run()
      await garage.pass(5)
      const now = garage.shares().reduce((sum, share) => sum + share, 0)
      const isUp = now > before
      if (Math.abs(now - before) > 0.5 && turns.at(-1)?.isUp !== isUp) turns.push({ at: garage.time.now(), isUp })
      before = now
    }
    // It runs for 20 s of each minute, for 8 minutes.
    for (let passed = 0; passed < 480; passed += 5) {
      const amperes = passed % 60 < 20 ? 60 : 0
      if (amperes !== machine.amperes) machine = { amperes, since: garage.time.now() }
      await meter()
    }
    for (const { at } of turns) {
      const soon = turns.filter((one) => one.at >= at && one.at < at + 300_000)
      assert.ok(soon.length <= 2, JSON.stringify(turns))
    }
    // Less than 10 A after it has come back while samples lagged behind a raise: then more counts as other load.
    assert.ok(
      garage.shares().every((share) => share >= 6 && share <= 10),
      String(garage.shares())
    )
    for (let passed = 0; passed < 360; passed += 5) await meter()
    assert.deepEqual(garage.shares(), [30, 30, 30], 'it has stayed away')
  })

  it('T5: a control that dies leaves everybody at the fallback', async () => {
    const first = await start(SETTINGS, listen)
    const garage = await openGarage(first, 'dies', { limit: 63 })
    guard(garage, () => 63)
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([28, 28, 0], 900)
    await first.app.loadManagement.stop()
    // Nobody renews the leases.
    for (let passed = 0; passed < 1000; passed++) {
      garage.time.advance(1000)
      garage.look()
    }
    assert.deepEqual(garage.shares(), [6, 6, 0])
  })

  it('a manual limit of a controlled EVSE is refused, and a raw profile is taken away again', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await openGarage(server, 'manual', { limit: 63 })
    await garage.arrive(0, HUNGRY)
    await garage.pass(120)
    const manual = await perform(server, 'manual-0', 'operations/charging-limit', { limit: 30, unit: 'A', evseId: 1 })
    assert.deepEqual([manual.status, manual.body.code], [409, 'LOAD_IS_MANAGED'])
    const profile = {
      chargingProfileId: 7,
      stackLevel: 5,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }] }
    }
    await perform(server, 'manual-0', 'calls/SetChargingProfile', { connectorId: 1, csChargingProfiles: profile })
    await garage.pass(30)
    const ids = garage.charger(0).station.profiles.map(({ id }) => id)
    assert.ok(!ids.includes(7), String(ids))
    const body = { mode: 'off', circuits: [{ id: 'main', limit: { A: 63 } }] }
    await garage.configure(body)
    await until('who leaves control takes its profiles along, and the raw one is there again', async () => {
      await garage.run()
      return String(garage.charger(0).station.profiles.map(({ id }) => id)) === '7'
    })
  })
})
