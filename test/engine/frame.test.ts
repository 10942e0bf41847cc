import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as frames from '../../src/frame.js'
import { PROTOCOLS } from '../../src/protocol.js'
import { isLong } from '../support/long.js'

const V16 = PROTOCOLS['ocpp1.6']
const V21 = PROTOCOLS['ocpp2.1']

test('a CALL, a CALLRESULT, a CALLERROR, a CALLRESULTERROR and a SEND are read', () => {
  assert.deepEqual(frames.parse(V16, '[2,"i","Heartbeat",{}]'), { type: 2, id: 'i', action: 'Heartbeat', payload: {} })
  assert.deepEqual(frames.parse(V16, '[3,"i",{"a":[1]}]'), { type: 3, id: 'i', payload: { a: [1] } })
  const error = { id: 'i', code: 'GenericError', description: 'd', details: { a: 1 } }
  assert.deepEqual(frames.parse(V16, '[4,"i","GenericError","d",{"a":1}]'), { type: 4, ...error })
  assert.deepEqual(frames.parse(V21, '[5,"i","GenericError","d",{"a":1}]'), { type: 5, ...error })
  assert.deepEqual(frames.parse(V21, '[6,"i","X",{}]'), { type: 6, id: 'i', action: 'X', payload: {} })
})

test('a written frame is read back unchanged, whatever its content', () => {
  const text = fc.string({ unit: 'binary' })
  const id = fc.string({ maxLength: 36 })
  // Members named __proto__ or constructor.prototype are dropped at any depth: see parseJson.
  const payload = fc
    .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
    .filter((value) => !JSON.stringify(value).includes('proto'))
  fc.assert(
    fc.property(id, payload, (messageId, value) => {
      const expected = JSON.parse(JSON.stringify(value))
      const call = frames.parse(V21, frames.call(messageId, 'Heartbeat', value))
      assert.deepEqual(call, { type: 2, id: messageId, action: 'Heartbeat', payload: expected })
      assert.deepEqual(frames.parse(V21, frames.callResult(messageId, value)), {
        type: 3,
        id: messageId,
        payload: expected
      })
      assert.equal(frames.parse(V21, frames.send(messageId, 'X', value)).type, 6)
    }),
    { numRuns: isLong ? 4_000 : 200 }
  )
  fc.assert(
    fc.property(id, text, (messageId, description) => {
      const error = frames.parse(V21, frames.callError(messageId, 'GenericError', description))
      assert.ok(error.type === frames.CALLERROR)
      assert.deepEqual([error.id, error.description], [messageId, description.slice(0, 255)])
    }),
    { numRuns: isLong ? 4_000 : 200 }
  )
})

test('reading throws for no text, and no answer contains any of the text', () => {
  for (const definition of Object.values(PROTOCOLS)) {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.jsonValue()).map((value) => JSON.stringify(value))
        ),
        (text) => {
          const frame = frames.parse(definition, text)
          if (frame.type === 0 && frame.answer !== undefined) assert.ok(definition.codes.has(frame.answer.code))
        }
      ),
      { numRuns: isLong ? 6_000 : 300 }
    )
  }
})

test('a frame may be nested 64 deep and no deeper', () => {
  // The frame itself is one level.
  const nested = (depth: number) => `[2,"i","Heartbeat",${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}]`
  assert.equal(frames.parse(V16, nested(64)).type, frames.CALL)
  assert.equal(frames.parse(V16, nested(65)).type, 0)
})

test('brackets in texts are not nesting', () => {
  const text = JSON.stringify([2, 'i', 'Heartbeat', { a: '[{"\\'.repeat(200) }])
  assert.equal(frames.parse(V16, text).type, frames.CALL)
})

test('many brackets side by side are not nesting', () => {
  for (const siblings of [[[{}]], [{}, {}], [[], []], [[{}], {}, [[]]]]) {
    const text = JSON.stringify([2, 'i', 'Heartbeat', Array.from({ length: 500 }, () => siblings)])
    assert.equal(frames.parse(V16, text).type, frames.CALL)
  }
})

test('siblings before the deepest branch do not change how deep that one may be', () => {
  for (const siblings of ['{},'.repeat(100), '[],'.repeat(100), '"]}",'.repeat(100)]) {
    const nested = (depth: number) =>
      `[2,"i","Heartbeat",[${siblings}${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}]]`
    assert.equal(frames.parse(V16, nested(64)).type, frames.CALL)
    assert.equal(frames.parse(V16, nested(65)).type, 0)
  }
})

test('members that would change a prototype are dropped, however they are written', () => {
  const texts = [
    '{"__proto__":{"x":1},"a":1}',
    '{"\\u005f\\u005fproto__":{"x":1},"a":1}',
    '{"constructor":{"prototype":{"x":1}},"a":1}',
    '{"con\\u0073tructor":{"prototype":{"x":1}},"a":1}',
    '{"__\\u0070roto__":{"x":1},"a":1}',
    '{"constructor":{"\\u0070rototype":{"x":1}},"a":1}'
  ]
  for (const text of texts) {
    const frame = frames.parse(V16, `[2,"i","Heartbeat",${text}]`)
    assert.ok(frame.type === frames.CALL)
    assert.deepEqual(Object.keys(frame.payload as object), ['a'])
    assert.equal(Reflect.get(frame.payload as object, 'x'), undefined)
  }
  assert.equal(Reflect.get({}, 'x'), undefined)
})

test('the description of a CALLERROR is cut to 255 characters in both directions', () => {
  const long = 'x'.repeat(1000)
  assert.equal(JSON.parse(frames.callError('i', 'GenericError', long))[3].length, 255)
  const frame = frames.parse(V16, JSON.stringify([4, 'i', long, long, {}]))
  assert.ok(frame.type === frames.CALLERROR)
  assert.deepEqual([frame.code.length, frame.description.length], [255, 255])
})
