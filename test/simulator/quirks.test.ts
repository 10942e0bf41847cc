import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type { Charger } from '../../src/simulator/charger.js'
import { QUIRK_NAMES, type Quirk } from '../../src/simulator/model/quirks.js'
import { settle } from '../../src/simulator/model/station.js'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { swipe } from '../../src/simulator/sessions/authorization.js'
import { plug, unplug } from '../../src/simulator/sessions/cable.js'
import { evseOf } from '../../src/simulator/sessions/evse.js'
import { endTransaction, reset } from '../../src/simulator/sessions/transactions.js'
import { until } from '../support/wait.js'
import { simulate, startSimulator } from './command-line.js'
import { createCharger, startCsms } from './support.js'

const csms = await startCsms()

/** A charger with these quirks at which a car charges, in time that passes by hand. */
async function charging(protocol: 'ocpp1.6' | 'ocpp2.1', ...quirks: Quirk[]) {
  const time = new ManualScheduler()
  const identity = `${protocol}-${quirks.join('-')}`
  const { charger } = createCharger(csms, protocol, { identity, time, layout: { quirks } })
  await charger.connect()
  await until('it is accepted', () => charger.registration === 'Accepted')
  plug(charger)
  await swipe(charger, { idToken: 'CARD-1', type: 'ISO14443' })
  await until('it charges', () => {
    const { transaction } = evseOf(charger)
    return protocol === 'ocpp1.6' ? transaction?.csmsId !== undefined : transaction !== undefined
  })
  return { charger, time, amperes: () => amperes(charger) }
}

function amperes(charger: Charger): number {
  settle(charger.station, charger.time.now())
  return Math.round((evseOf(charger).power / 690) * 10) / 10
}

type Wish = Partial<v16.ChargingProfile> & {
  limit?: number
  unit?: 'A' | 'W'
  duration?: number
  startSchedule?: string
  /** Seconds until the first period. */
  from?: number
}

/** The answer to a TxProfile of 8 A, unless said otherwise. */
async function limit(charger: Charger, wanted: Wish = {}): Promise<string> {
  const { limit: most = 8, unit = 'A', duration, startSchedule, from = 0, ...wish } = wanted
  const base = { stackLevel: 0, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' } as const
  const schedule = {
    chargingRateUnit: unit,
    chargingSchedulePeriod: [{ startPeriod: from, limit: most }],
    ...(duration !== undefined && { duration }),
    ...(startSchedule !== undefined && { startSchedule })
  } as const
  const { v16: six, v21: two } = csms.app.ocpp
  if (charger.protocol === 'ocpp1.6') {
    const csChargingProfiles = { chargingProfileId: 1, ...base, ...wish, chargingSchedule: schedule }
    return (
      await six.call(charger.identity, 'SetChargingProfile', {
        connectorId: 1,
        csChargingProfiles: csChargingProfiles as unknown as v16.ChargingProfile
      })
    ).status
  }
  const transactionId = evseOf(charger).transaction?.id
  const { chargingProfileId: id = 1, ...rest } = wish
  const chargingProfile = { id, ...base, transactionId, ...rest, chargingSchedule: [{ id: 1, ...schedule }] }
  const request = { evseId: 1, chargingProfile: chargingProfile as unknown as v21.ChargingProfileType }
  return (await two.call(charger.identity, 'SetChargingProfile', request)).status
}

const REFUSED: [Quirk, Wish, Wish][] = [
  ['amperes-only', { unit: 'W', limit: 5000 }, {}],
  ['watts-only', {}, { unit: 'W', limit: 5000 }],
  ['whole-numbers', { limit: 8.5 }, {}],
  ['refuses-tx-profile', {}, { chargingProfilePurpose: 'TxDefaultProfile' }],
  ['refuses-relative', {}, { chargingProfileKind: 'Absolute' }],
  ['needs-relative', { chargingProfileKind: 'Absolute' }, {}],
  ['needs-highest-level', {}, { stackLevel: 8 }],
  ['needs-level-0', { stackLevel: 1 }, {}],
  ['highest-level-0', { stackLevel: 1 }, {}],
  ['level-999', { stackLevel: 10 }, { stackLevel: 999 }]
]

for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
  test(`${protocol}: profiles are refused or taken as the quirk says`, async () => {
    for (const [quirk, refused, taken] of REFUSED) {
      const { charger } = await charging(protocol, quirk)
      const levels: Partial<Record<Quirk, string>> = { 'highest-level-0': '0', 'level-999': '999' }
      const highest = charger.settings.get(
        protocol === 'ocpp1.6' ? 'ChargeProfileMaxStackLevel' : 'SmartChargingCtrlr.ProfileStackLevel'
      )
      assert.equal(highest, levels[quirk] ?? '10', quirk)
      const level = taken.stackLevel === undefined ? {} : { stackLevel: Number(highest) }
      assert.equal(await limit(charger, refused), 'Rejected', quirk)
      assert.equal(charger.station.profiles.length, 0, quirk)
      assert.equal(await limit(charger, { ...taken, ...level }), 'Accepted', quirk)
    }
  })
}

test('one profile: a second one is refused, and the same one is replaced', async () => {
  const { charger } = await charging('ocpp1.6', 'one-profile')
  assert.equal(await limit(charger, { chargingProfilePurpose: 'TxDefaultProfile' }), 'Accepted')
  assert.equal(await limit(charger, { chargingProfileId: 2 }), 'Rejected')
  assert.equal(await limit(charger, { chargingProfilePurpose: 'TxDefaultProfile', limit: 7 }), 'Accepted')
})

test('1.6: a TxProfile with a transactionId is refused, one without is taken', async () => {
  const { charger } = await charging('ocpp1.6', 'refuses-transaction-id')
  assert.equal(await limit(charger, { transactionId: evseOf(charger).transaction?.csmsId ?? 0 }), 'Rejected')
  assert.equal(await limit(charger), 'Accepted')
})

test('a charger that ignores limits accepts them and supplies what the car takes', async () => {
  const { charger, amperes: now } = await charging('ocpp2.1', 'ignores-limits')
  assert.equal(await limit(charger), 'Accepted')
  assert.equal(now(), 15.9)
})

test('a slow current follows after ten seconds', async () => {
  const { charger, time, amperes: now } = await charging('ocpp1.6', 'slow-current')
  assert.equal(now(), 15.9)
  await limit(charger)
  const seen: number[] = []
  for (let second = 0; second < 12; second++) {
    time.advance(1000)
    seen.push(now())
  }
  assert.equal(seen.lastIndexOf(15.9), 8)
  assert.equal(seen.at(-1), 8)
})

test('a slow answer comes after twenty seconds', async () => {
  const { charger, time } = await charging('ocpp1.6', 'slow-answers')
  let answer = ''
  const asked = limit(charger).then((status) => {
    answer = status
  })
  await until('the profile is there', () => charger.station.profiles.length === 1)
  time.advance(19_000)
  assert.equal(answer, '')
  time.advance(1000)
  await asked
  assert.equal(answer, 'Accepted')
})

test('after a pause: never again, or without a limit, or as the standard says', async () => {
  for (const [quirks, expected] of [
    [['zero-is-final'], 0],
    [['resumes-unlimited'], 15.9],
    [[], 8]
  ] as [Quirk[], number][]) {
    const { charger, amperes: now } = await charging('ocpp1.6', ...quirks)
    await limit(charger, { limit: 0 })
    assert.equal(now(), 0)
    await limit(charger)
    assert.equal(now(), expected, String(quirks))
  }
})

test('a charger that loses Relative defaults accepts them, and keeps others', async () => {
  const { charger, amperes: now } = await charging('ocpp1.6', 'loses-relative-default')
  const chargingProfilePurpose = 'TxDefaultProfile'
  assert.equal(await limit(charger, { chargingProfilePurpose }), 'Accepted')
  assert.equal(now(), 15.9)
  assert.equal(await limit(charger, { chargingProfilePurpose, chargingProfileKind: 'Absolute' }), 'Accepted')
  assert.equal(now(), 8)
})

test('a limit that ignores its duration goes on, and others end', async () => {
  for (const [quirks, expected] of [
    [['ignores-duration'], 8],
    [[], 15.9]
  ] as [Quirk[], number][]) {
    const { charger, time, amperes: now } = await charging('ocpp2.1', ...quirks)
    assert.equal(await limit(charger, { duration: 60 }), 'Accepted')
    time.advance(59_000)
    assert.equal(now(), 8)
    time.advance(10_000)
    assert.equal(now(), expected, String(quirks))
  }
})

test('a schedule in the future is refused by one that has the quirk, and a later first period by all', async () => {
  const { charger, time } = await charging('ocpp1.6', 'refuses-future-start')
  const at = (seconds: number) => new Date(time.now() + seconds * 1000).toISOString()
  const kind = { chargingProfileKind: 'Absolute' } as const
  assert.equal(await limit(charger, { ...kind, startSchedule: at(60) }), 'Rejected')
  assert.equal(await limit(charger, { ...kind, startSchedule: at(-60) }), 'Accepted')
  const { charger: usual } = await charging('ocpp1.6')
  assert.equal(await limit(usual, { ...kind, startSchedule: at(60) }), 'Accepted')
  for (const protocol of ['ocpp1.6', 'ocpp2.1'] as const) {
    const { charger: other } = await charging(protocol, 'one-line-meter')
    assert.equal(await limit(other, { from: 60 }), 'Rejected')
  }
})

test('a slower current follows after 45 seconds', async () => {
  const { charger, time, amperes: now } = await charging('ocpp2.1', 'slower-current')
  assert.equal(now(), 15.9)
  await limit(charger)
  const seen: number[] = []
  for (let second = 0; second < 50; second++) {
    time.advance(1000)
    seen.push(now())
  }
  assert.equal(seen.lastIndexOf(15.9), 43)
  assert.equal(seen.at(-1), 8)
})

test('a transaction overshoots in its first five seconds', async () => {
  const { charger, time, amperes: now } = await charging('ocpp2.1', 'overshoots')
  await limit(charger)
  assert.equal(now(), 15.9)
  time.advance(5000)
  assert.equal(now(), 8)
})

test('the limit of its own cloud counts for a minute after each profile, above and below the one that was accepted', async () => {
  const { charger, time, amperes: now } = await charging('ocpp1.6', 'own-cloud')
  const { ev } = evseOf(charger).transaction?.connector ?? {}
  Object.assign(ev ?? {}, { maxPower: 22_080 })
  for (const most of [8, 24]) {
    await limit(charger, { limit: most })
    assert.equal(now(), 16)
    time.advance(61_000)
    assert.equal(now(), most)
  }
})

test('a limit of its own is beside ours, and 2.x tells its beginning and end', async () => {
  csms.received.length = 0
  const { charger, amperes: now } = await charging('ocpp2.1', 'own-limit')
  assert.equal(now(), 10)
  await limit(charger)
  assert.equal(now(), 8)
  await until('it has told its limit', () => csms.of('NotifyChargingLimit').length === 1)
  const [told] = csms.of('NotifyChargingLimit') as unknown as v21.NotifyChargingLimitRequest[]
  assert.deepEqual(told?.chargingSchedule?.[0]?.chargingSchedulePeriod, [{ startPeriod: 0, limit: 10 }])
  unplug(charger)
  await until('it has told its end', () => csms.of('ClearedChargingLimit').length === 1)
  assert.deepEqual(csms.of('ClearedChargingLimit'), [{ chargingLimitSource: 'Other', evseId: 1 }])
})

/** The transaction ends; the driver begins another one, with the cable left in or plugged in again. */
async function again(charger: Charger, isReplugged = false): Promise<void> {
  charger.background(endTransaction(charger, evseOf(charger), 'Local'))
  if (isReplugged) {
    unplug(charger)
    plug(charger)
  }
  await swipe(charger, { idToken: 'CARD-1', type: 'ISO14443' })
  await until('the next one has begun', () => evseOf(charger).transaction !== undefined)
}

test('a stored 0 A blocks later sessions until a boot', async () => {
  const { charger, time, amperes: now } = await charging('ocpp2.1', 'stored-zero')
  await limit(charger, { limit: 0 })
  assert.equal(now(), 0)
  await again(charger, true)
  assert.equal(now(), 0)
  await reboot(charger, time)
  await swipe(charger, { idToken: 'CARD-1', type: 'ISO14443' })
  await until('the next one has begun', () => evseOf(charger).transaction !== undefined)
  assert.equal(now(), 15.9)
})

test('a sleepy car takes nothing after a pause, also in the next transaction, until it is plugged in again', async () => {
  const { charger, time, amperes: now } = await charging('ocpp1.6', 'sleepy-cars')
  time.advance(1000)
  assert.equal(now(), 15.9)
  await limit(charger, { limit: 0 })
  assert.equal(now(), 0)
  await limit(charger, { limit: 16 })
  assert.equal(now(), 0)
  await again(charger)
  assert.equal(now(), 0)
  await again(charger, true)
  assert.equal(now(), 15.9)
})

test('a level is kept by the profile that had it first', async () => {
  const { charger, amperes: now } = await charging('ocpp1.6', 'keeps-level')
  const purpose = { chargingProfilePurpose: 'TxDefaultProfile' } as const
  assert.equal(await limit(charger, { ...purpose, chargingProfileId: 1, limit: 12 }), 'Accepted')
  assert.equal(await limit(charger, { ...purpose, chargingProfileId: 2 }), 'Accepted')
  assert.equal(now(), 12)
  await csms.app.ocpp.v16.call(charger.identity, 'ClearChargingProfile', { id: 1 })
  assert.equal(now(), 8)
})

test('profiles that were deleted or replaced are in force again after a boot', async () => {
  for (const [quirks, expected] of [
    [['resurrects-profiles'], [12, 10]],
    [[], [8]]
  ] as [Quirk[], number[]][]) {
    const { charger, time } = await charging('ocpp1.6', ...quirks, 'no-current')
    const purpose = { chargingProfilePurpose: 'TxDefaultProfile' } as const
    await limit(charger, { ...purpose, limit: 12 })
    await limit(charger, { ...purpose, limit: 8 })
    await limit(charger, { ...purpose, chargingProfileId: 2, stackLevel: 1, limit: 10 })
    await csms.app.ocpp.v16.call(charger.identity, 'ClearChargingProfile', { id: 2 })
    await reboot(charger, time)
    const limits = charger.station.profiles.map(({ original }) => {
      return [original.chargingSchedule].flat()[0]?.chargingSchedulePeriod[0]?.limit
    })
    assert.deepEqual(limits, expected)
  }
})

test('a late default counts from the next transaction on', async () => {
  const { charger, time, amperes: now } = await charging('ocpp1.6', 'late-default')
  time.advance(1000)
  await limit(charger, { chargingProfilePurpose: 'TxDefaultProfile' })
  assert.equal(now(), 15.9)
  const identity = charger.identity
  await csms.app.ocpp.v16.call(identity, 'RemoteStopTransaction', {
    transactionId: evseOf(charger).transaction?.csmsId ?? 0
  })
  await until('it has ended', () => evseOf(charger).transaction === undefined)
  await swipe(charger, { idToken: 'CARD-1', type: 'ISO14443' })
  await until('the next one has begun', () => evseOf(charger).transaction !== undefined)
  assert.equal(now(), 8)
})

async function reboot(charger: Charger, time: ManualScheduler): Promise<void> {
  charger.background(reset(charger, 'SoftReset'))
  await until('it reboots', () => {
    time.advance(1000)
    return charger.isRebooting
  })
  await until('it is back', () => {
    time.advance(1000)
    return !charger.isRebooting && charger.isOnline
  })
}

test('a charger that forgets its profiles has none after a boot', async () => {
  for (const [quirks, expected] of [
    [['forgets-profiles'], 0],
    [[], 1]
  ] as [Quirk[], number][]) {
    const { charger, time } = await charging('ocpp1.6', ...quirks, 'no-current')
    await limit(charger, { chargingProfilePurpose: 'TxDefaultProfile' })
    await reboot(charger, time)
    assert.equal(charger.station.profiles.length, expected)
  }
})

test('meters that measure one line, or no current', async () => {
  const phases: unknown[] = []
  for (const quirk of ['one-line-meter', 'no-current'] as const) {
    const { charger, time } = await charging('ocpp1.6', quirk)
    csms.received.length = 0
    await until('it has told its values', () => {
      time.advance(60_000)
      return csms.of('MeterValues').length > 0
    })
    assert.equal(charger.identity, `ocpp1.6-${quirk}`)
    const [sent] = csms.of('MeterValues') as unknown as v16.MeterValuesRequest[]
    const values = sent?.meterValue.flatMap(({ sampledValue }) => sampledValue) ?? []
    phases.push(values.filter(({ measurand }) => measurand === 'Current.Import').map(({ phase }) => phase))
    assert.equal(values.filter(({ measurand }) => measurand === 'Power.Active.Import').length > 0, true)
    await charger.close()
  }
  assert.deepEqual(phases, [['L1'], []])
})

test('the command line knows the quirks', async () => {
  const { out } = await simulate('--help')
  for (const name of QUIRK_NAMES) assert.ok(out.includes(name), name)
  const { code, err } = await simulate('--quirks', 'laziness')
  assert.deepEqual([code, /--quirks must be one of ignores-limits/.test(err)], [2, true])
})

test('every second charger of a fleet has the quirks', async () => {
  const fleet = startSimulator(
    ...['--url', csms.url, '--count', '2', '--prefix', 'ODD-', '--ramp', '10ms', '--protocol', 'ocpp1.6', '--json'],
    ...['--sessions', 'off', '--quirks', 'amperes-only', '--quirks-every', '2']
  )
  await until('both are accepted', () => fleet.out().includes('"booted":2'))
  const answers = await Promise.all(
    ['ODD-1', 'ODD-2'].map((identity) => {
      return csms.app.ocpp.v16.call(identity, 'SetChargingProfile', {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 1,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 5000 }] }
        }
      })
    })
  )
  assert.deepEqual(answers, [{ status: 'Accepted' }, { status: 'Rejected' }])
  await fleet.stop()
})
