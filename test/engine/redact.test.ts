import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redact } from 'fastify-ocpp'
import { parseJson } from '../../src/frame.js'
import { hasNothingToRedact } from '../../src/redact.js'

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
  ['2.1 NotifySettlement answer', { receiptUrl: SECRET }],
  [
    'the final cost in 1.6',
    { vendorId: 'v', messageId: 'FinalCost', data: JSON.stringify({ cost: 1, qrCodeText: SECRET }) }
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

test('everything else stays, and the original is not changed', () => {
  const payload = Object.freeze({ key: 'HeartbeatInterval', value: '60', list: Object.freeze([1, null, true, 'x']) })
  assert.deepEqual(redact(payload), payload)
  for (const value of [undefined, null, 5, 'text', true]) assert.equal(redact(value), value)
})

test('a value that contains itself is hidden, not followed', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  assert.ok(JSON.stringify(redact(circular)).includes('[redacted]'))
})

test('signed values stay to the byte, also with a URL in them', () => {
  const text = 'OCMF|{"ID":"https://user:name@meter.example/1"}|{"SD":"30"}'
  const measurand = 'Energy.Active.Import.Register'
  for (const payload of [
    { value: text, format: 'SignedData', measurand },
    { signedMeterValue: { signedMeterData: text, publicKey: 'oca:key:pem://a@b', encodingMethod: 'OCMF' } },
    { measurand, data: text, encoding: 'plain', publicKey: 'oca:key:pem://a@b' }
  ]) {
    assert.deepEqual(redact([payload]), [payload])
  }
  const others = [
    { value: text, format: 'Raw' },
    { data: text, encoding: 'plain' }
  ]
  for (const payload of others) assert.doesNotMatch(JSON.stringify(redact(payload)), /user:name/)
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

// The log keeps the text of a frame that has nothing to redact.
test('a text that has nothing to redact is not changed by redacting it, however it is written', () => {
  const names = ['password', 'PassWord', 'pass\u212aey', 'key', 'server', 'user', 'value', 'variable', 'name', 'idTag']
  const name = fc.constantFrom(...names, 'idToken', 'stopIdToken', 'simPin', 'SECRET', '__proto__', 'status', 'x')
  const text = fc.constantFrom('AuthorizationKey', 'authorization\u212aey', 'ftp://a:b@c', 'Charging', '//a@b', SECRET)
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.array(tie('any'), { maxLength: 3 }), tie('object')),
    // Written by hand, because a member may come twice.
    object: fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((members) => new Members(members))
  })).any
  fc.assert(
    fc.property(value, fc.boolean(), (content, isEscaped) => {
      const written = write(content, isEscaped)
      if (!hasNothingToRedact(written)) return
      assert.deepEqual(redact(parseJson(written)), JSON.parse(written))
      for (const secret of ['ftp:', '//', 'idT', 'assword']) assert.ok(!written.includes(secret))
    }),
    { numRuns: 2000 }
  )
})

test('the texts of the most frequent messages have nothing to redact', () => {
  assert.ok(
    hasNothingToRedact('[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging"}]')
  )
  assert.ok(hasNothingToRedact('[3,"1",{}]'))
  for (const [what, payload] of SECRETS) assert.ok(!hasNothingToRedact(JSON.stringify(payload)), what)
  assert.ok(!hasNothingToRedact('{"status":{"\\u0070assword":"x"},"status":"Charging"}'))
})

class Members {
  readonly list: readonly (readonly [string, unknown])[]

  constructor(list: readonly (readonly [string, unknown])[]) {
    this.list = list
  }
}

function write(value: unknown, isEscaped: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => write(item, isEscaped)).join(',')}]`
  if (value instanceof Members) {
    const members = value.list.map(([name, member]) => `${write(name, isEscaped)}:${write(member, isEscaped)}`)
    return `{${members.join(',')}}`
  }
  const text = JSON.stringify(value)
  return isEscaped ? text.replace(/[a-z]/i, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : text
}

test('the id token in the text of a DataTransfer is shortened, and the rest of it stays as it is', () => {
  const data = '{"idToken" : "AB\\"CD1234", "priceText":"0.30 EUR/kWh"}'
  const payload = { vendorId: 'org.openchargealliance.costmsg', messageId: 'SetUserPrice', data }
  assert.deepEqual(redact(payload), { ...payload, data: '{"idToken" : "AB\\"…", "priceText":"0.30 EUR/kWh"}' })
  assert.deepEqual(redact(payload, { idTokens: 'whole' }), payload)
})
