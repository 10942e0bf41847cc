import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from 'fastify-ocpp'
import { isWhole } from '../../dashboard/pages/calls/repeat.js'

test('a request is repeated only if it is shown as it was sent', () => {
  const whole = [
    {},
    undefined,
    { type: 'Hard' },
    { key: ['HeartbeatInterval'] },
    { location: 'https://files.example/x' }
  ]
  for (const request of whole) {
    assert.deepEqual(redact(request), request)
    assert.equal(isWhole(redact(request)), true)
  }
  const hidden = [
    { idTag: '04E91C5A2B8C3C' },
    { idToken: { idToken: '04E91C5A2B8C3C', type: 'ISO14443' } },
    { key: 'AuthorizationKey', value: 'secret' },
    { location: 'ftp://user:password@files.example/x' },
    { localAuthorizationList: [{ idTag: '04E91C5A2B8C3C' }] }
  ]
  for (const request of hidden) {
    assert.notDeepEqual(redact(request), request)
    assert.equal(isWhole(redact(request)), false, JSON.stringify(request))
  }
})
