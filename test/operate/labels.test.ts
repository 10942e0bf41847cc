import assert from 'node:assert/strict'
import { it } from 'node:test'
import { actionLabel, codeLabel } from '../../lib/metrics/labels.js'

it('labels of metrics are only names of the standard', () => {
  assert.equal(actionLabel('NotifyPeriodicEventStream'), 'NotifyPeriodicEventStream')
  assert.equal(actionLabel('StopTransaction'), 'StopTransaction')
  for (const made of ['constructor', 'Nonsense', '']) assert.equal(actionLabel(made), 'other')
  assert.equal(codeLabel('OccurenceConstraintViolation'), 'OccurenceConstraintViolation')
  assert.equal(codeLabel('Whatever'), 'other')
})
