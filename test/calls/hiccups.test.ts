import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import type {} from '../../plugins/calls.js'
import { itemsOf, onSharedBackendAlways, operate } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }

/** The first write of the store by each of these functions fails, as when the database is overloaded for a moment. */
function failOnce({ app: { store } }: TestServer, ...names: string[]) {
  const { write } = store
  const waiting = new Set(names)
  store.write = ((...parameters: Parameters<typeof write>) => {
    const name = names.find((each) => String(parameters[0]).includes(each))
    if (name === undefined || !waiting.delete(name)) return write.apply(store, parameters)
    return Promise.reject(new StorageError('overloaded'))
  }) as typeof write
  return () => {
    store.write = write
    assert.deepEqual([...waiting], [])
  }
}

onSharedBackendAlways('a moment without the database', (start) => {
  it('leaves no bulk call running that was not begun', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/hiccup-1', {})
    const mend = failOnce(server, 'insertItems')
    const body = { action: 'ClearCache', identities: ['hiccup-1'] }
    const refused = await operate(server, 'POST', '/calls', body)
    mend()
    assert.equal(refused.statusCode, 503)
    const { items } = (await operate(server, 'GET', '/bulk-calls')).json()
    assert.equal(items[0].status, 'interrupted')
  })

  it('loses neither the outcome nor the end of a bulk call', async () => {
    const server = await start()
    const body = { action: 'ClearCache', identities: ['hiccup-unknown'] }
    const mend = failOnce(server, 'saveItem', 'endBulk')
    const answer = await operate(server, 'POST', '/calls', body)
    mend()
    assert.equal(answer.statusCode, 200, answer.body)
    const { status, items, bulkId } = answer.json()
    assert.deepEqual([status, items[0].status], ['completed', 'failed'])
    assert.equal((await operate(server, 'GET', `/bulk-calls/${bulkId}`)).json().status, 'completed')
  })

  it('leaves a waiting call waiting, and it is sent afterwards', async () => {
    const server = await start()
    const { app } = server
    const known = await connectCharger(server.url, 'hiccup-2', { boot: true })
    await known.close()
    await until('it is gone', () => !app.ocpp.chargePoints.has('hiccup-2'))
    const body = { key: 'K', value: '1' }
    await operate(server, 'POST', '/charge-points/hiccup-2/calls/ChangeConfiguration?whenOffline=queue', body)
    const { send } = app.calls
    let tries = 0
    app.calls.send = (...parameters) => {
      if (tries++ === 0) return Promise.reject(new StorageError('overloaded'))
      return send.apply(app.calls, parameters)
    }
    const charger = await connectCharger(server.url, 'hiccup-2', { boot: true })
    charger.onCall(() => ACCEPTED)
    await until('it was tried', () => tries > 0)
    app.offlineCalls.wake('hiccup-2')
    const [call] = await itemsOf(server, '/calls?status=answered&chargePoint=hiccup-2', 1)
    app.calls.send = send
    assert.equal(call?.action, 'ChangeConfiguration')
    assert.ok(tries >= 2)
  })
})
