import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import fastifyOcpp, {
  type ChargePoint,
  DEVIATIONS,
  type Deviation,
  type FrameEvent,
  type Handshake,
  type HandshakeAcceptance,
  type HandshakeRejection,
  type Protocol,
  passwordMatches
} from 'fastify-ocpp'
import { answerEverything } from './answers.js'
import { DEVIATION_RULES } from './clauses.js'
import type { Found } from './findings.js'
import { REFUSALS } from './rules.js'
import { Subject, type Timing } from './subject.js'
import { inBrackets } from './text.js'

const ALL_DEVIATIONS = Object.keys(DEVIATIONS) as Deviation[]
const CALL = 2
const CALLRESULT = 3
const CALLERROR = 4
const SEND = 6

export interface CheckerOptions {
  protocols: readonly Protocol[]
  /** Password of HTTP Basic; without one everybody is let in. */
  password?: string
  makesCalls: boolean
  timing: Timing
  /** Epoch milliseconds. */
  now(): number
  /** Text for the live output: one line, without its end. */
  say(text: string): void
  /** The answer that a recorded CSMS gave. */
  recorded?(messageId: string): Record<string, unknown> | undefined
  /** Whether the answers on the wire count; a replay tells of those in its recording. Default: true. */
  countsAnswers?: boolean
}

/** An upgrade that was refused. */
export interface Refused {
  identity?: string
  rule: string
  status: number
  asks: string
  clause: string
  /** The deviation that would have to be accepted. */
  suggestion?: string
}

/** A CSMS that accepts everything, and tells what of it breaks the standard. */
export class Checker {
  readonly app: FastifyInstance
  /** By identity. */
  readonly subjects = new Map<string, Subject>()
  readonly refused: Refused[] = []
  readonly startedAt: number
  /** Callback for a charge point that has disconnected. */
  onDisconnect: (() => void) | undefined
  readonly #options: CheckerOptions
  /** Deviations in the upgrade of a charge point that is not connected yet. */
  readonly #inUpgrade = new Map<string, Deviation[]>()
  /** Our calls, by message id. */
  readonly #calls = new Map<string, string>()
  #pongs: NodeJS.Timeout | undefined

  static async create(options: CheckerOptions): Promise<Checker> {
    const checker = new Checker(options)
    await checker.#prepare()
    return checker
  }

  private constructor(options: CheckerOptions) {
    this.#options = options
    this.startedAt = options.now()
    this.app = Fastify({ logger: false })
  }

  /** @returns the port. @throws the error of the socket, e.g. with the code EADDRINUSE */
  async listen(port: number, host: string): Promise<number> {
    await this.app.listen({ port, host })
    return (this.app.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    clearInterval(this.#pongs)
    await this.app.close()
  }

  /** Looks for pongs: they are no events of the library. */
  #lookForPongs(): void {
    for (const subject of this.subjects.values()) subject.lookForPong()
  }

  /** Charge points are at `/IDENTITY` and at `/ocpp/IDENTITY`: many insist on a path, many on none. */
  async #prepare(): Promise<void> {
    const { timing, protocols, now, recorded = () => undefined } = this.#options
    const endpoint = {
      protocols,
      authenticate: (handshake: Handshake) => this.#authenticate(handshake),
      validation: 'warn' as const,
      leniency: { deviations: ALL_DEVIATIONS },
      callTimeout: timing.callTimeout,
      pingInterval: timing.pingInterval,
      maxLoginFailures: 0,
      drainTimeout: 0,
      drainSpread: 0
    }
    await this.app.register(fastifyOcpp, { ...endpoint, path: '/ocpp/:identity' })
    await this.app.register(fastifyOcpp, { ...endpoint, path: '/:identity' })
    const { heartbeatInterval } = timing
    answerEverything(this.app.ocpp, { now, heartbeatInterval, recorded })
    this.#listenToEvents()
    await this.app.ready()
    if (timing.pingInterval > 0) {
      this.#pongs = setInterval(() => this.#lookForPongs(), Math.min(1000, timing.pingInterval / 4)).unref()
    }
  }

  #authenticate(handshake: Handshake): HandshakeAcceptance | HandshakeRejection {
    const { identity, password } = handshake
    const { password: expected } = this.#options
    if (expected !== undefined && !passwordMatches(password, expected)) return { accept: false, status: 401 }
    this.#inUpgrade.set(identity, deviationsOf(handshake))
    const isDeaf = this.subjects.get(identity)?.answersPings === false
    const leniency = { deviations: ALL_DEVIATIONS }
    const traits = { leniency, validation: 'warn' as const, ...(isDeaf && { pingInterval: 0 }) }
    return { accept: true, registration: 'Accepted', traits }
  }

  #listenToEvents(): void {
    const { events } = this.app.ocpp
    events.on('connect', ({ chargePoint }) => this.#connected(chargePoint))
    events.on('disconnect', ({ chargePoint, reason, code }) => {
      const subject = this.#subject(chargePoint)
      if (subject.chargePoint !== chargePoint) return
      this.#options.say(`${chargePoint.identity}: disconnected (${reason}, ${code})`)
      subject.disconnected(reason, code)
      this.onDisconnect?.()
    })
    events.on('frame', (frame) => this.#frame(frame))
    events.on('sent', ({ messageId, action }) => this.#calls.set(messageId, action))
    events.on('call', ({ chargePoint, messageId }) => {
      this.#calls.delete(messageId)
      this.#subject(chargePoint).settle(messageId)
    })
    events.on('violation', (event) => {
      if (event.direction === 'inbound') this.#subject(event.chargePoint).violated(event)
    })
    events.on('handled', ({ chargePoint, action, messageId, request, response }) => {
      const subject = this.#subject(chargePoint)
      subject.watch.handled(action, request, response, this.#options.now())
      subject.settle(messageId)
    })
    events.on('malformed', ({ chargePoint, rule, suggestion }) => {
      const subject = this.#subject(chargePoint)
      if (suggestion !== undefined) subject.deviations.add(suggestion)
      const about = { at: this.#options.now(), detail: rule }
      subject.findings.breach('malformed-frame', chargePoint.protocol, about)
    })
    events.on('refused', (event) => this.#refuse(event))
  }

  #refuse(event: { identity?: string; rule: string; status: number; suggestion?: string }): void {
    const { identity, rule, status, suggestion } = event
    const { asks, clause } = REFUSALS[rule] ?? { asks: `the upgrade was refused: ${rule}`, clause: 'RFC 6455 §4' }
    const refused = {
      ...(identity !== undefined && { identity }),
      rule,
      status,
      asks,
      clause,
      ...(suggestion !== undefined && { suggestion })
    }
    if (this.refused.length < MAX_REFUSED) this.refused.push(refused)
    this.#options.say(`${identity ?? '?'}: refused with HTTP ${status}: ${asks}${inBrackets(clause)}`)
  }

  #connected(chargePoint: ChargePoint): void {
    const { identity, protocol } = chargePoint
    const subject = this.#subject(chargePoint)
    this.#options.say(`${identity}: connected, speaks ${protocol}`)
    for (const deviation of this.#inUpgrade.get(identity) ?? []) {
      const { asks, clause = ['', ''] } = DEVIATION_RULES[deviation]
      const place = { action: '', pointer: '', at: this.#options.now(), level: 'violation' as const }
      subject.findings.add({ ...place, rule: 'deviation', deviation, asks, clause: clause[0] })
      subject.deviations.add(deviation)
    }
    this.#inUpgrade.delete(identity)
    subject.connected(chargePoint)
  }

  #subject({ identity, protocol }: ChargePoint): Subject {
    const known = this.subjects.get(identity)
    if (known !== undefined) return known
    const { timing, makesCalls, now, say } = this.#options
    const tell = (found: Found) => say(line(identity, found))
    const subject = new Subject({ identity, protocol, timing, makesCalls, now, say, tell })
    this.subjects.set(identity, subject)
    return subject
  }

  #frame(frame: FrameEvent): void {
    const subject = this.#subject(frame.chargePoint)
    if (frame.direction === 'inbound') subject.heard()
    const message = frame.parsed()
    if (!Array.isArray(message)) return
    const [type, id, third, payload] = message
    if (frame.direction === 'outbound') {
      const isAnswer = type === CALLRESULT || type === CALLERROR
      if (isAnswer && this.#options.countsAnswers !== false) subject.watch.answered(String(id))
      return
    }
    if ((type === CALL || type === SEND) && typeof third === 'string') {
      subject.received(third, String(id), payload, frame.text, type === SEND)
    } else if (type === CALLRESULT) {
      const action = this.#calls.get(String(id))
      if (action !== undefined) subject.answered(String(id), action, third)
    }
  }
}

const MAX_REFUSED = 100

/** Deviations in an upgrade that the library has accepted. */
function deviationsOf({ identity, protocol, request }: Handshake): Deviation[] {
  const deviations: Deviation[] = []
  const offered = String(request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((one) => one.trim())
  const isLoose = new Set(offered).size < offered.length || offered.includes('')
  if (isLoose || (protocol !== undefined && !offered.includes(protocol))) deviations.push('loose-subprotocols')
  const [path = ''] = request.url.split('?')
  const last = path.split('/').findLast((segment) => segment !== '') ?? ''
  if (decoded(last) !== identity) deviations.push('encoded-identities')
  return deviations
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** One finding in the live output. */
function line(identity: string, found: Found): string {
  const { level, action, pointer = '', asks, clause, deviation, detail, messageId } = found
  const what = [deviation ?? found.rule, action, pointer].filter((part) => part !== '').join(' ')
  const seen = detail === undefined ? '' : ` (${detail})`
  const id = messageId === undefined || messageId === '' ? '' : ` message ${messageId}`
  return `${identity}: ${level}: ${what}: ${asks}${seen}${inBrackets(clause)}${id}`
}
