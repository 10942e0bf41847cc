import { MESSAGE_CREDIT } from './connection/flow-control.js'
import type { ConnectionSettings } from './connection/settings.js'
import { DEVIATIONS, isDeviation } from './deviations/names.js'
import { isTimeZone } from './deviations/time-zone.js'
import { InvalidOptionsError } from './errors.js'
import { isFieldLength } from './leniency.js'
import { ALL_PROTOCOLS, PROTOCOLS } from './protocol.js'
import type { Authenticate } from './types/handshake.js'
import type { Protocol } from './types/protocol.js'
import type { ConnectionTraits, Leniency, TraitsOf, ValidationMode, ValidationPolicy } from './types/validation.js'

/** Options of one endpoint that have a default. Times are milliseconds, sizes bytes. */
export interface EndpointOptions {
  /** Route of the WebSocket; the identity is its last segment. Default `/ocpp/:identity`. */
  path?: string
  /** Versions that are spoken; the charge point's order decides. Default all three. */
  protocols?: readonly Protocol[]
  /**
   * What happens to an inbound message that breaks its schema: `strict` (default) answers a CALLERROR, `warn`
   * delivers it. A function decides for each violation, outbound ones included; those are strict otherwise.
   */
  validation?: ValidationMode | ValidationPolicy
  /** What is accepted beyond the schemas. Default nothing but the deviations that are always normalised. */
  leniency?: Leniency
  /**
   * What is to be said of a charge point that tells what it is, before its BootNotification is checked. Default: nothing,
   * and the options hold for all.
   */
  traits?: TraitsOf
  /** Time for the answer to a CALL, from when it is sent. Default 30 000. */
  callTimeout?: number
  /** CALLs that may wait for one charge point. Default 50. */
  callQueueLimit?: number
  /** Time for a handler, after which the charge point is answered InternalError. Default 25 000: less than its 30 s. */
  handlerTimeout?: number
  /** CALLs of one charge point that may wait behind the one being answered before its socket is paused. Default 8. */
  maxWaitingCalls?: number
  /** A charge point that is quiet this long is pinged, and cut after twice as long. 0: never. Default 30 000. */
  pingInterval?: number
  /** Largest message, after decompression; more is closed 1009. Default 1 MiB. */
  maxPayload?: number
  /** Most fragments of a message; more is closed 1008. Default 1024. */
  maxFragments?: number
  /** Pieces in which the network may deliver one fragment; more is closed 1008. Default 16 384. */
  maxBufferedChunks?: number
  /** Pings of a charge point whose pongs wait to be written, above which it is cut. Default 60. */
  maxPendingPongs?: number
  /**
   * Messages a second that one charge point is read, one more for every 4 KiB of a message, pings included; above
   * that its socket is paused and nothing is lost. 0: any number. Default 5000.
   */
  maxMessageRate?: number
  /** Messages that it may send at once before `maxMessageRate` counts. Default 10 000. */
  maxMessageBurst?: number
  /** Bytes waiting to be written above which a charge point is not read. Default 256 KiB. */
  maxBufferedAmount?: number
  /** Time above `maxBufferedAmount` after which a charge point is cut. Default 10 000. */
  slowReaderTimeout?: number
  /** permessage-deflate for 2.x, where a CSMS has to support it [Part 4 §3.3]. Default true. */
  compression?: boolean
  /** Time for `authenticate`, then 503. Default 10 000. */
  authenticateTimeout?: number
  /** Handshakes in progress, above which new ones are answered 503. Default 1000. */
  maxHandshakes?: number
  /** Connections of this endpoint, above which new ones are answered 503. 0: any number. Default 100 000. */
  maxConnections?: number
  /** The same from one IPv4 address or IPv6 /64, answered 429. 0: any number. Default 20 000. */
  maxConnectionsPerAddress?: number
  /**
   * Failed logins of one identity from one address after which it is answered 429 without a look at its credentials:
   * for a second, then twice as long with every further failure, at most a minute. 0: never. Default 10.
   */
  maxLoginFailures?: number
  /** Failed logins a minute from one address with whatever identities, then 429. 0: any number. Default 300. */
  maxLoginFailuresPerAddress?: number
  /**
   * How often in a minute a charge point may take over from a live connection of its own, then 429: two with the same
   * credentials push each other out. 0: any number. Default 5.
   */
  maxTakeovers?: number
  /**
   * Percent of the heap, or of the memory there is, above which new connections are answered 503; half-way from there
   * to the end compression stops and who does not read is cut. 100: never. Default 85.
   */
  maxHeapUsage?: number
  /** How long a newcomer may be silent before it replaces the connection it takes over from. Default 2000. */
  takeoverTimeout?: number
  /** When draining: time for handlers at work and calls on the wire to finish. Default 4000. */
  drainTimeout?: number
  /** When draining: time over which the sockets are closed, at most 5 ms for each. Default 3000. */
  drainSpread?: number
}

/** An endpoint that admits the charge points that `authenticate` accepts. */
export interface AuthenticatedEndpoint extends EndpointOptions {
  /** Decides about every handshake before the upgrade. */
  authenticate: Authenticate
  securityProfile?: undefined
}

/** An endpoint without authentication. */
export interface OpenEndpoint extends EndpointOptions {
  /** 0: accepts every client that can reach this endpoint. For trusted networks only. [1.6 whitepaper; A00] */
  securityProfile: 0
  authenticate?: undefined
}

/** Options of one endpoint: who may connect has no default. */
export type FastifyOcppOptions = AuthenticatedEndpoint | OpenEndpoint

/** Options as they come at run time, not checked yet. */
type GivenOptions = EndpointOptions & { authenticate?: unknown; securityProfile?: unknown; prefix?: string }

/** Options with every default filled in, and times in ticks of the endpoint's clock. */
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
  drainTimeout: number
  drainSpread: number
  takeoverTimeout: number
  /** Milliseconds of a tick. */
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
  'compression'
]
/** Given by Fastify to every plugin. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers']
const KNOWN = new Set([...Object.keys(NUMBERS), ...OTHERS, ...FASTIFY_OPTIONS])
const LENIENCY_FLAGS = ['dropUnknownMembers', 'coerce']

/** Longest tick; shorter when a time-out is short. */
const MAX_TICK = 1000
const MIN_TICK = 10
/** More credit than is spent in a tick. */
const UNLIMITED = 2 ** 30 - 1

/**
 * Checks the options and fills in the defaults.
 *
 * @throws `OCPP_ERR_INVALID_OPTIONS`, which names the option
 */
export function resolveOptions(options: GivenOptions): EndpointSettings {
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name)) throw invalid(name, 'is not an option')
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

/** The tick in which a peer was last heard counts as none: nobody is pinged or cut early. */
export function pingTicks(pingInterval: number, tick: number) {
  if (pingInterval === 0) return { pingTicks: 0, cutTicks: 0 }
  return { pingTicks: Math.ceil(pingInterval / tick) + 1, cutTicks: Math.ceil((2 * pingInterval) / tick) + 1 }
}

/** What a connection may send at once and by tick. Whole numbers: V8 keeps them in the connection itself. */
function messageCredit({ maxMessageRate, maxMessageBurst }: Record<NumberOption, number>, tick: number) {
  if (maxMessageRate === 0) return { credit: UNLIMITED, maxCredit: UNLIMITED, creditPerTick: UNLIMITED }
  const credit = maxMessageBurst * MESSAGE_CREDIT
  // So many thousandths of a message in a millisecond as messages in a second.
  const creditPerTick = maxMessageRate * tick
  // A burst of fewer messages than come in a tick would lower the rate.
  return { credit, maxCredit: Math.max(credit, creditPerTick), creditPerTick }
}

/** The default of an option that is left out; `null` is not that. */
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

/** Fastify gives the prefix of a plugin that shares its parent's scope to nobody, so it is part of the path. */
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
    throw invalid('securityProfile', 'can only be 0; profiles 1 to 3 are what `authenticate` accepts')
  }
  if (authenticate === undefined) {
    if (securityProfile === 0) return undefined
    throw invalid('authenticate', 'is required; to let in everybody without credentials say `securityProfile: 0`')
  }
  if (typeof authenticate !== 'function') throw invalid('authenticate', 'must be a function')
  if (securityProfile === 0) throw invalid('securityProfile', 'is 0 (let everybody in) but there is `authenticate`')
  return authenticate as Authenticate
}

function checkValidation(validation: unknown): ValidationPolicy {
  if (typeof validation === 'function') return validation as ValidationPolicy
  if (validation === 'strict') return () => 'strict'
  if (validation === 'warn') return ({ direction }) => (direction === 'inbound' ? 'warn' : 'strict')
  throw invalid('validation', "must be 'strict', 'warn' or a function")
}

/** @throws `OCPP_ERR_INVALID_OPTIONS` */
export function checkTraits(traits: ConnectionTraits): ConnectionTraits {
  const { leniency, validation, pingInterval } = traits
  if (leniency !== undefined) checkLeniency(leniency)
  if (validation !== undefined && validation !== 'strict' && validation !== 'warn') {
    throw invalid('traits.validation', "must be 'strict' or 'warn'")
  }
  const isInterval =
    pingInterval === undefined || (Number.isInteger(pingInterval) && pingInterval >= 0 && pingInterval <= DAY)
  if (!isInterval) throw invalid('traits.pingInterval', `must be an integer from 0 to ${DAY}`)
  return traits
}

function checkTraitsOf(traits: unknown): TraitsOf | undefined {
  if (traits === undefined || typeof traits === 'function') return traits as TraitsOf | undefined
  throw invalid('traits', 'must be a function')
}

function checkLeniency(leniency: unknown): Leniency {
  if (typeof leniency !== 'object' || leniency === null) throw invalid('leniency', 'must be an object')
  for (const [name, value] of Object.entries(leniency)) {
    if (LENIENCY_FLAGS.includes(name)) checkBoolean(`leniency.${name}`, value)
    else if (name === 'fieldLengths') checkFieldLengths(value)
    else if (name === 'deviations') checkDeviations(value)
    else if (name === 'timeZone') checkTimeZone(value)
    else throw invalid(`leniency.${name}`, 'is not an option')
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
      throw invalid(option, 'names no text that has a limit; e.g. BootNotificationRequest.chargePointModel')
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
