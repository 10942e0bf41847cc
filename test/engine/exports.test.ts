import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as library from 'fastify-ocpp'

const ERRORS = [
  'AbortedError',
  'CallError',
  'DisconnectedError',
  'HandlerExistsError',
  'InvalidMessageIdError',
  'InvalidOptionsError',
  'InvalidPayloadError',
  'InvalidResponseError',
  'InvalidTimeoutError',
  'NotConnectedError',
  'QueueFullError',
  'TimeoutError',
  'UnknownActionError',
  'WrongProtocolError'
]

test('the library exports the plugin, its errors and the helpers of the docs, and nothing internal', () => {
  const expected = [...ERRORS, 'currentTime', 'default', 'passwordMatches', 'redact', 'validatePayload']
  assert.deepEqual(Object.keys(library).toSorted(), expected.toSorted())
})
