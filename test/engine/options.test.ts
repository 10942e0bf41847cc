import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp from 'fastify-ocpp'

const NUMBERS = [
  'callTimeout',
  'callQueueLimit',
  'handlerTimeout',
  'maxWaitingCalls',
  'pingInterval',
  'maxPayload',
  'maxFragments',
  'maxBufferedChunks',
  'maxPendingPongs',
  'maxMessageRate',
  'maxMessageBurst',
  'maxBufferedAmount',
  'slowReaderTimeout',
  'authenticateTimeout',
  'maxHandshakes',
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxLoginFailures',
  'maxLoginFailuresPerAddress',
  'maxTakeovers',
  'maxHeapUsage',
  'takeoverTimeout',
  'drainTimeout',
  'drainSpread'
]

/** Options that are refused and the name that the error says. */
const WRONG: [name: string, options: object][] = [
  ...NUMBERS.flatMap((name) =>
    [-1, 1.5, '1000', null, Number.NaN, Number.POSITIVE_INFINITY, 1e15, true].map((value): [string, object] => [
      name,
      { [name]: value }
    ])
  ),
  ['path', { path: 5 }],
  ['path', { path: '' }],
  ['path', { path: 'ocpp/:identity' }],
  ['path', { path: '/ocpp' }],
  ['path', { path: '/ocpp/:identity/more' }],
  ['path', { path: '/ocpp/*' }],
  ['protocols', { protocols: [] }],
  ['protocols', { protocols: 'ocpp1.6' }],
  ['protocols', { protocols: ['ocpp1.5'] }],
  ['protocols', { protocols: ['ocpp1.6', 'ocpp1.6'] }],
  ['protocols', { protocols: ['toString'] }],
  ['protocols', { protocols: null }],
  ['authenticate', { securityProfile: undefined }],
  ['authenticate', { securityProfile: undefined, authenticate: 'yes' }],
  ['securityProfile', { securityProfile: 1, authenticate: () => true }],
  ['securityProfile', { securityProfile: '0' }],
  ['securityProfile', { securityProfile: 0, authenticate: () => true }],
  ['validation', { validation: 'lax' }],
  ['validation', { validation: false }],
  ['validation', { validation: null }],
  ['leniency', { leniency: true }],
  ['leniency', { leniency: null }],
  ['leniency.coerce', { leniency: { coerce: 'yes' } }],
  ['leniency.dropUnknownMembers', { leniency: { dropUnknownMembers: 1 } }],
  ['leniency.keepDecimals', { leniency: { keepDecimals: 1 } }],
  ['leniency.everything', { leniency: { everything: true } }],
  ['leniency.fieldLengths', { leniency: { fieldLengths: 5 } }],
  [
    "leniency.fieldLengths['BootNotificationRequest.chargePointModel']",
    { leniency: { fieldLengths: { 'BootNotificationRequest.chargePointModel': 0 } } }
  ],
  [
    "leniency.fieldLengths['BootNotificationRequest.chargePointModel']",
    { leniency: { fieldLengths: { 'BootNotificationRequest.chargePointModel': '9' } } }
  ],
  ["leniency.fieldLengths['A.b']", { leniency: { fieldLengths: { 'A.b': 9 } } }],
  ['compression', { compression: 'deflate' }],
  ['compression', { compression: null }],
  ['authentication', { authentication: () => true }],
  ['__proto__x', { __proto__x: 1 }]
]

test('a wrong option is refused at registration with an error that names it', async (t) => {
  for (const [name, options] of WRONG) {
    const value = Object.entries(options).map(([key, given]) => `${key}: ${String(JSON.stringify(given))}`)
    await t.test(`${value.join(', ')}: ${name}`, async () => {
      const app = Fastify()
      const given = { securityProfile: 0, ...options } as { securityProfile: 0 }
      const error = await Promise.resolve(app.register(fastifyOcpp, given)).then(
        () => undefined,
        (thrown: unknown) => thrown
      )
      assert.ok(error instanceof Error, 'it was accepted')
      assert.equal(Reflect.get(error, 'code'), 'OCPP_ERR_INVALID_OPTIONS')
      assert.ok(error.message.includes(`\`${name}\``), error.message)
    })
  }
})

test('every option has a legal value', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, {
    path: '/steve/websocket/:identity',
    protocols: ['ocpp1.6', 'ocpp2.1'],
    authenticate: () => true,
    validation: () => 'warn',
    leniency: {
      coerce: true,
      dropUnknownMembers: true,
      keepDecimals: true,
      fieldLengths: { 'BootNotificationRequest.chargePointModel': 1 }
    },
    callTimeout: 1,
    callQueueLimit: 0,
    handlerTimeout: 1,
    maxWaitingCalls: 1,
    pingInterval: 0,
    maxPayload: 1024,
    maxFragments: 1,
    maxBufferedChunks: 16,
    maxPendingPongs: 1,
    maxMessageRate: 0,
    maxMessageBurst: 1,
    maxBufferedAmount: 1024,
    slowReaderTimeout: 1,
    compression: false,
    authenticateTimeout: 1,
    maxHandshakes: 1,
    maxConnections: 0,
    maxConnectionsPerAddress: 0,
    maxLoginFailures: 0,
    maxLoginFailuresPerAddress: 0,
    maxTakeovers: 0,
    maxHeapUsage: 100,
    takeoverTimeout: 0,
    drainTimeout: 0,
    drainSpread: 0
  })
  assert.deepEqual(app.ocpp.protocols, ['ocpp2.1', 'ocpp1.6'])
  await app.close()
})
