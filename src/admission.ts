import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fold } from './charge-points.js'
import type { Deviation } from './deviations/names.js'
import type { Admitted, Endpoint } from './endpoint.js'
import type { EventHub } from './events.js'
import { logFailure } from './failure.js'
import {
  basicCredentials,
  decodedAgain,
  identityOf,
  isIdentityOfAny,
  type Offer,
  readOffer,
  upgradeFault
} from './handshake.js'
import { addressKey } from './limits/address.js'
import { LoginAttempt, LoginLimiter } from './limits/login-limiter.js'
import { checkEpoch, checkTraits, type EndpointSettings } from './options.js'
import { isIdentity } from './protocol.js'
import { timerDelay } from './time.js'
import type { RefusalRule } from './types/events.js'
import type { Authenticate, Handshake, HandshakeAcceptance, HandshakeRejection } from './types/handshake.js'
import type { MaybePromise } from './types/maybe-promise.js'

/** A refused upgrade: the plain HTTP answer, and the rule for logs and events. */
class Refusal {
  readonly rule: RefusalRule
  readonly status: number
  readonly text: string
  readonly headers: Record<string, string>
  /** The deviation that would have to be accepted for the upgrade. */
  suggestion: Deviation | undefined
  /** The identity as it is read when that deviation is accepted. */
  identity: string | undefined

  constructor(rule: RefusalRule, status: number, text: string, headers: Record<string, string> = {}) {
    this.rule = rule
    this.status = status
    this.text = text
    this.headers = headers
  }
}

const NO_LIST = new Refusal('subprotocol', 400, 'Sec-WebSocket-Protocol must be a list of tokens')
const NO_IDENTITY = new Refusal(
  'identity',
  400,
  'the identity in the URL has characters or a length that OCPP does not allow'
)
const CHALLENGE = { 'www-authenticate': 'Basic realm="ocpp"' }
const MAX_RETRY_AFTER = 60

const REASONS: Record<HandshakeRejection['status'], string> = {
  401: 'wrong or missing credentials',
  403: 'not allowed on this endpoint',
  404: 'unknown charge point',
  429: 'too many failed logins, try again later',
  503: 'not available, try again later'
}

/** Characters of `Sec-WebSocket-Protocol` that an event tells. */
const MAX_OFFERED = 100

/** The part of a handshake that is known before `authenticate` is called. */
interface Arrival extends Omit<Handshake, 'signal'> {
  offer: Offer
  /** The deviations of the handshake. It is refused unless all of them are accepted. */
  deviations: readonly Deviation[]
}

type Decision = HandshakeAcceptance | HandshakeRejection
type Admit = NonNullable<HandshakeAcceptance['admitted']>

/** The decision of an endpoint without `authenticate`. */
const EVERYBODY = { accept: true } satisfies Decision
/** Refusals that do not come from `authenticate`. */
const TOO_SLOW = { accept: false, status: 503, reason: 'authenticate timed out' } satisfies Decision
const LEFT = {
  accept: false,
  status: 503,
  reason: 'the charge point disconnected during the handshake'
} satisfies Decision
const FAILED = { accept: false, status: 503, reason: 'authenticate failed' } satisfies Decision
// The user name must be the identity. [A00.FR.204, A00.FR.303]
const OTHER_NAME = { accept: false, status: 401, reason: 'the user name is not the identity' } satisfies Decision

/** One error for all handshakes: to create a DOMException takes a large part of the time of a handshake. */
const OVER = new Error('the handshake is over')

/** The `signal` of a handshake, which few applications look at: it is made when it is first asked for. */
class HandshakeEnd {
  #controller: AbortController | undefined
  #isOver = false

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort(OVER)
    return this.#controller.signal
  }

  come(): void {
    this.#isOver = true
    this.#controller?.abort(OVER)
  }
}

/** Decides about upgrades, with the cheapest checks first. {@link admit} never throws. [PROTOCOL 1.3] */
export class Admission {
  readonly #settings: EndpointSettings
  readonly #events: EventHub
  readonly #endpoint: Endpoint
  readonly #isDraining: () => boolean
  readonly #logins: LoginLimiter
  #inProgress = 0

  constructor(settings: EndpointSettings, events: EventHub, endpoint: Endpoint, isDraining: () => boolean) {
    this.#settings = settings
    this.#events = events
    this.#endpoint = endpoint
    this.#isDraining = isDraining
    this.#logins = new LoginLimiter(settings)
  }

  /**
   * Calls `admitted` with an accepted upgrade, in the same turn of the event loop if there is nothing to wait for. A
   * refusal is answered.
   */
  admit(request: FastifyRequest, reply: FastifyReply, admitted: (upgrade: Admitted) => void): void {
    const conclude = (result: Admitted | Refusal) => {
      if (result instanceof Refusal) this.#refuse(result, request, reply)
      else admitted(result)
    }
    const result = this.#decide(request)
    if (result instanceof Promise) {
      result.then(conclude).catch((error: unknown) => logFailure(request.log, error, {}, 'an upgrade failed'))
    } else conclude(result)
  }

  #refuse(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): void {
    const { rule, status, text, headers, suggestion } = refusal
    const identity = refusal.identity ?? identityOf(request.raw.url ?? '')
    const offered = request.raw.headers['sec-websocket-protocol']?.slice(0, MAX_OFFERED)
    this.#events.publish('refused', {
      rule,
      status,
      remoteAddress: request.ip ?? '',
      ...(identity !== undefined && { identity }),
      ...(suggestion !== undefined && { suggestion }),
      ...(offered && { offered })
    })
    this.#events.lines.line(rule, (more) => {
      request.log.info({ ...more, rule, status, reason: text }, 'upgrade refused')
    })
    reply.code(status).headers(headers).type('text/plain').send(`${text}\n`)
  }

  #decide(request: FastifyRequest): MaybePromise<Admitted | Refusal> {
    if (!request.ws) return new Refusal('not-an-upgrade', 426, 'this is a WebSocket endpoint', upgradeHeader(request))
    if (this.#isDraining()) return unavailable('draining')
    const handshake = this.#read(request)
    if (handshake instanceof Refusal) return handshake
    const address = addressKey(handshake.remoteAddress)
    const crowded = this.#refuseCrowd(address)
    if (crowded !== undefined) return crowded
    if (this.#settings.authenticate === undefined) return this.#judge(handshake, EVERYBODY)
    return this.#authenticate(handshake, address)
  }

  async #authenticate(handshake: Arrival, address: string): Promise<Admitted | Refusal> {
    const { arrivals } = this.#endpoint
    arrivals.enter(address)
    try {
      const decision = await this.#ask(handshake, address)
      if (decision instanceof Refusal) return decision
      const judged = this.#judge(handshake, decision)
      const admitted = decision.accept ? decision.admitted : undefined
      if (judged instanceof Refusal || admitted === undefined) return judged
      const last = await this.#race(handshake, () => this.#complete(handshake, admitted))
      if (!last.accept) return this.#judge(handshake, last)
      // The shutdown may have begun in the meantime.
      return this.#isDraining() ? unavailable('draining') : judged
    } finally {
      arrivals.leave(address)
    }
  }

  /** Checks the limits that do not depend on the identity. */
  #refuseCrowd(address: string): Refusal | undefined {
    const { maxHandshakes, maxConnections, maxConnectionsPerAddress } = this.#settings
    const { arrivals, memory } = this.#endpoint
    if (memory.level !== 'normal') return unavailable('memory')
    if (this.#inProgress >= maxHandshakes) return unavailable('handshakes')
    if (maxConnections > 0 && arrivals.total >= maxConnections) return unavailable('connections')
    if (maxConnectionsPerAddress === 0 || arrivals.of(address) < maxConnectionsPerAddress) return undefined
    const headers = { 'retry-after': randomRetryAfter() }
    return new Refusal('connections-per-address', 429, 'too many connections from this address', headers)
  }

  /** Reads and checks everything that needs no look-up. */
  #read(request: FastifyRequest): Arrival | Refusal {
    const { headers, method, url } = request.raw
    const fault = upgradeFault(method ?? '', headers)
    if (fault !== undefined) return new Refusal('websocket-headers', 400, fault, { 'sec-websocket-version': '13' })
    const { protocols } = this.#settings
    const offer = readOffer(headers['sec-websocket-protocol'], protocols)
    if (offer === undefined) return NO_LIST
    const { identity, isEncodedTwice } = this.#identity(url ?? '')
    if (identity === undefined) return NO_IDENTITY
    const deviations: Deviation[] = []
    if (offer.isLoose) deviations.push('loose-subprotocols')
    if (isEncodedTwice) deviations.push('encoded-identities')
    const credentials = basicCredentials(headers.authorization)
    const tls = request.raw.socket as TLSSocket | undefined
    const encrypted = tls?.encrypted === true
    return {
      identity,
      username: credentials?.username,
      password: credentials?.password,
      encrypted,
      certificate: encrypted ? peerCertificate(tls) : undefined,
      tlsAuthorized: encrypted && tls.authorized,
      remoteAddress: request.ip ?? '',
      offeredProtocols: offer.protocols,
      protocol: offer.chosen?.protocol,
      request,
      offer,
      deviations
    }
  }

  #identity(url: string): { identity: string | undefined; isEncodedTwice: boolean } {
    const { protocols } = this.#settings
    const once = identityOf(url)
    if (once === undefined) return { identity: undefined, isEncodedTwice: false }
    if (isIdentityOfAny(protocols, once)) return { identity: once, isEncodedTwice: false }
    const again = decodedAgain(once)
    const isIdentity = again !== undefined && isIdentityOfAny(protocols, again)
    return { identity: isIdentity ? again : undefined, isEncodedTwice: isIdentity }
  }

  #judge(handshake: Arrival, decision: Decision): Admitted | Refusal {
    const { identity, remoteAddress, request } = handshake
    // The shutdown may have begun while `authenticate` ran.
    if (this.#isDraining()) return unavailable('draining')
    if (!decision.accept) {
      const detail = decision.reason ?? REASONS[decision.status]
      if (decision.status !== 503) {
        this.#events.publish('security', { type: 'authentication-failed', identity, remoteAddress, detail })
      }
      return rejection(decision)
    }
    const { chosen: definition, spelling } = handshake.offer
    if (definition === undefined || spelling === undefined) {
      return this.#noProtocol()
    }
    const { leniency = this.#settings.leniency } = decision.traits ?? {}
    const refused = handshake.deviations.find((deviation) => leniency.deviations?.includes(deviation) !== true)
    if (refused !== undefined) return this.#refuseDeviation(refused, handshake)
    if (!isIdentity(definition, identity)) {
      return new Refusal('identity', 400, `${definition.protocol} does not allow this identity`)
    }
    const flapping = this.#refuseFlapping(handshake)
    if (flapping !== undefined) return flapping
    prepareUpgrade(request, { hasCompression: definition.hasCompression, spelling }, this.#settings.compression)
    const { registration, context, traits, epoch } = decision
    const { deviations } = handshake
    return { identity, protocol: definition.protocol, remoteAddress, registration, context, traits, epoch, deviations }
  }

  #noProtocol(): Refusal {
    const text = `Sec-WebSocket-Protocol must offer one of ${this.#settings.protocols.join(', ')}`
    return new Refusal('subprotocol', 400, text)
  }

  /** Refuses a handshake with a deviation that is not accepted as if the handshake could not be read. */
  #refuseDeviation(deviation: Deviation, { identity, offer: { isList } }: Arrival): Refusal {
    const strict = deviation === 'encoded-identities' ? NO_IDENTITY : isList ? this.#noProtocol() : NO_LIST
    const refusal = new Refusal(strict.rule, strict.status, strict.text)
    refusal.suggestion = deviation
    refusal.identity = identity
    return refusal
  }

  /** Slows down two devices with the same credentials, which replace each other's connection. [PROTOCOL X6] */
  #refuseFlapping({ identity, remoteAddress }: Arrival): Refusal | undefined {
    if (!this.#endpoint.isConnected(identity)) return undefined
    const flapping = this.#endpoint.refuseTakeover(identity)
    if (flapping === undefined) return undefined
    if (flapping.isNews) {
      const detail = `more than ${this.#settings.maxTakeovers} take-overs per minute: another device probably has the same credentials`
      this.#events.publish('security', { type: 'flapping', identity, remoteAddress, detail })
    }
    const headers = { 'retry-after': String(flapping.retryAfter) }
    return new Refusal(
      'flapping',
      429,
      'connections of this charge point replace each other too often, try again later',
      headers
    )
  }

  #ask(handshake: Arrival, address: string): MaybePromise<Decision | Refusal> {
    const { username, password, certificate } = handshake
    const identity = fold(handshake.identity)
    const attempt = this.#logins.begin({ identity, address, password, certificate: certificate?.fingerprint256 })
    if (!(attempt instanceof LoginAttempt)) {
      return new Refusal(attempt.rule, 429, REASONS[429], { 'retry-after': String(attempt.retryAfter) })
    }
    if (username !== undefined && fold(username) !== identity) {
      attempt.refused()
      return OTHER_NAME
    }
    return this.#race(handshake, (asked) => this.#verify(asked, attempt))
  }

  /**
   * What the application decides, unless that takes too long or the charge point disconnects. The handshake counts as in
   * progress until it is decided.
   */
  #race(handshake: Arrival, decide: (asked: Handshake) => Promise<Decision>): Promise<Decision> {
    const { socket } = handshake.request.raw
    // The socket of a simulated charge point in this process is no stream.
    const peer = socket instanceof Duplex ? socket : undefined
    const end = new HandshakeEnd()
    const asked: Handshake = {
      ...handshake,
      get signal() {
        return end.signal
      }
    }
    return new Promise((resolve, reject) => {
      const settle = (decision: Decision) => {
        clearTimeout(timer)
        peer?.removeListener('close', onClose)
        end.come()
        resolve(decision)
      }
      const onClose = () => settle(LEFT)
      const timer = setTimeout(settle, timerDelay(this.#settings.authenticateTimeout), TOO_SLOW)
      peer?.on('close', onClose)
      decide(asked).then(settle, reject)
    })
  }

  /** Calls `admitted`. Never throws. */
  async #complete({ request }: Arrival, admitted: Admit): Promise<Decision> {
    this.#inProgress++
    try {
      const rejected = await admitted()
      return rejected === undefined ? EVERYBODY : readDecision(rejected)
    } catch (error) {
      return this.#failed(request, error)
    } finally {
      this.#inProgress--
    }
  }

  #failed(request: FastifyRequest, error: unknown): Decision {
    this.#events.lines.line('authenticate-failed', (more) =>
      logFailure(request.log, error, more, 'authenticate failed')
    )
    return FAILED
  }

  /** Calls `authenticate` and counts the outcome, even after the timeout. Never throws. */
  async #verify(handshake: Handshake, attempt: LoginAttempt): Promise<Decision> {
    this.#inProgress++
    try {
      const decision = readDecision(await this.#settings.authenticate?.(handshake))
      if (decision.accept && decision.traits !== undefined) checkTraits(decision.traits)
      if (decision.accept) checkEpoch(decision.epoch)
      if (decision.accept) attempt.accepted()
      else if (decision.status !== 429 && decision.status !== 503) attempt.refused()
      return decision
    } catch (error) {
      return this.#failed(handshake.request, error)
    } finally {
      attempt.undecided()
      this.#inProgress--
    }
  }
}

function readDecision(decision: Awaited<ReturnType<Authenticate>> | undefined): Decision {
  if (decision === true) return { accept: true }
  // Only an explicit acceptance admits the charge point.
  if (typeof decision !== 'object' || decision === null) return { accept: false, status: 401 }
  if (decision.accept === true) return decision
  const status = Object.hasOwn(REASONS, decision.status) ? decision.status : 401
  return { ...decision, accept: false, status }
}

function rejection({ status, retryAfter }: HandshakeRejection): Refusal {
  const headers: Record<string, string> = status === 401 ? { ...CHALLENGE } : {}
  if (Number.isFinite(retryAfter)) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter ?? 1)))
  else if (status === 429 || status === 503) headers['retry-after'] = randomRetryAfter()
  return new Refusal(status === 503 ? 'authenticate-failed' : 'authenticate', status, REASONS[status], headers)
}

// HTTP/2 has no such header, and Node throws if it is set. [RFC 9113 §8.2.2]
function upgradeHeader({ raw }: FastifyRequest): Record<string, string> {
  return raw.httpVersionMajor >= 2 ? {} : { upgrade: 'websocket' }
}

/** The answer while no charge point can be admitted. */
export function unavailable(rule: RefusalRule): Refusal {
  return new Refusal(rule, 503, REASONS[503], { 'retry-after': randomRetryAfter() })
}

/** Random, so that a fleet does not come back all at once. */
function randomRetryAfter(): string {
  return String(1 + Math.floor(Math.random() * MAX_RETRY_AFTER))
}

function peerCertificate(socket: TLSSocket) {
  const certificate = socket.getPeerCertificate()
  return certificate !== null && Object.keys(certificate).length > 0 ? certificate : undefined
}

/**
 * `ws` reads the headers again for the upgrade, with the options that @fastify/websocket was registered with. So the
 * headers are changed to contain the decision: one subprotocol, and compression only where it is wanted.
 */
function prepareUpgrade(
  request: FastifyRequest,
  { hasCompression, spelling }: { hasCompression: boolean; spelling: string },
  compression: boolean
): void {
  const { headers } = request.raw
  headers['sec-websocket-protocol'] = spelling
  if (!compression || !hasCompression) delete headers['sec-websocket-extensions']
}
