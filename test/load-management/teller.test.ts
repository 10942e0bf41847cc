import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import type { NewEvent, PublishedEvent } from '../../lib/events/event.js'
import type { OperatorScope } from '../../lib/operators/scopes.js'
import { Mismatches } from '../../lib/smart-charging/mismatches.js'
import { subscriberOf } from '../../lib/webhooks/rows.js'
import { onBothBackends, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { listen, type TestServer } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const TYPES = ['allocation', 'site-limit', 'overload', 'charger-obedience']

/** The events about a site, in short. */
function eventsOf(server: TestServer, site: string) {
  const found: PublishedEvent[] = []
  server.app.events.subscribe((event) => {
    if (TYPES.includes(event.type) && (event.data as { site: string }).site === site) found.push(event)
  })
  const take = (type: string, ...members: string[]) => {
    const taken = found.filter((event) => event.type === type)
    for (const event of taken) found.splice(found.indexOf(event), 1)
    return taken.map(({ chargePoint, data }) => {
      return [chargePoint, ...members.map((name) => (data as Record<string, unknown>)[name])].filter(
        (one) => one !== ''
      )
    })
  }
  return { take, found }
}

onBothBackends('the events of a site under control', (start) => {
  it('tell limits of transactions once, and what an energy manager and a meter do', async () => {
    const server = await start(SETTINGS, listen)
    const circuits = [{ id: 'main', limit: { A: 63 }, margin: 1, fallbackLimit: { A: 31 } }]
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }] as const
    const garage = await Garage.open(server, { id: 'told', stalls, body: { mode: 'control', circuits } })
    const { take, found } = eventsOf(server, 'told')
    await garage.pass(60)
    assert.deepEqual(found, [], 'nothing has happened')
    await garage.arrive(0, HUNGRY)
    await garage.reach([32, 0], 300)
    await garage.pass(15)
    const id = (await garage.open(0))[0]?.id
    assert.deepEqual(take('allocation', 'id', 'limit', 'state'), [
      ['told-0', id, 6, 'fallback'],
      ['told-0', id, 32, 'limited']
    ])
    assert.deepEqual(take('charger-obedience', 'evseId', 'obedience'), [['told-0', 1, 'obeys']])
    const path = '/sites/told/load-management/circuits/main/limit'
    const limit = { A: 20, ttl: 30, source: 'EMS' }
    for (let times = 0; times < 3; times++) {
      assert.equal((await operate(server, 'PUT', path, limit)).statusCode, 200)
      await garage.pass(5)
    }
    await garage.pass(60)
    assert.deepEqual(take('site-limit', 'circuit', 'change', 'limit', 'source'), [
      ['main', 'set', { A: 20 }, 'EMS'],
      ['main', 'expired', { A: 20 }, 'EMS']
    ])
    assert.deepEqual(
      take('allocation', 'limit').map(([, amperes]) => amperes),
      [13, 24],
      'and 31 A hold then'
    )
    await operate(server, 'DELETE', path)
    await garage.pass(5)
    const meter = { L1: 5, L2: 5, L3: 5, includesChargers: false }
    await operate(server, 'PUT', '/sites/told/load-management/circuits/main/measurement', meter)
    await garage.pass(90)
    assert.deepEqual(take('site-limit', 'change', 'holds'), [
      ['removed', { L1: 63, L2: 63, L3: 63 }],
      ['fallback', { L1: 31, L2: 31, L3: 31 }]
    ])
    assert.deepEqual(take('overload'), [])
  })

  it('tell who ignores limits, and where that is too much', async () => {
    const server = await start(SETTINGS, listen)
    const circuits = [{ id: 'main', limit: { A: 40 }, margin: 1 }]
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.1' }] as const
    const garage = await Garage.open(server, { id: 'over', stalls, body: { mode: 'control', circuits } })
    const { take } = eventsOf(server, 'over')
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.pass(120)
    const { station } = garage.charger(0)
    Object.defineProperty(station, 'profiles', { get: () => [], set: () => undefined })
    await operate(server, 'PUT', '/sites/over/load-management/circuits/main/limit', { A: 20, ttl: 3600, source: 'EMS' })
    await garage.pass(240)
    const obedience = take('charger-obedience', 'evseId', 'obedience').filter(([name]) => name === 'over-0')
    assert.deepEqual(obedience, [
      ['over-0', 1, 'obeys'],
      ['over-0', 1, 'ignores']
    ])
    const [begun, ...more] = take('overload', 'change', 'circuit', 'phase', 'by', 'why')
    assert.deepEqual(begun?.slice(0, 3), ['begun', 'main', 'L1'])
    assert.match(String(begun?.[4]), /^32 A of (?:currents above the limits|EVSEs that ignore limits)/)
    assert.deepEqual(
      more.map(([change, , phase]) => `${change} ${phase}`),
      ['begun L2', 'begun L3']
    )
    await operate(server, 'DELETE', '/sites/over/load-management/circuits/main/limit')
    await garage.pass(60)
    assert.deepEqual(take('overload', 'change', 'phase'), [
      ['ended', 'L1'],
      ['ended', 'L2'],
      ['ended', 'L3']
    ])
  })

  it('are for those who may see sites', async () => {
    const server = await start(SETTINGS, listen)
    const asked = async (name: string, ...scopes: OperatorScope[]) => {
      const headers = await tokenOf(server, name, ...scopes)
      return (await server.app.inject({ url: '/api/v1/events/latest?type=allocation', headers })).statusCode
    }
    assert.equal(await asked('blind', 'charge-points:read', 'transactions:read'), 403)
    assert.equal(await asked('seeing', 'charge-points:read', 'sites:read'), 200)
    const types = JSON.stringify(['overload'])
    const typesFor = (scopes: readonly string[]) => {
      const { filter } = subscriberOf({ id: 1, types, charge_points: null, scopes: JSON.stringify(scopes) })
      return [...(filter.types ?? [])]
    }
    assert.deepEqual(typesFor(['charge-points:read']), [])
    assert.deepEqual(typesFor(['sites:read']), ['overload'])
  })
})

test('a mismatch of composite schedules is told once, and when it is over', () => {
  const told: NewEvent[] = []
  const mismatches = new Mismatches((event) => told.push(event))
  const at = (start: number) => ({ start, end: 100, value: 'limit' as const, calculated: 16, reported: 32 })
  mismatches.compared('CP', 1, [])
  for (const start of [0, 10]) mismatches.compared('CP', 1, [at(start)])
  mismatches.compared('cp', 1, [{ ...at(0), uncertain: ['not-confirmed'] }])
  mismatches.compared('CP', 1, [])
  assert.deepEqual(
    told.map(({ data }) => data),
    [
      { evseId: 1, differences: [at(0)] },
      { evseId: 1, differences: [] }
    ]
  )
})
