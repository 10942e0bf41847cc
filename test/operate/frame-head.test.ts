import assert from 'node:assert/strict'
import { it } from 'node:test'
import { AnswerTimer } from '../../plugins/metrics/answers.js'
import { readHead } from '../../plugins/metrics/frame-head.js'
import { actionLabel, codeLabel } from '../../plugins/metrics/labels.js'

it('reads type, id and action or code from the head of a frame, however it is spaced', () => {
  assert.deepEqual(readHead('[2,"1","Heartbeat",{}]'), { type: 2, id: '1', word: 'Heartbeat' })
  assert.deepEqual(readHead(' [ 4 , "a-b" ,\n"InternalError", "", {}]'), { type: 4, id: 'a-b', word: 'InternalError' })
  assert.deepEqual(readHead('[3,"1",{}]'), { type: 3, id: '1', word: undefined })
})

it('reads nothing from what is no frame', () => {
  const tooLong = `[3,"${'x'.repeat(37)}",{}]`
  for (const text of ['', '{}', '[', '[2]', '[7,"1","A",{}]', '[2,1,"A",{}]', '["2","1","A",{}]', tooLong]) {
    assert.equal(readHead(text), undefined, text)
  }
})

it('times an answer once, by its own charge point, and forgets calls that are never answered', () => {
  const answered: string[] = []
  const timer = new AnswerTimer({ answered: (action) => answered.push(action), failed: () => undefined })
  type Frame = Parameters<typeof timer.see>[0]
  const [one, other] = [{}, {}] as Frame['chargePoint'][]
  const inbound = (chargePoint: Frame['chargePoint'], text: string) =>
    timer.see({ chargePoint, direction: 'inbound', text })
  const outbound = (chargePoint: Frame['chargePoint'], text: string) =>
    timer.see({ chargePoint, direction: 'outbound', text })
  if (one === undefined || other === undefined) throw new Error('unreachable')
  inbound(one, '[2,"1","Heartbeat",{}]')
  outbound(other, '[3,"1",{}]')
  assert.deepEqual(answered, [])
  // An answer of the charge point to a call of ours with the same id is none of ours.
  inbound(one, '[3,"1",{}]')
  outbound(one, '[4,"1","InternalError","",{}]')
  outbound(one, '[3,"1",{}]')
  assert.deepEqual(answered, ['Heartbeat'])
  for (let id = 0; id <= 128; id++) inbound(one, `[2,"${id}","Authorize",{}]`)
  outbound(one, '[3,"0",{}]')
  assert.deepEqual(answered, ['Heartbeat'])
})

it('labels only what the standard names', () => {
  assert.equal(actionLabel('NotifyPeriodicEventStream'), 'NotifyPeriodicEventStream')
  assert.equal(actionLabel('StopTransaction'), 'StopTransaction')
  for (const made of ['constructor', 'Nonsense', '']) assert.equal(actionLabel(made), 'other')
  assert.equal(codeLabel('OccurenceConstraintViolation'), 'OccurenceConstraintViolation')
  assert.equal(codeLabel('Whatever'), 'other')
})
