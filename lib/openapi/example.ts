import { resolve, type Schema, type Schemas } from './document.js'

/** The certificate of a root whose key was deleted. */
const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBaDCCAQ6gAwIBAgIDChssMAoGCCqGSM49BAMCMCkxEDAOBgNVBAoTB0V4YW1w',
  'bGUxFTATBgNVBAMTDEV4YW1wbGUgUm9vdDAgFw0yNDAxMDEwMDAwMDBaGA8yMDk5',
  'MTIzMTIzNTk1OVowKTEQMA4GA1UEChMHRXhhbXBsZTEVMBMGA1UEAxMMRXhhbXBs',
  'ZSBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnUk2l9DD4BOp6C5W5x29',
  'mxsq/cs792Rff/SiwL8kOfrzkSe90I7I34cDyUFSlKxapjJvDCcuE4IolpY94jnf',
  '3aMjMCEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZIzj0E',
  'AwIDSAAwRQIgdC8PIUvGc+8zVOJH8J85mGa0m28h1EGeyFOQfU7pLbECIQCyaqTo',
  'lTdo4zvoBY13oQI+FxZH5r/+sJRbeY5QZqW54Q==',
  '-----END CERTIFICATE-----'
].join('\n')

/** Example values of members with these names, if their schema allows the value. */
const VALUES: Readonly<Record<string, unknown>> = {
  action: 'Reset',
  apn: 'internet',
  attempts: 1,
  bootStatus: 'Accepted',
  bulkId: '7e2c1d0a-5b7f-4c36-9a51-3f0e8f7b6c21',
  chargePoint: 'CP-1',
  chargePoints: ['CP-1'],
  certificate: CERTIFICATE,
  certificateChain: CERTIFICATE,
  chargingState: 'Charging',
  connectorId: 1,
  context: 'Sample.Periodic',
  cost: 7.43,
  currency: 'EUR',
  currentTime: '2026-03-01T12:00:00.000Z',
  cursor: 'Y3AtMQ',
  description: 'Car park, level 2',
  detail: 'there is no such thing',
  duration: 3600,
  timeZone: 'Europe/Berlin',
  endpoint: 'https://csms.example.com/',
  energyWh: 19_000,
  error: 'ECONNREFUSED',
  errorCode: 'OCPP_ERR_TIMEOUT',
  errorDescription: 'no answer to Reset within 30000 ms',
  eventId: '01JNB5K0V8Q3T7X2M4R6Y9ZCDE',
  fileName: 'SIM-1.log',
  fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  eventType: 'Started',
  evseId: 1,
  firmwareVersion: '1.4.2',
  format: 'Raw',
  groupId: 'FLEET-7',
  hashAlgorithm: 'SHA256',
  id: 1,
  idTag: '04E91C5A2B3C',
  idToken: '04E91C5A2B3C',
  idTokenType: 'ISO14443',
  idempotencyKey: 'reset-CP-1-2026-03-01',
  identity: 'CP-1',
  identities: ['CP-1', 'CP-2'],
  issuerKeyHash: 'b4f2f1bafdb3dcc723095d0578ec33837383a8d93213240a0e66a1e6e8954b7e',
  issuerNameHash: '46b2ffac7e045ec2d1e08d810de69d624f58f32a17051a190b59fe1d2399f1a9',
  key: 'HeartbeatInterval',
  language: 'en',
  limit: 16,
  location: 'https://files.example.com/firmware.bin',
  logLevel: 5,
  measurand: 'Energy.Active.Import.Register',
  messageId: '0b8f7f3c-6f0e-4d0b-9d1a-0c2f4f3f5a11',
  messageType: 2,
  meterStart: 1_000,
  meterStop: 20_000,
  method: 'PUT',
  model: 'Optimus',
  name: 'SecurityCtrlr',
  nextCursor: 'Y3AtMQ',
  notes: 'Car park, level 2',
  operator: 'billing',
  path: 'charge-points/CP-1',
  pem: CERTIFICATE,
  password: 'c2f9a81d5e7b4036f1a8d95c7e2b40613d8fa5e7',
  phase: 'L1',
  phases: 3,
  pointer: '/type',
  protocol: 'ocpp2.0.1',
  raw: '19000',
  reason: 'Occupied',
  remoteAddress: '192.0.2.17',
  remoteLocation: 'https://files.example.com/logs/',
  remoteStartId: 4711,
  requestId: 4711,
  reservationId: 4711,
  responseStatus: 200,
  route: '/api/v1/charge-points/:identity',
  secret: 'whsec_YW4gZXhhbXBsZSBvZiBhIHNlY3JldDogMzIgYnl0ZXM=',
  responderURL: 'https://ocsp.example.com/',
  serialNumber: 'SN-0042',
  // The first period of a schedule starts with it. [1.6 §7.14, 2.x ChargingSchedulePeriodType]
  startPeriod: 0,
  stopReason: 'EVDisconnected',
  subject: 'O=Example,CN=CP-1',
  target: 'charge-points/cp-1',
  stopIdToken: '04E91C5A2B3C',
  tariffId: 'standard',
  timeout: 30_000,
  title: 'Not Found',
  token: 'ocpp_op_Xq3mW7xT2rVb8LhNcE4kZ9uYd5sGf1jA',
  total: 2,
  transactionId: 'b6a1f7c2-6c4d-4f3a-9d55-8a2a4d1f7e90',
  triggerReason: 'Authorized',
  unit: 'Wh',
  uri: 'https://files.example.com/firmware.bin',
  url: 'https://hooks.example.com/ocpp',
  value: '300',
  vendor: 'The Mobility House',
  vendorId: 'com.example'
}

const DATE_TIME = '2026-03-01T12:00:00.000Z'
/** So far in the future that an example with this time never expires. */
const FAR = '2099-12-31T23:59:59.000Z'
const AHEAD = /^(?:expir|retrieve|install|validTo|retryUntil|nextAttempt|previousSecretUntil)/
/** Example for a text without a format: a time of the charge point. */
const MOMENT = /(?:At|timestamp)$/
const TEXT = 'text'
/** Maximum depth: a datatype may refer to itself. */
const MAX_DEPTH = 12

/** Members that are only present in case of an error. Examples leave them out. */
const AMISS: ReadonlySet<string> = new Set([
  'closedReason',
  'disabledReason',
  'error',
  'errorCode',
  'errorDescription',
  'errorDetails',
  'missing',
  'missingSeqNos',
  'problem',
  'reason',
  'revokedAt',
  'statusInfo'
])

/** Examples of OCPP messages leave out the many optional members. Examples of our own records show all. */
const OCPP = /^#\/components\/schemas\/Ocpp(?:16|201|21)/

interface Place {
  name: string
  schemas: Schemas
  depth: number
  /** Whether optional members are shown. */
  isWhole: boolean
}

/**
 * An example value that the schema allows.
 *
 * @param isWhole whether optional members are shown. Those of OCPP messages in `schemas` are not.
 */
export function exampleOf(schema: Schema, schemas: Schemas, name = '', isWhole = true): unknown {
  return exampleFor(schema, { name, schemas, depth: 0, isWhole })
}

function exampleFor(given: Schema, at: Place): unknown {
  const place = { ...at, depth: at.depth + 1, isWhole: at.isWhole && !OCPP.test(given.$ref ?? '') }
  const schema = resolve(given, place.schemas)
  if (schema.examples !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map((part) => exampleFor(part, place)))
  const choice = (schema.anyOf ?? schema.oneOf)?.[0]
  if (choice !== undefined) return exampleFor(choice, place)
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'object':
      return objectOf(schema, place)
    case 'array':
      return arrayOf(schema, place)
    case 'string':
      return textOf(schema, place.name)
    case 'integer':
    case 'number':
      return numberOf(schema, place.name)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return VALUES[place.name] ?? {}
  }
}

function objectOf({ properties = {}, required = [] }: Schema, place: Place): Record<string, unknown> {
  const shown = Object.entries(properties).filter(([name]) => {
    return required.includes(name) || (place.isWhole && place.depth < MAX_DEPTH && !AMISS.has(name))
  })
  return Object.fromEntries(shown.map(([name, member]) => [name, exampleFor(member, { ...place, name })]))
}

function arrayOf({ items = {}, minItems = 0, maxItems }: Schema, place: Place): unknown[] {
  const known = VALUES[place.name]
  if (Array.isArray(known)) return known
  const count = Math.max(1, minItems)
  if (maxItems === 0 || place.depth > MAX_DEPTH) return []
  return Array.from({ length: count }, () => exampleFor(items, { ...place, name: singular(place.name) }))
}

function singular(name: string): string {
  return name.endsWith('s') ? name.slice(0, -1) : name
}

function textOf(
  { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Schema,
  name: string
): string {
  if (format?.includes('date-time')) return AHEAD.test(name) ? FAR : DATE_TIME
  const fits = (text: string) => {
    return (
      text.length >= minLength && text.length <= maxLength && (pattern === undefined || new RegExp(pattern).test(text))
    )
  }
  const known = VALUES[name]
  const candidates = [
    ...(known === undefined || typeof known === 'object' ? [] : [String(known)]),
    ...(MOMENT.test(name) ? [DATE_TIME] : []),
    TEXT,
    '1',
    DATE_TIME
  ]
  return candidates.find(fits) ?? TEXT.padEnd(minLength, TEXT).slice(0, Math.min(maxLength, Math.max(minLength, 4)))
}

function numberOf({ minimum = 0, maximum = Number.POSITIVE_INFINITY, exclusiveMinimum }: Schema, name: string): number {
  const known = VALUES[name]
  if (typeof known === 'number' && known >= minimum && known <= maximum) return known
  const least = exclusiveMinimum === undefined ? minimum : Math.max(minimum, exclusiveMinimum + 1)
  return Math.min(maximum, Math.max(least, 1))
}
