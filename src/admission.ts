import type { TLSSocket } from 'node:tls'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fold } from './charge-points.js'
import type { Admitted } from './endpoint.js'
import type { EventHub } from './events.js'
import {
  basicCredentials,
  chooseProtocol,
  identityOf,
  isIdentityOfAny,
  offeredProtocols,
  upgradeFault
} from './handshake.js'
import type { EndpointSettings } from './options.js'
import { isIdentity } from './protocol.js'
import type { Handshake, HandshakeAcceptance, HandshakeRejection } from './types.js'

/** Refuses an upgrade with a plain HTTP answer. */
class Refusal {
  readonly status: number
  readonly text: string
  readonly headers: Record<string, string>

  constructor(status: number, text: string, headers: Record<string, string> = {}) {
    this.status = status
    this.text = text
    this.headers = headers
  }
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="ocpp"' }
const MAX_RETRY_AFTER = 60

const REASONS: Record<HandshakeRejection['status'], string> = {
  401: 'wrong or missing credentials',
  403: 'not allowed on this endpoint',
  404: 'unknown charge point',
  429: 'too many failures, wait',
  503: 'not available, come back'
}

/** Decides about upgrades, cheapest question first; nothing here throws past {@link admit}. [PROTOCOL 1.3] */
export class Admission {
  readonly #settings: EndpointSettings
  readonly #events: EventHub
  readonly #isDraining: () => boolean
  #inProgress = 0

  constructor(settings: EndpointSettings, events: EventHub, isDraining: () => boolean) {
    this.#settings = settings
    this.#events = events
    this.#isDraining = isDraining
  }

  /** What the upgrade was granted; nothing when it was refused, and the refusal is answered. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<Admitted | undefined> {
    const result = await this.#decide(request)
    if (!(result instanceof Refusal)) return result
    request.log.info({ status: result.status, reason: result.text }, 'upgrade refused')
    await reply.code(result.status).headers(result.headers).type('text/plain').send(`${result.text}\n`)
    return undefined
  }

  async #decide(request: FastifyRequest): Promise<Admitted | Refusal> {
    if (!request.ws) return new Refusal(426, 'this is a WebSocket endpoint', upgradeHeader(request))
    if (this.#isDraining()) return unavailable()
    const handshake = this.#read(request)
    if (handshake instanceof Refusal) return handshake
    if (this.#inProgress >= this.#settings.maxHandshakes) return unavailable()
    this.#inProgress++
    try {
      return await this.#authenticate(handshake)
    } finally {
      this.#inProgress--
    }
  }

  /** Reads and checks all that needs no look-up. */
  #read(request: FastifyRequest): Omit<Handshake, 'signal'> | Refusal {
    const { headers, method, url } = request.raw
    const fault = upgradeFault(method ?? '', headers)
    if (fault !== undefined) return new Refusal(400, fault, { 'sec-websocket-version': '13' })
    const offered = offeredProtocols(headers['sec-websocket-protocol'])
    if (offered === undefined) return new Refusal(400, 'Sec-WebSocket-Protocol must be a list of tokens')
    const identity = identityOf(url ?? '')
    if (identity === undefined || !isIdentityOfAny(this.#settings.protocols, identity)) {
      return new Refusal(400, 'the identity in the URL has characters or a length that OCPP does not allow')
    }
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
      offeredProtocols: offered,
      protocol: chooseProtocol(offered, this.#settings.protocols)?.protocol,
      request
    }
  }

  async #authenticate(handshake: Omit<Handshake, 'signal'>): Promise<Admitted | Refusal> {
    const { identity, remoteAddress, request } = handshake
    const decision = await this.#ask(handshake)
    // Whoever decided may have taken until we are going down.
    if (this.#isDraining()) return unavailable()
    if (!decision.accept) {
      const detail = decision.reason ?? REASONS[decision.status]
      if (decision.status !== 503) {
        this.#events.publish('security', { type: 'authentication-failed', identity, remoteAddress, detail })
      }
      return rejection(decision)
    }
    const definition = chooseProtocol(handshake.offeredProtocols, this.#settings.protocols)
    if (definition === undefined) {
      return new Refusal(400, `Sec-WebSocket-Protocol must offer one of ${this.#settings.protocols.join(', ')}`)
    }
    if (!isIdentity(definition, identity)) {
      return new Refusal(400, `${definition.protocol} does not allow this identity`)
    }
    prepareUpgrade(request, definition.protocol, this.#settings.compression)
    const { registration, context } = decision
    return { identity, protocol: definition.protocol, remoteAddress, registration, context }
  }

  async #ask(handshake: Omit<Handshake, 'signal'>): Promise<HandshakeAcceptance | HandshakeRejection> {
    const { authenticate, authenticateTimeout } = this.#settings
    if (authenticate === undefined) return { accept: true }
    const { username, identity, request } = handshake
    // The user name is the identity. [A00.FR.204, A00.FR.303]
    if (username !== undefined && fold(username) !== fold(identity)) {
      return { accept: false, status: 401, reason: 'the user name is not the identity' }
    }
    const controller = new AbortController()
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<HandshakeRejection>((resolve) => {
      timer = setTimeout(resolve, authenticateTimeout, {
        accept: false,
        status: 503,
        reason: 'authenticate is too slow'
      })
    })
    try {
      const decision = authenticate({ ...handshake, signal: controller.signal })
      return readDecision(await Promise.race([decision, timeout]))
    } catch (error) {
      request.log.error({ err: error }, 'authenticate failed')
      return { accept: false, status: 503, reason: 'authenticate failed' }
    } finally {
      clearTimeout(timer)
      controller.abort()
    }
  }
}

function readDecision(
  decision: boolean | HandshakeAcceptance | HandshakeRejection
): HandshakeAcceptance | HandshakeRejection {
  if (decision === true) return { accept: true }
  // Whatever is not an explicit yes is a no.
  if (typeof decision !== 'object' || decision === null) return { accept: false, status: 401 }
  if (decision.accept === true) return decision
  const status = Object.hasOwn(REASONS, decision.status) ? decision.status : 401
  return { ...decision, accept: false, status }
}

function rejection({ status, retryAfter }: HandshakeRejection): Refusal {
  const headers: Record<string, string> = status === 401 ? { ...CHALLENGE } : {}
  if (Number.isFinite(retryAfter)) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter ?? 1)))
  else if (status === 429 || status === 503) headers['retry-after'] = randomRetryAfter()
  return new Refusal(status, REASONS[status], headers)
}

// HTTP/2 has no such header, and Node throws when it is given one. [RFC 9113 §8.2.2]
function upgradeHeader({ raw }: FastifyRequest): Record<string, string> {
  return raw.httpVersionMajor >= 2 ? {} : { upgrade: 'websocket' }
}

/** What a charge point is told while nobody can be let in. */
export function unavailable(): Refusal {
  return new Refusal(503, REASONS[503], { 'retry-after': randomRetryAfter() })
}

/** Random, so that a fleet does not come back at once. */
function randomRetryAfter(): string {
  return String(1 + Math.floor(Math.random() * MAX_RETRY_AFTER))
}

function peerCertificate(socket: TLSSocket) {
  const certificate = socket.getPeerCertificate()
  return certificate !== null && Object.keys(certificate).length > 0 ? certificate : undefined
}

/**
 * `ws` reads the headers again when it upgrades, with the options of whoever registered @fastify/websocket. So
 * they are made to say what was decided: one subprotocol, and compression only where it is wanted.
 */
function prepareUpgrade(request: FastifyRequest, protocol: string, compression: boolean): void {
  const { headers } = request.raw
  headers['sec-websocket-protocol'] = protocol
  if (!compression || protocol === 'ocpp1.6') delete headers['sec-websocket-extensions']
}
