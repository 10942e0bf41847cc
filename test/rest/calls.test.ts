import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { deferred, until, within } from '../support/wait.js'
import { PREFIX, post, postText, problemOf, startOperator } from './operator.js'

test('a call is answered with the own answer of the charge point, whatever its status', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => ({ status: 'Rejected' }))
  const response = await post(app, 'cp-1', 'Reset', { type: 'Soft' })
  assert.equal(response.statusCode, 200)
  assert.match(String(response.headers['content-type']), /^application\/json\b/)
  const { messageId, ...answer } = response.json()
  assert.deepEqual(answer, { action: 'Reset', result: { status: 'Rejected' } })
  assert.deepEqual(charger.received, [`[2,"${messageId}","Reset",{"type":"Soft"}]`])
})

test('an empty body is an empty request', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall((_action, payload) => ({ status: JSON.stringify(payload) === '{}' ? 'Accepted' : 'Rejected' }))
  const without = await app.inject({ method: 'POST', url: `${PREFIX}/charge-points/CP-1/calls/ClearCache` })
  const empty = await postText(app, 'CP-1', 'ClearCache', '')
  assert.deepEqual(
    [without, empty].map((response) => response.json().result),
    [{ status: 'Accepted' }, { status: 'Accepted' }]
  )
})

test('a percent-encoded identity is decoded once', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'RDAM 1|2')
  charger.onCall(() => ({ status: 'Accepted' }))
  const response = await post(app, encodeURIComponent('RDAM 1|2'), 'ClearCache', {})
  assert.equal(response.statusCode, 200)
  problemOf(await post(app, 'RDAM%25201', 'ClearCache', {}), 409)
})

test('a disconnected charge point is 409 if it may exist, and 404 if it does not', async () => {
  const unsure = await startOperator()
  const sure = await startOperator({ rest: { isKnown: async (identity) => identity === 'CP-1' } })
  const answers = [
    problemOf(await post(unsure.app, 'CP-9', 'ClearCache', {}), 409),
    problemOf(await post(sure.app, 'CP-1', 'ClearCache', {}), 409),
    problemOf(await post(sure.app, 'CP-9', 'ClearCache', {}), 404)
  ]
  assert.deepEqual(
    answers.map(({ code }) => code),
    ['OCPP_ERR_NOT_CONNECTED', 'OCPP_ERR_NOT_CONNECTED', 'OCPP_ERR_UNKNOWN_CHARGE_POINT']
  )
})

test('an action that the version of the charge point does not have, or does not let a CSMS send, is 422', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  for (const action of ['GetVariables', 'BootNotification', 'NoSuchAction', '__proto__', 'constructor', 'reset']) {
    assert.equal(problemOf(await post(app, 'CP-1', action, {}), 422).code, 'OCPP_ERR_UNKNOWN_ACTION', action)
  }
  assert.deepEqual(charger.received, [])
})

test('names of the prototype are charge points like any other', async () => {
  const { app } = await startOperator({ rest: { isKnown: () => false } })
  for (const identity of ['__proto__', 'constructor', 'toString']) {
    problemOf(await post(app, identity, 'Reset', { type: 'Soft' }), 404)
    problemOf(await app.inject({ url: `${PREFIX}/charge-points/${identity}` }), 404)
    problemOf(await app.inject({ method: 'DELETE', url: `${PREFIX}/charge-points/${identity}/connection` }), 404)
  }
})

test('a request that breaks the schema is 422 with the pointer, and is not sent', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  const problem = problemOf(await post(app, 'CP-1', 'Reset', { type: 'Sideways' }), 422)
  assert.equal(problem.code, 'OCPP_ERR_INVALID_PAYLOAD')
  assert.deepEqual(problem.errors, [{ pointer: '/type', detail: 'must be one of Hard, Soft' }])
  problemOf(await postText(app, 'CP-1', 'ClearCache', 'null'), 422)
  problemOf(await postText(app, 'CP-1', 'ClearCache', '[]'), 422)
  assert.deepEqual(charger.received, [])
})

test('the version that the charge point speaks decides about the schema', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CS-1', { protocol: 'ocpp2.0.1' })
  charger.onCall(() => ({ status: 'Accepted' }))
  problemOf(await post(app, 'CS-1', 'Reset', { type: 'Soft' }), 422)
  assert.equal((await post(app, 'CS-1', 'Reset', { type: 'Immediate' })).statusCode, 200)
})

test('a body that is not JSON is 400, of another content type 415, too large 413', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  for (const body of ['{"type":', ' ', 'Soft', '{"__proto__":1}', Buffer.from('{"type":"\xff"}', 'latin1')]) {
    assert.equal(problemOf(await postText(app, 'CP-1', 'Reset', body), 400).code, 'OCPP_ERR_INVALID_JSON')
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', 'nonsense']) {
    const response = await app.inject({
      method: 'POST',
      url: `${PREFIX}/charge-points/CP-1/calls/Reset`,
      headers: { 'content-type': type },
      payload: '{"type":"Soft"}'
    })
    assert.equal(problemOf(response, 415).code, 'FST_ERR_CTP_INVALID_MEDIA_TYPE', type)
  }
  problemOf(await postText(app, 'CP-1', 'Reset', `"${'x'.repeat(1024 * 1024)}"`), 413)
  assert.deepEqual(charger.received, [])
})

test('a time-out that is no integer from 1 to 300000 is 400', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  for (const query of ['timeout=0', 'timeout=300001', 'timeout=1.5', 'timeout=', 'timeout=-1', 'timeout=1&timeout=2']) {
    const problem = problemOf(await post(app, 'CP-1', 'ClearCache', {}, `?${query}`), 400)
    assert.equal(problem.code, 'OCPP_ERR_INVALID_QUERY', query)
  }
  assert.deepEqual(charger.received, [])
})

test('no answer within the timeout is 504 and says that the call was sent', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => NO_ANSWER)
  const problem = problemOf(await post(app, 'CP-1', 'ClearCache', {}, '?timeout=30'), 504)
  assert.equal(problem.code, 'OCPP_ERR_TIMEOUT')
  assert.equal(problem.sent, true)
  assert.equal(charger.received.length, 1)
})

test('a connection that is lost during the call is 504', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => {
    charger.ws.terminate()
    return NO_ANSWER
  })
  const problem = problemOf(await post(app, 'CP-1', 'ClearCache', {}), 504)
  assert.equal(problem.code, 'OCPP_ERR_DISCONNECTED')
  assert.equal(problem.sent, true)
})

test('a CALLERROR is 502 with its code, description and details', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => new ErrorAnswer('NotSupported', 'not here', { hint: 1 }))
  const problem = problemOf(await post(app, 'CP-1', 'ClearCache', {}), 502)
  assert.equal(problem.code, 'OCPP_CALLERROR')
  assert.deepEqual(problem.callError, { code: 'NotSupported', description: 'not here', details: { hint: 1 } })
})

test('an answer that breaks the schema is 502 with the pointer', async () => {
  const { app, url } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => ({ status: 'Perhaps' }))
  const problem = problemOf(await post(app, 'CP-1', 'ClearCache', {}), 502)
  assert.equal(problem.code, 'OCPP_ERR_INVALID_RESPONSE')
  assert.equal(problem.errors?.[0]?.pointer, '/status')
})

test('a call to a full queue is 429', async () => {
  const { app, url } = await startOperator({ ocpp: { callQueueLimit: 0 } })
  const charger = await connectCharger(url, 'CP-1')
  const first = post(app, 'CP-1', 'ClearCache', {})
  const [, id] = await charger.nextFrame()
  assert.equal(problemOf(await post(app, 'CP-1', 'ClearCache', {}), 429).code, 'OCPP_ERR_QUEUE_FULL')
  charger.send(3, id, { status: 'Accepted' })
  assert.equal((await first).statusCode, 200)
})

test('a waiting call is dropped when its HTTP client disconnects', async () => {
  const { app, url, port } = await startOperator()
  const charger = await connectCharger(url, 'CP-1')
  const first = post(app, 'CP-1', 'ClearCache', {})
  const [, id] = await charger.nextFrame()
  const path = `${PREFIX}/charge-points/CP-1/calls/GetLocalListVersion`
  const second = request({ host: '127.0.0.1', port, path, method: 'POST' })
  second.on('error', () => undefined)
  second.end()
  const pending = () => app.ocpp.chargePoints.get('CP-1')?.pendingCalls
  await until('the second call waits', () => pending() === 2)
  second.destroy()
  await until('the second call is dropped', () => pending() === 1)
  charger.send(3, id, { status: 'Accepted' })
  assert.equal((await first).statusCode, 200)
  charger.onCall(() => ({ status: 'Accepted' }))
  await post(app, 'CP-1', 'ClearCache', {})
  const actions = charger.received.map((text) => JSON.parse(text)[2])
  assert.deepEqual(actions, ['ClearCache', 'ClearCache'])
})

test('a call whose HTTP client has disconnected before it was sent is never sent', async () => {
  const isGone = deferred()
  const isHere = deferred()
  const { app, url, port } = await startOperator({
    before: (host) => {
      // The host looks something up; meanwhile the client leaves.
      host.addHook('preHandler', async (request, reply) => {
        if (request.headers['x-slow'] === undefined) return
        reply.raw.once('close', () => isGone.resolve())
        isHere.resolve()
        await isGone.promise
      })
    }
  })
  const charger = await connectCharger(url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  const path = `${PREFIX}/charge-points/CP-1/calls/ClearCache`
  const leaving = request({ host: '127.0.0.1', port, path, method: 'POST', headers: { 'x-slow': 'yes' } })
  leaving.on('error', () => undefined)
  leaving.end()
  await within('the request', isHere.promise)
  const ended = new Promise<string>((resolve) => app.ocpp.events.once('call', ({ outcome }) => resolve(outcome)))
  leaving.destroy()
  assert.equal(await within('the end of the call', ended), 'aborted')
  assert.deepEqual(charger.received, [])
})
