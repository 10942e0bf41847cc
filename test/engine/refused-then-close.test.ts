import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import { answerBasics, startServer } from '../support/server.js'
import { within } from '../support/wait.js'

test('an app closes at once after refused upgrades, a plain GET of the route and with a charger connected', async () => {
  const server = await startServer({}, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  const statuses = []
  for (const path of ['/ocpp', '/nowhere']) {
    const refused = await refusedCharger(server.url, 'CP-2', { path, protocol: 'ocpp0.9' })
    statuses.push(refused.status)
  }
  const plain = await fetch(`http://127.0.0.1:${server.port}/ocpp/CP-2`)
  statuses.push(plain.status)
  assert.deepEqual(statuses, [400, 404, 426])
  assert.equal(plain.headers.get('upgrade'), 'websocket')
  await within('the app to close', server.close())
  assert.deepEqual(await within('the close frame', charger.closed), {
    code: 1012,
    reason: 'shutting down, connect again'
  })
})
