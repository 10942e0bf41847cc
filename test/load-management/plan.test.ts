import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { Garage } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const circuits = (A: number) => [{ id: 'main', limit: { A }, margin: 1 }]

interface Shown {
  evses: { target?: number; reserved: number; reason: string }[]
  loads: { limit: number; origin: string }[]
  overloads: object[]
  shortfalls?: object[]
}
const targetsOf = ({ evses }: Shown) => evses.map(({ target }) => target)

onBothBackends('the plan of a site', (start) => {
  it('shows what EVSEs would get, as it then happens, and has no effect', async () => {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, {
      ...{ id: 'plan', stalls: STALLS },
      body: { mode: 'control', circuits: circuits(63) }
    })
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([28, 28, 0], 900)
    await garage.pass(30)
    const path = '/sites/plan/load-management'
    const traces = async () => {
      const saved = server.app.database.db.selectFrom('load_management').select('state').where('site_id', '=', 'plan')
      const { state, ...shown } = { ...(await saved.executeTakeFirstOrThrow()), ...(await garage.state()) }
      const history = (await operate(server, 'GET', `${path}/history`)).json()
      const frames = garage.chargers.map((charger) => charger.frames)
      return {
        state,
        shown,
        history,
        frames,
        limit: (await operate(server, 'GET', `${path}/circuits/main/limit`)).body
      }
    }
    const before = await traces()
    const plan = async (body: object) => {
      const answer = await operate(server, 'POST', `${path}/plan`, body)
      assert.equal(answer.statusCode, 200, answer.body)
      return answer.json() as Shown
    }
    const same = await plan({})
    assert.deepEqual(targetsOf(same), [28, 28, undefined])
    assert.deepEqual([same.overloads, same.shortfalls], [[], []])
    const less = await plan({ limits: [{ circuit: 'main', A: 30 }] })
    assert.deepEqual(targetsOf(less), [11.5, 11.5, undefined])
    assert.deepEqual(less.loads[0], { ...less.loads[0], limit: 30, origin: 'dynamic' })
    assert.match(less.evses[0]?.reason ?? '', /limited by main L1/)
    assert.equal(less.overloads.length, 3, 'nothing has been lowered yet')
    assert.deepEqual(less.shortfalls, [])
    const tiny = await plan({ limits: [{ circuit: 'main', A: 15 }] })
    assert.deepEqual(tiny.shortfalls?.[0], { circuit: 'main', phase: 'L1', by: 4 }, 'three fallbacks of 6 A, and 1 A')
    const evses = STALLS.map((_, index) => {
      return { identity: `plan-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
    })
    const more = await plan({ configuration: { mode: 'control', circuits: circuits(100), evses } })
    assert.deepEqual(targetsOf(more), [32, 32, undefined])
    const watched = await plan({ configuration: { mode: 'observe', circuits: circuits(40), evses } })
    assert.deepEqual(targetsOf(watched), [16.5, 16.5, undefined])
    await garage.settled()
    assert.deepEqual(await traces(), before)
    await operate(server, 'PUT', `${path}/circuits/main/limit`, { A: 30, ttl: 600, source: 'EMS' })
    await garage.run()
    assert.deepEqual(targetsOf(await garage.state()), [11.5, 11.5, undefined])
  })

  it('is there while load management is off, and refuses what could not be configured', async () => {
    const server = await start()
    const path = '/sites/idle/load-management'
    const body = { mode: 'off', circuits: circuits(20), evses: [] }
    await operate(server, 'PUT', '/sites/idle', { name: 'Idle' })
    const post = (wanted: object) => operate(server, 'POST', `${path}/plan`, wanted)
    assert.equal((await post({})).json().code, 'NO_LOAD_MANAGEMENT')
    await operate(server, 'PUT', path, body)
    const { mode, loads } = (await post({ limits: [{ circuit: 'main', A: 10 }] })).json()
    assert.deepEqual([mode, loads[0].limit], ['observe', 10])
    const evse = { identity: 'NOBODY', evseId: 1, circuit: 'main', maximum: 32, fallback: 6 }
    for (const [wanted, status, pointer] of [
      [{ limits: [{ circuit: 'none', A: 10 }] }, 422, '/limits/0/circuit'],
      [
        {
          limits: [
            { circuit: 'main', A: 10 },
            { circuit: 'main', A: 11 }
          ]
        },
        422,
        '/limits/1/circuit'
      ],
      [{ limits: [{ circuit: 'main' }] }, 400, '/limits/0'],
      [{ limits: [{ circuit: 'main', A: -1 }] }, 400, '/limits/0/A'],
      [{ configuration: { ...body, evses: [evse] } }, 422, '/configuration/evses/0/identity'],
      [{ configuration: { ...body, mode: 'on' } }, 400, '/configuration/mode'],
      [{ configuration: { ...body, circuits: [] }, limits: [{ circuit: 'main', A: 1 }] }, 422, '/limits/0/circuit']
    ] as const) {
      const answer = await post(wanted)
      assert.equal(answer.statusCode, status, answer.body)
      assert.equal(answer.json().errors[0].pointer, pointer, answer.body)
    }
    assert.equal((await operate(server, 'GET', path)).json().mode, 'off')
  })
})
