import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { RawData, WebSocket } from 'ws'
import type { ActionMessages, ActionTable } from '../action-table.js'
import {
  CallError,
  DisconnectedError,
  InvalidMessageIdError,
  InvalidPayloadError,
  InvalidResponseError,
  InvalidTimeoutError,
  ReceivedCallError,
  UnknownActionError
} from '../errors.js'
import { type EventHub, Frame } from '../events.js'
import { isPromiseLike, logFailure } from '../failure.js'
import * as frames from '../frame.js'
import type { AnyAfterHandler, Handlers } from '../handlers.js'
import { readCode, solicitedBy, spell } from '../protocol.js'
import type { TickClock } from '../tick-clock.js'
import type {
  CallFailure,
  CallOptions,
  ChargePoint,
  Counters,
  Direction,
  DisconnectReason,
  HandlerContext,
  LimitRule,
  Protocol,
  RegistrationStatus,
  SendOptions,
  ValidationPolicy,
  Violation,
  ViolationCount
} from '../types.js'
import { type FoundViolation, publicViolation } from '../validate.js'
import { CallQueue, type Ending, type PendingCall } from './call-queue.js'
import { checkClose } from './close-frame.js'

/** Limits of one connection; times are in milliseconds unless they are in ticks of the clock that drives it. */
export interface ConnectionSettings {
  callTimeout: number
  callQueueLimit: number
  handlerTimeout: number
  /** Quiet ticks after which a peer is pinged, and after which it is cut. 0: never. */
  pingTicks: number
  cutTicks: number
  maxBufferedAmount: number
  slowReaderTimeout: number
  maxWaitingCalls: number
  /** What a connection may spend at first, what it may save up, what it gets with every tick: see `#spend`. */
  credit: number
  maxCredit: number
  creditPerTick: number
  validation: ValidationPolicy
}

/** What a connection needs of its surroundings. */
export interface ConnectionOwner {
  readonly settings: ConnectionSettings
  readonly events: EventHub
  readonly log: FastifyBaseLogger
  readonly clock: TickClock
  /** Nothing is compressed any more. */
  readonly isMemoryCritical?: boolean
  /** The first frame of a connection came. */
  confirmed(connection: Connection): void
  /** The connection is over, once. */
  closed(connection: Connection, reason: DisconnectReason, code: number): void
  /** Its socket is closed, too. */
  gone(connection: Connection): void
}

export interface ConnectionInit {
  socket: WebSocket
  owner: ConnectionOwner
  table: ActionTable
  handlers: Handlers
  identity: string
  remoteAddress: string
  registration: RegistrationStatus | undefined
  context: unknown
  /** Milliseconds that it may be silent before it replaces its predecessor. */
  takeoverTimeout: number
}

/**
 * Calls of the other side that may wait while a call of ours is on the wire: its answer comes behind them, so
 * the socket cannot be paused before. A charge point that keeps to one CALL at a time never has two.
 */
const MAX_WAITING_DURING_CALL = 64
/** Milliseconds that a peer has to answer a close frame. */
const CLOSE_TIMEOUT = 3000
/** Kinds of violations that one connection counts. */
const MAX_VIOLATION_KINDS = 256
/** What a message costs; a fraction of it is what a low rate gives with a short tick. */
export const MESSAGE_CREDIT = 1000
/** A message of so many characters, a power of 2, counts as two; one of twice as many as three. */
const SPENDING_BITS = 12
const NORMAL_CLOSURE = 1000
const UNSUPPORTED_DATA = 1003
const ABNORMAL_CLOSURE = 1006

/** A CALL or SEND of the other side. */
type CallFrame = Extract<frames.Frame, { action: string }> & {
  /** Known when somebody listens to `handled`. */
  receivedAt?: number
  /** Whether `payload` is the normalised and validated one. */
  isAdmitted?: boolean
}

/** A handler at work. */
interface Running {
  frame: CallFrame
  context: Context
  ticksLeft: number
}

const BOOT = 'BootNotification'

const CONNECTION = Symbol('ocpp.connection')

type BoundSocket = WebSocket & { [CONNECTION]: Connection }

/** One live socket. Frames in and out, one switch on the message type, the end runs once. */
export class Connection {
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
  /** The connection this one takes over from, until it has shown that it works. */
  predecessor: Connection | undefined

  readonly #socket: WebSocket
  readonly #owner: ConnectionOwner
  readonly #table: ActionTable
  readonly #handlers: Handlers
  readonly #connectedAt = Date.now()
  readonly #waiting: CallFrame[] = []
  #state: 'open' | 'closed' = 'open'
  #registration: RegistrationStatus | undefined
  #lastSeenAt = this.#connectedAt
  #running: Running | undefined
  #isPaused = false
  #calls: CallQueue | undefined
  #log: FastifyBaseLogger | undefined
  #violations: Map<string, { -readonly [K in keyof ViolationCount]: ViolationCount[K] }> | undefined
  /** What it may send before it is accepted, because we asked for it. */
  #solicited: Set<string> | undefined
  /** Ticks since the last sign of life. */
  #quietTicks = 0
  /** The quiet tick with which it is pinged. */
  #pingTick: number
  /** Ticks until it is cut because it does not read; 0 while it reads. */
  #slowTicks = 0
  /** What it may spend until the next tick; less than 0 is a debt. */
  #credit: number
  /** Ticks until it replaces its predecessor though it is silent. */
  #takeoverTicks: number
  /** Ticks until its socket is cut, once a close frame was sent. */
  #closingTicks = 0
  #fault: Error | undefined

  constructor(init: ConnectionInit) {
    this.#socket = init.socket
    this.#owner = init.owner
    this.#table = init.table
    this.#handlers = init.handlers
    this.protocol = init.table.protocol.protocol
    this.identity = init.identity
    this.remoteAddress = init.remoteAddress
    this.#registration = init.registration
    this.context = init.context
    this.#takeoverTicks = init.owner.clock.ticksFor(init.takeoverTimeout)
    this.#credit = init.owner.settings.credit
    // A fleet that connects at once is not pinged at once.
    this.#pingTick = 1 + Math.floor(Math.random() * init.owner.settings.pingTicks)
    this.#listen()
  }

  get connectedAt(): Date {
    return new Date(this.#connectedAt)
  }

  get lastSeenAt(): Date {
    return new Date(this.#lastSeenAt)
  }

  get registration(): RegistrationStatus | undefined {
    return this.#registration
  }

  get booting(): boolean {
    return this.#running?.frame.action === BOOT || this.#waiting.some(({ action }) => action === BOOT)
  }

  get connected(): boolean {
    return this.#state === 'open'
  }

  get pendingCalls(): number {
    return this.#calls?.size ?? 0
  }

  /** Whether nobody waits for an answer, on either side. */
  get isIdle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0 && (this.#calls?.awaited ?? 0) === 0
  }

  get violations(): readonly ViolationCount[] {
    return this.#violations === undefined ? [] : Array.from(this.#violations.values(), (kind) => ({ ...kind }))
  }

  get log(): FastifyBaseLogger {
    this.#log ??= this.#owner.log.child({ chargePoint: this.identity, protocol: this.protocol })
    return this.#log
  }

  /** The connection as the public interface of its version. */
  get chargePoint(): ChargePoint {
    return this as unknown as ChargePoint
  }

  toJSON(): object {
    const { identity, protocol, remoteAddress } = this
    return { identity, protocol, remoteAddress }
  }

  // --- calls of ours -------------------------------------------------------------------------------------------

  async call(action: string, payload: unknown, options: CallOptions = {}): Promise<unknown> {
    const messages = this.#outboundAction(action, 'CALL')
    this.#checkOutbound(messages, payload)
    if (this.#state !== 'open') throw new DisconnectedError(action, 'already closed', { sent: false })
    const id = this.#messageId(options.messageId)
    const text = this.#serialise(action, () => frames.call(id, action, payload))
    return this.#callQueue().add({
      id,
      action,
      request: payload,
      text,
      timeout: checkTimeout(options.timeout ?? this.#owner.settings.callTimeout),
      signal: options.signal
    })
  }

  send(action: string, payload: unknown, options: SendOptions = {}): void {
    this.#checkOutbound(this.#outboundAction(action, 'SEND'), payload)
    if (this.#state !== 'open') throw new DisconnectedError(action, 'already closed', { sent: false })
    const id = this.#messageId(options.messageId)
    this.#write(this.#serialise(action, () => frames.send(id, action, payload)))
  }

  /** What no schema describes, the `data` of 2.x, may be what JSON cannot hold. */
  #serialise(action: string, write: () => string): string {
    try {
      return write()
    } catch {
      const code = this.#table.protocol.formatViolation
      throw new InvalidPayloadError(action, { code, pointer: '', message: 'cannot be written as JSON' })
    }
  }

  #outboundAction(action: string, messageType: 'CALL' | 'SEND'): ActionMessages {
    const messages = this.#table.get(action)
    if (messages === undefined) throw new UnknownActionError(`${this.protocol} has no action ${action}`)
    if (!messages.isOutbound || messages.messageType !== messageType) {
      throw new UnknownActionError(
        `${action} is no ${messageType} that a ${this.#table.role} sends in ${this.protocol}`
      )
    }
    return messages
  }

  #checkOutbound(messages: ActionMessages, payload: unknown): void {
    const violation = messages.refuseRequest(payload)
    if (violation === undefined || this.#isTolerated(messages.action, 'outbound', violation)) return
    throw new InvalidPayloadError(messages.action, { ...publicViolation(violation) } as Violation)
  }

  #messageId(wanted: string | undefined): string {
    if (wanted === undefined) return randomUUID()
    if (typeof wanted !== 'string' || wanted === '' || wanted.length > frames.MAX_MESSAGE_ID) {
      throw new InvalidMessageIdError(`a message id is a string of 1 to ${frames.MAX_MESSAGE_ID} characters`)
    }
    if (this.#calls?.has(wanted)) throw new InvalidMessageIdError('the message id is in use')
    return wanted
  }

  #callQueue(): CallQueue {
    this.#calls ??= new CallQueue({
      limit: this.#owner.settings.callQueueLimit,
      lineTimeout: this.#owner.settings.callTimeout,
      identity: this.identity,
      transmit: (call) => this.#transmit(call),
      ended: (call, ending, duration) => this.#callEnded(call, ending, duration)
    })
    return this.#calls
  }

  #transmit({ id: messageId, action, request, text }: PendingCall): void {
    const { events } = this.#owner
    this.counters.callsSent++
    if (this.#registration !== 'Accepted') this.#solicit(action, request)
    // Before it is written: a charge point in this process may answer at once.
    if (events.observes('sent')) events.publish('sent', { chargePoint: this.chargePoint, messageId, action, request })
    // A listener may have closed the connection.
    if (this.#state !== 'open') return
    this.#write(text)
    this.#regulate()
  }

  #callEnded({ id: messageId, action, request }: PendingCall, ending: Ending, duration: number): void {
    const { events } = this.#owner
    if (!events.observes('call')) return
    const { outcome, response } = ending
    const error = ending.error && failureOf(ending.error)
    const { chargePoint } = this
    events.publish('call', { chargePoint, messageId, action, request, outcome, response, error, duration })
  }

  #solicit(action: string, payload: unknown): void {
    for (const solicited of solicitedBy(action, payload)) {
      this.#solicited ??= new Set()
      this.#solicited.add(solicited)
    }
  }

  // --- frames --------------------------------------------------------------------------------------------------

  #listen(): void {
    const socket = this.#socket as BoundSocket
    socket[CONNECTION] = this
    // The last error listener is that of @fastify/websocket: its closure would keep the upgrade request alive.
    const foreign = socket.listeners('error').at(-1)
    socket.on('error', onError)
    if (foreign !== undefined) socket.removeListener('error', foreign as () => void)
    socket.on('message', onMessage)
    socket.on('ping', onPing)
    socket.on('pong', onPong)
    socket.on('close', onClose)
  }

  /** A message of the socket. */
  receive(data: RawData, isBinary: boolean): void {
    // What a replaced or closing socket still delivers is nobody's.
    if (this.#state !== 'open') return
    this.alive()
    if (isBinary) {
      this.#malformed('binary message')
      this.#fail('protocol-error', UNSUPPORTED_DATA, 'binary messages are not OCPP')
      return
    }
    this.counters.received++
    if (this.predecessor !== undefined) this.#owner.confirmed(this)
    const receivedAt = this.#owner.events.observes('handled') ? performance.now() : undefined
    const text = data.toString()
    this.#spend(text.length)
    this.#publishFrame('inbound', text)
    // A listener of these events may have disconnected it.
    if (this.#state === 'open') this.#dispatch(frames.parse(this.#table.protocol, text), receivedAt)
  }

  /** A ping or pong of the peer. */
  heard(): void {
    if (this.#state !== 'open') return
    this.alive()
    this.#spend(0)
    // `ws` cuts one whose pongs pile up.
    if (this.#socket.readyState === this.#socket.OPEN) return
    this.#limited('pings')
    this.#publishSecurity('protocol-error', 'too many pings')
    this.#finishWith('protocol-error', ABNORMAL_CLOSURE)
  }

  /** A sign of life. */
  alive(): void {
    this.#quietTicks = 0
    this.#pingTick = this.#owner.settings.pingTicks
    this.#lastSeenAt = Date.now()
  }

  /** Counts a message against what it may send. */
  #spend(length: number): void {
    this.#credit -= MESSAGE_CREDIT * (1 + (length >> SPENDING_BITS))
    if (this.#credit < MESSAGE_CREDIT) this.#regulate()
  }

  #dispatch(frame: frames.Frame | frames.FrameError, receivedAt: number | undefined): void {
    switch (frame.type) {
      case frames.CALL:
      case frames.SEND:
        this.#receiveCall(frame, receivedAt)
        break
      case frames.CALLRESULT:
        this.#receiveResult(frame.id, frame.payload)
        break
      case frames.CALLERROR:
        this.#receiveError(frame)
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

  #receiveCall(frame: CallFrame, receivedAt: number | undefined): void {
    this.counters.callsReceived++
    if (receivedAt !== undefined) frame.receivedAt = receivedAt
    if (this.#isFree) this.#handle(frame)
    else this.#enqueue(frame)
  }

  #receiveMalformed({ reason, answer, answerTo }: frames.FrameError): void {
    this.counters.ignored++
    const action = answerTo && this.#calls?.outstanding(answerTo.id)
    const error = action === undefined ? answer : undefined
    const { protocol } = this.#table
    this.#malformed(reason, error && { code: spell(protocol, error.code), description: reason, details: {} })
    // A listener may have disconnected it.
    if (this.#state !== 'open') return
    if (answerTo !== undefined && action !== undefined) this.#receiveUnreadable(answerTo, action, reason)
    else if (error !== undefined) this.#writeError(error.id, error.code, reason)
  }

  /** The charge point has answered the outstanding call, but nobody can tell what. */
  #receiveUnreadable({ type, id }: NonNullable<frames.FrameError['answerTo']>, action: string, reason: string): void {
    const { hasSend, formatViolation: code } = this.#table.protocol
    if (this.#calls?.isGivenUp) this.#calls.release()
    else {
      // [2.1 Part 4 §4.2.3]
      if (hasSend && type === frames.CALLRESULT) this.#write(frames.callResultError(id, code, reason))
      const violation = { code, pointer: '', message: `is unreadable (${reason})` }
      this.#calls?.fail(new InvalidResponseError(action, violation), 'invalid-response')
    }
    this.#regulate()
  }

  /** `rule`: what is wrong with it, without anything of the input; `error`: what it is answered. */
  #malformed(rule: string, error?: CallFailure): void {
    const { chargePoint } = this
    const { events } = this.#owner
    events.publish('malformed', { rule, chargePoint, error })
    events.lines.line(rule, (more) => this.log.warn({ ...more, rule }, 'malformed message'))
  }

  #limited(rule: LimitRule): void {
    const { chargePoint } = this
    const { events } = this.#owner
    events.publish('limited', { rule, chargePoint })
    events.lines.line(rule, (more) => this.log.warn({ ...more, rule }, 'a limit is reached'))
  }

  #receiveResult(id: string, received: unknown): void {
    const action = this.#calls?.outstanding(id)
    const messages = action === undefined ? undefined : this.#table.get(action)
    if (this.#calls === undefined || messages === undefined) {
      this.#ignoreResponse()
      return
    }
    if (this.#calls.isGivenUp) {
      this.#receiveLate(this.#calls)
      return
    }
    const { payload, violation } = messages.admitResponse(received)
    if (violation === undefined || this.#isTolerated(messages.action, 'inbound', violation)) {
      this.#calls.answer(payload)
    } else if (this.#state === 'open') {
      // [2.1 Part 4 §4.2.3]
      if (this.#table.protocol.hasSend) this.#write(frames.callResultError(id, violation.code, violation.wire))
      const { code, pointer, message } = violation
      this.#calls.fail(new InvalidResponseError(messages.action, { code, pointer, message }), 'invalid-response')
    }
    this.#regulate()
  }

  #receiveError(frame: { id: string; code: string; description: string; details: object }): void {
    if (this.#calls?.outstanding(frame.id) === undefined) {
      this.#ignoreResponse()
      return
    }
    if (this.#calls.isGivenUp) {
      this.#receiveLate(this.#calls)
      return
    }
    this.counters.errorsReceived++
    const code = readCode(this.#table.protocol, frame.code)
    const details = frame.details as Record<string, unknown>
    this.#calls.fail(new ReceivedCallError(code, frame.description, details), 'callerror')
    this.#regulate()
  }

  /** The answer to a call whose caller has left tells only that the charge point is free for the next one. */
  #receiveLate(calls: CallQueue): void {
    this.counters.ignored++
    this.log.debug('late answer')
    calls.release()
    this.#regulate()
  }

  // Foreign, unasked for, or so late that other calls were sent since. [PROTOCOL: a response nobody waits for]
  #ignoreResponse(): void {
    this.counters.ignored++
    const { chargePoint } = this
    this.#owner.events.publish('malformed', { rule: 'response that nobody waits for', chargePoint, error: undefined })
    this.log.debug('response that nobody waits for')
  }

  // --- calls of the other side ---------------------------------------------------------------------------------

  /** Whether a CALL can be handled at once. */
  get #isFree(): boolean {
    return this.#running === undefined && this.#waiting.length === 0 && (!this.#isPaused || !this.#isFull())
  }

  #enqueue(frame: CallFrame): void {
    this.#waiting.push(frame)
    this.#regulate()
  }

  /** Answers one CALL, now or when its handler is done; a failure of ours is never more than one failed CALL. */
  #handle(frame: CallFrame): void {
    try {
      this.#admit(frame)
    } catch (error) {
      this.#answerFailure(frame, error)
    }
  }

  #admit(frame: CallFrame): void {
    const messages = this.#table.get(frame.action)
    const refusal = this.#refuse(frame, messages)
    if (refusal !== undefined || messages === undefined) {
      this.#answerError(frame, refusal ?? UNKNOWN_ACTION)
      return
    }
    const { payload, violation } = messages.admitRequest(frame.payload)
    if (violation !== undefined && !this.#isTolerated(frame.action, 'inbound', violation)) {
      this.#answerError(frame, { code: violation.code, description: violation.wire })
      return
    }
    frame.payload = payload
    // A member more would change the shape of every frame.
    if (frame.receivedAt !== undefined) frame.isAdmitted = true
    const handler = this.#handlers.find(frame.action)?.on ?? this.#handlers.fallbackFor(frame.action)
    if (handler === undefined) {
      this.#answerError(frame, NO_HANDLER)
      return
    }
    // A listener of the violation may have disconnected it.
    if (this.#state === 'open') this.#run(frame, messages, handler)
  }

  #run(
    frame: CallFrame,
    messages: ActionMessages,
    handler: (request: unknown, context: HandlerContext) => unknown
  ): void {
    const context = new Context(this, frame.id)
    let response: unknown
    try {
      response = handler(frame.payload, context as HandlerContext)
    } catch (error) {
      this.#answerFailure(frame, error)
      return
    }
    if (!isPromiseLike(response)) {
      this.#respond(frame, messages, context, response)
      return
    }
    const running = { frame, context, ticksLeft: this.#owner.clock.ticksFor(this.#owner.settings.handlerTimeout) }
    this.#running = running
    // A promise of our own: the `then` of a foreign one may throw.
    Promise.resolve(response).then(
      (value) => this.#finish(running, () => this.#respond(frame, messages, context, value)),
      (error: unknown) => this.#finish(running, () => this.#answerFailure(frame, error))
    )
  }

  /** A handler has ended; one that was given up has no say any more. */
  #finish(running: Running, answer: () => void): void {
    if (this.#running === running) {
      this.#running = undefined
      try {
        answer()
      } catch (error) {
        this.#answerFailure(running.frame, error)
      }
    } else if (this.#state === 'open') {
      const { action, id: messageId } = running.frame
      this.log.warn({ action, messageId }, 'a handler ended after its time, and its result is dropped')
    }
    this.#proceed()
  }

  /** Goes on with the CALLs that wait, as long as their answers can be written. */
  #proceed(): void {
    while (this.#running === undefined && this.#state === 'open' && !this.#isFull()) {
      const frame = this.#waiting.shift()
      if (frame === undefined) break
      this.#handle(frame)
    }
    this.#regulate()
  }

  #refuse(frame: CallFrame, messages: ActionMessages | undefined): Refusal | undefined {
    if (!this.#mayTalk(frame.action)) {
      this.#publishSecurity('not-accepted', frame.action)
      return NOT_ACCEPTED
    }
    if (messages === undefined) return UNKNOWN_ACTION
    const isExpected = messages.isInbound && (messages.messageType === 'SEND') === (frame.type === frames.SEND)
    return isExpected ? undefined : WRONG_DIRECTION
  }

  // [OCPP-J 1.6 errata 3.10; 2.x B01.FR.10, B02.FR.09, B03.FR.07]
  #mayTalk(action: string): boolean {
    if (this.#registration === 'Accepted' || this.#table.role === 'chargePoint') return true
    return action === BOOT || (this.#registration !== 'Rejected' && this.#solicited?.has(action) === true)
  }

  #respond(frame: CallFrame, messages: ActionMessages, context: Context, response: unknown): void {
    if (this.#state !== 'open') return
    if (frame.type === frames.SEND) {
      this.#answered(frame, undefined, context)
      return
    }
    const violation = messages.refuseResponse(response)
    if (violation !== undefined && !this.#isTolerated(frame.action, 'outbound', violation)) {
      this.log.error({ action: frame.action, violation: violation.wire }, 'a handler returned an invalid response')
      this.#answerError(frame, INTERNAL_ERROR)
      return
    }
    // A listener of the violation may have disconnected it.
    if (this.#state !== 'open') return
    let text: string
    try {
      text = frames.callResult(frame.id, response)
    } catch (error) {
      this.#answerFailure(frame, error)
      return
    }
    if (frame.action === BOOT) this.#registration = readRegistration(response)
    this.#write(text)
    this.#answered(frame, response, context)
  }

  #answered(frame: CallFrame, response: unknown, context: Context): void {
    this.#publishHandled(frame, response, undefined)
    const entry = this.#handlers.find(frame.action)
    if (entry === undefined) return
    for (const after of entry.after) this.#runAfter(after, frame, response, context)
  }

  #runAfter(after: AnyAfterHandler, { action, payload }: CallFrame, response: unknown, context: Context): void {
    const failed = (error: unknown) => {
      this.#owner.events.lines.line('after-failed', (more) => {
        logFailure(this.log, error, { ...more, action }, 'an after handler failed')
      })
    }
    try {
      const result = after(payload, response, context as HandlerContext)
      // A promise of our own: the `then` of a foreign one may throw.
      if (isPromiseLike(result)) Promise.resolve(result).then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }

  #publishHandled(frame: CallFrame, response: unknown, error: CallFailure | undefined): void {
    const { receivedAt, id: messageId, action } = frame
    if (receivedAt === undefined) return
    this.#owner.events.publish('handled', {
      chargePoint: this.chargePoint,
      messageId,
      messageType: frame.type === frames.SEND ? 'SEND' : 'CALL',
      action,
      request: frame.isAdmitted === true ? frame.payload : undefined,
      response,
      error,
      duration: performance.now() - receivedAt
    })
  }

  /** A handler threw: a CallError is its answer, anything else is our failure and stays in our log. */
  #answerFailure(frame: CallFrame, error: unknown): void {
    if (error instanceof CallError && !(error instanceof ReceivedCallError)) {
      this.#answerError(frame, error)
      return
    }
    const { action, id: messageId } = frame
    this.#owner.events.lines.line('handler-failed', (more) => {
      logFailure(this.log, error, { ...more, action, messageId }, 'a handler failed')
    })
    this.#answerError(frame, INTERNAL_ERROR)
  }

  #answerError(frame: CallFrame, refusal: Refusal): void {
    // The handler, or a listener of what is wrong with the message, may have disconnected it.
    if (this.#state !== 'open') return
    const { code, description } = refusal
    let { details = {} } = refusal
    // A SEND is never answered. [2.1 Part 4 §4.2.4]
    if (frame.type === frames.SEND) {
      this.counters.ignored++
      this.#owner.events.lines.line('refused-send', (more) => {
        this.log.warn({ ...more, code, messageId: frame.id }, 'a SEND was refused')
      })
    } else if (!this.#writeError(frame.id, code, description, details)) details = {}
    if (frame.receivedAt === undefined) return
    this.#publishHandled(frame, undefined, {
      code: spell(this.#table.protocol, code),
      description: frames.cutDescription(description),
      details: details as Record<string, unknown>
    })
  }

  // --- validation ----------------------------------------------------------------------------------------------

  #isTolerated(action: string, direction: Direction, found: FoundViolation): boolean {
    const { code, pointer, message } = found
    const violation = { code, pointer, message }
    const count = this.#count(action, direction, violation)
    const delivered = this.#decide(action, direction, violation) === 'warn'
    if (isWorthALine(count)) {
      this.log.warn({ action, direction, violation: found.wire, delivered, count }, 'a message breaks its schema')
    }
    const { chargePoint } = this
    this.#owner.events.publish('violation', { chargePoint, action, direction, violation, delivered })
    return delivered
  }

  #decide(action: string, direction: Direction, violation: Violation): 'strict' | 'warn' {
    try {
      return this.#owner.settings.validation({ chargePoint: this.chargePoint, action, direction, violation })
    } catch (error) {
      logFailure(this.log, error, {}, 'the validation option failed')
      return 'strict'
    }
  }

  /** How often it came by now; 0 when there are too many kinds to tell. */
  #count(action: string, direction: Direction, violation: Violation): number {
    this.#violations ??= new Map()
    const key = `${direction} ${action} ${violation.code} ${violation.pointer}`
    const kind = this.#violations.get(key)
    if (kind !== undefined) return ++kind.count
    if (this.#violations.size >= MAX_VIOLATION_KINDS) return 0
    this.#violations.set(key, { ...violation, action, direction, count: 1 })
    return 1
  }

  // --- writing and flow ----------------------------------------------------------------------------------------

  /** Whether the details could be written, too: what is not JSON is left out. */
  #writeError(id: string, code: string, description: string, details?: object): boolean {
    this.counters.errorsSent++
    const spelt = spell(this.#table.protocol, code)
    let text: string
    let isWhole = true
    try {
      text = frames.callError(id, spelt, description, details)
    } catch {
      text = frames.callError(id, spelt, description)
      isWhole = false
    }
    this.#write(text)
    return isWhole
  }

  #write(text: string): void {
    this.counters.sent++
    this.#publishFrame('outbound', text)
    if (this.#owner.isMemoryCritical === true) {
      this.#socket.send(text, UNCOMPRESSED, () => this.#proceed())
    } else if (this.#isFull(text.length)) {
      this.#socket.send(text, () => this.#proceed())
    } else {
      this.#socket.send(text)
      return
    }
    this.#regulate()
  }

  /** Bytes that wait to be written. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount
  }

  /** Memory is short, and it does not read. */
  cutForMemory(): void {
    this.#limited('memory')
    this.#cutSlowReader()
  }

  /** Whether what is not written yet, with so many bytes more, is too much. */
  #isFull(more = 0): boolean {
    return this.#socket.bufferedAmount + more > this.#owner.settings.maxBufferedAmount
  }

  #publishFrame(direction: Direction, text: string): void {
    const { events } = this.#owner
    if (events.observes('frame')) events.publish('frame', new Frame(this.chargePoint, direction, text))
  }

  #publishSecurity(type: 'not-accepted' | 'protocol-error' | 'slow-reader', detail: string): void {
    const { identity, remoteAddress } = this
    this.#owner.events.publish('security', { type, identity, remoteAddress, detail: detail.slice(0, 64) })
  }

  /** Back-pressure: a charge point that sends faster than it is answered, or does not read, is not read either. */
  #regulate(): void {
    if (this.#state !== 'open') return
    const rule = this.#reasonToPause()
    if ((rule !== undefined) === this.#isPaused) return
    this.#isPaused = rule !== undefined
    if (rule === undefined) this.#socket.resume()
    else {
      this.#socket.pause()
      this.#owner.events.publish('limited', { rule, chargePoint: this.chargePoint })
    }
  }

  #reasonToPause(): LimitRule | undefined {
    const { maxWaitingCalls } = this.#owner.settings
    const limit = this.#calls?.isBusy ? Math.max(MAX_WAITING_DURING_CALL, maxWaitingCalls) : maxWaitingCalls
    if (this.#waiting.length > limit) return 'waiting-calls'
    if (this.#isFull()) return 'buffered-amount'
    return this.#credit < MESSAGE_CREDIT ? 'message-rate' : undefined
  }

  // --- time ----------------------------------------------------------------------------------------------------

  /** One tick of the clock. */
  tick(): void {
    if (this.#state === 'closed') {
      // A peer that does not answer a close frame is not waited for.
      if (--this.#closingTicks <= 0) this.#socket.terminate()
      return
    }
    const { maxCredit, creditPerTick } = this.#owner.settings
    this.#credit = Math.min(maxCredit, this.#credit + creditPerTick)
    if (this.predecessor !== undefined && --this.#takeoverTicks <= 0) this.#owner.confirmed(this)
    if (this.#running !== undefined && --this.#running.ticksLeft <= 0) this.#giveUpHandler(this.#running)
    // A listener may have disconnected it.
    if (this.#state !== 'open') return
    if (this.#isTooSlow()) {
      this.#limited('slow-reader')
      this.#cutSlowReader()
      return
    }
    this.#proceed()
    this.#watch()
  }

  /** Whether it has not read what is sent for too long. */
  #isTooSlow(): boolean {
    if (!this.#isFull()) {
      this.#slowTicks = 0
      return false
    }
    if (this.#slowTicks > 0) return --this.#slowTicks === 0
    this.#slowTicks = this.#owner.clock.ticksFor(this.#owner.settings.slowReaderTimeout)
    return false
  }

  /** Pings a quiet peer and cuts one that does not answer. [RFC 6455 §5.5.2; J-errata 3.11] */
  #watch(): void {
    const { pingTicks, cutTicks } = this.#owner.settings
    // While it is paused by us, its pong cannot be read.
    if (pingTicks === 0 || this.#isPaused || this.#state !== 'open') return
    this.#quietTicks++
    if (this.#quietTicks === this.#pingTick) this.#socket.ping()
    else if (this.#quietTicks >= cutTicks) {
      this.#finishWith('ping-timeout', ABNORMAL_CLOSURE)
      this.#socket.terminate()
    }
  }

  #cutSlowReader(): void {
    this.#publishSecurity('slow-reader', 'does not read what is sent')
    this.#finishWith('slow-reader', ABNORMAL_CLOSURE)
    this.#socket.terminate()
  }

  #giveUpHandler(running: Running): void {
    this.#running = undefined
    this.log.error({ action: running.frame.action, messageId: running.frame.id }, 'a handler ran out of time')
    running.context.abort()
    this.#answerError(running.frame, HANDLER_TIMEOUT)
    this.#proceed()
  }

  // --- the end -------------------------------------------------------------------------------------------------

  disconnect(code = NORMAL_CLOSURE, reason = ''): void {
    this.close('disconnected', code, reason)
  }

  /** Sends a close frame; the connection is over for us at once. @throws `OCPP_ERR_INVALID_CLOSE` */
  close(why: DisconnectReason, code: number, reason: string): void {
    checkClose(code, reason)
    this.#socket.close(code, reason)
    if (this.#isPaused) this.#socket.resume()
    this.#finishWith(why, code)
  }

  #fail(why: DisconnectReason, code: number, reason: string): void {
    this.#publishSecurity('protocol-error', reason)
    this.close(why, code, reason)
  }

  /** The socket broke a rule of RFC 6455 or was cut; `ws` closes it. */
  failed(error: Error): void {
    this.#fault = error
    const code = faultCode(error)
    if (code === undefined) {
      this.log.debug({ err: error }, 'socket error')
      return
    }
    const rule = FAULT_RULES.get(code)
    if (rule === undefined) this.#malformed(code === INVALID_DATA ? 'not valid UTF-8 or DEFLATE' : 'breach of RFC 6455')
    else this.#limited(rule)
    this.#publishSecurity('protocol-error', error.message)
  }

  /** The socket is closed. */
  ended(code: number): void {
    const fault = this.#fault === undefined ? undefined : faultCode(this.#fault)
    if (fault === undefined) this.#finishWith('closed', code)
    else this.#finishWith('protocol-error', fault)
    this.#owner.gone(this)
  }

  /** Cuts the socket without a close frame. */
  terminate(): void {
    this.#finishWith('disconnected', ABNORMAL_CLOSURE)
    this.#socket.terminate()
  }

  #finishWith(reason: DisconnectReason, code: number): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#closingTicks = this.#owner.clock.ticksFor(CLOSE_TIMEOUT)
    this.#waiting.length = 0
    this.#running?.context.abort()
    this.#running = undefined
    this.#calls?.close(reason)
    this.#owner.closed(this, reason, code)
  }
}

interface Refusal {
  readonly code: string
  readonly description: string
  readonly details?: object
}

const NOT_ACCEPTED: Refusal = { code: 'SecurityError', description: 'not accepted: send a BootNotification' }
const UNKNOWN_ACTION: Refusal = { code: 'NotImplemented', description: 'unknown action' }
const WRONG_DIRECTION: Refusal = { code: 'NotSupported', description: 'this action is not for you to send' }
const NO_HANDLER: Refusal = { code: 'NotImplemented', description: 'nothing handles this action' }
const INTERNAL_ERROR: Refusal = { code: 'InternalError', description: '' }
const HANDLER_TIMEOUT: Refusal = { code: 'InternalError', description: 'no answer in time' }

/** What a handler gets; logger and signal are made when they are asked for. */
class Context {
  readonly messageId: string
  readonly #connection: Connection
  #controller: AbortController | undefined
  #isAborted = false

  constructor(connection: Connection, messageId: string) {
    this.#connection = connection
    this.messageId = messageId
  }

  get chargePoint(): ChargePoint {
    return this.#connection.chargePoint
  }

  get log(): FastifyBaseLogger {
    return this.#connection.log.child({ messageId: this.messageId })
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isAborted) this.#controller.abort()
    return this.#controller.signal
  }

  abort(): void {
    this.#isAborted = true
    this.#controller?.abort()
  }
}

// One function for all sockets: a closure each would be memory of every idle connection.
function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  ;(this as BoundSocket)[CONNECTION].receive(data, isBinary)
}

function onPing(this: WebSocket): void {
  ;(this as BoundSocket)[CONNECTION].heard()
}

function onPong(this: WebSocket): void {
  ;(this as BoundSocket)[CONNECTION].heard()
}

function onClose(this: WebSocket, code: number): void {
  ;(this as BoundSocket)[CONNECTION].ended(code)
}

function onError(this: WebSocket, error: Error): void {
  ;(this as BoundSocket)[CONNECTION].failed(error)
}

function checkTimeout(timeout: number): number {
  if (typeof timeout !== 'number' || !(timeout > 0)) throw new InvalidTimeoutError()
  return timeout
}

/** The first of a kind, the tenth, the hundredth and every thousandth: no charge point may flood the log. */
function isWorthALine(count: number): boolean {
  return count < 1000 ? count === 1 || count === 10 || count === 100 : count % 1000 === 0
}

const UNCOMPRESSED = { compress: false }

const PROTOCOL_ERROR = 1002
const INVALID_DATA = 1007
/** Close codes of what is not a mere protocol error. [RFC 6455 §7.4.1] */
const FAULT_CODES = new Map([
  ['WS_ERR_INVALID_UTF8', INVALID_DATA],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009]
])

/** The limit that a close code stands for. */
const FAULT_RULES: ReadonlyMap<number, LimitRule> = new Map([
  [1008, 'fragments'],
  [1009, 'payload']
])

/** The close code that `ws` answers a breach of RFC 6455 with; nothing for any other error. */
function faultCode(error: Error): number | undefined {
  const { code } = error as NodeJS.ErrnoException
  // A stream that zlib cannot inflate is closed as invalid data, too.
  if (code?.startsWith('Z_')) return INVALID_DATA
  return code?.startsWith('WS_ERR_') ? (FAULT_CODES.get(code) ?? PROTOCOL_ERROR) : undefined
}

/** A validation policy may let any answer out; the charge point is accepted by a well-formed one only. */
function readRegistration(response: unknown): RegistrationStatus | undefined {
  const status = (response as { status?: unknown } | undefined | null)?.status
  return status === 'Accepted' || status === 'Pending' || status === 'Rejected' ? status : undefined
}

/** Why a call has no answer, as its event tells it. */
function failureOf(error: Error): CallFailure {
  if (error instanceof CallError) {
    const { code, description, details } = error
    return { code, description, details }
  }
  return { code: String((error as Error & { code?: string }).code), description: error.message }
}
