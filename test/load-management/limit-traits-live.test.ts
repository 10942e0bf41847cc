import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen, type TestServer } from '../support/server.js'
import { Garage } from './garage.js'

const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

const bodyOf = (A: number) => ({ mode: 'control', circuits: [{ id: 'main', limit: { A }, margin: 0 }] })

async function setTraits(server: TestServer, identity: string, traits: object) {
  const answer = await operate(server, 'PUT', `/charge-points/${identity}/smart-charging`, traits)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json().traits
}

async function setLimit(garage: Garage, A: number) {
  const path = `/sites/${garage.id}/load-management/circuits/main/limit`
  const answer = await operate(garage.server, 'PUT', path, { A, ttl: 86_400, source: 'EMS' })
  assert.equal(answer.statusCode, 200, answer.body)
}

onBothBackends('traits of charge points that load management follows', (start) => {
  it('a transaction that would never go on after 0 A gets 6 A at least, and its fallback is never 0', async () => {
    const server = await start(SETTINGS, listen)
    const quirks = ['zero-is-final'] as const
    const stalls = [
      { protocol: 'ocpp1.6', quirks, fallback: 0 },
      { protocol: 'ocpp2.1', quirks, fallback: 0 }
    ] as const
    const garage = await Garage.open(server, { id: 'zeros', stalls, body: bodyOf(40) })
    const traits = await setTraits(server, 'zeros-0', { limitZero: 'avoid' })
    assert.deepEqual(traits.limitZero, { value: 'avoid', source: 'own' })
    await garage.run()
    const path = '/sites/zeros/load-management'
    const evse = { identity: 'zeros-0', evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }
    for (const [part, body, pointer] of [
      ['', { ...bodyOf(40), evses: [evse] }, '/evses/0/fallback'],
      ['/evses/zeros-0/1', { circuit: 'main', maximum: 32, fallback: 0 }, '/fallback']
    ] as const) {
      const refused = await operate(server, 'PUT', `${path}${part}`, body)
      assert.deepEqual(
        [refused.statusCode, refused.json().code, refused.json().errors?.[0].pointer],
        [422, 'INVALID_LOAD_MANAGEMENT', pointer],
        refused.body
      )
    }
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    // Without the trait, the other one starts with 0 A, and never charges.
    await garage.reach([32, 0], 300)
    await setLimit(garage, 3)
    await garage.pass(60)
    assert.deepEqual(garage.shares(), [6, 0])
    await setLimit(garage, 40)
    await garage.reach([32, 0], 300)
  })

  it('no more profiles are sent in a day than a charge point can take, unless a limit falls', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id: 'writes', stalls: [{ protocol: 'ocpp2.0.1' }], body: bodyOf(40) })
    await setTraits(server, 'writes-0', { limitWritesPerDay: 6 })
    const isSet = ({ action }: { action: string }) => action === 'SetChargingProfile'
    const calls = async () => {
      const answer = await operate(server, 'GET', '/charge-points/writes-0/calls?limit=100')
      return (answer.json().items as { action: string }[]).filter(isSet).length
    }
    await garage.arrive(0, HUNGRY)
    for (let round = 0; round < 5; round++) {
      await setLimit(garage, round % 2 === 0 ? 20 : 40)
      await garage.pass(60)
    }
    assert.deepEqual(garage.shares(), [20])
    const before = await calls()
    await setLimit(garage, 40)
    await garage.pass(120)
    assert.deepEqual([garage.shares(), await calls()], [[20], before])
    const { evses } = await garage.state()
    assert.match(evses[0].reason, /changes of the day/)
    await setLimit(garage, 10)
    await garage.pass(30)
    assert.deepEqual([garage.shares(), await calls()], [[10], before + 1])
  })

  it('the room of a limit that fell is kept for the settle time of the charge point', async () => {
    const server = await start(SETTINGS, listen)
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.1' }] as const
    const garage = await Garage.open(server, { id: 'settles', stalls, body: bodyOf(64) })
    await setTraits(server, 'settles-0', { limitSettle: 60 })
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([32, 32], 600)
    await garage.pass(60)
    const reserved = async () => {
      const { evses } = await garage.state()
      return evses.map((evse: { reserved: number }) => evse.reserved)
    }
    await setLimit(garage, 40)
    await garage.pass(30)
    const [[first, second = 0], [kept]] = [garage.shares(), await reserved()]
    // The other one may make room for what is kept as long as a call is on its way.
    assert.deepEqual([first, kept, second <= 20], [20, 32, true])
    await garage.pass(40)
    await garage.reach([20, 20], 60)
    assert.deepEqual(await reserved(), [20, 20])
  })
})
