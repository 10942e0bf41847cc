import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends, operate } from '../app/support.js'
import { listen } from '../support/server.js'
import { until } from '../support/wait.js'
import { Garage, PHASES } from './garage.js'

const STALLS = [{ protocol: 'ocpp1.6' }, { protocol: 'ocpp2.0.1' }, { protocol: 'ocpp2.1' }] as const
const SETTINGS = { OCPP_CALLS_AFTER_CONNECT: '0' }
const HUNGRY = { maxPower: 100_000, capacity: 1e6 }
const BODY = { mode: 'control', lease: 300, circuits: [{ id: 'main', limit: { A: 30 }, margin: 1 }] }

onBothBackends('an EVSE under control', (start) => {
  async function open(id: string) {
    const server = await start(SETTINGS, listen)
    const garage = await Garage.open(server, { id, stalls: STALLS, body: BODY })
    garage.watch = (currents) => {
      for (const phase of PHASES) assert.ok(currents[phase] <= 30 + 1e-6, JSON.stringify(currents))
    }
    const path = `/sites/${id}/load-management`
    const evses = (await operate(server, 'GET', path)).json().evses as { identity: string }[]
    const without = (index: number) => evses.filter(({ identity }) => identity !== `${id}-${index}`)
    const put = (body: object, query = '') => operate(server, 'PUT', `${path}${query}`, { ...BODY, evses, ...body })
    const remove = (index: number, query = '') => operate(server, 'DELETE', `${path}/evses/${id}-${index}/1${query}`)
    return { server, garage, path, without, put, remove }
  }

  it('is not released while it has a transaction, by no request, and is limited as before', async () => {
    const { server, garage, path, without, put, remove } = await open('busy')
    for (const index of [0, 1]) await garage.arrive(index, HUNGRY)
    await garage.reach([11.5, 11.5, 0], 900)
    const before = (await operate(server, 'GET', path)).json()
    for (const answer of [
      await remove(0),
      await remove(0, '?force=false'),
      await put({ evses: without(1) }),
      await put({ mode: 'off' }),
      await put({ mode: 'observe' })
    ]) {
      assert.deepEqual([answer.statusCode, answer.json().code], [409, 'EVSE_IN_USE'], answer.body)
      assert.match(answer.json().detail, /of busy-\d has an open transaction/)
    }
    assert.deepEqual((await operate(server, 'GET', path)).json(), before)
    await garage.pass(30)
    assert.deepEqual(garage.shares(), [11.5, 11.5, 0])
    assert.equal((await put({ lease: 600 })).statusCode, 200, 'none is released')
    await garage.leave(0)
    assert.equal((await remove(0)).statusCode, 204)
    assert.equal((await remove(2)).statusCode, 204, 'it is free')
  })

  it('is not released while it is away or may have a limit, unless it is forced', async () => {
    const { server, garage, put, remove } = await open('gone')
    await garage.arrive(0, HUNGRY)
    await garage.reach([17, 0, 0], 900)
    const [transaction] = await garage.open(0)
    await operate(server, 'POST', `/transactions/${transaction?.id}/close`, { note: 'by hand' })
    await garage.run()
    assert.match((await remove(0)).json().detail, /may have a limit that has not ended/)
    await garage.charger(1).goOffline()
    await until('it is gone', () => !server.app.ocpp.chargePoints.has('gone-1'))
    assert.match((await remove(1)).json().detail, /is away/)
    assert.equal((await remove(1, '?force=true')).statusCode, 204)
    assert.equal((await put({ mode: 'off' }, '?force=true')).statusCode, 200)
    assert.equal((await put({ mode: 'off', evses: [] })).statusCode, 200, 'none is under control')
  })
})
