import { MESSAGE_CREDIT } from './connection/flow-control.js'
import type { ConnectionSettings } from './connection/settings.js'
import { DEVIATIONS, isDeviation } from './deviations/names.js'
import { isTimeZone } from './deviations/time-zone.js'
import { InvalidOptionsError } from './errors.js'
import { isFieldLength } from './leniency.js'
import { ALL_PROTOCOLS, PROTOCOLS } from './protocol.js'
import type { Cluster } from './types/cluster.js'
import type { Authenticate } from './types/handshake.js'
import type { Protocol } from './types/protocol.js'
import type { ConnectionTraits, Leniency, TraitsOf, ValidationMode, ValidationPolicy } from './types/validation.js'

/** The options of an endpoint that have a default. Times are in milliseconds, sizes in bytes. */
export interface EndpointOptions {
  /** Route of the WebSocket. Its last segment is the identity. Default: `/ocpp/:identity`. */
  path?: string
  /** Enabled versions of OCPP. The charge point's order of preference decides. Default: all three. */
  protocols?: readonly Protocol[]
  /**
   * Treatment of an inbound message that violates its schema: `strict` answers with a CALLERROR, `warn` delivers the
   * message. A function decides for each violation, outbound ones included; without it outbound messages are always
   * strict. Default: `strict`.
   */
  validation?: ValidationMode | ValidationPolicy
  /** Deviations that are accepted beyond the schemas. Default: only those that are always normalised. */
  leniency?: Leniency
  /**
   * Returns the traits of a charge point when it reports its vendor and model, before its BootNotification is
   * validated. Default: the options of the endpoint apply to every charge point.
   */
  traits?: TraitsOf
  /** Timeout of a CALL, counted from sending. Default: 30 000. */
  callTimeout?: number
  /** Maximum number of CALLs that wait for one charge point. Default: 50. */
  callQueueLimit?: number
  /**
   * Timeout of a handler. After it the charge point gets an InternalError. Default: 25 000, less than the 30 s of many
   * chargers.
   */
  handlerTimeout?: number
  /**
   * Maximum number of CALLs from one charge point that wait behind the one being answered. Beyond it the socket is
   * paused. Default: 8.
   */
  maxWaitingCalls?: number
  /**
   * A charge point that sends nothing for this time is pinged, and disconnected after twice this time. 0: never.
   * Default: 30 000.
   */
  pingInterval?: number
  /** Maximum size of a message after decompression. A larger one closes the connection with 1009. Default: 1 MiB. */
  maxPayload?: number
  /** Maximum number of fragments of a message. More close the connection with 1008. Default: 1024. */
  maxFragments?: number
  /**
   * Maximum number of pieces in which the network delivers one fragment. More close the connection with 1008. Default:
   * 16 384.
   */
  maxBufferedChunks?: number
  /** Maximum number of pongs that wait to be written. A charge point that exceeds it is disconnected. Default: 60. */
  maxPendingPongs?: number
  /**
   * Maximum inbound rate per charge point, in messages per second, pings included; each 4 KiB of a message counts as
   * one more. Beyond it the socket is paused and nothing is lost. 0: no limit. Default: 5000.
   */
  maxMessageRate?: number
  /** Number of messages that a charge point may send at once before `maxMessageRate` applies. Default: 10 000. */
  maxMessageBurst?: number
  /**
   * Maximum number of bytes that wait to be written. Beyond it the charge point's messages are not read. Default: 256
   * KiB.
   */
  maxBufferedAmount?: number
  /** How long `maxBufferedAmount` may be exceeded before the charge point is disconnected. Default: 10 000. */
  slowReaderTimeout?: number
  /** Offers permessage-deflate with OCPP 2.x, where a CSMS must support it [Part 4 §3.3]. Default: true. */
  compression?: boolean
  /** Timeout of `authenticate`. After it the answer is 503. Default: 10 000. */
  authenticateTimeout?: number
  /** Maximum number of handshakes in progress. Further ones are answered 503. Default: 1000. */
  maxHandshakes?: number
  /** Maximum number of connections of this endpoint. Further ones are answered 503. 0: no limit. Default: 100 000. */
  maxConnections?: number
  /**
   * Maximum number of connections from one IPv4 address or IPv6 /64. Further ones are answered 429. 0: no limit.
   * Default: 20 000.
   */
  maxConnectionsPerAddress?: number
  /**
   * Number of failed logins of one identity from one address. After these it is answered 429 and its credentials are
   * not checked: for one second, then twice as long after each further failure, at most one minute. 0: no limit.
   * Default: 10.
   */
  maxLoginFailures?: number
  /**
   * Maximum number of failed logins per minute from one address, with any identities. Further ones are answered 429. 0:
   * no limit. Default: 300.
   */
  maxLoginFailuresPerAddress?: number
  /**
   * How often per minute a charge point may replace its own live connection. Further attempts are answered 429, because
   * two devices with the same credentials would replace each other again and again. 0: no limit. Default: 5.
   */
  maxTakeovers?: number
  /**
   * Memory use, in percent of the heap or of the available memory, above which new connections are answered 503.
   * Half-way from there to 100 % compression is switched off, and charge points that do not read are disconnected. 100:
   * never. Default: 85.
   */
  maxHeapUsage?: number
  /**
   * How long a new connection of a connected charge point may be silent before it replaces the old one. Default: 2000.
   */
  takeoverTimeout?: number
  /** At shutdown: how long to wait for running handlers and outstanding calls. Default: 4000. */
  drainTimeout?: number
  /**
   * The other nodes that serve the same charge points: calls, take-overs and events reach across. Endpoints of one
   * application have the same. Default: this process is alone.
   */
  cluster?: Cluster
  /** At shutdown: the time over which the connections are closed, at most 5 ms for each. Default: 3000. */
  drainSpread?: number
}

/** Options of an endpoint that admits the charge points that `authenticate` accepts. */
export interface AuthenticatedEndpoint extends EndpointOptions {
  /** Called for every handshake before the upgrade. */
  authenticate: Authenticate
  securityProfile?: undefined
}

/** Options of an endpoint without authentication. */
export interface OpenEndpoint extends EndpointOptions {
  /** 0: accepts every client that can reach this endpoint. For trusted networks only. [1.6 whitepaper; A00] */
  securityProfile: 0
  authenticate?: undefined
}

/** Options of an endpoint. There is no default for who may connect. */
export type FastifyOcppOptions = AuthenticatedEndpoint | OpenEndpoint

/** Options at run time, before they are checked. */
type GivenOptions = EndpointOptions & { authenticate?: unknown; securityProfile?: unknown; prefix?: string }

/** Options with all defaults filled in. Times are in ticks of the endpoint's clock where the name says so. */
export interface EndpointSettings {
  path: string
  protocols: readonly Protocol[]
  authenticate: Authenticate | undefined
  leniency: Leniency
  traits: TraitsOf | undefined
  maxPayload: number
  maxFragments: number
  maxBufferedChunks: number
  maxPendingPongs: number
  compression: boolean
  authenticateTimeout: number
  maxHandshakes: number
  maxConnections: number
  maxConnectionsPerAddress: number
  maxLoginFailures: number
  maxLoginFailuresPerAddress: number
  maxTakeovers: number
  maxHeapUsage: number
  cluster: Cluster | undefined
  drainTimeout: number
  drainSpread: number
  takeoverTimeout: number
  /** Length of a tick, in milliseconds. */
  tick: number
  connection: ConnectionSettings
}

interface Bounds {
  fallback: number
  min: number
  max: number
}

const DAY = 86_400_000
const MIB = 1024 * 1024

const NUMBERS = {
  callTimeout: { fallback: 30_000, min: 1, max: DAY },
  callQueueLimit: { fallback: 50, min: 0, max: 100_000 },
  handlerTimeout: { fallback: 25_000, min: 1, max: DAY },
  maxWaitingCalls: { fallback: 8, min: 1, max: 1000 },
  pingInterval: { fallback: 30_000, min: 0, max: DAY },
  maxPayload: { fallback: MIB, min: 1024, max: 256 * MIB },
  maxFragments: { fallback: 1024, min: 1, max: MIB },
  maxBufferedChunks: { fallback: 16_384, min: 16, max: 256 * MIB },
  maxPendingPongs: { fallback: 60, min: 1, max: 100_000 },
  maxMessageRate: { fallback: 5000, min: 0, max: 1_000_000 },
  maxMessageBurst: { fallback: 10_000, min: 1, max: 1_000_000 },
  maxBufferedAmount: { fallback: 256 * 1024, min: 1024, max: 1024 * MIB },
  slowReaderTimeout: { fallback: 10_000, min: 1, max: DAY },
  authenticateTimeout: { fallback: 10_000, min: 1, max: DAY },
  maxHandshakes: { fallback: 1000, min: 1, max: 1_000_000 },
  maxConnections: { fallback: 100_000, min: 0, max: 10_000_000 },
  maxConnectionsPerAddress: { fallback: 20_000, min: 0, max: 10_000_000 },
  maxLoginFailures: { fallback: 10, min: 0, max: 1000 },
  maxLoginFailuresPerAddress: { fallback: 300, min: 0, max: 1_000_000 },
  maxTakeovers: { fallback: 5, min: 0, max: 1000 },
  maxHeapUsage: { fallback: 85, min: 1, max: 100 },
  takeoverTimeout: { fallback: 2000, min: 0, max: DAY },
  drainTimeout: { fallback: 4000, min: 0, max: DAY },
  drainSpread: { fallback: 3000, min: 0, max: DAY }
} satisfies Record<string, Bounds>

type NumberOption = keyof typeof NUMBERS

const OTHERS = [
  'path',
  'protocols',
  'authenticate',
  'securityProfile',
  'validation',
  'leniency',
  'traits',
  'compression',
  'cluster'
]
/** Options that Fastify passes to every plugin. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers']
const KNOWN = new Set([...Object.keys(NUMBERS), ...OTHERS, ...FASTIFY_OPTIONS])
const LENIENCY_FLAGS = ['dropUnknownMembers', 'coerce', 'keepDecimals']

/** The longest tick. Ticks are shorter if a timeout is short. */
const MAX_TICK = 1000
const MIN_TICK = 10
/** More credit than a connection can spend in a tick. */
const UNLIMITED = 2 ** 30 - 1

/**
 * Checks the options and fills in the defaults.
 *
 * @throws `OCPP_ERR_INVALID_OPTIONS`, which names the option
 */
export function resolveOptions(options: GivenOptions): EndpointSettings {
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw invalid(name, 'is unknown, probably misspelt')
  }
  const numbers = resolveNumbers(options)
  const times = [numbers.handlerTimeout, numbers.slowReaderTimeout, numbers.pingInterval, numbers.takeoverTimeout]
  const shortest = Math.min(...times.filter((time) => time > 0))
  const tick = Math.max(MIN_TICK, Math.min(MAX_TICK, Math.ceil(shortest / 4)))
  return {
    ...numbers,
    path: `${checkPrefix(given(options.prefix, ''))}${checkPath(given(options.path, '/ocpp/:identity'))}`,
    protocols: checkProtocols(given(options.protocols, ALL_PROTOCOLS)),
    authenticate: checkAuthenticate(options),
    leniency: checkLeniency(given(options.leniency, {})),
    traits: checkTraitsOf(options.traits),
    cluster: checkCluster(options.cluster),
    compression: checkBoolean('compression', given(options.compression, true)),
    tick,
    connection: {
      callTimeout: numbers.callTimeout,
      callQueueLimit: numbers.callQueueLimit,
      handlerTimeout: numbers.handlerTimeout,
      ...pingTicks(numbers.pingInterval, tick),
      maxBufferedAmount: numbers.maxBufferedAmount,
      slowReaderTimeout: numbers.slowReaderTimeout,
      maxWaitingCalls: numbers.maxWaitingCalls,
      ...messageCredit(numbers, tick),
      validation: checkValidation(given(options.validation, 'strict'))
    }
  }
}

/**
 * Counts one tick more, because a message may arrive at the end of a tick: no charge point is pinged or disconnected
 * early.
 */
export function pingTicks(pingInterval: number, tick: number) {
  if (pingInterval === 0) return { pingTicks: 0, cutTicks: 0 }
  return { pingTicks: Math.ceil(pingInterval / tick) + 1, cutTicks: Math.ceil((2 * pingInterval) / tick) + 1 }
}

/**
 * The credit of a connection for messages: at the start, at most, and per tick. Integers, which V8 stores inside the
 * object.
 */
function messageCredit({ maxMessageRate, maxMessageBurst }: Record<NumberOption, number>, tick: number) {
  if (maxMessageRate === 0) return { credit: UNLIMITED, maxCredit: UNLIMITED, creditPerTick: UNLIMITED }
  const credit = maxMessageBurst * MESSAGE_CREDIT
  // Thousandths of a message per millisecond are messages per second.
  const creditPerTick = maxMessageRate * tick
  // A burst that is smaller than the credit of a tick would lower the rate.
  return { credit, maxCredit: Math.max(credit, creditPerTick), creditPerTick }
}

/** The default applies to `undefined`, but not to `null`. */
function given<T>(value: T | undefined, fallback: T): T {
  return value === undefined ? fallback : value
}

function resolveNumbers(options: EndpointOptions): Record<NumberOption, number> {
  const resolved: Partial<Record<NumberOption, number>> = {}
  for (const [name, { fallback, min, max }] of Object.entries(NUMBERS) as [NumberOption, Bounds][]) {
    const value: unknown = given(options[name], fallback)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
      throw invalid(name, `must be an integer from ${min} to ${max}`)
    }
    resolved[name] = value
  }
  return resolved as Record<NumberOption, number>
}

function checkPath(path: unknown): string {
  if (typeof path !== 'string' || !/^\/(?:.*\/)?:[A-Za-z]\w*$/.test(path)) {
    throw invalid('path', 'must start with "/" and end with a parameter, e.g. /ocpp/:identity')
  }
  return path
}

/**
 * Fastify does not apply the prefix to a plugin that shares the scope of its parent, so it becomes part of the path.
 */
function checkPrefix(prefix: unknown): string {
  if (typeof prefix !== 'string' || (prefix !== '' && !prefix.startsWith('/'))) {
    throw invalid('prefix', 'must start with "/"')
  }
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
}

function checkProtocols(protocols: unknown): readonly Protocol[] {
  const isList = Array.isArray(protocols) && protocols.length > 0 && new Set(protocols).size === protocols.length
  if (!isList || !protocols.every((protocol) => ALL_PROTOCOLS.includes(protocol))) {
    throw invalid('protocols', `must list some of ${ALL_PROTOCOLS.join(', ')}, each once`)
  }
  return [...protocols]
}

function checkAuthenticate({ authenticate, securityProfile }: GivenOptions): Authenticate | undefined {
  if (securityProfile !== undefined && securityProfile !== 0) {
    throw invalid('securityProfile', 'must be 0 or left out; `authenticate` decides about profiles 1 to 3')
  }
  if (authenticate === undefined) {
    if (securityProfile === 0) return undefined
    throw invalid('authenticate', 'is required; set `securityProfile: 0` to accept every client without credentials')
  }
  if (typeof authenticate !== 'function') throw invalid('authenticate', 'must be a function')
  if (securityProfile === 0)
    throw invalid('securityProfile', 'must not be 0 (accept every client) together with `authenticate`')
  return authenticate as Authenticate
}

const VALIDATION_MODES: readonly ValidationMode[] = ['strict', 'warn', 'salvage']

function checkValidation(validation: unknown): ValidationPolicy {
  if (typeof validation === 'function') return validation as ValidationPolicy
  if (validation === 'strict') return () => 'strict'
  if (validation === 'warn' || validation === 'salvage') {
    return ({ direction }) => (direction === 'inbound' ? validation : 'strict')
  }
  throw invalid('validation', "must be 'strict', 'warn', 'salvage' or a function")
}

/** @throws `OCPP_ERR_INVALID_OPTIONS` */
export function checkTraits(traits: ConnectionTraits): ConnectionTraits {
  const { leniency, validation, pingInterval } = traits
  if (leniency !== undefined) checkLeniency(leniency)
  if (validation !== undefined && !VALIDATION_MODES.includes(validation)) {
    throw invalid('traits.validation', "must be 'strict', 'warn' or 'salvage'")
  }
  const isInterval =
    pingInterval === undefined || (Number.isInteger(pingInterval) && pingInterval >= 0 && pingInterval <= DAY)
  if (!isInterval) throw invalid('traits.pingInterval', `must be an integer from 0 to ${DAY}`)
  return traits
}

/** @throws `OCPP_ERR_INVALID_OPTIONS` */
export function checkEpoch(epoch: unknown): void {
  if (epoch !== undefined && !(Number.isSafeInteger(epoch) && Number(epoch) >= 0)) {
    throw invalid('epoch', 'of an acceptance must be an integer of at least 0')
  }
}

function checkTraitsOf(traits: unknown): TraitsOf | undefined {
  if (traits === undefined || typeof traits === 'function') return traits as TraitsOf | undefined
  throw invalid('traits', 'must be a function')
}

function checkCluster(cluster: unknown): Cluster | undefined {
  if (cluster === undefined) return undefined
  const { node, subscribe } = (cluster ?? {}) as Partial<Cluster>
  if (typeof node === 'string' && node !== '' && typeof subscribe === 'function') return cluster as Cluster
  throw invalid('cluster', 'must be what natsCluster() or a node of memoryCluster() returns')
}

function checkLeniency(leniency: unknown): Leniency {
  if (typeof leniency !== 'object' || leniency === null) throw invalid('leniency', 'must be an object')
  for (const [name, value] of Object.entries(leniency)) {
    if (LENIENCY_FLAGS.includes(name)) checkBoolean(`leniency.${name}`, value)
    else if (name === 'fieldLengths') checkFieldLengths(value)
    else if (name === 'deviations') checkDeviations(value)
    else if (name === 'timeZone') checkTimeZone(value)
    else throw invalid(`leniency.${name}`, 'is unknown, probably misspelt')
  }
  return leniency
}

function checkDeviations(names: unknown): void {
  if (!Array.isArray(names)) throw invalid('leniency.deviations', 'must be a list')
  const unknown = names.find((name) => !isDeviation(name))
  if (unknown === undefined) return
  throw invalid('leniency.deviations', `has an unknown name; known are ${Object.keys(DEVIATIONS).join(', ')}`)
}

function checkTimeZone(name: unknown): void {
  if (!isTimeZone(name)) throw invalid('leniency.timeZone', 'must be an IANA time zone, e.g. Europe/Berlin')
}

function checkFieldLengths(lengths: unknown): void {
  if (typeof lengths !== 'object' || lengths === null) throw invalid('leniency.fieldLengths', 'must be an object')
  for (const [name, length] of Object.entries(lengths)) {
    const option = `leniency.fieldLengths['${name}']`
    if (!Number.isInteger(length) || length < 1) throw invalid(option, 'must be a positive integer')
    if (!isFieldLength(Object.values(PROTOCOLS), name)) {
      throw invalid(option, 'names no text with a maximum length, e.g. BootNotificationRequest.chargePointModel')
    }
  }
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalid(name, 'must be true or false')
  return value
}

function invalid(option: string, rule: string): Error {
  return new InvalidOptionsError(`fastify-ocpp: option \`${option}\` ${rule}`)
}
