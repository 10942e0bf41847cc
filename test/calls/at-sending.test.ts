import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Change } from '../../lib/events/scope.js'
import type {} from '../../plugins/calls.js'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { bootRequest, type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

// What a call that waits is looked at for just before it goes out, when nothing else would notice.

const ACCEPTED = { status: 'Accepted' }

async function queue(server: TestServer, identity: string, query = ''): Promise<string> {
  const path = `/charge-points/${identity}/calls/ClearCache?whenOffline=queue${query}`
  const answer = await operate(server, 'POST', path, {})
  assert.equal(answer.statusCode, 202, answer.body)
  return answer.json().messageId
}

function callsOf({ received }: Charger): string[] {
  return received.filter((text) => text.startsWith('[2,'))
}

it('a call that has expired when its charge point comes is not sent, though nobody has looked at it since', async () => {
  const server = await startBackend()
  // It gives up what waited too long, each second, and would hide what is looked at here.
  server.app.offlineCalls.tick = async () => undefined
  await operate(server, 'PUT', '/charge-points/CP-1', {})
  const late = await queue(server, 'CP-1', '&expiresIn=1')
  const good = await queue(server, 'CP-1')
  const { expiresAt } = (await operate(server, 'GET', `/calls/${late}`)).json()
  await until('it has expired', () => Date.now() >= Date.parse(expiresAt))
  assert.equal((await operate(server, 'GET', `/calls/${late}`)).json().status, 'queued')
  const charger = await connectCharger(server.url, 'CP-1', { boot: true })
  charger.onCall(() => ACCEPTED)
  await itemsOf(server, '/calls?status=answered&chargePoint=CP-1', 1)
  assert.equal((await operate(server, 'GET', `/calls/${late}`)).json().status, 'expired')
  assert.equal((await operate(server, 'GET', `/calls/${good}`)).json().status, 'answered')
  assert.equal(callsOf(charger).length, 1)
})

it('a call whose charge point begins to boot while the call is being marked as sent goes out after the boot', async () => {
  const server = await startBackend()
  const { store, ocpp } = server.app
  await (await connectCharger(server.url, 'CP-1', { boot: true })).close()
  await until('it is gone', () => !ocpp.chargePoints.has('CP-1'))
  const messageId = await queue(server, 'CP-1')

  const charger = await connectCharger(server.url, 'CP-1')
  const order: string[] = []
  const isCalled = deferred()
  charger.onCall(() => {
    order.push('call')
    isCalled.resolve()
    return ACCEPTED
  })
  const isPutBack = deferred()
  let boot: Promise<unknown> | undefined
  const commit = store.commit.bind(store)
  let commits = 0
  store.commit = async <T>(identity: string, change: Change<T>): Promise<T> => {
    const mine = ++commits
    // The boot is booked once the call is back in its queue, or has wrongly gone out.
    if (mine === 2) await within('the call', Promise.race([isPutBack.promise, isCalled.promise]))
    const result = await commit(identity, change)
    if (mine === 1) {
      boot = charger.call('BootNotification', bootRequest('ocpp1.6')).then(() => order.push('boot'))
      await until('it boots', () => ocpp.chargePoints.get('CP-1')?.booting === true)
    }
    if (mine === 3) isPutBack.resolve()
    return result
  }
  // Something that stores nothing, so that the first commit is that of the call.
  await charger.roundTrip()
  await within('the call', isCalled.promise)
  await boot
  assert.deepEqual(order, ['boot', 'call'])
  await itemsOf(server, '/calls?status=answered&chargePoint=CP-1', 1)
  assert.equal((await operate(server, 'GET', `/calls/${messageId}`)).json().status, 'answered')
  assert.equal(callsOf(charger).length, 1)
})
