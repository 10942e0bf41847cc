import assert from 'node:assert/strict'
import { it } from 'node:test'
import { settingTable } from '../../src/simulator/model/settings.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage, PHASES } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const LEASE = 60
const LIMIT = 64
const BODY = { mode: 'control', lease: LEASE, circuits: [{ id: 'main', limit: { A: LIMIT }, margin: 0 }] }

const COMPONENT = { name: 'SmartChargingCtrlr' }
const FEATURE = { name: 'SupportsFeature', instance: 'DynamicProfiles' }
const SETTING = { name: 'SupportsDynamicProfiles' }

/** The charge point tells what it can. */
async function tell(garage: Garage, index: number, variable: { name: string; instance?: string }, value = 'true') {
  const { settings, identity } = garage.charger(index)
  const name = [`SmartChargingCtrlr.${variable.name}`, ...(variable.instance ?? '').split(' ').filter(Boolean)].join(
    ':'
  )
  const told = { name, type: 'boolean', value } as const
  Object.assign(settings, { table: settingTable([...settings.table.values(), told]) })
  const items = [{ component: COMPONENT, variable }]
  const read = await perform(garage.server, identity, 'operations/get-configuration', { items })
  assert.equal(read.body.items?.[0].value, value, JSON.stringify(read.body))
}

/** The calls about profiles of transactions that have begun: how often, by action and kind. */
async function callsTo(garage: Garage, index: number): Promise<Record<string, number>> {
  const { identity } = garage.charger(index)
  const answer = await operate(garage.server, 'GET', `/charge-points/${identity}/calls?limit=200`)
  const counts: Record<string, number> = {}
  for (const { action, request } of answer.json().items) {
    const { chargingProfilePurpose = '', chargingProfileKind = '' } = request.chargingProfile ?? {}
    if (action === 'RequestStartTransaction') continue
    const name = `${action} ${chargingProfileKind}`.trim()
    const isMeant = action === 'UpdateDynamicSchedule' || chargingProfilePurpose === 'TxProfile'
    if (isMeant) counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

onBothBackends('charge points that are to get Dynamic profiles', (start) => {
  it('are renewed by updates where they can be, fall back when nobody updates them, and else get a TxProfile', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [
      { protocol: 'ocpp2.1' },
      { protocol: 'ocpp2.1', quirks: ['needs-relative'] },
      { protocol: 'ocpp2.1', quirks: ['slow-current'] },
      { protocol: 'ocpp2.0.1' }
    ] as const
    const model = { match: { vendor: '*' }, traits: { limitProfile: 'dynamic' } }
    const put = await operate(server, 'PUT', '/charger-models/dynamic', model)
    assert.equal(put.statusCode, 201, put.body)
    const garage = await Garage.open(server, { id: 'dynamic', stalls, body: { ...BODY, mode: 'observe' } })
    await tell(garage, 0, FEATURE)
    await tell(garage, 1, SETTING)
    await tell(garage, 2, FEATURE, 'false')
    await tell(garage, 3, FEATURE)
    await garage.configure(BODY)
    const over: string[] = []
    garage.watch = (currents) => {
      if (PHASES.some((phase) => currents[phase] > LIMIT + 1e-6)) over.push(JSON.stringify(currents))
    }
    for (const index of stalls.keys()) await garage.arrive(index, HUNGRY)
    await garage.reach([16, 16, 16, 16], 300)
    await garage.pass(150)
    assert.deepEqual(garage.shares(), [16, 16, 16, 16])
    const [first = {}, second = {}, third = {}, fourth = {}] = await Promise.all(
      [0, 1, 2, 3].map((index) => callsTo(garage, index))
    )
    assert.deepEqual(Object.keys(first).sort(), ['SetChargingProfile Dynamic', 'UpdateDynamicSchedule'])
    const [set = 0, updated = 0] = [first['SetChargingProfile Dynamic'], first.UpdateDynamicSchedule]
    assert.ok(updated > set, JSON.stringify(first))
    // It refuses another kind than Relative, and that is learned.
    assert.deepEqual([second['SetChargingProfile Dynamic'], second.UpdateDynamicSchedule], [1, undefined])
    const { traits } = (await operate(server, 'GET', '/charge-points/dynamic-1/smart-charging')).json()
    assert.deepEqual(traits.limitProfile, { value: 'transaction', source: 'learned' })
    for (const calls of [third, fourth]) assert.deepEqual(Object.keys(calls), ['SetChargingProfile Relative'])
    await garage.charger(0).goOffline()
    await until('the charge point is away', async () => {
      await garage.run()
      return (await garage.state()).evses[0].connected === false
    })
    await garage.pass(90, 15)
    const [away] = (await garage.state()).evses
    assert.deepEqual([away.reserved, garage.shares()[0]], [6, 6])
    await garage.reach([6, 19.3, 19.3, 19.3], 60)
    await garage.charger(0).goOnline()
    await garage.reach([16, 16, 16, 16], 180)
    assert.deepEqual(over, [])
  })
})
