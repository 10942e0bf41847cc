import assert from 'node:assert/strict'
import { it } from 'node:test'
import { StorageError } from '../../lib/database/errors.js'
import type { Change } from '../../lib/events/scope.js'
import type {} from '../../plugins/calls.js'
import { itemsOf, operate, startBackend } from '../app/support.js'
import { bootRequest, type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

// Checks of a waiting call just before it goes out, when nothing else would notice.

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

/**
 * Runs `then` after the commit that marks the call as sent, before the queue goes on. Meanwhile nothing else is
 * committed.
 */
function whenMarked({ app: { store } }: TestServer, messageId: string, then: () => Promise<void>): void {
  const commit = store.commit.bind(store)
  let isMarked = false
  let others = Promise.resolve()
  store.commit = async <T>(...[identity, change, options]: Parameters<typeof commit<T>>): Promise<T> => {
    await others
    let isOurs = false
    const result = await commit<T>(
      identity,
      async (scope) => {
        const changed = await change(scope)
        if (!isMarked) {
          const call = scope.trx.selectFrom('calls').select('status').where('message_id', '=', messageId)
          isMarked = (await call.executeTakeFirst())?.status === 'sent'
          isOurs = isMarked
        }
        return changed
      },
      options
    )
    if (isOurs) {
      const done = deferred()
      others = done.promise
      await then()
      setImmediate(done.resolve)
    }
    return result
  }
}

it('a call that has expired when its charge point connects is not sent, even before the regular check for expired calls', async () => {
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

it('a call whose charge point begins to boot while the call is being marked as sent is sent after the boot', async () => {
  const server = await startBackend()
  const { ocpp } = server.app
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
  let boot: Promise<unknown> | undefined
  whenMarked(server, messageId, async () => {
    boot = charger.call('BootNotification', bootRequest('ocpp1.6')).then(() => order.push('boot'))
    await until('it boots', () => ocpp.chargePoints.get('CP-1')?.booting === true)
  })
  await charger.roundTrip()
  await within('the call', isCalled.promise)
  await boot
  assert.deepEqual(order, ['boot', 'call'])
  await itemsOf(server, '/calls?status=answered&chargePoint=CP-1', 1)
  assert.equal((await operate(server, 'GET', `/calls/${messageId}`)).json().status, 'answered')
  assert.equal(callsOf(charger).length, 1)
})

it('a call that is sent while an operator cancels it was not cancelled, and the operator is told so', async () => {
  const server = await startBackend()
  const { store } = server.app
  await operate(server, 'PUT', '/charge-points/CP-1', {})
  const messageId = await queue(server, 'CP-1')
  const commit = store.commit.bind(store)
  // The first commit is that of the cancellation, which has found the call waiting.
  store.commit = async <T>(identity: string, change: Change<T>): Promise<T> => {
    store.commit = commit
    const charger = await connectCharger(server.url, 'CP-1', { boot: true })
    charger.onCall(() => ACCEPTED)
    await itemsOf(server, '/calls?status=answered&chargePoint=CP-1', 1)
    return commit(identity, change)
  }
  const refused = await operate(server, 'DELETE', `/calls/${messageId}`)
  assert.deepEqual([refused.statusCode, refused.json().code], [409, 'NOT_CANCELLABLE'])
  assert.equal((await operate(server, 'GET', `/calls/${messageId}`)).json().status, 'answered')
})

it('a call that could not be sent returns to its queue, also when the database fails at first', async () => {
  const server = await startBackend()
  const { store, ocpp } = server.app
  await (await connectCharger(server.url, 'CP-1', { boot: true })).close()
  await until('it is gone', () => !ocpp.chargePoints.has('CP-1'))
  const messageId = await queue(server, 'CP-1', '&timeout=4000')
  const rows = () => store.db.selectFrom('queued_calls').selectAll().execute()
  const before = await rows()

  const charger = await connectCharger(server.url, 'CP-1')
  const { commit } = store
  let failures = 0
  whenMarked(server, messageId, async () => {
    charger.ws.terminate()
    await until('it is gone', () => !ocpp.chargePoints.has('CP-1'))
    store.commit = async () => {
      failures++
      throw new StorageError('unavailable')
    }
  })
  await charger.roundTrip()
  // One failure may be that of something else.
  await until('it was tried again', () => failures > 2)
  store.commit = commit
  await itemsOf(server, '/calls?status=queued&chargePoint=CP-1', 1)
  // In its place, with all that it had, and as if it had never been taken.
  assert.deepEqual(await rows(), before)
  const call = await store.db.selectFrom('calls').selectAll().where('message_id', '=', messageId).executeTakeFirst()
  assert.deepEqual([call?.run_id, call?.sent_at], [null, null])
  const next = await connectCharger(server.url, 'CP-1', { boot: true })
  next.onCall(() => ACCEPTED)
  await itemsOf(server, '/calls?status=answered&chargePoint=CP-1', 1)
  assert.equal((await operate(server, 'GET', `/calls/${messageId}`)).json().status, 'answered')
  assert.deepEqual([callsOf(charger).length, callsOf(next).length], [0, 1])
})
