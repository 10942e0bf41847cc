import assert from 'node:assert/strict'
import { it, test } from 'node:test'
import { allocate } from '../../lib/load-management/allocate.js'
import { checkPlant } from '../../lib/load-management/check.js'
import type {} from '../../plugins/load-management.js'
import { onSharedBackend, operate } from '../app/support.js'
import { measureCpu } from '../support/wait.js'

const EVSE = { identity: 'CFG-1', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
const MAIN = { id: 'main', limit: { A: 63 } }
const GOOD = { mode: 'observe', circuits: [MAIN], evses: [EVSE] }

/** Circuits above each other; the first is at the top. */
function tower(height: number, id = 'main') {
  return Array.from({ length: height }, (_, index) => ({
    ...{ id: index === 0 ? id : `${id}-${index}`, limit: { A: 10_000 } },
    ...(index > 0 && { parent: index === 1 ? id : `${id}-${index - 1}` })
  }))
}

/** The fault, the body, its status, and the pointer to the fault. */
const HOSTILE: [string, object, number, string][] = [
  ['a circuit twice', { ...GOOD, circuits: [MAIN, MAIN] }, 422, '/circuits/1/id'],
  ['an orphan', { ...GOOD, circuits: [{ ...MAIN, parent: 'none' }] }, 422, '/circuits/0/parent'],
  ['its own parent', { ...GOOD, circuits: [{ ...MAIN, parent: 'main' }] }, 422, '/circuits/0/parent'],
  [
    'a circle',
    {
      ...GOOD,
      circuits: [
        { ...MAIN, parent: 'b' },
        { id: 'b', limit: { A: 9 }, parent: 'main' }
      ]
    },
    422,
    '/circuits/0/parent'
  ],
  ['more than 16 circuits above each other', { ...GOOD, circuits: tower(17) }, 422, '/circuits/16/parent'],
  ['a margin above the limit', { ...GOOD, circuits: [{ ...MAIN, margin: 63 }] }, 422, '/circuits/0/margin'],
  ['a negative limit', { ...GOOD, circuits: [{ ...MAIN, limit: { A: -1 } }] }, 400, '/circuits/0/limit/A'],
  ['no limit', { ...GOOD, circuits: [{ ...MAIN, limit: {} }] }, 400, '/circuits/0/limit'],
  ['an unknown circuit', { ...GOOD, evses: [{ ...EVSE, circuit: 'none' }] }, 422, '/evses/0/circuit'],
  ['an EVSE twice', { ...GOOD, evses: [EVSE, { ...EVSE, identity: 'cfg-1' }] }, 422, '/evses/1/evseId'],
  ['a stranger', { ...GOOD, evses: [{ ...EVSE, identity: 'ELSEWHERE' }] }, 422, '/evses/0/identity'],
  ['a fallback that no car can use', { ...GOOD, evses: [{ ...EVSE, fallback: 5 }] }, 422, '/evses/0/fallback'],
  ['a fallback above the maximum', { ...GOOD, evses: [{ ...EVSE, fallback: 40 }] }, 422, '/evses/0/fallback'],
  ['fallbacks that do not fit', { ...GOOD, circuits: [{ ...MAIN, limit: { A: 6.5 } }] }, 422, '/circuits/0'],
  ['fallbacks that are too uneven', { ...GOOD, circuits: [{ ...MAIN, unbalance: 5 }] }, 422, '/circuits/0'],
  ['no unbalance at all', { ...GOOD, circuits: [{ ...MAIN, unbalance: 0 }] }, 400, '/circuits/0/unbalance'],
  [
    'fallbacks that do not fit in a window',
    { ...GOOD, circuits: [{ ...MAIN, windows: [{ from: '17:00', to: '20:00', limit: { A: 3 } }] }] },
    422,
    '/circuits/0'
  ],
  [
    'a maximum of a stranger',
    { ...GOOD, stations: [{ identity: 'ELSEWHERE', maximum: 32 }] },
    422,
    '/stations/0/identity'
  ],
  [
    'two maxima of a charge point',
    {
      ...GOOD,
      stations: [
        { identity: 'CFG-1', maximum: 32 },
        { identity: 'cfg-1', maximum: 20 }
      ]
    },
    422,
    '/stations/1/identity'
  ],
  [
    'a maximum below the fallbacks',
    { ...GOOD, evses: [EVSE, { ...EVSE, evseId: 2 }], stations: [{ identity: 'CFG-1', maximum: 11 }] },
    422,
    '/stations/0/maximum'
  ],
  [
    'a maximum that no car can use',
    { ...GOOD, stations: [{ identity: 'CFG-1', maximum: 5 }] },
    400,
    '/stations/0/maximum'
  ],
  [
    'a time of day that there is not',
    { ...GOOD, circuits: [{ ...MAIN, windows: [{ from: '24:00', to: '20:00', limit: { A: 30 } }] }] },
    400,
    '/circuits/0/windows/0/from'
  ]
]

onSharedBackend('the configuration of load management', (start) => {
  it('T15: is refused as a whole with a pointer, and the former one stays', async () => {
    const server = await start()
    const path = '/sites/cfg/load-management'
    assert.equal((await operate(server, 'PUT', path, GOOD)).json().code, 'UNKNOWN_SITE')
    await operate(server, 'PUT', '/sites/cfg', { name: 'Cfg' })
    await operate(server, 'PUT', '/charge-points/CFG-1', { site: 'cfg' })
    assert.equal((await operate(server, 'PUT', path, GOOD)).statusCode, 201)
    const before = (await operate(server, 'GET', path)).json()
    for (const [what, body, status, pointer] of HOSTILE) {
      const answer = await operate(server, 'PUT', path, body)
      assert.equal(answer.statusCode, status, `${what}: ${answer.body}`)
      assert.equal(answer.json().errors[0].pointer, pointer, `${what}: ${answer.body}`)
    }
    assert.deepEqual((await operate(server, 'GET', path)).json(), before)
    const tooMuch = await operate(server, 'PUT', path, { ...GOOD, circuits: [{ ...MAIN, limit: { A: 5 } }] })
    assert.match(
      tooMuch.json().detail,
      /fallbacks below need 6 A, the limit less the margin leaves 4 A\. The largest fallback that fits for all is 0 A/
    )
  })

  it('T15: limits and measurements that make no sense are refused, the last value wins, and none outlives its circuit', async () => {
    const server = await start()
    await operate(server, 'PUT', '/sites/ems', { name: 'Ems' })
    await operate(server, 'PUT', '/sites/ems/load-management', { mode: 'observe', circuits: [MAIN], evses: [] })
    const at = '/sites/ems/load-management/circuits/main'
    const put = async (what: string, body: object) => (await operate(server, 'PUT', `${at}/${what}`, body)).statusCode
    for (const body of [
      { ttl: 60, source: 'x' },
      { A: -1, ttl: 60, source: 'x' },
      { A: 6, source: 'x' },
      { A: 6, ttl: 4, source: 'x' }
    ]) {
      assert.equal(await put('limit', body), 400, JSON.stringify(body))
    }
    const measurement = { L1: 1, L2: 1, L3: 1, includesChargers: false }
    assert.equal(await put('measurement', { ...measurement, at: '2099-01-01T00:00:00Z' }), 422)
    assert.equal(await put('measurement', { ...measurement, L1: -1 }), 400)
    // A meter whose clock is a little ahead does not keep the next measurement out.
    assert.equal(await put('measurement', { ...measurement, at: new Date(Date.now() + 4_500).toISOString() }), 204)
    assert.equal(await put('measurement', measurement), 204)
    assert.equal(await put('measurement', { ...measurement, at: '2020-01-01T00:00:00Z' }), 409)
    const main = { ...MAIN, limit: { ...MAIN.limit, W: 30_000 } }
    await operate(server, 'PUT', '/sites/ems/load-management', { mode: 'observe', circuits: [main], evses: [] })
    await Promise.all(Array.from({ length: 200 }, (_, A) => put('limit', { A, ttl: 60, source: 'EMS' })))
    assert.equal(await put('limit', { A: 16, ttl: 60, source: 'EMS' }), 200)
    assert.deepEqual((await operate(server, 'GET', `${at}/limit`)).json().limit, { A: 16 })
    await server.app.loadManagement.run('ems')
    const { loads } = (await operate(server, 'GET', '/sites/ems/load-management/state')).json()
    assert.deepEqual(
      loads.map(({ phase, limit, origin }: { phase: string; limit: number; origin: string }) => [phase, limit, origin]),
      [
        ['L1', 16, 'dynamic'],
        ['L2', 16, 'dynamic'],
        ['L3', 16, 'dynamic'],
        ['W', 30_000, 'static']
      ]
    )
    const { run } = server.app.loadManagement
    server.app.loadManagement.run = async () => undefined
    // One that is going on would still read the next limit.
    await run.call(server.app.loadManagement, 'ems')
    const unheard = await operate(server, 'PUT', `${at}/limit?wait=1`, { A: 3, ttl: 60, source: 'EMS' })
    server.app.loadManagement.run = run
    assert.equal(unheard.json().lowered, false, 'no run has seen the limit')
    const other = { mode: 'observe', circuits: [{ id: 'other', limit: { A: 1 }, margin: 0 }], evses: [] }
    await operate(server, 'PUT', '/sites/ems/load-management', other)
    assert.equal((await operate(server, 'GET', `${at}/limit`)).json().code, 'UNKNOWN_CIRCUIT')
    await operate(server, 'PUT', '/sites/ems/load-management', { mode: 'observe', circuits: [MAIN], evses: [] })
    assert.equal((await operate(server, 'GET', `${at}/limit`)).json().code, 'NO_LIMIT')
  })
})

test('the largest configuration is checked, and its power shared, in little time', () => {
  const towers = Array.from({ length: 12 }, (_, index) => tower(16, `t${index}`))
  const evses = Array.from({ length: 2000 }, (_, index) => {
    return { ...EVSE, identity: `CP-${index}`, circuit: `t${index % 12}-15`, maximum: 16 + (index % 17), fallback: 0 }
  })
  const spent = measureCpu()
  const plant = checkPlant(
    { mode: 'control', circuits: towers.flat(), evses },
    new Map(evses.map(({ identity }) => [identity.toLowerCase(), {}]))
  )
  const constraints = plant.circuits.map(({ id }) => {
    const weights = new Map(evses.filter(({ circuit }) => circuit.startsWith(`${id.split('-')[0]}-`)).map(weightOf))
    return { id, capacity: 1500 + weights.size, weights }
  })
  const sessions = evses.map(({ identity, maximum }) => ({ id: identity, floor: 0, minimum: 6, cap: maximum }))
  assert.equal(allocate(sessions, constraints).targets.size, 2000)
  assert.ok(spent() < 4000, `${spent()} ms`)
})

function weightOf({ identity }: { identity: string }): [string, number] {
  return [identity, 1]
}
