import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AbortedError,
  CallError,
  type CallEvent,
  DisconnectedError,
  InvalidPayloadError,
  InvalidResponseError,
  QueueFullError,
  TimeoutError
} from 'fastify-ocpp'
import { connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer } from '../support/server.js'
import { within } from '../support/wait.js'

const ACCEPTED: ServerOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

/** A server with one charger of 1.6, and the calls that end. */
async function connected(options: ServerOptions = {}, protocol = 'ocpp1.6') {
  const server = await startServer({ ...ACCEPTED, ...options }, answerBasics)
  const charger = await connectCharger(server.url, 'CP-1', { protocol })
  const chargePoint = server.app.ocpp.chargePoints.get('CP-1')
  assert.ok(chargePoint)
  const outcomes: string[] = []
  server.app.ocpp.events.on('call', ({ messageId, outcome }: CallEvent) => outcomes.push(`${messageId} ${outcome}`))
  const { v16 } = server.app.ocpp
  const clearCache = (messageId: string, more: object = {}) =>
    v16.call('CP-1', 'ClearCache', {}, { messageId, ...more })
  return { server, charger, chargePoint, outcomes, clearCache, ocpp: server.app.ocpp }
}

/** The id of the CALL that comes next. */
async function nextId(charger: { nextFrame(): Promise<unknown[]> }): Promise<unknown> {
  return (await charger.nextFrame())[1]
}

test('a call resolves with the answer of the charge point, also when it is a refusal', async () => {
  const { charger, ocpp } = await connected()
  charger.onCall((action, payload) => {
    assert.deepEqual([action, payload], ['Reset', { type: 'Soft' }])
    return { status: 'Rejected' }
  })
  assert.deepEqual(await ocpp.v16.call('cp-1', 'Reset', { type: 'Soft' }), { status: 'Rejected' })
  assert.deepEqual(await ocpp.call('CP-1', 'Reset', { type: 'Soft' }), { status: 'Rejected' })
})

test('one CALL is on the wire at a time, the others follow in order', async () => {
  const { charger, chargePoint, clearCache, outcomes } = await connected()
  const ids = Array.from({ length: 20 }, (_, index) => `c${index}`)
  const calls = ids.map((id) => clearCache(id))
  for (const id of ids) {
    assert.equal(await nextId(charger), id)
    await charger.roundTrip()
    assert.deepEqual(charger.unread, [], 'nothing follows before the answer')
    charger.send(3, id, { status: 'Accepted' })
  }
  await Promise.all(calls)
  assert.deepEqual(
    outcomes,
    ids.map((id) => `${id} result`)
  )
  assert.equal(chargePoint.pendingCalls, 0)
  assert.equal(chargePoint.counters.callsSent, 20)
})

test('the queue is bounded: one call too many is QUEUE_FULL and the others are sent', async () => {
  const { charger, clearCache, outcomes } = await connected({ callQueueLimit: 2 })
  const calls = ['1', '2', '3'].map((id) => clearCache(id))
  await assert.rejects(clearCache('4'), (error: unknown) => {
    assert.ok(error instanceof QueueFullError)
    assert.deepEqual([error.code, error.statusCode], ['OCPP_ERR_QUEUE_FULL', 429])
    return true
  })
  assert.deepEqual(outcomes, ['4 queue-full'])
  charger.onCall(() => ({ status: 'Accepted' }))
  assert.equal((await Promise.all(calls)).length, 3)
})

test('of 1000 calls at once those within the bound are answered and the others refused', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => ({ status: 'Accepted' }))
  const results = await Promise.allSettled(Array.from({ length: 1000 }, (_, index) => clearCache(`c${index}`)))
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 949)
  assert.ok(refused.every(({ reason }) => reason.code === 'OCPP_ERR_QUEUE_FULL'))
})

test('a caller that runs out of time leaves, but the next call is sent when the charge point has answered', async () => {
  const { charger, chargePoint, clearCache, outcomes, server } = await connected()
  const malformed: string[] = []
  server.app.ocpp.events.on('malformed', ({ rule }) => malformed.push(rule))
  const first = clearCache('slow', { timeout: 40 })
  const second = clearCache('next')
  assert.equal(await nextId(charger), 'slow')
  await assert.rejects(first, (error: unknown) => {
    assert.ok(error instanceof TimeoutError)
    assert.deepEqual([error.code, error.statusCode, error.sent], ['OCPP_ERR_TIMEOUT', 504, true])
    return true
  })
  await charger.roundTrip()
  assert.deepEqual(charger.unread, [], 'the charge point is still busy with the first call')
  assert.equal(chargePoint.pendingCalls, 2)
  const { ignored, errorsReceived } = chargePoint.counters
  charger.send(3, 'slow', { status: 'Rejected' })
  assert.equal(await nextId(charger), 'next')
  assert.deepEqual([chargePoint.counters.ignored, malformed], [ignored + 1, []], 'a late answer is counted, no more')
  charger.send(4, 'slow', 'GenericError', '', {})
  charger.send(3, 'next', { status: 'Accepted' })
  assert.deepEqual(await second, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['slow timeout', 'next result'])
  assert.deepEqual(malformed, ['response that nobody waits for'], 'nobody waits for a second answer')
  assert.deepEqual([chargePoint.counters.errorsReceived, chargePoint.violations], [errorsReceived, []])
})

test('a late answer frees the line, whatever it is', async () => {
  const { charger, chargePoint, clearCache } = await connected()
  for (const answer of ['[3,"slow",{"status":"Accepted"}]', '[3,"slow",{"status":5}]', '[4,"slow"]', '[3,"slow",{']) {
    const first = clearCache('slow', { timeout: 5 })
    const second = clearCache('next')
    await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
    assert.equal(await nextId(charger), 'slow')
    charger.sendText(answer)
    assert.equal(await nextId(charger), 'next')
    charger.send(3, 'next', { status: 'Accepted' })
    assert.deepEqual(await second, { status: 'Accepted' })
  }
  assert.equal(chargePoint.pendingCalls, 0)
})

test('a charge point that never answers holds the line for callTimeout, and its late answer confuses nothing', async () => {
  const { charger, clearCache, outcomes } = await connected({ callTimeout: 60 })
  const first = clearCache('lost', { timeout: 10 })
  const second = clearCache('next', { timeout: 60_000 })
  assert.equal(await nextId(charger), 'lost')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  assert.equal(await nextId(charger), 'next')
  charger.send(3, 'lost', { status: 'Rejected' })
  charger.send(3, 'next', { status: 'Accepted' })
  assert.deepEqual(await second, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['lost timeout', 'next result'])
})

test('the time of a call that waits begins when it is sent', async () => {
  const { charger, clearCache } = await connected({ callTimeout: 60 })
  const first = clearCache('first', { timeout: 60 })
  const second = clearCache('second', { timeout: 20 })
  assert.equal(await nextId(charger), 'first')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  assert.equal(await nextId(charger), 'second')
  charger.send(3, 'second', { status: 'Accepted' })
  await second.catch((error: unknown) => {
    // On a machine that is too busy to answer within 20 ms.
    assert.ok(error instanceof TimeoutError && error.sent)
  })
})

test('a closed connection ends the calls that wait behind one that was given up', async () => {
  const { charger, chargePoint, clearCache, outcomes } = await connected()
  const first = clearCache('slow', { timeout: 5 })
  const second = clearCache('next')
  await assert.rejects(first, { code: 'OCPP_ERR_TIMEOUT' })
  chargePoint.disconnect()
  await assert.rejects(second, { code: 'OCPP_ERR_DISCONNECTED', sent: false })
  await within('the close', charger.closed)
  assert.deepEqual([outcomes, chargePoint.pendingCalls], [['slow timeout', 'next disconnected'], 0])
})

test('going down does not wait for the answer to a call that was given up', async () => {
  const { server, charger, clearCache } = await connected({ drainTimeout: 60_000 })
  await assert.rejects(clearCache('slow', { timeout: 5 }), { code: 'OCPP_ERR_TIMEOUT' })
  await within('the drain', server.app.ocpp.drain())
  assert.equal((await charger.closed).code, 1012)
})

test('the option callTimeout is the time-out of a call that gives none', async () => {
  const { clearCache } = await connected({ callTimeout: 30 })
  await assert.rejects(clearCache('1'), { code: 'OCPP_ERR_TIMEOUT', message: 'no answer to ClearCache within 30 ms' })
})

test('a call is aborted by its signal before, in the queue and on the wire', async () => {
  const { charger, clearCache, outcomes } = await connected()
  const expected = (error: unknown) => {
    assert.ok(error instanceof AbortedError)
    assert.deepEqual([error.code, error.statusCode, error.cause], ['OCPP_ERR_ABORTED', 499, 'enough'])
    return true
  }
  await assert.rejects(clearCache('before', { signal: AbortSignal.abort('enough') }), expected)
  const onWire = new AbortController()
  const queued = new AbortController()
  const first = clearCache('wire', { signal: onWire.signal })
  const second = clearCache('queued', { signal: queued.signal })
  const third = clearCache('third')
  queued.abort('enough')
  await assert.rejects(second, expected)
  assert.equal(await nextId(charger), 'wire')
  onWire.abort('enough')
  await assert.rejects(first, expected)
  assert.deepEqual(outcomes, ['before aborted', 'queued aborted', 'wire aborted'])
  // The charge point is still at it: the next one is sent when it has answered.
  charger.send(3, 'wire', { status: 'Rejected' })
  assert.equal(await nextId(charger), 'third')
  charger.send(3, 'third', { status: 'Accepted' })
  assert.deepEqual(await third, { status: 'Accepted' })
  assert.deepEqual(outcomes, ['before aborted', 'queued aborted', 'wire aborted', 'third result'])
})

test('an abort after the end of a call does nothing, and its listener is gone', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => ({ status: 'Accepted' }))
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--
    remove(...args)
  }
  await clearCache('1', { signal })
  controller.abort()
  assert.equal(listeners, 0)
})

const ENDS = {
  'the charger closes': ({ charger }) => charger.ws.close(1000),
  'the TCP connection breaks': ({ charger }) => charger.ws.terminate(),
  'disconnect() is called': ({ chargePoint }) => chargePoint.disconnect(),
  'the charger breaks the protocol': ({ charger }) => charger.ws.send(Buffer.from([1]))
} satisfies Record<string, (ends: Awaited<ReturnType<typeof connected>>) => void>

for (const [name, end] of Object.entries(ENDS)) {
  test(`all calls reject at once with DISCONNECTED when ${name}`, async () => {
    const all = await connected()
    const calls = [all.clearCache('wire'), all.clearCache('queued')]
    const settled = Promise.allSettled(calls)
    assert.equal(await nextId(all.charger), 'wire')
    end(all)
    const results = await within('the calls', settled, 1000)
    const errors = results.map((result) => (result.status === 'rejected' ? result.reason : undefined))
    assert.ok(errors.every((error) => error instanceof DisconnectedError))
    assert.deepEqual(
      errors.map(({ code, statusCode, sent }) => [code, statusCode, sent]),
      [
        ['OCPP_ERR_DISCONNECTED', 504, true],
        ['OCPP_ERR_DISCONNECTED', 504, false]
      ]
    )
    assert.deepEqual(all.outcomes, ['wire disconnected', 'queued disconnected'])
    assert.equal(all.chargePoint.connected, false)
    assert.equal(all.chargePoint.protocol, 'ocpp1.6')
    await assert.rejects(all.chargePoint.call('ClearCache', {}), { code: 'OCPP_ERR_DISCONNECTED' })
    await assert.rejects(all.clearCache('after'), { code: 'OCPP_ERR_NOT_CONNECTED', statusCode: 409 })
  })
}

for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
  test(`${protocol}: a CALLERROR rejects with a CallError, whichever spelling it has`, async () => {
    const { charger, ocpp } = await connected({}, protocol)
    const own = (v16: string, v2: string) => (protocol === 'ocpp1.6' ? v16 : v2)
    const spellings = [
      ['FormationViolation', own('FormationViolation', 'FormatViolation')],
      ['FormatViolation', own('FormationViolation', 'FormatViolation')],
      ['OccurenceConstraintViolation', own('OccurenceConstraintViolation', 'OccurrenceConstraintViolation')],
      ['OccurrenceConstraintViolation', own('OccurenceConstraintViolation', 'OccurrenceConstraintViolation')],
      ['NotSupported', 'NotSupported'],
      ['VendorOwn', 'VendorOwn'],
      ['__proto__', '__proto__'],
      ['', '']
    ]
    for (const [sent, read] of spellings) {
      charger.onCall(() => new ErrorAnswer(sent ?? '', 'no', { a: 1 }))
      await assert.rejects(ocpp.call('CP-1', 'ClearCache', {}), (error: unknown) => {
        assert.ok(error instanceof CallError)
        const { code, description, details, statusCode } = error
        assert.deepEqual([code, description, details, statusCode], [read, 'no', { a: 1 }, 502])
        return true
      })
    }
  })

  test(`${protocol}: an answer that breaks its schema rejects, and the connection stays usable`, async () => {
    const { charger, ocpp, chargePoint, outcomes } = await connected({}, protocol)
    const wrong: [answer: unknown, pointer: string][] = [
      [{}, '/status'],
      [{ status: 'Perhaps' }, '/status'],
      [{ status: 5 }, '/status'],
      [{ status: 'Accepted', extra: 1 }, '/extra'],
      ['Accepted', ''],
      [null, '/status']
    ]
    for (const [index, [answer, pointer]] of wrong.entries()) {
      charger.onCall(() => answer)
      await assert.rejects(ocpp.call('CP-1', 'ClearCache', {}, { messageId: `c${index}` }), (error: unknown) => {
        assert.ok(error instanceof InvalidResponseError)
        assert.deepEqual([error.code, error.statusCode], ['OCPP_ERR_INVALID_RESPONSE', 502])
        assert.equal(error.violation.pointer, pointer)
        return true
      })
    }
    assert.ok(outcomes.every((outcome) => outcome.endsWith('invalid-response')))
    charger.onCall(() => ({ status: 'Accepted' }))
    assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
    assert.equal((await charger.roundTrip()).type, 3)
    assert.equal(
      chargePoint.violations.reduce((sum, { count }) => sum + count, 0),
      wrong.length
    )
    const refusals = charger.received.map((text) => JSON.parse(text)).filter(([type]) => type === 5)
    if (protocol !== 'ocpp2.1') assert.deepEqual(refusals, [])
    else {
      assert.deepEqual(
        refusals.map(([, id]) => id),
        wrong.map((_, index) => `c${index}`)
      )
      assert.deepEqual(
        refusals.map((frame) => frame.length),
        wrong.map(() => 5)
      )
      assert.equal(refusals[0]?.[2], 'OccurrenceConstraintViolation')
    }
  })
}

test('a null answer is the empty answer where that is legal', async () => {
  const { charger, ocpp } = await connected({}, 'ocpp2.0.1')
  charger.onCall(() => null)
  const request = { requestId: 1, customerIdentifier: 'x', report: true, clear: false }
  await assert.rejects(ocpp.call('CP-1', 'CustomerInformation', request), { code: 'OCPP_ERR_INVALID_RESPONSE' })
  assert.deepEqual(await ocpp.call('CP-1', 'CostUpdated', { totalCost: 1, transactionId: 't' }), {})
})

const DEEP = `${'['.repeat(100)}${']'.repeat(100)}`
/** Answers that nobody can read, to the CALL with the id 1. */
const UNREADABLE_ANSWERS = [
  '[3,"1"]',
  '[3,"1",{"status":"Accepted"},1]',
  `[3,"1",${DEEP}]`,
  `[4,"1","GenericError","",${DEEP}]`,
  '[3,"1",{"status":"Acc',
  '[3,"1"',
  ' [ 3 , "\\u0031" , {]',
  '[4,"1","GenericError"'
]

for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
  test(`${protocol}: an unreadable answer to the outstanding CALL rejects it at once and frees the line`, async () => {
    const { charger, ocpp, chargePoint, outcomes } = await connected({}, protocol)
    for (const text of UNREADABLE_ANSWERS) {
      const call = ocpp.call('CP-1', 'ClearCache', {}, { messageId: '1' })
      const next = ocpp.call('CP-1', 'ClearCache', {}, { messageId: '2' })
      const rejected = assert.rejects(call, (error: unknown) => {
        assert.ok(error instanceof InvalidResponseError, text)
        assert.match(error.message, /^answer to ClearCache: payload is unreadable \((?:malformed|not valid)/)
        return true
      })
      assert.equal(await nextId(charger), '1')
      charger.sendText(text)
      await rejected
      const refusal = protocol === 'ocpp2.1' && /^ ?\[ ?3/.test(text) ? await charger.nextFrame() : undefined
      if (refusal !== undefined) assert.deepEqual(refusal.slice(0, 3), [5, '1', 'FormatViolation'])
      const [type, id] = await charger.nextFrame()
      assert.deepEqual([type, id], [2, '2'], `an answer is never answered with a CALLERROR: ${text}`)
      charger.send(3, '2', { status: 'Accepted' })
      assert.deepEqual(await next, { status: 'Accepted' })
    }
    const expected = UNREADABLE_ANSWERS.flatMap(() => ['1 invalid-response', '2 result'])
    assert.deepEqual([outcomes, chargePoint.counters.errorsSent], [expected, 0])
  })
}

test('an unreadable answer with another id than that of the outstanding CALL leaves it waiting', async () => {
  const { charger, chargePoint, clearCache } = await connected()
  const call = clearCache('1')
  const waiting = clearCache('2')
  assert.equal(await nextId(charger), '1')
  for (const text of ['[3,1,{}]', '[4,1]', '[4]', '[3,"2"]', '[3,"2",{', '[3,"11",{', '[3,"1', '[2,"1",{'])
    charger.sendText(text)
  await charger.roundTrip()
  assert.equal(chargePoint.pendingCalls, 2)
  charger.send(3, '1', { status: 'Accepted' })
  assert.deepEqual(await call, { status: 'Accepted' })
  charger.onCall(() => ({ status: 'Accepted' }))
  charger.send(3, '2', { status: 'Accepted' })
  assert.deepEqual(await waiting, { status: 'Accepted' })
})

test('a short CALLERROR of a real charger still rejects the call', async () => {
  const { charger, clearCache } = await connected()
  for (const [text, code] of [
    ['[4,"1"]', 'GenericError'],
    ['[4,"1","NotSupported"]', 'NotSupported'],
    ['[4,"1","NotSupported",null,null]', 'NotSupported'],
    ['[4,"1",5,5,5]', 'GenericError']
  ] as const) {
    const call = clearCache('1')
    const rejected = assert.rejects(call, { name: 'CallError', code, description: '' })
    assert.equal(await nextId(charger), '1')
    charger.sendText(text)
    await rejected
  }
})

test('another charger cannot answer a CALL', async () => {
  const { server, charger, clearCache } = await connected()
  const other = await connectCharger(server.url, 'CP-2')
  const call = clearCache('1')
  await nextId(charger)
  other.send(3, '1', { status: 'Rejected' })
  await other.roundTrip()
  charger.send(3, '1', { status: 'Accepted' })
  assert.deepEqual(await call, { status: 'Accepted' })
})

test('WRONG_PROTOCOL, NOT_CONNECTED and UNKNOWN_ACTION are told before anything is sent', async () => {
  const { charger, ocpp } = await connected()
  const { v201, v16 } = ocpp
  await assert.rejects(v201.call('CP-1', 'ClearCache', {}), { code: 'OCPP_ERR_WRONG_PROTOCOL', statusCode: 409 })
  await assert.rejects(v16.call('CP-2', 'ClearCache', {}), { code: 'OCPP_ERR_NOT_CONNECTED', statusCode: 409 })
  for (const action of ['Nonsense', 'Heartbeat', 'RequestStartTransaction', '__proto__', 'clearCache', '']) {
    await assert.rejects(ocpp.call('CP-1', action, {}), { code: 'OCPP_ERR_UNKNOWN_ACTION', statusCode: 422 })
  }
  await charger.roundTrip()
  assert.equal(charger.received.length, 1)
})

test('a payload that breaks its schema is INVALID_PAYLOAD with a pointer, and nothing is sent', async () => {
  const { charger, ocpp, chargePoint, outcomes } = await connected()
  const wrong: [action: string, payload: unknown, pointer: string][] = [
    ['Reset', {}, '/type'],
    ['Reset', { type: 'Gentle' }, '/type'],
    ['Reset', { type: 'Soft', extra: 1 }, '/extra'],
    ['Reset', null, ''],
    ['Reset', undefined, ''],
    ['Reset', 'Soft', ''],
    ['Reset', [], ''],
    ['ChangeAvailability', { connectorId: '1', type: 'Operative' }, '/connectorId'],
    [
      'SendLocalList',
      { listVersion: 1, updateType: 'Full', localAuthorizationList: [{}] },
      '/localAuthorizationList/0/idTag'
    ]
  ]
  for (const [action, payload, pointer] of wrong) {
    await assert.rejects(ocpp.call('CP-1', action, payload), (error: unknown) => {
      assert.ok(error instanceof InvalidPayloadError, String(error))
      assert.deepEqual([error.code, error.statusCode], ['OCPP_ERR_INVALID_PAYLOAD', 422])
      assert.equal(error.violation.pointer, pointer)
      return true
    })
  }
  await charger.roundTrip()
  assert.deepEqual([charger.received.length, chargePoint.counters.callsSent, outcomes], [1, 0, []])
})

test('a payload that JSON cannot hold rejects and leaves the queue in order', async () => {
  const { charger, ocpp, clearCache } = await connected({}, 'ocpp2.0.1')
  const circular: Record<string, unknown> = { vendorId: 'x' }
  circular.self = circular
  const payload = { vendorId: 'x', data: circular }
  const invalid = { code: 'OCPP_ERR_INVALID_PAYLOAD', statusCode: 422 }
  await assert.rejects(ocpp.call('CP-1', 'DataTransfer', payload), invalid)
  await assert.rejects(ocpp.call('CP-1', 'DataTransfer', { vendorId: 'x', data: 1n }), invalid)
  charger.onCall(() => ({ status: 'Accepted' }))
  await assert.rejects(clearCache('1'), { code: 'OCPP_ERR_WRONG_PROTOCOL' })
  assert.deepEqual(await ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
})

test('a message id of ones own has 1 to 36 characters and is not in use', async () => {
  const { charger, clearCache } = await connected()
  const wrong = { code: 'OCPP_ERR_INVALID_MESSAGE_ID', statusCode: 422 }
  await assert.rejects(clearCache(''), wrong)
  await assert.rejects(clearCache('x'.repeat(37)), wrong)
  const calls = [clearCache('x'.repeat(36)), clearCache('queued "\\ \n')]
  await assert.rejects(clearCache('x'.repeat(36)), wrong)
  await assert.rejects(clearCache('queued "\\ \n'), wrong)
  charger.onCall(() => ({ status: 'Accepted' }))
  await Promise.all(calls)
  await clearCache('x'.repeat(36))
})

test('a message id that is no string is refused', async () => {
  const { clearCache } = await connected({ callTimeout: 100 })
  await assert.rejects(clearCache(5 as unknown as string), { code: 'OCPP_ERR_INVALID_MESSAGE_ID', statusCode: 422 })
})

test('without one the message id is a new UUID', async () => {
  const { charger, ocpp } = await connected()
  const ids: string[] = []
  charger.onCall((_action, _payload, id) => {
    ids.push(id)
    return { status: 'Accepted' }
  })
  await ocpp.v16.call('CP-1', 'ClearCache', {})
  await ocpp.v16.call('CP-1', 'ClearCache', {})
  assert.notEqual(ids[0], ids[1])
  assert.ok(ids.every((id) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)))
})

test('a time-out that is no positive number of milliseconds does not hang the call for ever', async () => {
  const { charger, clearCache } = await connected()
  charger.onCall(() => NO_ANSWER)
  for (const timeout of [0, -1, Number.NaN]) {
    const settled = clearCache('1', { timeout }).then(
      () => 'resolved',
      (error: Error) => error.constructor.name
    )
    assert.notEqual(await within(`the call with time-out ${timeout}`, settled, 1000), 'resolved')
  }
})

test('a very long time-out does not fire at once', async () => {
  const { charger, clearCache } = await connected()
  const call = clearCache('1', { timeout: 2 ** 31 })
  call.catch(() => undefined)
  await nextId(charger)
  await charger.roundTrip()
  charger.send(3, '1', { status: 'Accepted' })
  assert.deepEqual(await call, { status: 'Accepted' })
})

test('an error that a timer or the wire makes names the file of its caller', async () => {
  const { charger, clearCache, chargePoint } = await connected()
  const stacks: string[] = []
  const keep = (error: Error) => void stacks.push(`${error.stack}`)
  await clearCache('1', { timeout: 10 }).catch(keep)
  charger.onCall(() => new ErrorAnswer('GenericError'))
  await clearCache('2').catch(keep)
  charger.onCall(() => ({}))
  await clearCache('3').catch(keep)
  charger.onCall(() => NO_ANSWER)
  const call = clearCache('4').catch(keep)
  chargePoint.disconnect()
  await call
  assert.equal(stacks.length, 4)
  for (const stack of stacks) {
    assert.match(stack, /calls\.test\.[tj]s/)
    assert.match(stack.split('\n')[0] ?? '', /Error: ./)
  }
})

test('pendingCalls counts what waits and what is on the wire', async () => {
  const { charger, chargePoint, clearCache } = await connected()
  assert.equal(chargePoint.pendingCalls, 0)
  const calls = [clearCache('1'), clearCache('2'), clearCache('3')]
  assert.equal(chargePoint.pendingCalls, 3)
  charger.onCall(() => ({ status: 'Accepted' }))
  await Promise.all(calls)
  assert.equal(chargePoint.pendingCalls, 0)
})
