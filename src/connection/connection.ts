import type { FastifyBaseLogger } from 'fastify'
import type { RawData, WebSocket } from 'ws'
import type { ActionTable } from '../action-table.js'
import type { Frame } from '../events.js'
import * as frames from '../frame.js'
import type { Handlers } from '../handlers.js'
import { spell } from '../protocol.js'
import type {
  CallOptions,
  ChargePoint,
  Counters,
  DisconnectReason,
  SendOptions,
  ViolationCount
} from '../types/charge-point.js'
import type { LimitRule } from '../types/events.js'
import type { Protocol, RegistrationStatus } from '../types/protocol.js'
import type { ConnectionTraits, TraitsOf } from '../types/validation.js'
import { checkClose } from './close-frame.js'
import { FlowControl } from './flow-control.js'
import { type Gate, InboundCalls } from './inbound-calls.js'
import { Liveness } from './liveness.js'
import { type CallObserver, OutboundCalls } from './outbound-calls.js'
import type { Answered, ConnectionPort, Surroundings } from './port.js'
import { reportLimit, reportMalformed, reportUnexpected } from './reports.js'
import { listenTo, type SocketListener } from './socket-events.js'
import { faultOf, type SocketFault } from './socket-faults.js'
import { askForTraits } from './told.js'
import type { Treatment } from './treatment.js'
import { type RepairReport, repairedFrame, type ViolationReport, Violations } from './violations.js'

/** The owner of a connection: the endpoint of a CSMS, or the client of a charge point. */
export interface ConnectionOwner extends Surroundings {
  /** Called once, when the connection is over. */
  closed(connection: Connection, reason: DisconnectReason, code: number): void
  /** Called when the socket of the connection is closed, too. */
  gone(connection: Connection): void
  /** Called before each message is handled. May close the connection. Only a CSMS has it. */
  beforeMessage?(): void
  /** The treatment of a peer with these traits. Only a CSMS has it. @throws `OCPP_ERR_INVALID_OPTIONS` */
  treat?(protocol: Protocol, traits: ConnectionTraits): Treatment
  /** The `traits` option: the traits of a charge point by the facts in its BootNotification. */
  traitsOf?: TraitsOf | undefined
}

/** The CSMS's memory of the registration of the charge point. */
export interface ConnectionRegistration extends Gate, CallObserver {
  readonly status: RegistrationStatus | undefined
}

export interface ConnectionInit {
  socket: WebSocket
  owner: ConnectionOwner
  treatment: Treatment
  handlers: Handlers
  identity: string
  remoteAddress: string
  /** `undefined` in the role of the charge point, which accepts every message from the start. */
  registration: ConnectionRegistration | undefined
  context: unknown
}

/** Time that a peer has to answer a close frame. Milliseconds. */
const CLOSE_TIMEOUT = 3000
const NORMAL_CLOSURE = 1000
const UNSUPPORTED_DATA = 1003
const ABNORMAL_CLOSURE = 1006
const UNCOMPRESSED = { compress: false }

/** One live socket, for both roles: reads frames, passes each to the part that handles it, and ends once. */
export class Connection implements ConnectionPort, SocketListener {
  readonly identity: string
  readonly protocol: Protocol
  readonly remoteAddress: string
  readonly counters: Counters = {
    received: 0,
    sent: 0,
    callsReceived: 0,
    callsSent: 0,
    errorsSent: 0,
    errorsReceived: 0,
    ignored: 0
  }
  context: unknown

  readonly #socket: WebSocket
  readonly #owner: ConnectionOwner
  readonly #table: ActionTable
  #treatment: Treatment
  readonly #registration: ConnectionRegistration | undefined
  readonly #connectedAt = Date.now()
  readonly #flow: FlowControl
  readonly #liveness: Liveness
  readonly #inbound: InboundCalls
  #outbound: OutboundCalls | undefined
  #violations: Violations | undefined
  #log: FastifyBaseLogger | undefined
  #state: 'open' | 'closed' = 'open'
  /** Ticks until the socket is cut, after a close frame was sent. */
  #closingTicks = 0
  #fault: SocketFault | undefined
  #onFrame: (() => void) | undefined

  constructor(init: ConnectionInit) {
    this.#socket = init.socket
    this.#owner = init.owner
    this.#table = init.treatment.table
    this.#treatment = init.treatment
    this.protocol = this.#table.protocol.protocol
    this.identity = init.identity
    this.remoteAddress = init.remoteAddress
    this.#registration = init.registration
    this.context = init.context
    this.#flow = new FlowControl(init.socket, this)
    this.#liveness = new Liveness(init.treatment.pings ?? init.owner.settings)
    this.#inbound = new InboundCalls(this, this.#table, init.handlers, this.#flow, init.registration)
    listenTo(init.socket, this)
  }

  get connectedAt(): Date {
    return new Date(this.#connectedAt)
  }

  get lastSeenAt(): Date {
    return new Date(this.#liveness.lastSeenAt)
  }

  get registration(): RegistrationStatus | undefined {
    return this.#registration?.status
  }

  get booting(): boolean {
    return this.#inbound.isPending('BootNotification')
  }

  get connected(): boolean {
    return this.#state === 'open'
  }

  get pendingCalls(): number {
    return this.#outbound?.size ?? 0
  }

  /** Whether no CALL waits for an answer, in either direction. */
  get isIdle(): boolean {
    return this.#inbound.isIdle && (this.#outbound?.awaited ?? 0) === 0
  }

  get violations(): readonly ViolationCount[] {
    return this.#violations?.list() ?? []
  }

  get log(): FastifyBaseLogger {
    this.#log ??= this.#owner.log.child({ chargePoint: this.identity, protocol: this.protocol })
    return this.#log
  }

  get chargePoint(): ChargePoint {
    return this as unknown as ChargePoint
  }

  get surroundings(): Surroundings {
    return this.#owner
  }

  get waitingCalls(): number {
    return this.#inbound.waiting
  }

  get isCallOnWire(): boolean {
    return this.#outbound?.isBusy === true
  }

  get treatment(): Treatment {
    return this.#treatment
  }

  /** Number of bytes that wait to be written. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount
  }

  toJSON(): object {
    return { identity: this.identity, protocol: this.protocol, remoteAddress: this.remoteAddress }
  }

  call(action: string, payload: unknown, options: CallOptions = {}): Promise<unknown> {
    return this.#ensureOutbound().call(action, payload, options)
  }

  send(action: string, payload: unknown, options: SendOptions = {}): void {
    this.#ensureOutbound().send(action, payload, options)
  }

  #ensureOutbound(): OutboundCalls {
    this.#outbound ??= new OutboundCalls(this, this.#table, this.#flow, this.#registration)
    return this.#outbound
  }

  adapt(traits: ConnectionTraits): void {
    const treatment = this.#owner.treat?.(this.protocol, traits)
    if (treatment === undefined) return
    this.#treatment = treatment
    this.#liveness.adapt(treatment.pings ?? this.#owner.settings)
  }

  told(payload: unknown): void {
    askForTraits(this, this.#owner.traitsOf, payload, (traits) => this.adapt(traits))
  }

  // --- reading -------------------------------------------------------------------------------------------------

  /** Calls `listener` before the next text message is handled, once. `undefined` takes the listener back. */
  onceFrame(listener: (() => void) | undefined): void {
    this.#onFrame = listener
  }

  message(data: RawData, isBinary: boolean): void {
    this.#owner.beforeMessage?.()
    // A replaced or closing socket may still deliver messages. They are dropped.
    if (this.#state !== 'open') return
    this.#liveness.heard()
    if (isBinary) {
      reportMalformed(this, 'binary message')
      this.publishSecurity('protocol-error', 'binary messages are not OCPP')
      this.close('protocol-error', UNSUPPORTED_DATA, 'binary messages are not OCPP')
      return
    }
    this.counters.received++
    if (this.#onFrame !== undefined) this.#tellFrame(this.#onFrame)
    const receivedAt = this.#owner.events.observes('handled') ? performance.now() : undefined
    const text = data.toString()
    this.#flow.spend(text.length)
    const event = this.#owner.events.publishFrame(this.chargePoint, 'inbound', text)
    // A listener of these events may have disconnected the peer.
    if (this.#state === 'open') this.#read(text, receivedAt, event)
  }

  /** A ping or pong of the peer. */
  heard(): void {
    if (this.#state !== 'open') return
    this.#liveness.heard()
    this.#flow.spend(0)
    // `ws` cuts a peer whose pongs pile up.
    if (this.#socket.readyState === this.#socket.OPEN) return
    reportLimit(this, 'pings')
    this.publishSecurity('protocol-error', 'too many pings')
    this.#finish('protocol-error', ABNORMAL_CLOSURE)
  }

  #tellFrame(listener: () => void): void {
    this.#onFrame = undefined
    listener()
  }

  #read(text: string, receivedAt: number | undefined, event: Frame | undefined): void {
    const { protocol, frameDeviations } = this.#treatment.table
    const frame = frames.parse(protocol, text, frameDeviations)
    if (event !== undefined && frame.type !== 0 && frame.deviation === undefined) {
      event.head = frames.headOf(frame, this.#outbound?.outstanding(frame.id))
    }
    if (frame.type !== 0 && frame.deviation !== undefined) {
      const action = 'action' in frame ? frame.action : (this.#outbound?.outstanding(frame.id) ?? '')
      this.repaired(repairedFrame(frame.id, action, protocol.frameError, frame.deviation))
    }
    if (this.#state === 'open') this.#dispatch(frame, receivedAt)
  }

  #dispatch(frame: frames.Frame | frames.FrameError, receivedAt: number | undefined): void {
    switch (frame.type) {
      case frames.CALL:
      case frames.SEND:
        this.#inbound.receive(frame, receivedAt)
        break
      case frames.CALLRESULT:
        if (this.#outbound?.receiveResult(frame.id, frame.payload) !== true) reportUnexpected(this)
        break
      case frames.CALLERROR:
        if (this.#outbound?.receiveError(frame) !== true) reportUnexpected(this)
        break
      case frames.CALLRESULTERROR:
        this.#owner.events.lines.line('refused-answer', (more) => {
          this.log.warn({ ...more, code: frame.code, messageId: frame.id }, 'the charge point refuses our answer')
        })
        break
      default:
        this.#receiveMalformed(frame)
    }
  }

  #receiveMalformed({ reason, answer, answerTo, suggestion }: frames.FrameError): void {
    this.counters.ignored++
    const action = answerTo && this.#outbound?.outstanding(answerTo.id)
    const error = action === undefined ? answer : undefined
    const { protocol } = this.#table
    const sent = error && { code: spell(protocol, error.code), description: reason, details: {} }
    reportMalformed(this, reason, sent, suggestion)
    // A listener may have disconnected the peer.
    if (this.#state !== 'open') return
    if (answerTo !== undefined && action !== undefined) this.#outbound?.receiveUnreadable(answerTo, action, reason)
    else if (error !== undefined) this.writeError(error, error.code, reason)
  }

  // --- writing -------------------------------------------------------------------------------------------------

  write(text: string, head?: frames.Head): void {
    this.counters.sent++
    this.#owner.events.publishFrame(this.chargePoint, 'outbound', text, head)
    if (this.#owner.isMemoryCritical === true) {
      this.#socket.send(text, UNCOMPRESSED, () => this.#inbound.proceed())
    } else if (this.#flow.isFull(text.length)) {
      this.#socket.send(text, () => this.#inbound.proceed())
    } else {
      this.#socket.send(text)
      return
    }
    this.#flow.regulate()
  }

  writeError({ id, hasNumericId }: Answered, code: string, description: string, details?: object): boolean {
    this.counters.errorsSent++
    const spelt = spell(this.#table.protocol, code)
    let text: string
    let isWhole = true
    try {
      text = frames.callError(id, spelt, description, details, hasNumericId)
    } catch {
      text = frames.callError(id, spelt, description, {}, hasNumericId)
      isWhole = false
    }
    this.write(text)
    return isWhole
  }

  // --- events --------------------------------------------------------------------------------------------------

  tolerates(report: ViolationReport): boolean {
    this.#violations ??= new Violations(this)
    return this.#violations.tolerates(report)
  }

  repaired(report: RepairReport): void {
    this.#violations ??= new Violations(this)
    this.#violations.repaired(report)
  }

  publishSecurity(type: 'not-accepted' | 'protocol-error' | 'slow-reader', detail: string): void {
    const { identity, remoteAddress } = this
    this.#owner.events.publish('security', { type, identity, remoteAddress, detail: detail.slice(0, 64) })
  }

  publishLimited(rule: LimitRule): void {
    this.#owner.events.publish('limited', { rule, chargePoint: this.chargePoint })
  }

  // --- time ----------------------------------------------------------------------------------------------------

  /** One tick of the clock. */
  tick(): void {
    if (this.#state === 'closed') {
      // A peer that does not answer a close frame is not waited for.
      if (--this.#closingTicks <= 0) this.#socket.terminate()
      return
    }
    this.#flow.refill()
    this.#inbound.tick()
    // A listener may have disconnected the peer.
    if (this.#state !== 'open') return
    if (this.#flow.isTooSlow()) {
      reportLimit(this, 'slow-reader')
      this.#cutSlowReader()
      return
    }
    if (!this.#inbound.isIdle || this.#flow.isPaused) this.#inbound.proceed()
    if (this.#state === 'open' && !this.#flow.isPaused) this.#watch()
  }

  #watch(): void {
    const measure = this.#liveness.tick()
    if (measure === undefined) return
    if (measure === 'ping') {
      this.#socket.ping()
      return
    }
    this.#finish('ping-timeout', ABNORMAL_CLOSURE)
    this.#socket.terminate()
  }

  /** Cuts a peer that does not read what is sent, because memory is short. */
  cutForMemory(): void {
    reportLimit(this, 'memory')
    this.#cutSlowReader()
  }

  #cutSlowReader(): void {
    this.publishSecurity('slow-reader', 'does not read what is sent')
    this.#finish('slow-reader', ABNORMAL_CLOSURE)
    this.#socket.terminate()
  }

  // --- the end -------------------------------------------------------------------------------------------------

  disconnect(code = NORMAL_CLOSURE, reason = ''): void {
    this.close('disconnected', code, reason)
  }

  /** Sends a close frame. From then on the connection counts as over. @throws `OCPP_ERR_INVALID_CLOSE` */
  close(why: DisconnectReason, code: number, reason: string): void {
    checkClose(code, reason)
    this.#socket.close(code, reason)
    // The answer to the close frame has to be read.
    this.#flow.release()
    this.#finish(why, code)
  }

  /** Closes the socket without a close frame. */
  terminate(): void {
    this.#finish('disconnected', ABNORMAL_CLOSURE)
    this.#socket.terminate()
  }

  /** The peer broke a rule of RFC 6455, and `ws` closes the socket; or the TCP connection broke. */
  failed(error: Error): void {
    this.#fault = faultOf(error)
    if (this.#fault === undefined) {
      this.log.debug({ err: error }, 'socket error')
      return
    }
    const { limit, breach } = this.#fault
    if (limit === undefined) reportMalformed(this, breach)
    else reportLimit(this, limit)
    this.publishSecurity('protocol-error', error.message)
  }

  /** The socket is closed. */
  ended(code: number): void {
    if (this.#fault === undefined) this.#finish('closed', code)
    else this.#finish('protocol-error', this.#fault.closeCode)
    this.#owner.gone(this)
  }

  #finish(reason: DisconnectReason, code: number): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#closingTicks = this.#owner.clock.ticksFor(CLOSE_TIMEOUT)
    this.#inbound.close()
    this.#outbound?.close(reason)
    this.#owner.closed(this, reason, code)
  }
}
