import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import type { Told } from '../../lib/load-management/limits.js'
import { highestOf, otherIn, withPeak } from '../../lib/load-management/other-load.js'
import { plantOf } from '../../lib/load-management/plant.js'
import { initialState } from '../../lib/load-management/reserve.js'
import { ownLoad, Site } from '../../lib/load-management/site.js'
import { onSharedBackendAlways, operate } from '../app/support.js'
import type { TestServer } from '../support/server.js'

const NOW = Date.UTC(2026, 0, 5, 12)
const METER = { includesChargers: false }

/** A site of its own: `main` is limited in A, `hall` in W, `both` in both. */
async function openSite(server: TestServer, id: string) {
  const path = `/sites/${id}/load-management`
  await operate(server, 'PUT', `/sites/${id}`, { name: id })
  const circuits = [
    { id: 'main', limit: { A: 63 } },
    { id: 'hall', parent: 'main', limit: { W: 20_000 }, margin: 0 },
    { id: 'night', parent: 'main', limit: { W: 20_000 }, windows: [{ from: '22:00', to: '23:00', limit: { L2: 5 } }] },
    { id: 'spare', parent: 'main', limit: { W: 20_000 }, fallbackLimit: { A: 6 } }
  ]
  const answer = await operate(server, 'PUT', path, { mode: 'observe', circuits, evses: [] })
  assert.equal(answer.statusCode, 201, answer.body)
  const put = (circuit: string, body: object) => operate(server, 'PUT', `${path}/circuits/${circuit}/measurement`, body)
  const otherOf = async () => {
    await server.app.loadManagement.run(id)
    const { loads } = (await operate(server, 'GET', `${path}/state`)).json()
    return new Map<string, number>(
      loads.map((load: { circuit: string; phase: string; other: number }) => [
        `${load.circuit} ${load.phase}`,
        load.other
      ])
    )
  }
  return { path, put, otherOf }
}

onSharedBackendAlways('measurements of a circuit', (start) => {
  it('are the currents of the phases, the power, or both, and each counts for its own limits', async () => {
    const server = await start()
    const { put, otherOf } = await openSite(server, 'powers')
    assert.equal((await put('hall', { ...METER, W: 5000 })).statusCode, 204)
    assert.equal((await otherOf()).get('hall W'), 5000)
    assert.equal((await put('hall', { ...METER, L1: 10, L2: 2, L3: 0 })).statusCode, 204)
    assert.equal((await otherOf()).get('hall W'), 12 * 230)
    assert.equal((await put('hall', { ...METER, L1: 10, L2: 2, L3: 0, W: 700 })).statusCode, 204)
    assert.equal((await otherOf()).get('hall W'), 700)
    assert.equal((await put('main', { ...METER, L1: 10, L2: 2, L3: 0, W: 700 })).statusCode, 204)
    const other = await otherOf()
    assert.deepEqual([other.get('main L1'), other.get('main L2'), other.get('main L3')], [10, 2, 0])
  })

  it('are refused with the place of the fault, and the last one stays', async () => {
    const server = await start()
    const { put, otherOf } = await openSite(server, 'faults')
    await put('hall', { ...METER, W: 5000 })
    const refused: [string, object, number, string][] = [
      ['hall', METER, 422, ''],
      ['hall', { ...METER, L1: 1 }, 422, '/L2'],
      ['hall', { ...METER, L2: 1, L3: 1, W: 1 }, 422, '/L1'],
      ['hall', { ...METER, W: -1 }, 400, '/W'],
      ['hall', { ...METER, W: 2e9 }, 400, '/W'],
      ['hall', { ...METER, W: '5000' }, 400, '/W'],
      ['hall', { ...METER, W: 1, at: '2099-01-01T00:00:00Z' }, 422, '/at'],
      // The phases of a power are not known, so nothing about a limit in A follows from it.
      ['main', { ...METER, W: 1 }, 422, '/L1'],
      ['night', { ...METER, W: 1 }, 422, '/L1'],
      ['spare', { ...METER, W: 1 }, 422, '/L1']
    ]
    for (const [circuit, body, status, pointer] of refused) {
      const answer = await put(circuit, body)
      assert.equal(answer.statusCode, status, `${JSON.stringify(body)} ${answer.body}`)
      assert.equal(answer.json().errors[0].pointer, pointer, answer.body)
    }
    assert.equal((await otherOf()).get('hall W'), 5000)
    assert.equal((await put('nowhere', { ...METER, W: 1 })).json().code, 'UNKNOWN_CIRCUIT')
  })

  it('of a circuit that is deleted at the same moment leave nothing behind', async (t) => {
    const server = await start()
    const { put, path } = await openSite(server, 'fading')
    const { writer, db } = server.app.database
    const write = writer.write.bind(writer)
    const mock = t.mock.method(writer, 'write', async (...args: Parameters<typeof write>) => {
      mock.mock.restore()
      assert.equal((await operate(server, 'DELETE', `${path}/circuits/hall`)).statusCode, 204)
      return write(...args)
    })
    const answer = await put('hall', { ...METER, W: 5000 })
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'UNKNOWN_CIRCUIT'])
    const rows = await db.selectFrom('circuit_measurements').selectAll().where('site_id', '=', 'fading').execute()
    assert.deepEqual(rows, [])
  })
})

/** One EVSE below the main circuit, which has taken a current at the time of the measurement. */
function siteWith(measurement: NonNullable<Told['measurement']>, more: object = {}) {
  const { limit = { A: 100, W: 30_000 }, ...evse } = more as { limit?: { A?: number; W?: number } }
  const usual = { identity: 'CP-1', evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }
  const plant = plantOf(
    { mode: 'control', circuits: [{ id: 'main', limit, margin: 0 }], evses: [{ ...usual, ...evse }] },
    'UTC'
  )
  const state = {
    ...initialState(),
    fallback: 0,
    sent: { amperes: 16, at: NOW, until: NOW + 1e6 },
    transaction: { key: 't', id: 1, since: NOW },
    measured: { at: NOW, amperes: 10, lines: [10, 10, 10] as const }
  }
  const states = new Map([['cp-1 1', state]])
  const own = ownLoad(plant, states, { circuit: 'main', at: NOW, now: NOW })
  const told = new Map<string, Told>([['main', { measurement, own }]])
  const site = new Site({ plant, now: NOW, told, facts: new Map(), states })
  return new Map(site.loads.map(({ phase, other }) => [phase, Math.round(other)]))
}

test('of a power with our EVSEs in it, only what they certainly take is taken off', () => {
  const meter = { watts: 12_000, at: NOW }
  assert.equal(siteWith({ ...meter, includesChargers: false }).get('W'), 12_000)
  // 10 A on three phases are 6900 W, and 15 % less while the voltage is low and the current lags.
  assert.equal(siteWith({ ...meter, includesChargers: true }).get('W'), 12_000 - 0.85 * 6900)
  // Between two lines, √3 x 230 V.
  const between = siteWith({ ...meter, includesChargers: true }, { wiring: 'L1L2' })
  assert.equal(between.get('W'), Math.round(12_000 - 0.85 * 2300 * Math.sqrt(3)))
})

test('a power without currents may all be on any phase, also for a limit in A that an energy manager sets later', () => {
  const other = siteWith({ watts: 4600, includesChargers: false, at: NOW })
  assert.deepEqual([other.get('L1'), other.get('L2'), other.get('L3'), other.get('W')], [20, 20, 20, 4600])
})

test('a power above its limit counts for five minutes, and the phases only as they are above theirs', () => {
  const { circuits } = plantOf(
    { mode: 'control', circuits: [{ id: 'main', limit: { A: 50, W: 9000 } }], evses: [] },
    'UTC'
  )
  const [circuit] = circuits
  assert.ok(circuit)
  const keptAfter = (measurement: object, own = { L1: 0, L2: 0, L3: 0, W: 0 }) => {
    const told = { measurement: { includesChargers: false, at: NOW, ...measurement }, own }
    const at = { now: NOW, timeZone: 'UTC' }
    return highestOf(withPeak([], { circuit, told }, at))
  }
  const currents = { L1: 51, L2: 10, L3: 0 }
  assert.deepEqual(keptAfter({ watts: 9001 }), { L1: 0, L2: 0, L3: 0, W: 9001 })
  assert.deepEqual(keptAfter({ watts: 8999 }), { L1: 0, L2: 0, L3: 0, W: 0 })
  assert.deepEqual(keptAfter({ currents, watts: 8999 }), { L1: 51, L2: 0, L3: 0, W: 0 })
  assert.deepEqual(keptAfter({ currents: { ...currents, L1: 49 }, watts: 9001 }), { L1: 0, L2: 0, L3: 0, W: 9001 })
  // Our own power is on top of a meter without it.
  const own = { L1: 0, L2: 0, L3: 0, W: 4001 }
  assert.deepEqual(keptAfter({ currents: { L1: 1, L2: 1, L3: 1 }, watts: 5000 }, own), { L1: 0, L2: 0, L3: 0, W: 5000 })
})

test('the power that follows from currents is the one of the voltage of the circuit', () => {
  const measurement = { currents: { L1: 10, L2: 0, L3: 0 }, includesChargers: false, at: NOW }
  assert.equal(otherIn({ measurement }, 400).W, 4000)
})
