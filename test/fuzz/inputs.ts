import fc from 'fast-check'
import type { Protocol } from 'fastify-ocpp'

/** Stands in everything that is sent and may come back in nothing but a message id. */
export const CANARY = 'c4n4ry'
/** Stands for the id of the CALL that waits for its answer. */
export const OUTSTANDING = 'outstanding-call'

const at = '2026-01-01T00:00:00Z'

/** Frames that are right, to be broken in small ways. */
const VALID: Record<Protocol, unknown[][]> = {
  'ocpp1.6': [
    [2, 'i1', 'BootNotification', { chargePointVendor: CANARY, chargePointModel: 'One' }],
    [2, 'i2', 'Authorize', { idTag: CANARY }],
    [2, 'i3', 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available', info: CANARY }],
    [2, 'i4', 'MeterValues', { connectorId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: CANARY }] }] }],
    [2, 'i5', 'DataTransfer', { vendorId: CANARY, messageId: CANARY, data: CANARY }]
  ],
  'ocpp2.0.1': [
    [2, 'i1', 'BootNotification', { reason: 'PowerUp', chargingStation: { model: CANARY, vendorName: CANARY } }],
    [2, 'i2', 'Authorize', { idToken: { idToken: CANARY, type: 'Central' } }],
    [2, 'i3', 'Heartbeat', { customData: { vendorId: CANARY, [CANARY]: [CANARY] } }],
    [2, 'i4', 'MeterValues', { evseId: 1, meterValue: [{ timestamp: at, sampledValue: [{ value: 1 }] }] }]
  ],
  'ocpp2.1': [
    [2, 'i1', 'BootNotification', { reason: 'PowerUp', chargingStation: { model: CANARY, vendorName: CANARY } }],
    [2, 'i2', 'DataTransfer', { vendorId: CANARY, data: { [CANARY]: CANARY } }],
    [6, 'i3', 'NotifyPeriodicEventStream', { id: 1, pending: 0, basetime: at, data: [{ t: 0, v: CANARY }] }],
    [5, 'i4', 'GenericError', CANARY, {}]
  ]
}

/** Answers to a CALL of ours, right and wrong. */
const ANSWERS: unknown[][] = [
  [3, OUTSTANDING, { status: CANARY }],
  [3, OUTSTANDING, { [CANARY]: 1 }],
  [4, OUTSTANDING, CANARY, CANARY, { [CANARY]: CANARY }]
]

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', CANARY, '__proto__', 'constructor', 'prototype', 'toString', '\u0000', CANARY.repeat(5000))
)

const json = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, {}, [], -1, 2.5, 1e308, 2 ** 53, '-1', true) },
  { weight: 1, arbitrary: fc.dictionary(text, fc.jsonValue({ maxDepth: 1 })) }
)

type Change = (value: unknown, pick: number, replacement: unknown) => unknown

/** Changes one place of a JSON value; `pick` says which. */
const replace: Change = (value, pick, replacement) => {
  if (typeof value !== 'object' || value === null) return replacement
  const keys = Object.keys(value)
  if (keys.length === 0 || pick % (keys.length + 1) === keys.length) return replacement
  const key = keys[pick % keys.length] ?? ''
  const changed = replace(Reflect.get(value, key), Math.floor(pick / 7), replacement)
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? changed : item))
  return { ...value, [key]: changed }
}

const drop: Change = (value, pick) => {
  if (Array.isArray(value)) return value.filter((_, index) => index !== pick % value.length)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value)
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== keys[pick % keys.length]))
}

const add: Change = (value, pick, replacement) => {
  if (Array.isArray(value)) return [...value.slice(0, pick % 5), replacement, ...value.slice(pick % 5)]
  return typeof value === 'object' && value !== null ? { ...value, [CANARY]: replacement } : value
}

const change = fc.record({ how: fc.constantFrom(replace, drop, add), pick: fc.nat(10_000), replacement: json })

/** A right frame with up to three places changed. */
function mutated(protocol: Protocol): fc.Arbitrary<string> {
  const frame = fc.constantFrom(...VALID[protocol], ...ANSWERS)
  return fc.tuple(frame, fc.array(change, { maxLength: 3 })).map(([valid, changes]) => {
    const broken = changes.reduce<unknown>((value, { how, pick, replacement }) => how(value, pick, replacement), valid)
    return JSON.stringify(broken) ?? ''
  })
}

/** A right frame whose text is damaged. */
function damaged(protocol: Protocol): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...VALID[protocol], ...ANSWERS), fc.nat(200), fc.nat(20), fc.string({ maxLength: 5 }))
    .map(([frame, position, length, inserted]) => {
      const whole = JSON.stringify(frame)
      const start = position % (whole.length + 1)
      return whole.slice(0, start) + inserted + whole.slice(start + length)
    })
}

const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '[{"a":', '[[],'), fc.integer({ min: 1, max: 20_000 }))
  .map(([open, depth]) => `[2,"deep","Heartbeat",${open.repeat(depth)}`)

/** Any text message: mostly almost right. */
export function anyText(protocol: Protocol): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 5, arbitrary: mutated(protocol) },
    { weight: 3, arbitrary: damaged(protocol) },
    { weight: 2, arbitrary: fc.array(json, { maxLength: 7 }).map((frame) => JSON.stringify(frame)) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: nested }
  )
}

/** Bytes on an upgraded connection: frames of any opcode and flags, or nothing of the kind. */
export const anyFrames = fc.array(
  fc.record({
    opcode: fc.integer({ min: 0, max: 15 }),
    fin: fc.boolean(),
    rsv: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    masked: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets)),
      fc.string().map((value) => Buffer.from(value))
    )
  }),
  { maxLength: 6 }
)

// What HTTP itself would take for more of the request is left to the parser of Node.
const headerText = fc
  .oneof(fc.string(), fc.string({ unit: 'binary' }))
  .map((value) => value.replaceAll(/[\r\n\0]/g, ' '))

const HEADERS = [
  'Sec-WebSocket-Protocol',
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Key',
  'Sec-WebSocket-Extensions',
  'Authorization',
  'Upgrade',
  'Connection',
  'Origin',
  'Host',
  'X-Forwarded-For',
  'Cookie'
]

const headerValue = fc.oneof(
  headerText,
  fc.constantFrom('ocpp1.6', 'ocpp2.1, ocpp1.6', '13', 'permessage-deflate', 'permessage-deflate; x=1', 'websocket'),
  fc.base64String().map((value) => `Basic ${value}`),
  fc.string().map((value) => `Basic ${Buffer.from(value).toString('base64')}`)
)

const segment = fc.oneof(
  fc.webPath(),
  fc.string().map((value) => `/${encodeURIComponent(value)}`),
  headerText.map((value) => `/${value.replaceAll(' ', '%')}`),
  fc.constantFrom('/..', '/%2e%2e', '/%', '/%00', '/%ff', '/__proto__', '/CP-1?a=b', '/CP-1#x', '//CP-1')
)

/** An upgrade request with anything in its URL and some of its headers. */
export const anyUpgrade = fc.record({
  method: fc.oneof(
    { weight: 8, arbitrary: fc.constant('GET') },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'POST') }
  ),
  target: segment.map((path) => `/ocpp${path}`),
  headers: fc.dictionary(fc.constantFrom(...HEADERS), fc.option(headerValue, { nil: undefined }), { maxKeys: 3 }),
  lines: fc.array(
    fc.tuple(fc.constantFrom(...HEADERS), headerValue).map(([name, value]) => `${name}: ${value}`),
    {
      maxLength: 2
    }
  )
})
