import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallError, InvalidResponseError } from 'fastify-ocpp'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import { connected, nextId } from './connected.js'

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

test('an answer null counts as the empty answer if that is valid', async () => {
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
