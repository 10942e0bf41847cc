import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from 'fastify-ocpp'

const SECRET = 'correct horse battery'

/** Payloads that hold a secret, in the forms the messages of the three versions give it. */
const SECRETS: [name: string, payload: unknown][] = [
  ['a webhook', { secret: SECRET, clientSecret: SECRET }],
  ['1.6 ChangeConfiguration', { key: 'AuthorizationKey', value: SECRET }],
  ['1.6 ChangeConfiguration in other letters', { key: 'authorizationKEY', value: SECRET }],
  ['1.6 GetConfiguration', { configurationKey: [{ key: 'AuthorizationKey', readonly: false, value: SECRET }] }],
  [
    '2.x SetVariables',
    {
      setVariableData: [
        { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' }, attributeValue: SECRET }
      ]
    }
  ],
  [
    '2.x NotifyReport',
    {
      reportData: [{ variable: { name: 'BasicAuthPassword' }, variableAttribute: [{ type: 'Actual', value: SECRET }] }]
    }
  ],
  ['2.x NotifyEvent', { eventData: [{ actualValue: SECRET, variable: { name: 'BasicAuthPassword' } }] }],
  ['2.x SetNetworkProfile apn', { connectionData: { apn: { apnPassword: SECRET, apnUserName: 'x' } } }],
  ['2.x SetNetworkProfile password', { connectionData: { apn: { apn: 'x', password: SECRET } } }],
  [
    '2.x SetNetworkProfile vpn',
    { connectionData: { vpn: { server: 's', user: 'u', password: SECRET, key: SECRET, type: 'IKEv2' } } }
  ],
  ['2.1 SetNetworkProfile basicAuthPassword', { connectionData: { basicAuthPassword: SECRET } }]
]

for (const [name, payload] of SECRETS) {
  test(`the secret of ${name} is hidden`, () => {
    const text = JSON.stringify(redact([2, 'i', 'X', payload]))
    assert.ok(!text.includes(SECRET), text)
    assert.ok(text.includes('[redacted]'))
  })
}

test('id tokens are shortened', () => {
  assert.deepEqual(redact({ idTag: 'DEADBEEF', parentIdTag: 'ABC', idToken: { idToken: '12345', type: 'Central' } }), {
    idTag: 'DEAD…',
    parentIdTag: '…',
    idToken: { idToken: '1234…', type: 'Central' }
  })
})

test('everything else stays, and the original is not touched', () => {
  const payload = Object.freeze({ key: 'HeartbeatInterval', value: '60', list: Object.freeze([1, null, true, 'x']) })
  assert.deepEqual(redact(payload), payload)
  for (const value of [undefined, null, 5, 'text', true]) assert.equal(redact(value), value)
})

test('a value that is nested without end is hidden, not followed', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  assert.ok(JSON.stringify(redact(circular)).includes('[redacted]'))
})

test('user and password of a URL are hidden', () => {
  const frame = [2, 'i', 'GetDiagnostics', { location: 'ftp://user:hunter2@logs.example/cp' }]
  assert.deepEqual(redact(frame), [2, 'i', 'GetDiagnostics', { location: 'ftp://[redacted]@logs.example/cp' }])
})

test('id tokens stay whole when that is asked for, and secrets are hidden all the same', () => {
  const payload = { idTag: 'ABCDEFGH', idToken: { idToken: 'ABCDEFGH', type: 'Central' }, password: SECRET }
  const expected = { ...payload, password: '[redacted]' }
  assert.deepEqual(redact(payload, { idTokens: 'whole' }), expected)
  assert.notDeepEqual(redact(payload), expected)
})
