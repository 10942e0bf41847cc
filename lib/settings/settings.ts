import { FormatRegistry, type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { ALL_PROTOCOLS, DEVIATIONS, type Deviation } from 'fastify-ocpp'
import { LANGUAGES } from '../languages.js'
import { billingSettings, type OpenBilling } from './billing.js'
import { misspelt } from './misspelt.js'
import { readNetwork } from './networks.js'

const DAY_MS = 86_400_000
const DEVIATION_NAMES = Object.keys(DEVIATIONS) as Deviation[]

/** An address or a network, e.g. 10.0.0.0/8. */
const NETWORK = 'backend-network'
FormatRegistry.Set(NETWORK, (text) => readNetwork(text) !== undefined)

/** Names of PEM files. */
function files(what: string, otherwise: string) {
  const rule = `PEM files of ${what}, separated by commas`
  return Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, rule, otherwise }))
}

function httpUrl(otherwise: string) {
  return Type.Optional(Type.String({ pattern: '^https?://\\S+$', rule: 'http://… or https://…', otherwise }))
}

/**
 * All settings. `rule` completes "NAME must be …"; `unit` is the unit of a number. A setting without a `default` is off
 * if absent, or its default depends on another setting, which `otherwise` describes.
 */
export const settings = {
  HOST: Type.String({ default: '127.0.0.1', pattern: '^\\S+$', rule: 'a host name or address to listen on' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, unit: 'TCP port; 0 takes a free one' }),
  TLS_PORT: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65_535, unit: 'TCP port; 0 takes a free one', otherwise: 'no TLS' })
  ),
  TLS_HOST: Type.Optional(
    Type.String({ pattern: '^\\S+$', rule: 'a host name or address to listen on', otherwise: 'that of HOST' })
  ),
  TLS_CERT: files('certificates, each with its chain', 'needed with TLS_PORT'),
  TLS_KEY: files('private keys in the order of TLS_CERT', 'needed with TLS_PORT'),
  TLS_CLIENT_CA: files('authorities of client certificates', 'no client certificates'),
  TLS_CLIENT_CRL: files('revocation lists, one of each authority', 'nothing is revoked'),
  TLS_CLIENT_ORGANIZATION: Type.Optional(
    Type.String({ minLength: 1, rule: 'the O of client certificates', otherwise: 'required with TLS_CLIENT_CA' })
  ),
  TLS_CLIENT_SUBJECT: Type.Union([Type.Literal('serial-number'), Type.Literal('identity')], {
    default: 'serial-number',
    rule: 'serial-number or identity'
  }),
  TLS_CLIENT_EXPIRED_DAYS: Type.Integer({ default: 0, minimum: 0, maximum: 3_650, unit: 'days; 0 is never' }),
  TRUSTED_PROXIES: Type.Optional(
    Type.Array(Type.String({ format: NETWORK }), {
      minItems: 1,
      rule: 'addresses or networks such as 10.0.0.0/8, separated by commas',
      otherwise: 'none'
    })
  ),
  TRUSTED_PROXY_HEADER: Type.Union([Type.Literal('x-forwarded-for'), Type.Literal('forwarded')], {
    default: 'x-forwarded-for',
    rule: 'x-forwarded-for or forwarded'
  }),
  TRUSTED_PROXY_CLIENT_CERT: Type.Optional(
    Type.String({
      pattern: "^[a-z0-9!#$%&'*+\\-.^_`|~]+$",
      rule: 'the name of a header in lower case, such as client-cert',
      otherwise: 'client certificates of proxies are not read'
    })
  ),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', rule: 'fatal, error, warn, info, debug, trace or silent' }
  ),
  DATA_DIR: Type.String({ default: './data', minLength: 1, rule: 'a writable directory' }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(?:ql)?://\\S+$',
      rule: 'postgres://user:password@host:port/database',
      otherwise: 'SQLite in DATA_DIR/ocpp.db'
    })
  ),
  DATABASE_POOL_SIZE: Type.Integer({ default: 10, minimum: 2, maximum: 1000, unit: 'connections to PostgreSQL' }),
  NATS_URL: Type.Optional(
    Type.Array(Type.String({ pattern: '^(?:nats|tls)://[^\\s/?#]+/?$' }), {
      minItems: 1,
      rule: 'addresses such as nats://host:4222 or tls://host:4222, separated by commas',
      otherwise: 'this process is alone'
    })
  ),
  WORKERS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 64,
    unit: 'processes that share the ports of this machine'
  }),
  NATS_CREDENTIALS: Type.Optional(
    Type.String({ minLength: 1, rule: 'a file with the credentials of a NATS user', otherwise: 'none' })
  ),
  NATS_CA: Type.Optional(
    Type.String({ minLength: 1, rule: 'a file in PEM', otherwise: 'the authorities that Node.js trusts' })
  ),
  NATS_SUBJECT_PREFIX: Type.String({
    default: 'ocpp',
    pattern: '^[\\w-]{1,64}(?:\\.[\\w-]{1,64}){0,7}$',
    rule: 'words of letters, digits, _ and -, divided by dots'
  }),
  RETENTION_METER_VALUES_DAYS: Type.Integer({ default: 0, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  RETENTION_EVENTS_DAYS: Type.Integer({ default: 365, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  RETENTION_MESSAGES_DAYS: Type.Integer({ default: 30, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  RETENTION_AUDIT_DAYS: Type.Integer({ default: 0, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  MESSAGE_LOG: Type.Boolean({ default: true, rule: 'true or false' }),
  MESSAGE_LOG_MAX_ROWS: Type.Integer({
    default: 1_000_000,
    minimum: 0,
    maximum: 1_000_000_000,
    unit: 'messages; 0 is any number'
  }),
  OPERATOR_TOKEN: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9\\-._~+/]{16,512}=*$',
      rule: '16 to 512 of the characters A-Z a-z 0-9 - . _ ~ + /',
      otherwise: 'made on the first start and kept in DATA_DIR/operator-token'
    })
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9\\-._~+/]{16,512}=*$',
      rule: '16 to 512 of the characters A-Z a-z 0-9 - . _ ~ + /',
      otherwise: '/metrics answers this machine only'
    })
  ),
  DASHBOARD: Type.Boolean({ default: true, rule: 'true or false' }),
  SIGN_IN_HOURS: Type.Integer({ default: 12, minimum: 1, maximum: 168, unit: 'hours without use' }),
  DASHBOARD_ALLOW_HTTP: Type.Boolean({ default: false, rule: 'true or false' }),
  API_RATE_LIMIT: Type.Integer({
    default: 10_000,
    minimum: 0,
    maximum: 1_000_000_000,
    unit: 'requests a second; 0 is any number'
  }),
  API_FAILURE_LIMIT: Type.Integer({
    default: 20,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'wrong tokens a minute; 0 is any number'
  }),
  API_BODY_LIMIT: Type.Integer({ default: 1_048_576, minimum: 1_024, maximum: 1_073_741_824, unit: 'bytes' }),
  CORS_ORIGINS: Type.Optional(
    Type.Array(Type.String({ pattern: '^https?://[a-z0-9.\\-\\[\\]:]+$' }), {
      minItems: 1,
      uniqueItems: true,
      rule: 'origins in lower case such as https://example.org, separated by commas',
      otherwise: 'none'
    })
  ),
  EVENTS_BUFFER: Type.Integer({ default: 10_000, minimum: 1, maximum: 1_000_000, unit: 'events' }),
  WEBHOOK_ALLOW_HTTP: Type.Boolean({ default: false, rule: 'true or false' }),
  WEBHOOK_ALLOW_PRIVATE: Type.Boolean({ default: false, rule: 'true or false' }),
  WEBHOOK_ALLOWED_NETWORKS: Type.Array(Type.String({ format: NETWORK }), {
    default: [],
    rule: 'networks such as 10.1.0.0/16,fd00::/8'
  }),
  WEBHOOK_MAX_BACKLOG: Type.Integer({ default: 100_000, minimum: 100, maximum: 10_000_000, unit: 'events' }),
  WEBHOOK_RETENTION_DAYS: Type.Integer({ default: 7, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  OCPP_PATH: Type.String({
    default: '/ocpp/:identity',
    pattern: '^/(?:[^/:*]+/)+:identity$',
    rule: 'a path such as /ocpp/:identity'
  }),
  OCPP_PROTOCOLS: Type.Array(Type.Union(ALL_PROTOCOLS.map((protocol) => Type.Literal(protocol))), {
    default: [...ALL_PROTOCOLS],
    minItems: 1,
    uniqueItems: true,
    rule: `some of ${ALL_PROTOCOLS.join(',')}, each once`
  }),
  OCPP_OPEN_REGISTRATION: Type.Optional(
    Type.Boolean({
      rule: 'true or false',
      otherwise: 'true when HOST and TLS_HOST are loopback addresses and there are no TRUSTED_PROXIES, else false'
    })
  ),
  OCPP_MIN_SECURITY_PROFILE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 3,
    unit: 'security profile; 0 is for chargers of open registration only'
  }),
  OCPP_HEARTBEAT_INTERVAL: Type.Integer({ default: 300, minimum: 1, maximum: 86_400, unit: 'seconds' }),
  OCPP_BOOT_RETRY_INTERVAL: Type.Integer({ default: 30, minimum: 1, maximum: 86_400, unit: 'seconds' }),
  OCPP_CALL_TIMEOUT: Type.Integer({ default: 30_000, minimum: 1, maximum: DAY_MS, unit: 'milliseconds' }),
  OCPP_PING_INTERVAL: Type.Integer({ default: 30_000, minimum: 0, maximum: DAY_MS, unit: 'milliseconds; 0 is never' }),
  OCPP_VALIDATION: Type.Union([Type.Literal('strict'), Type.Literal('warn')], {
    default: 'strict',
    rule: 'strict or warn'
  }),
  OCPP_DEVIATIONS: Type.Array(Type.Union(DEVIATION_NAMES.map((name) => Type.Literal(name))), {
    default: [],
    uniqueItems: true,
    rule: 'names of deviations that are accepted from every charge point, separated by commas'
  }),
  OCPP_CALLS_AFTER_CONNECT: Type.Integer({ default: 2, minimum: 0, maximum: 600, unit: 'seconds' }),
  TRANSACTION_GAP_DELAY: Type.Integer({ default: 20, minimum: 0, maximum: 86_400, unit: 'seconds' }),
  REMOTE_START_TIMEOUT: Type.Integer({ default: 60, minimum: 1, maximum: 3_600, unit: 'seconds' }),
  ...billingSettings,
  UNKNOWN_ID_TOKENS: Type.Optional(
    Type.Union([Type.Literal('accept'), Type.Literal('reject')], {
      rule: 'accept or reject',
      otherwise: 'accept under open registration, else reject'
    })
  ),
  ID_TOKENS_CONCURRENT_TX: Type.Boolean({ default: false, rule: 'true or false' }),
  TARIFF_LANGUAGES: Type.Array(Type.Union(LANGUAGES.map((language) => Type.Literal(language))), {
    default: ['en'],
    minItems: 1,
    uniqueItems: true,
    rule: `some of ${LANGUAGES.join(',')}, each once`
  }),
  OFFLINE_CALLS_LIMIT: Type.Integer({ default: 100, minimum: 0, maximum: 10_000, unit: 'calls for each charge point' }),
  OFFLINE_CALLS_EXPIRY: Type.Integer({ default: 86_400, minimum: 1, maximum: 31_536_000, unit: 'seconds' }),
  FILE_TRANSFER_HOSTS: Type.Optional(
    Type.Array(Type.String({ pattern: '^[a-z0-9.:\\-\\[\\]]{1,255}$' }), {
      minItems: 1,
      uniqueItems: true,
      rule: 'host names or addresses in lower case, separated by commas',
      otherwise: 'any host'
    })
  ),
  CA_CERT: Type.Optional(
    Type.String({ rule: 'a file in PEM', otherwise: 'created when first needed, in DATA_DIR/ca' })
  ),
  CA_KEY: Type.Optional(Type.String({ rule: 'a file in PEM', otherwise: 'that in DATA_DIR/ca' })),
  CA_VALIDITY_DAYS: Type.Integer({ default: 365, minimum: 1, maximum: 3650, unit: 'days' }),
  CA_RENEWAL_DAYS: Type.Integer({ default: 30, minimum: 0, maximum: 3650, unit: 'days; 0 is never' }),
  CA_REQUESTS_PER_DAY: Type.Integer({ default: 10, minimum: 0, maximum: 10_000, unit: 'certificates; 0 is none' }),
  CA_OCSP_URL: httpUrl('none in the certificates'),
  CA_CRL_URL: httpUrl('none in the certificates'),
  CA_SIGN_URL: httpUrl('our own authority signs'),
  CA_SIGN_TOKEN: Type.Optional(Type.String({ pattern: '^\\S+$', rule: 'a token without spaces', otherwise: 'none' })),
  OCSP_RESPONDERS: Type.Optional(
    Type.Array(Type.String({ pattern: '^https?://[^\\s?#@]+$' }), {
      minItems: 1,
      rule: 'addresses that start with http:// or https://, separated by commas',
      otherwise: 'none is asked'
    })
  ),
  CONTRACT_CA: Type.Optional(Type.String({ rule: 'a file in PEM', otherwise: 'no contract certificate is verified' })),
  CONTRACT_SERVICE_URL: httpUrl('cars are given no contract certificates'),
  CONTRACT_SERVICE_TOKEN: Type.Optional(
    Type.String({ pattern: '^\\S+$', rule: 'a token without spaces', otherwise: 'none' })
  ),
  OCPP_MAX_CONNECTIONS: Type.Integer({
    default: 100_000,
    minimum: 0,
    maximum: 10_000_000,
    unit: 'charger connections; 0 is any number'
  }),
  OCPP_MAX_CONNECTIONS_PER_ADDRESS: Type.Integer({
    default: 20_000,
    minimum: 0,
    maximum: 10_000_000,
    unit: 'charger connections; 0 is any number'
  }),
  OCPP_MAX_HANDSHAKES: Type.Integer({ default: 1000, minimum: 1, maximum: 1_000_000, unit: 'handshakes' }),
  OCPP_LOGIN_FAILURES: Type.Integer({ default: 10, minimum: 0, maximum: 1000, unit: 'failed logins; 0 is never' }),
  OCPP_LOGIN_FAILURES_PER_ADDRESS: Type.Integer({
    default: 300,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'failed logins a minute; 0 is any number'
  }),
  OCPP_MAX_TAKEOVERS: Type.Integer({
    default: 5,
    minimum: 0,
    maximum: 1000,
    unit: 'take-overs a minute; 0 is any number'
  }),
  OCPP_MESSAGE_RATE: Type.Integer({
    default: 1000,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'messages a second; 0 is any number'
  }),
  OCPP_MESSAGE_BURST: Type.Integer({ default: 5000, minimum: 1, maximum: 1_000_000, unit: 'messages' }),
  OCPP_MAX_MESSAGE_SIZE: Type.Integer({ default: 1_048_576, minimum: 1024, maximum: 268_435_456, unit: 'bytes' }),
  OCPP_MAX_BUFFERED: Type.Integer({ default: 262_144, minimum: 1024, maximum: 1_073_741_824, unit: 'bytes' }),
  OCPP_SLOW_READER_TIMEOUT: Type.Integer({ default: 10_000, minimum: 1, maximum: 86_400_000, unit: 'milliseconds' }),
  MAX_HEAP_USAGE: Type.Integer({ default: 85, minimum: 1, maximum: 100, unit: 'percent; 100 is never' }),
  HTTP_MAX_CONNECTIONS: Type.Integer({ default: 10_000, minimum: 1, maximum: 10_000_000, unit: 'connections' }),
  HTTP_HEADERS_TIMEOUT: Type.Integer({ default: 15_000, minimum: 1000, maximum: 600_000, unit: 'milliseconds' }),
  HTTP_REQUEST_TIMEOUT: Type.Integer({ default: 30_000, minimum: 1000, maximum: 600_000, unit: 'milliseconds' }),
  HTTP_KEEP_ALIVE_TIMEOUT: Type.Integer({ default: 72_000, minimum: 1000, maximum: 600_000, unit: 'milliseconds' }),
  HTTP_MAX_REQUESTS_PER_CONNECTION: Type.Integer({
    default: 100,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'requests; 0 is any number'
  }),
  HTTP_MAX_HEADER_SIZE: Type.Integer({ default: 16_384, minimum: 4096, maximum: 1_048_576, unit: 'bytes' })
} as const

const Settings = Type.Object(settings)

/** Settings that may be absent. */
type Open =
  | 'FILE_TRANSFER_HOSTS'
  | 'OPERATOR_TOKEN'
  | 'METRICS_TOKEN'
  | 'CORS_ORIGINS'
  | 'DATABASE_URL'
  | 'NATS_URL'
  | 'NATS_CREDENTIALS'
  | 'NATS_CA'
  | 'CA_CERT'
  | 'CA_KEY'
  | 'CA_OCSP_URL'
  | 'CA_CRL_URL'
  | 'CA_SIGN_URL'
  | 'CA_SIGN_TOKEN'
  | 'CONTRACT_CA'
  | 'CONTRACT_SERVICE_URL'
  | 'CONTRACT_SERVICE_TOKEN'
  | 'TLS_PORT'
  | 'TLS_CLIENT_ORGANIZATION'
  | 'TRUSTED_PROXY_CLIENT_CERT'
  | OpenBilling

/** The settings in the form that the application reads. */
export type Config = Readonly<Required<Omit<Static<typeof Settings>, Open>> & Pick<Static<typeof Settings>, Open>>

/** An invalid setting. The message names the setting and contains no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Parses the settings. An empty value counts as absent.
 *
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries<TSchema>(settings)) {
    const text = env[name]?.trim()
    const value = text === undefined || text === '' ? schema.default : parse(schema, text)
    if (value === undefined) continue
    if (!Value.Check(schema, value)) throw new ConfigError(`${name} must be ${ruleOf(schema)}`)
    values[name] = value
  }
  const given = Value.Decode(Settings, values)
  checkPairs(given)
  const { TLS_HOST = given.HOST, TRUSTED_PROXIES = [] } = given
  const isLocal = isLoopback(given.HOST) && isLoopback(TLS_HOST) && TRUSTED_PROXIES.length === 0
  const isOpen = given.OCPP_OPEN_REGISTRATION ?? isLocal
  const { TLS_CERT = [], TLS_KEY = [], TLS_CLIENT_CA = [], TLS_CLIENT_CRL = [], OCSP_RESPONDERS = [] } = given
  return {
    ...given,
    TLS_HOST,
    TLS_CERT,
    TLS_KEY,
    TLS_CLIENT_CA,
    TLS_CLIENT_CRL,
    TRUSTED_PROXIES,
    OCSP_RESPONDERS,
    OCPP_OPEN_REGISTRATION: isOpen,
    UNKNOWN_ID_TOKENS: given.UNKNOWN_ID_TOKENS ?? (isOpen ? 'accept' : 'reject')
  }
}

type Given = Static<typeof Settings>

/** Settings that must be set together. */
const PAIRS = [
  ['TLS_PORT', 'TLS_CERT'],
  ['TLS_CERT', 'TLS_KEY'],
  ['TLS_CERT', 'TLS_PORT'],
  ['TLS_KEY', 'TLS_CERT'],
  ['TLS_CLIENT_CA', 'TLS_CLIENT_ORGANIZATION'],
  ['TLS_CLIENT_CRL', 'TLS_CLIENT_CA'],
  ['TRUSTED_PROXY_CLIENT_CERT', 'TRUSTED_PROXIES'],
  ['TRUSTED_PROXY_CLIENT_CERT', 'TLS_CLIENT_CA'],
  // Nodes share the data, and operators must be able to use any of them.
  ['NATS_URL', 'DATABASE_URL'],
  ['NATS_URL', 'OPERATOR_TOKEN'],
  ['SELLER_NAME', 'SELLER_ADDRESS'],
  ['SELLER_ADDRESS', 'SELLER_NAME'],
  ['SELLER_TAX_ID', 'SELLER_NAME'],
  ['DATEV_CONSULTANT', 'DATEV_CLIENT'],
  ['DATEV_CONSULTANT', 'DATEV_DEBTOR'],
  ['DATEV_CONSULTANT', 'DATEV_REVENUE'],
  ['NATS_CREDENTIALS', 'NATS_URL'],
  ['NATS_CA', 'NATS_URL']
] as const satisfies readonly (readonly [keyof Given, keyof Given])[]

/** @throws ConfigError */
function checkPairs(given: Given): void {
  for (const [name, other] of PAIRS) {
    if (given[name] !== undefined && given[other] === undefined) {
      throw new ConfigError(`${other} must be set when ${name} is`)
    }
  }
  if (given.WORKERS > 1 && given.NATS_URL === undefined) {
    throw new ConfigError('NATS_URL must be set when WORKERS is more than 1')
  }
  if (given.PUBLIC_PAGES.includes('receipts') && given.PUBLIC_URL === undefined) {
    throw new ConfigError('PUBLIC_URL must be set when PUBLIC_PAGES has receipts')
  }
  if (given.TLS_CERT?.length !== given.TLS_KEY?.length) {
    throw new ConfigError('TLS_KEY must be as many files as TLS_CERT, in the same order')
  }
}

/** Names in the environment that are unknown settings, probably misspelt. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return misspeltSettings(env).map(({ name }) => name)
}

/** The same names, each with the setting that was probably meant. */
export function misspeltSettings(env: Readonly<Record<string, string | undefined>>) {
  return misspelt(env, Object.keys(settings))
}

/** The rule for a value in words. */
export function ruleOf(schema: TSchema): string {
  return schema.rule ?? `an integer from ${schema.minimum} to ${schema.maximum} (${schema.unit})`
}

/** Converts text to the type of the setting. Text that cannot be converted is kept, and fails its check. */
function parse(schema: TSchema, text: string): unknown {
  switch (schema.type) {
    case 'integer':
      return /^\d{1,15}$/.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'array':
      return text.split(',').map((item) => item.trim())
    default:
      return text
  }
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
