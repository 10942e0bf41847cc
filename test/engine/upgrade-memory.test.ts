import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connectCharger } from '../support/charger.js'
import { answerBasics, startServer } from '../support/server.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('nothing keeps the upgrade request alive once the charger is connected', async () => {
  const requests: WeakRef<object>[] = []
  const server = await startServer({
    authenticate: ({ request }) => {
      requests.push(new WeakRef(request), new WeakRef(request.raw), new WeakRef(request.headers))
      return { accept: true, registration: 'Accepted' }
    }
  })
  answerBasics(server.app)
  const chargers = []
  for (let index = 0; index < 5; index++) chargers.push(await connectCharger(server.url, `CP-${index}`))
  const alive = () => requests.filter((request) => request.deref() !== undefined).length
  for (let round = 0; round < 50 && alive() > 0; round++) {
    for (const charger of chargers) await charger.roundTrip()
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  assert.equal(server.app.ocpp.chargePoints.size, 5)
  assert.equal(alive(), 0)
})
