import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Charger } from '../../src/simulator/charger.js'
import { settingTable } from '../../src/simulator/model/settings.js'
import { onBothBackends, operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const STALLS = [{ protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }, { protocol: 'ocpp2.1' }] as const
const BODY = { mode: 'control', circuits: [{ id: 'main', limit: { A: 96 }, margin: 0 }] }
const VARIABLE = { component: { name: 'SmartChargingCtrlr' }, variable: { name: 'UpdateRateLimit' } }
/** The last one tells it with its refusal. [2.1 K01.FR.57] */
const INFOS: Readonly<Record<string, object>> = { 'rates-2': { additionalInfo: '35 seconds before retry' } }

/** The form of a profile, without its values. */
function formOf(request: unknown): string {
  const { chargingProfile } = request as {
    chargingProfile: { chargingProfilePurpose: string; chargingProfileKind: string; stackLevel: number }
  }
  const { chargingProfilePurpose, chargingProfileKind, stackLevel } = chargingProfile
  return `${chargingProfilePurpose} ${chargingProfileKind} ${stackLevel}`
}

onBothBackends('charge points that refuse profiles because they come too often', (start) => {
  it('get the same again after 60 seconds, or as many as they have told, and nothing is learned', async (t) => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'rates', stalls: STALLS, body: BODY })
    const { settings } = garage.charger(1)
    const told = { name: 'SmartChargingCtrlr.UpdateRateLimit', type: 'integer', value: '20' } as const
    Object.assign(settings, { table: settingTable([...settings.table.values(), told]) })
    const read = await perform(server, 'rates-1', 'operations/get-configuration', { items: [VARIABLE] })
    assert.equal(read.body.items?.[0].value, '20', JSON.stringify(read.body))
    const asked: { identity: string; form: string; at: number }[] = []
    const began = garage.time.now()
    for (const dialect of new Set(garage.chargers.map((charger) => charger.dialect))) {
      const { answer } = dialect
      t.mock.method(dialect, 'answer', (charger: Charger, action: string, request: unknown) => {
        if (action !== 'SetChargingProfile') return answer(charger, action, request)
        const { identity } = charger
        const isFirst = !asked.some((one) => one.identity === identity)
        asked.push({ identity, form: formOf(request), at: (garage.time.now() - began) / 1000 })
        const statusInfo = { reasonCode: 'RateLimitExceeded', ...INFOS[identity] }
        return isFirst ? { status: 'Rejected', statusInfo } : answer(charger, action, request)
      })
    }
    for (const index of STALLS.keys()) await garage.arrive(index, HUNGRY)
    await garage.pass(15)
    for (const { reserved, limit } of (await garage.state()).evses) assert.deepEqual([reserved, limit], [6, undefined])
    await garage.reach([32, 32, 32], 600)
    for (const [index, pause] of [60, 20, 35].entries()) {
      const { identity } = garage.charger(index)
      const [first, second] = asked.filter((one) => one.identity === identity)
      assert.ok(first && second)
      assert.equal(second.form, first.form)
      assert.ok(second.at - first.at >= pause && second.at - first.at <= pause + 10, `${second.at - first.at} s`)
      const { traits } = (await operate(server, 'GET', `/charge-points/${identity}/smart-charging`)).json()
      // What it has shown of leases is no form of a limit.
      assert.deepEqual(
        Object.keys(traits).filter((name) => name !== 'limitLease' && name !== 'limitFallback'),
        []
      )
    }
  })
})
