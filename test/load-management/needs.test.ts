import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import { needsOfEv } from '../../lib/load-management/ev-needs.js'
import { tierOf } from '../../lib/load-management/order.js'
import { plantOf } from '../../lib/load-management/plant.js'
import { initialState, withTransaction } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 0, 5, 12)
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }

test('a car is the more urgent the less time it has beside charging', () => {
  const at = { watts: 10_000, now: NOW }
  const leaving = (hours: number, energy: number) => tierOf({ energy, departure: NOW + hours * HOUR, delivered: 0 }, at)
  const unknown = tierOf({}, at)
  assert.ok(leaving(2, 20_000) < unknown, 'it has to charge all the time')
  assert.ok(leaving(8, 20_000) > unknown, 'it can wait')
  assert.ok(leaving(2, 30_000) < leaving(2, 20_000))
  assert.equal(tierOf({ energy: 5000, departure: NOW - 1, delivered: 0 }, at), unknown, 'it stays longer than it told')
  assert.ok(tierOf({ minimumEnergy: 1000, delivered: 0 }, at) < leaving(0.5, 30_000), 'the minimum comes first')
  const satisfied = tierOf({ energy: 500, minimumEnergy: 1000, delivered: 500 }, at)
  assert.ok(satisfied > unknown, 'it needs no more than its energy')
  assert.ok(tierOf({ energy: 1000, departure: NOW + HOUR, delivered: 1000 }, at) > leaving(24, 1000), 'it has all')
})

/** The shares of cars at one phase of 33 A. */
function sharesOf(needs: readonly object[]): number[] {
  const assigned = needs.map((_, index) => {
    return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }
  })
  const circuits = [{ id: 'main', limit: { A: 33 }, margin: 0 }]
  const plant = plantOf({ mode: 'control', circuits, evses: assigned }, 'UTC')
  const states = needs.map((_, index) => {
    const state = withTransaction(
      { ...initialState(), fallback: 0, obedience: 'obeys' },
      { key: `${index}`, id: 1 },
      NOW
    )
    const { transaction } = state
    return [
      `cp-${index} 1`,
      { ...state, ...(transaction && { transaction: { ...transaction, poweredAt: NOW } }) }
    ] as const
  })
  const facts = needs.map(
    (some, index) => [`cp-${index} 1`, { isConnected: true, isMember: true, needs: some }] as const
  )
  const input = { plant, now: NOW, told: new Map(), facts: new Map(facts), states: new Map(states) }
  return [...step(input).evses.values()].map(({ target = 0 }) => Math.round(target * 10) / 10)
}

test('cars of the same priority that tell nothing share alike, and who leaves soon is filled up first', () => {
  assert.deepEqual(sharesOf([{}, {}]), [16.5, 16.5])
  const soon = { energy: 20_000, departure: NOW + HOUR, delivered: 0 }
  const late = { energy: 20_000, departure: NOW + 20 * HOUR, delivered: 0 }
  assert.deepEqual(sharesOf([late, soon]), [6, 27])
  assert.deepEqual(sharesOf([{}, soon]), [6, 27])
  assert.deepEqual(sharesOf([late, {}]), [6, 27])
})

test('a higher priority counts before all else, with or without needs', () => {
  const soon = { energy: 20_000, departure: NOW + HOUR, delivered: 0 }
  assert.deepEqual(sharesOf([{ priority: 1 }, soon]), [27, 6])
  assert.deepEqual(sharesOf([{}, {}, {}, {}, {}, { priority: 2 }]).at(-1), 9, 'it is among those that charge')
})

test('the needs of an EV count from what it has got', () => {
  const ac = { energyAmount: 10_000, evMinCurrent: 6, evMaxCurrent: 32, evMaxVoltage: 400 }
  const departureTime = new Date(NOW + HOUR).toISOString()
  const needs = { requestedEnergyTransfer: 'AC_three_phase' as const, acChargingParameters: ac, departureTime }
  assert.deepEqual(needsOfEv(needs, 2000, NOW), { energy: 12_000, departure: NOW + HOUR })
  assert.deepEqual(needsOfEv(needs, undefined, NOW), { departure: NOW + HOUR })
  const v2x = { evTargetEnergyRequest: -500, evMinEnergyRequest: 3000, evMaxEnergyRequest: 5000 }
  assert.deepEqual(needsOfEv({ requestedEnergyTransfer: 'AC_BPT', v2xChargingParameters: v2x }, 0, NOW), {
    minimumEnergy: 3000
  })
  assert.deepEqual(needsOfEv({ ...needs, departureTime: new Date(NOW - 1).toISOString() }, 0, NOW), { energy: 10_000 })
})

onBothBackends('the needs of transactions', (start) => {
  it('decide who is charged first, and the answer tells what is expected', async () => {
    const server = await start(SETTINGS, listen)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 41 }, margin: 1 }] }
    const stalls = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }] as const
    const garage = await Garage.open(server, { id: 'needs', stalls, body })
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([20, 20], 900)
    const [first, second] = [(await garage.open(0))[0]?.id, (await garage.open(1))[0]?.id]
    const put = (id: unknown, needs: object) => operate(server, 'PUT', `/transactions/${id}/needs`, needs)
    const at = (hours: number) => new Date(garage.time.now() + hours * HOUR).toISOString()
    assert.equal((await operate(server, 'GET', `/transactions/${second}/needs`)).json().code, 'NO_NEEDS')
    const told = await put(second, { energy: 40_000, departure: at(2) })
    assert.equal(told.statusCode, 200, told.body)
    const { expectedEnergy, delivered, sources } = told.json()
    assert.deepEqual(sources, { energy: 'operator', departure: 'operator' })
    assert.ok(expectedEnergy > 35_000 && expectedEnergy <= 40_000, `${expectedEnergy} Wh`)
    assert.ok(delivered === undefined || delivered < 5000, `${delivered} Wh`)
    await garage.reach([8, 32], 120)
    // Half of what is there for two hours.
    const late = (await put(first, { energy: 100_000, departure: at(2), priority: 0 })).json()
    assert.ok(late.expectedEnergy < 60_000, `${late.expectedEnergy} Wh`)
    assert.equal((await put(second, { energy: 40_000, departure: at(24) })).statusCode, 200)
    await garage.reach([32, 8], 120)
    assert.equal((await operate(server, 'DELETE', `/transactions/${second}/needs`)).statusCode, 204)
    assert.equal((await operate(server, 'DELETE', `/transactions/${second}/needs`)).json().code, 'NO_NEEDS')
  })

  it('refuses needs that cannot be, and keeps those before', async () => {
    const server = await start(SETTINGS, listen)
    const body = { mode: 'control', circuits: [{ id: 'main', limit: { A: 41 }, margin: 1 }] }
    const garage = await Garage.open(server, { id: 'bad', stalls: [{ protocol: 'ocpp1.6' }], body })
    await garage.arrive(0)
    const path = `/transactions/${(await garage.open(0))[0]?.id}/needs`
    const departure = new Date(garage.time.now() + HOUR).toISOString()
    assert.equal((await operate(server, 'PUT', path, { energy: 5000, departure })).statusCode, 200)
    for (const [needs, status, pointer] of [
      [{}, 400, undefined],
      [{ energy: -1 }, 400, '/energy'],
      [{ energy: 1e9 }, 400, '/energy'],
      [{ priority: 1.5 }, 400, '/priority'],
      [{ departure: 'tomorrow' }, 400, '/departure'],
      [{ departure: '2020-01-01T00:00:00Z' }, 422, '/departure'],
      [{ departure: '2100-01-01T00:00:00Z' }, 422, '/departure'],
      [{ energy: 10, minimumEnergy: 11 }, 422, '/minimumEnergy']
    ] as const) {
      const answer = await operate(server, 'PUT', path, needs)
      assert.equal(answer.statusCode, status, JSON.stringify(needs))
      if (pointer !== undefined) assert.equal(answer.json().errors[0].pointer, pointer)
    }
    assert.equal((await operate(server, 'GET', path)).json().energy, 5000)
    await garage.leave(0)
    assert.equal((await operate(server, 'PUT', path, { energy: 1 })).json().code, 'TRANSACTION_NOT_OPEN')
    assert.equal(
      (await operate(server, 'PUT', '/transactions/999999/needs', { energy: 1 })).json().code,
      'UNKNOWN_TRANSACTION'
    )
  })
})
