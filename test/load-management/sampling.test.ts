import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Charger } from '../../src/simulator/charger.js'
import { type Setting, type SettingTable, settingTable } from '../../src/simulator/model/settings.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import { listen, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const BODY = { mode: 'control', circuits: [{ id: 'main', limit: { A: 63 }, margin: 1 }] }
const OFF = { ...BODY, mode: 'off' }

const USUAL = 'Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC'
const OLD = [USUAL, '60']
const WHOLE = [`${USUAL},Current.Offered`, '10']

const namesOf = ({ protocol }: Charger) =>
  protocol === 'ocpp1.6'
    ? (['MeterValuesSampledData', 'MeterValueSampleInterval'] as const)
    : (['SampledDataCtrlr.TxUpdatedMeasurands', 'SampledDataCtrlr.TxUpdatedInterval'] as const)

/** What a charger samples, and how often. */
const settingsOf = (charger: Charger) => namesOf(charger).map((name) => charger.settings.get(name))
const allOf = ({ chargers }: Garage) => chargers.map(settingsOf)

/** Replaces the rules of the settings of a charger, which all chargers share otherwise. */
function redefine(charger: Charger, changes: readonly Partial<Setting>[]): void {
  const { settings } = charger
  const [measurands, interval] = namesOf(charger)
  const table = [...settings.table.values()].map((setting) => {
    const index = [measurands, interval].indexOf(setting.name as never)
    return { ...setting, ...changes[index] }
  })
  const own: SettingTable = settingTable(table as Setting[])
  Object.assign(settings, { table: own })
}

async function samplesAt(server: TestServer, identity: string) {
  return (await operate(server, 'GET', `/charge-points/${identity}/smart-charging`)).json()
}

/** The calls to a charge point with these actions, the first one first. */
async function callsTo(server: TestServer, identity: string, ...actions: string[]) {
  const { items } = (await operate(server, 'GET', `/charge-points/${identity}/calls?limit=200`)).json()
  return (items as { action: string }[]).filter(({ action }) => actions.includes(action)).reverse()
}

const CHANGES = ['ChangeConfiguration', 'SetVariables']

/** A charge point with its settings as they are, at a back-end that was restarted. */
async function comesBack(garage: Garage, index: number): Promise<void> {
  const before = garage.charger(index)
  const { identity, protocol } = before
  const { charger } = createCharger({ url: `${garage.server.url}/ocpp` }, protocol, { identity, time: garage.time })
  for (const [at, name] of namesOf(before).entries()) charger.settings.force(name, settingsOf(before)[at] ?? '')
  garage.chargers[index] = charger
  await charger.connect()
}

async function reach(garage: Garage, expected: unknown): Promise<void> {
  await until(`the settings are ${JSON.stringify(expected)}`, async () => {
    await garage.run()
    return JSON.stringify(allOf(garage)) === JSON.stringify(expected)
  }).catch(() => assert.deepEqual(allOf(garage), expected))
}

onBothBackends('what charge points of a site sample', (start) => {
  it('is what its control needs, beside what they sampled before, and is put back when control ends', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'samples', stalls: STALLS, body: { ...BODY, mode: 'observe' } })
    assert.deepEqual(allOf(garage), [OLD, OLD, OLD])
    await garage.configure(BODY)
    assert.deepEqual(allOf(garage), [WHOLE, WHOLE, WHOLE])
    for (const { identity } of garage.chargers) {
      const { samples } = await samplesAt(server, identity)
      const { at: _, ...known } = samples
      assert.deepEqual(known, {
        measurands: WHOLE[0]?.split(','),
        ...{ missing: [], interval: 10, wantedInterval: 10, rebootRequired: false },
        former: { measurands: USUAL, interval: '60' }
      })
      assert.equal((await callsTo(server, identity, ...CHANGES)).length, 2)
    }
    await garage.configure({ ...BODY, mode: 'observe' })
    assert.deepEqual(allOf(garage), [OLD, OLD, OLD])
    assert.equal((await samplesAt(server, 'samples-0')).samples, undefined)
  })

  it('is put back after a restart, and once a charge point that was away is there', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'restarts', stalls: STALLS, body: BODY })
    assert.deepEqual(allOf(garage), [WHOLE, WHOLE, WHOLE])
    for (const { client } of garage.chargers) await client.close()
    await server.close()
    // Another process, which knows only what is saved, ends the control.
    const again = await start(SETTINGS, listen)
    again.app.loadManagement.clock = () => garage.time.now()
    Object.assign(garage, { server: again })
    await garage.put({ ...OFF, evses: [] })
    for (const index of [0, 2]) await comesBack(garage, index)
    await reach(garage, [OLD, WHOLE, OLD])
    await comesBack(garage, 1)
    await reach(garage, [OLD, OLD, OLD])
  })

  it('is put back when a charge point leaves the site, or its EVSE the configuration', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'leaves', stalls: STALLS, body: BODY })
    const evses = [{ identity: 'leaves-2', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }]
    await garage.configure({ ...BODY, evses })
    await reach(garage, [OLD, OLD, WHOLE])
    await operate(server, 'PUT', '/charge-points/leaves-2', { site: null })
    server.app.loadManagement.configured('leaves')
    await reach(garage, [OLD, OLD, OLD])
  })

  it('is less where a charge point refuses some, and an interval that is refused is learned', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'refuses', stalls: STALLS, body: OFF })
    for (const charger of garage.chargers) {
      const values = ['Energy.Active.Import.Register', 'Voltage', 'Power.Active.Import', 'Current.Offered']
      redefine(charger, [
        { value: 'Voltage, Energy.Active.Import.Register', values },
        { value: '300', min: 30 }
      ])
      // What is learned is believed of all of a kind.
      charger.firmware = 'refuses'
      await charger.boot()
    }
    await garage.configure(BODY)
    const taken = 'Voltage,Energy.Active.Import.Register,Power.Active.Import,Current.Offered'
    assert.deepEqual(allOf(garage), [
      [taken, '30'],
      [taken, '30'],
      [taken, '30']
    ])
    for (const { identity } of garage.chargers) {
      const { samples, traits } = await samplesAt(server, identity)
      assert.deepEqual(samples.missing, ['Current.Import', 'SoC'])
      assert.deepEqual([samples.interval, samples.wantedInterval], [30, 10])
      assert.deepEqual(traits.sampleInterval, { value: 30, source: 'learned' })
    }
    const calls = async () => (await callsTo(server, 'refuses-0', ...CHANGES)).length
    // All measurands, each of them, and 10, 15 and 30 s.
    assert.equal(await calls(), 8)
    server.app.loadManagement.configured('refuses')
    await garage.run()
    assert.equal(await calls(), 8)
    await garage.configure(OFF)
    const before = ['Voltage, Energy.Active.Import.Register', '300']
    assert.deepEqual(allOf(garage), [before, before, before])
  })

  it('is left as it is where it is read-only or unknown, and put back where it needs a boot', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'fixed', stalls: STALLS, body: OFF })
    for (const charger of garage.chargers) redefine(charger, [{ access: 'readonly' }, { needsReboot: true }])
    redefine(garage.charger(0), [{ access: 'readonly' }, { name: 'Gone' }])
    await garage.configure(BODY)
    assert.deepEqual(allOf(garage), [
      [USUAL, undefined],
      [USUAL, '10'],
      [USUAL, '10']
    ])
    const { samples } = await samplesAt(server, 'fixed-1')
    assert.deepEqual([samples.missing, samples.rebootRequired], [['Current.Offered'], true])
    assert.equal((await samplesAt(server, 'fixed-0')).samples.interval, undefined)
    assert.deepEqual(await callsTo(server, 'fixed-0', ...CHANGES), [])
    await garage.configure(OFF)
    assert.deepEqual(allOf(garage), [[USUAL, undefined], OLD, OLD])
  })

  it('what an operator changes meanwhile stays until the next boot, and is what is put back', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'others', stalls: STALLS, body: BODY })
    const items = [{ key: 'MeterValueSampleInterval', value: '120' }]
    for (const { identity } of garage.chargers) {
      const { status } = await perform(server, identity, 'operations/set-configuration', { items })
      assert.equal(status, 200)
    }
    await garage.pass(60)
    const [measurands] = WHOLE
    const changed = [measurands, '120']
    assert.deepEqual(allOf(garage), [changed, changed, changed])
    // One that has booted, and lost nothing by that.
    await garage.charger(1).boot()
    await reach(garage, [changed, WHOLE, changed])
    await garage.configure(OFF)
    const left = [USUAL, '120']
    assert.deepEqual(allOf(garage), [left, left, left])
  })

  it('has the interval of the trait, and nothing is changed that is enough', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'traits', stalls: STALLS, body: OFF })
    await operate(server, 'PUT', '/charge-points/traits-0/smart-charging', { sampleInterval: 60 })
    const all = `SoC,Current.Offered,Current.Import.L1,Current.Import.L2,Current.Import.L3,Power.Active.Import`
    redefine(garage.charger(1), [{ value: all }, { value: '5' }])
    await garage.configure(BODY)
    assert.deepEqual(allOf(garage), [[WHOLE[0], '60'], [all, '5'], WHOLE])
    assert.deepEqual(await callsTo(server, 'traits-1', ...CHANGES), [])
    assert.deepEqual((await samplesAt(server, 'traits-1')).samples.former, {})
    await garage.configure(OFF)
    assert.deepEqual(allOf(garage), [OLD, [all, '5'], OLD])
  })

  it('is not asked for without end at a charge point that does not answer, but again when it connects', async (t) => {
    const server = await start({ ...SETTINGS, OCPP_CALL_TIMEOUT: '100' }, listen)
    const garage = await Garage.open(server, { id: 'silent', stalls: [{ protocol: 'ocpp1.6' }], body: OFF })
    const { dialect } = garage.charger(0)
    const { answer } = dialect
    t.mock.method(dialect, 'answer', (charger: Charger, action: string, request: unknown) => {
      return action === 'GetConfiguration' ? new Promise(() => undefined) : answer(charger, action, request)
    })
    const asked = async () => (await callsTo(server, 'silent-0', 'GetConfiguration')).length
    const { now } = Date
    const clock = t.mock.method(Date, 'now', now)
    const passing = async (hours: number) => {
      for (let hour = 0; hour < hours; hour++) {
        clock.mock.mockImplementation(() => now() + hour * 3_600_000)
        await garage.run()
      }
      clock.mock.mockImplementation(now)
    }
    await garage.put(BODY)
    await passing(8)
    assert.equal(await asked(), 5)
    await garage.charger(0).goOffline()
    await garage.charger(0).goOnline()
    await garage.run()
    assert.ok((await asked()) > 5)
  })
})
