import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    /** The settings, checked and complete. */
    config: Config
  }
}

const PROTOCOLS = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6'] as const satisfies readonly Protocol[]
const DAY_MS = 86_400_000

/**
 * Every setting of the environment. `rule` completes "NAME must be …", `unit` is that of a number. What has no
 * `default` is either off when absent or depends on another setting, which `otherwise` tells.
 */
export const settings = {
  HOST: Type.String({ default: '127.0.0.1', pattern: '^\\S+$', rule: 'a host name or address to listen on' }),
  PORT: Type.Integer({ default: 3000, minimum: 0, maximum: 65_535, unit: 'TCP port; 0 takes a free one' }),
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', rule: 'fatal, error, warn, info, debug, trace or silent' }
  ),
  DATA_DIR: Type.String({ default: './data', minLength: 1, rule: 'a directory that can be written' }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(?:ql)?://\\S+$',
      rule: 'postgres://user:password@host:port/database',
      otherwise: 'SQLite in DATA_DIR/ocpp.db'
    })
  ),
  DATABASE_POOL_SIZE: Type.Integer({ default: 10, minimum: 2, maximum: 1000, unit: 'connections to PostgreSQL' }),
  RETENTION_METER_VALUES_DAYS: Type.Integer({ default: 0, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  RETENTION_EVENTS_DAYS: Type.Integer({ default: 365, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
  RETENTION_MESSAGES_DAYS: Type.Integer({ default: 30, minimum: 0, maximum: 36_500, unit: 'days; 0 is for ever' }),
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
  EVENTS_BUFFER: Type.Integer({ default: 10_000, minimum: 1, maximum: 1_000_000, unit: 'events' }),
  OCPP_PATH: Type.String({
    default: '/ocpp/:identity',
    pattern: '^/(?:[^/:*]+/)+:identity$',
    rule: 'a path such as /ocpp/:identity'
  }),
  OCPP_PROTOCOLS: Type.Array(Type.Union(PROTOCOLS.map((protocol) => Type.Literal(protocol))), {
    default: [...PROTOCOLS],
    minItems: 1,
    uniqueItems: true,
    rule: `some of ${PROTOCOLS.join(',')}, each once`
  }),
  OCPP_OPEN_REGISTRATION: Type.Optional(
    Type.Boolean({ rule: 'true or false', otherwise: 'true when HOST is a loopback address, else false' })
  ),
  OCPP_HEARTBEAT_INTERVAL: Type.Integer({ default: 300, minimum: 1, maximum: 86_400, unit: 'seconds' }),
  OCPP_CALL_TIMEOUT: Type.Integer({ default: 30_000, minimum: 1, maximum: DAY_MS, unit: 'milliseconds' }),
  OCPP_PING_INTERVAL: Type.Integer({ default: 30_000, minimum: 0, maximum: DAY_MS, unit: 'milliseconds; 0 is never' }),
  TRANSACTION_GAP_DELAY: Type.Integer({ default: 60, minimum: 0, maximum: 86_400, unit: 'seconds' }),
  UNKNOWN_ID_TOKENS: Type.Optional(
    Type.Union([Type.Literal('accept'), Type.Literal('reject')], {
      rule: 'accept or reject',
      otherwise: 'accept under open registration, else reject'
    })
  ),
  ID_TOKENS_CONCURRENT_TX: Type.Boolean({ default: false, rule: 'true or false' })
} as const

const Settings = Type.Object(settings)

/** Settings that may not have been given. */
type Open = 'OPERATOR_TOKEN' | 'METRICS_TOKEN' | 'DATABASE_URL'

/** The settings as the application reads them: nothing else is open any more. */
export type Config = Readonly<Required<Omit<Static<typeof Settings>, Open>> & Pick<Static<typeof Settings>, Open>>

/** A setting that nothing can be started with; the message names it and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads the settings. An empty one counts as absent.
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
  const isOpen = given.OCPP_OPEN_REGISTRATION ?? isLoopback(given.HOST)
  return {
    ...given,
    OCPP_OPEN_REGISTRATION: isOpen,
    UNKNOWN_ID_TOKENS: given.UNKNOWN_ID_TOKENS ?? (isOpen ? 'accept' : 'reject')
  }
}

/** Names in the environment that look like settings but are none: most likely misspelt. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).filter((name) => name.startsWith('OCPP_') && !Object.hasOwn(settings, name))
}

/** What a value must be, in words. */
export function ruleOf(schema: TSchema): string {
  return schema.rule ?? `an integer from ${schema.minimum} to ${schema.maximum} (${schema.unit})`
}

/** Text that is not of the type stays text, and fails its check. */
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

async function env(app: FastifyInstance, { config }: { config: Config }): Promise<void> {
  app.decorate('config', config)
}

export default fp(env, { fastify: '5.x', name: 'env' })
