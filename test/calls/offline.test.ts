import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { EventData } from '../../lib/events/event.js'
import type {} from '../../plugins/calls.js'
import type {} from '../../plugins/publisher.js'
import { itemsOf, onBothBackends, operate } from '../app/support.js'
import { bootRequest, type Charger, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { deferred, until } from '../support/wait.js'

const ACCEPTED = { status: 'Accepted' }
/** Longer than a charge point that says nothing is given to boot. */
const PATIENCE = 20_000

/** Makes the charge point known, as one that has been accepted before. */
async function known(server: TestServer, identity: string, protocol = 'ocpp1.6'): Promise<void> {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  await charger.close()
  await until('it is gone', () => !server.app.ocpp.chargePoints.has(identity))
}

function queue(server: TestServer, identity: string, action: string, body: object = {}, query = '') {
  return operate(server, 'POST', `/charge-points/${identity}/calls/${action}?whenOffline=queue${query}`, body)
}

/** A change of a setting that is told from all others. */
function change(server: TestServer, identity: string, value: string | number, query = '') {
  return queue(server, identity, 'ChangeConfiguration', { key: 'K', value: String(value) }, query)
}

function valuesOf({ received }: Charger): string[] {
  const calls = received.map((text) => JSON.parse(text) as unknown[]).filter(([type]) => type === 2)
  return calls.map(([, , , payload]) => (payload as { value: string }).value)
}

async function statusOf(server: TestServer, messageId: string): Promise<string> {
  return (await operate(server, 'GET', `/calls/${messageId}`)).json().status
}

onBothBackends('a call to a disconnected charge point', (start) => {
  it('waits, is listed, and is sent in its order once the charge point has booted', async () => {
    const server = await start()
    await known(server, 'away')
    const answers = []
    for (const value of [1, 2, 3]) answers.push(await change(server, 'away', value))
    for (const answer of answers) {
      const { messageId, ...rest } = answer.json()
      assert.equal(answer.statusCode, 202)
      assert.equal(answer.headers.location, `/api/v1/calls/${messageId}`)
      assert.deepEqual(rest, { identity: 'away', action: 'ChangeConfiguration', status: 'queued' })
    }
    const waiting = (await operate(server, 'GET', '/calls?status=queued&chargePoint=away')).json().items
    assert.deepEqual(
      waiting.map(({ request }: { request: { value: string } }) => request.value),
      ['3', '2', '1']
    )
    assert.equal(waiting[0].protocol, undefined)
    assert.ok(Date.parse(waiting[0].expiresAt) > Date.now() + 86_000_000)

    const charger = await connectCharger(server.url, 'away')
    charger.onCall(() => ACCEPTED)
    const boot = charger.call('BootNotification', bootRequest('ocpp1.6'))
    assert.deepEqual(valuesOf(charger), [])
    await boot
    await itemsOf(server, '/calls?status=answered&chargePoint=away', 3)
    assert.deepEqual(valuesOf(charger), ['1', '2', '3'])
    const { items } = (await operate(server, 'GET', '/calls?chargePoint=away&action=ChangeConfiguration')).json()
    for (const { status, operator, response, protocol } of items) {
      assert.deepEqual([status, operator, response, protocol], ['answered', 'operator', ACCEPTED, 'ocpp1.6'])
    }
  })

  it('is sent after a reconnect without a boot, as soon as a message arrives or after a time of silence', async () => {
    const server = await start()
    await known(server, 'talks')
    await known(server, 'silent')
    const calls = [await change(server, 'talks', 1), await change(server, 'silent', 2)]
    const talks = await connectCharger(server.url, 'talks')
    const silent = await connectCharger(server.url, 'silent')
    for (const charger of [talks, silent]) charger.onCall(() => ACCEPTED)
    await talks.call('Heartbeat')
    await until('both have it', () => valuesOf(talks).length + valuesOf(silent).length === 2, PATIENCE)
    for (const [index, identity] of ['talks', 'silent'].entries()) {
      const [item] = await itemsOf(server, `/calls?status=answered&chargePoint=${identity}`, 1)
      assert.equal(item?.messageId, calls[index]?.json().messageId)
    }
  })

  it('is not sent before the charge point is accepted', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/pending', { registration: 'Pending' })
    await queue(server, 'pending', 'ClearCache')
    const charger = await connectCharger(server.url, 'pending')
    charger.onCall(() => ACCEPTED)
    await charger.call('BootNotification', bootRequest('ocpp1.6'))
    await server.app.offlineCalls.tick()
    assert.deepEqual(
      charger.received.filter((text) => text.startsWith('[2,')),
      []
    )
    await operate(server, 'PUT', '/charge-points/pending', { registration: 'Accepted' })
    await charger.call('BootNotification', bootRequest('ocpp1.6'))
    await until('it is sent', () => charger.received.some((text) => text.includes('ClearCache')))
  })

  it('is answered at once when the charge point is connected', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'there', { boot: true })
    charger.onCall(() => ACCEPTED)
    const answered = await queue(server, 'there', 'ClearCache')
    assert.equal(answered.statusCode, 200)
    assert.deepEqual(answered.json().result, ACCEPTED)
    assert.equal(await statusOf(server, answered.json().messageId), 'answered')
    charger.onCall(() => new ErrorAnswer('NotSupported', 'no'))
    const refused = await queue(server, 'there', 'ClearCache')
    assert.deepEqual([refused.statusCode, refused.json().callError.code], [502, 'NotSupported'])
  })

  it('has the timeout that was asked for, from its sending on', async () => {
    const server = await start()
    await known(server, 'patience')
    const { messageId } = (await change(server, 'patience', 1, '&timeout=50')).json()
    const charger = await connectCharger(server.url, 'patience', { boot: true })
    charger.onCall(() => NO_ANSWER)
    await itemsOf(server, '/calls?status=timeout&chargePoint=patience', 1)
    const { duration, errorCode } = (await operate(server, 'GET', `/calls/${messageId}`)).json()
    assert.deepEqual([errorCode, duration < 20], ['timeout', true])
  })

  it('does not overtake an earlier call that waits', async () => {
    const server = await start()
    await known(server, 'order')
    await change(server, 'order', 1)
    const charger = await connectCharger(server.url, 'order')
    const first = deferred<object>()
    charger.onCall((_action, payload) => ((payload as { value: string }).value === '1' ? first.promise : ACCEPTED))
    await charger.call('Heartbeat')
    await until('the first is sent', () => valuesOf(charger).length === 1)
    const second = change(server, 'order', 2)
    const third = operate(server, 'POST', '/charge-points/order/calls/ChangeConfiguration?whenOffline=queue', {
      key: 'K',
      value: '3'
    })
    await itemsOf(server, '/calls?status=queued&chargePoint=order', 2)
    first.resolve(ACCEPTED)
    await Promise.all([second, third])
    await itemsOf(server, '/calls?status=answered&chargePoint=order', 3)
    assert.equal(valuesOf(charger)[0], '1')
    assert.deepEqual([...valuesOf(charger)].sort(), ['1', '2', '3'])
  })

  it('survives a restart', async () => {
    const first = await start()
    await known(first, 'restart')
    const ids = [await change(first, 'restart', 1), await change(first, 'restart', 2)].map(
      (one) => one.json().messageId
    )
    await first.close()
    const second = await start()
    for (const id of ids) assert.equal(await statusOf(second, id), 'queued')
    const charger = await connectCharger(second.url, 'restart', { boot: true })
    charger.onCall(() => ACCEPTED)
    await itemsOf(second, '/calls?status=answered&chargePoint=restart', 2)
    assert.deepEqual(valuesOf(charger), ['1', '2'])
  })

  it('keeps its secrets until it is sent, and never shows them', async () => {
    const server = await start()
    await known(server, 'secret')
    const body = { key: 'AuthorizationKey', value: 'a-very-secret-password' }
    const { messageId } = (await queue(server, 'secret', 'ChangeConfiguration', body)).json()
    const shown = (await operate(server, 'GET', `/calls/${messageId}`)).body
    assert.ok(!shown.includes(body.value), shown)
    const charger = await connectCharger(server.url, 'secret', { boot: true })
    charger.onCall(() => ({ status: 'Rejected' }))
    await until('it is sent', () => valuesOf(charger).length === 1)
    assert.deepEqual(valuesOf(charger), [body.value])
    const left = await server.app.store.db
      .selectFrom('queued_calls')
      .selectAll()
      .where('message_id', '=', messageId)
      .execute()
    assert.deepEqual(left, [])
  })

  it('can be cancelled, but not once it was sent', async () => {
    const server = await start()
    await known(server, 'cancel')
    const told: unknown[] = []
    const unsubscribe = server.app.publisher.subscribe(({ type, chargePoint, data }) => {
      if (type !== 'call' || chargePoint !== 'cancel') return
      const { messageId, outcome, duration } = data as EventData['call']
      // Seconds.
      told.push([messageId, outcome, duration < 20])
    })
    const { messageId } = (await change(server, 'cancel', 1)).json()
    const { messageId: other } = (await change(server, 'cancel', 2)).json()
    const cancelled = await operate(server, 'DELETE', `/calls/${messageId}`)
    assert.deepEqual([cancelled.statusCode, cancelled.json().status], [200, 'cancelled'])
    assert.ok(cancelled.json().duration < 20)
    unsubscribe()
    assert.deepEqual(told, [
      [messageId, 'queued', true],
      [other, 'queued', true],
      [messageId, 'cancelled', true]
    ])
    const again = await operate(server, 'DELETE', `/calls/${messageId}`)
    assert.deepEqual([again.statusCode, again.json().code], [409, 'NOT_CANCELLABLE'])
    assert.equal((await operate(server, 'DELETE', '/calls/no-such-call')).statusCode, 404)
    const charger = await connectCharger(server.url, 'cancel', { boot: true })
    charger.onCall(() => ACCEPTED)
    await itemsOf(server, '/calls?status=answered&chargePoint=cancel', 1)
    assert.deepEqual(valuesOf(charger), ['2'])
    assert.equal((await operate(server, 'DELETE', `/calls/${other}`)).statusCode, 409)
  })

  it('expires, and is not sent after that', async () => {
    const server = await start()
    await known(server, 'expires')
    const { messageId } = (await change(server, 'expires', 1, '&expiresIn=1')).json()
    const soon = new Date(Date.now() + 1_000).toISOString()
    const { messageId: other } = (await change(server, 'expires', 2, `&expiresAt=${soon}`)).json()
    await itemsOf(server, '/calls?status=expired&chargePoint=expires', 2)
    assert.deepEqual([await statusOf(server, messageId), await statusOf(server, other)], ['expired', 'expired'])
    const charger = await connectCharger(server.url, 'expires', { boot: true })
    charger.onCall(() => ACCEPTED)
    await charger.roundTrip()
    await server.app.offlineCalls.tick()
    assert.deepEqual(valuesOf(charger), [])
  })

  it('fails with the violation when the charge point reconnects with a version that does not allow it', async () => {
    const server = await start()
    await known(server, 'changes')
    const { messageId } = (await queue(server, 'changes', 'Reset', { type: 'Soft' })).json()
    const { messageId: other } = (await queue(server, 'changes', 'GetConfiguration')).json()
    const { messageId: good } = (await queue(server, 'changes', 'ClearCache')).json()
    const charger = await connectCharger(server.url, 'changes', { protocol: 'ocpp2.0.1', boot: true })
    charger.onCall(() => ACCEPTED)
    await itemsOf(server, '/calls?status=answered&chargePoint=changes', 1)
    const failed = (await operate(server, 'GET', `/calls/${messageId}`)).json()
    assert.deepEqual([failed.status, failed.errorCode], ['failed', 'OCPP_ERR_INVALID_PAYLOAD'])
    assert.equal(failed.errorDetails.pointer, '/type')
    assert.equal((await operate(server, 'GET', `/calls/${other}`)).json().errorCode, 'OCPP_ERR_UNKNOWN_ACTION')
    assert.equal(await statusOf(server, good), 'answered')
    assert.equal(charger.received.filter((text) => text.startsWith('[2,')).length, 1)
  })

  it('is validated against the last version of the charge point, or against any version', async () => {
    const server = await start()
    await known(server, 'spoke', 'ocpp2.0.1')
    await operate(server, 'PUT', '/charge-points/new', {})
    const refused = await queue(server, 'spoke', 'Reset', { type: 'Soft' })
    assert.deepEqual([refused.statusCode, refused.json().code], [422, 'OCPP_ERR_INVALID_PAYLOAD'])
    assert.equal((await queue(server, 'spoke', 'Reset', { type: 'OnIdle' })).statusCode, 202)
    for (const [action, type, status] of [
      ['Reset', 'Soft', 202],
      ['Reset', 'OnIdle', 202],
      ['Reset', 'Sideways', 422],
      ['NoSuchAction', 'Soft', 422]
    ] as const) {
      assert.equal((await queue(server, 'new', action, { type })).statusCode, status, `${action} ${type}`)
    }
    assert.equal((await queue(server, 'nobody', 'ClearCache')).statusCode, 404)
  })

  it('is rejected above the limit for each charge point', async () => {
    const server = await start({ OFFLINE_CALLS_LIMIT: '3' })
    await operate(server, 'PUT', '/charge-points/full', {})
    await operate(server, 'PUT', '/charge-points/empty', {})
    const many = await Promise.all([1, 2, 3, 4, 5].map(() => queue(server, 'full', 'ClearCache')))
    assert.deepEqual(many.map(({ statusCode }) => statusCode).sort(), [202, 202, 202, 429, 429])
    assert.equal((await queue(server, 'empty', 'ClearCache')).statusCode, 202)
  })

  it('has an unknown outcome when the charge point received it and disconnected without an answer: it is not sent again', async () => {
    const server = await start()
    await known(server, 'drops')
    const { messageId } = (await change(server, 'drops', 1)).json()
    const { messageId: next } = (await change(server, 'drops', 2)).json()
    const first = await connectCharger(server.url, 'drops')
    const got = deferred()
    first.onCall(() => {
      got.resolve()
      return new Promise(() => undefined)
    })
    await first.boot()
    await got.promise
    first.ws.terminate()
    await itemsOf(server, '/calls?status=unknown&chargePoint=drops', 1)
    assert.deepEqual([await statusOf(server, messageId), await statusOf(server, next)], ['unknown', 'queued'])
    const second = await connectCharger(server.url, 'drops', { boot: true })
    second.onCall(() => ACCEPTED)
    await itemsOf(server, '/calls?status=answered&chargePoint=drops', 1)
    assert.deepEqual(valuesOf(second), ['2'])
  })

  for (const query of [
    '&expiresIn=0',
    '&expiresIn=1.5',
    '&expiresIn=9&expiresIn=9',
    '&expiresAt=2001-01-01T00:00:00Z',
    '&expiresAt=soon',
    '&expiresIn=5&expiresAt=2090-01-01T00:00:00Z'
  ]) {
    it(`is 400 with ${query}`, async () => {
      const server = await start()
      await operate(server, 'PUT', '/charge-points/query', {})
      const response = await queue(server, 'query', 'ClearCache', {}, query)
      assert.deepEqual([response.statusCode, response.json().code], [400, 'INVALID_QUERY'])
    })
  }

  it('is answered 409 and does not wait by default', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/fails', {})
    for (const query of ['', '?whenOffline=fail']) {
      assert.equal((await operate(server, 'POST', `/charge-points/fails/calls/ClearCache${query}`)).statusCode, 409)
    }
    assert.equal(
      (await operate(server, 'POST', '/charge-points/fails/calls/ClearCache?whenOffline=maybe')).statusCode,
      400
    )
  })
})
