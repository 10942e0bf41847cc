import type { ActionMessages, ActionTable } from '../action-table.js'
import type { AppliedDeviation } from '../deviations/names.js'
import { CallError, ReceivedCallError } from '../errors.js'
import { isPromiseLike, logFailure } from '../failure.js'
import * as frames from '../frame.js'
import type { AnyAfterHandler, AnyHandler, Handlers } from '../handlers.js'
import { spell } from '../protocol.js'
import type { CallFailure } from '../types/events.js'
import type { HandlerContext } from '../types/handlers.js'
import type { FoundViolation } from '../validate.js'
import type { FlowControl } from './flow-control.js'
import { MessageContext } from './handler-context.js'
import type { ConnectionPort } from './port.js'

/** A CALL or SEND of the peer. */
export type CallFrame = Extract<frames.Frame, { action: string }> & {
  /** Set only if there is a listener to `handled`. */
  receivedAt?: number
  /** Whether `payload` is the normalised and validated one. Set only if `receivedAt` is. */
  isAdmitted?: boolean
  /** Set only if the message was delivered in spite of it. */
  tolerated?: FoundViolation
}

/** Decides what the peer may send before it is accepted. */
export interface Gate {
  admits(action: string): boolean
  /** Called when a CALL of the peer is answered with this payload. */
  answered(action: string, response: unknown): void
}

/** A CALL or SEND whose handler has returned a promise. */
interface Running {
  readonly frame: CallFrame
  readonly messages: ActionMessages
  readonly context: MessageContext
  ticksLeft: number
}

/** Code and description of the CALLERROR for a CALL or SEND that is not handled. */
interface Refusal {
  readonly code: string
  readonly description: string
  readonly details?: object
}

const BOOT = 'BootNotification'
const NOT_ACCEPTED: Refusal = { code: 'SecurityError', description: 'not accepted: send a BootNotification' }
const UNKNOWN_ACTION: Refusal = { code: 'NotImplemented', description: 'unknown action' }
const WRONG_DIRECTION: Refusal = { code: 'NotSupported', description: 'this action is not for you to send' }
const NO_HANDLER: Refusal = { code: 'NotImplemented', description: 'nothing handles this action' }
const INTERNAL_ERROR: Refusal = { code: 'InternalError', description: '' }
const HANDLER_TIMEOUT: Refusal = { code: 'InternalError', description: 'no answer in time' }

/**
 * The CALLs and SENDs of the peer: one is handled at a time, the others wait in order. Each CALL is answered once,
 * whatever its handler does.
 */
export class InboundCalls {
  readonly #port: ConnectionPort
  readonly #table: ActionTable
  readonly #handlers: Handlers
  readonly #flow: FlowControl
  /** `undefined` if the peer may always send everything: only a CSMS has a gate. */
  readonly #gate: Gate | undefined
  readonly #waiting: CallFrame[] = []
  #running: Running | undefined

  constructor(port: ConnectionPort, table: ActionTable, handlers: Handlers, flow: FlowControl, gate: Gate | undefined) {
    this.#port = port
    this.#table = table
    this.#handlers = handlers
    this.#flow = flow
    this.#gate = gate
  }

  /** Number of CALLs and SENDs that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length
  }

  get isIdle(): boolean {
    return this.#running === undefined && this.#waiting.length === 0
  }

  /** Whether a CALL of this action is not answered yet. */
  isPending(action: string): boolean {
    return this.#running?.frame.action === action || this.#waiting.some((frame) => frame.action === action)
  }

  receive(frame: CallFrame, receivedAt: number | undefined): void {
    this.#port.counters.callsReceived++
    if (receivedAt !== undefined) frame.receivedAt = receivedAt
    if (this.isIdle && (!this.#flow.isPaused || !this.#flow.isFull())) this.#handle(frame)
    else {
      this.#waiting.push(frame)
      this.#flow.regulate()
    }
  }

  /** Handles the waiting CALLs, as long as their answers can be written. */
  proceed(): void {
    while (this.#running === undefined && this.#port.connected && !this.#flow.isFull()) {
      const frame = this.#waiting.shift()
      if (frame === undefined) break
      this.#handle(frame)
    }
    this.#flow.regulate()
  }

  /** Counts one tick of the running handler, and answers for it after its timeout. */
  tick(): void {
    const running = this.#running
    if (running === undefined || --running.ticksLeft > 0) return
    const { frame, context } = running
    this.#running = undefined
    this.#port.log.error({ action: frame.action, messageId: frame.id }, 'a handler ran out of time')
    context.abort()
    this.#refuse(frame, HANDLER_TIMEOUT)
    this.proceed()
  }

  /** Drops the waiting CALLs and aborts the handler: the connection is over. */
  close(): void {
    this.#waiting.length = 0
    this.#running?.context.abort()
    this.#running = undefined
  }

  // --- handling ------------------------------------------------------------------------------------------------

  /** Answers one CALL, now or when its handler has ended. An error of ours never affects more than this one CALL. */
  #handle(frame: CallFrame): void {
    try {
      this.#admit(frame)
    } catch (error) {
      this.#fail(frame, error)
    }
  }

  #admit(frame: CallFrame): void {
    // A BootNotification may tell another model than expected, for which other deviations are accepted.
    if (frame.action === BOOT) this.#port.told(frame.payload)
    const messages = this.#port.treatment.table.get(frame.action)
    const refusal = this.#objection(frame, messages)
    if (refusal !== undefined || messages === undefined) {
      this.#refuse(frame, refusal ?? UNKNOWN_ACTION)
      return
    }
    const { payload, violation, repaired, applied } = messages.request.admit(frame.payload)
    const used = violation === undefined ? payload : this.#tolerated(frame, messages, { payload, violation })
    if (violation !== undefined && used === undefined) {
      this.#refuse(frame, { code: violation.code, description: violation.wire })
      return
    }
    if (violation !== undefined) frame.tolerated = violation
    if (applied !== undefined) this.#repaired(frame, applied, repaired)
    frame.payload = used
    // Set only if a listener needs it, because one more member changes the hidden class of every frame.
    if (frame.receivedAt !== undefined) frame.isAdmitted = true
    const handler = this.#handlers.find(frame.action)?.on ?? this.#handlers.fallbackFor(frame.action)
    if (handler === undefined) {
      this.#refuse(frame, NO_HANDLER)
      return
    }
    // A listener of the violation may have disconnected the peer.
    if (this.#port.connected) this.#run(frame, messages, handler)
  }

  /** The payload to be delivered in spite of a violation; `undefined` if the message is refused. */
  #tolerated(
    { action, id: messageId, payload: received }: CallFrame,
    { request }: ActionMessages,
    { payload, violation }: { payload: unknown; violation: FoundViolation }
  ): unknown {
    let salvaged: object | undefined
    const isUsable = () => {
      salvaged = request.salvage(received)
      return salvaged !== undefined
    }
    const suggest = () => request.suggest(received)
    const report = { action, direction: 'inbound', found: violation, messageId, suggest, isUsable } as const
    return this.#port.tolerates(report) ? (salvaged ?? payload) : undefined
  }

  #repaired({ action, id: messageId }: CallFrame, applied: readonly AppliedDeviation[], found?: FoundViolation): void {
    const code = found?.code ?? this.#table.protocol.formatViolation
    this.#port.repaired({ action, messageId, code, applied })
  }

  /** The reason why the peer may not send this message now, or `undefined`. */
  #objection(frame: CallFrame, messages: ActionMessages | undefined): Refusal | undefined {
    if (this.#gate?.admits(frame.action) === false) {
      this.#port.publishSecurity('not-accepted', frame.action)
      return NOT_ACCEPTED
    }
    if (messages === undefined) return UNKNOWN_ACTION
    const isExpected = messages.isInbound && (messages.messageType === 'SEND') === (frame.type === frames.SEND)
    return isExpected ? undefined : WRONG_DIRECTION
  }

  #run(frame: CallFrame, messages: ActionMessages, handler: AnyHandler): void {
    const context = new MessageContext(this.#port.chargePoint, frame.id)
    let response: unknown
    try {
      response = handler(frame.payload, context as HandlerContext)
    } catch (error) {
      this.#fail(frame, error)
      return
    }
    if (!isPromiseLike(response)) {
      this.#respond(frame, messages, context, response)
      return
    }
    const { clock, settings } = this.#port.surroundings
    const running = { frame, messages, context, ticksLeft: clock.ticksFor(settings.handlerTimeout) }
    this.#running = running
    // A promise of our own: the `then` of a foreign one may throw.
    Promise.resolve(response).then(
      (value) => this.#finish(running, () => this.#respond(frame, messages, context, value)),
      (error: unknown) => this.#finish(running, () => this.#fail(frame, error))
    )
  }

  /** Answers with the result of a handler. A result after the timeout is dropped. */
  #finish(running: Running, answer: () => void): void {
    if (this.#running === running) {
      this.#running = undefined
      try {
        answer()
      } catch (error) {
        this.#fail(running.frame, error)
      }
    } else if (this.#port.connected) {
      const { action, id: messageId } = running.frame
      this.#port.log.warn({ action, messageId }, 'a handler ended after its time, and its result is dropped')
    }
    this.proceed()
  }

  // --- answers -------------------------------------------------------------------------------------------------

  #respond(frame: CallFrame, messages: ActionMessages, context: MessageContext, response: unknown): void {
    if (!this.#port.connected) return
    if (frame.type === frames.SEND) {
      this.#answered(frame, undefined, context)
      return
    }
    const violation = messages.refuseResponse(response)
    if (violation !== undefined && !this.#toleratesResponse(frame, violation)) {
      this.#refuse(frame, this.#unanswerable(frame, violation))
      return
    }
    // A listener of the violation may have disconnected the peer.
    if (!this.#port.connected) return
    let text: string
    try {
      text = frames.callResult(frame.id, response, frame.hasNumericId)
    } catch (error) {
      this.#fail(frame, error)
      return
    }
    this.#gate?.answered(frame.action, response)
    this.#port.write(text, { type: frames.CALLRESULT, id: frame.id, action: frame.action })
    this.#answered(frame, response, context)
  }

  /**
   * What is answered in place of an invalid response. One to a message that breaks its schema itself may repeat what is
   * wrong in it: then the fault is the peer's.
   */
  #unanswerable({ action, tolerated }: CallFrame, { wire }: FoundViolation): Refusal {
    const { log } = this.#port
    if (tolerated === undefined) {
      log.error({ action, violation: wire }, 'a handler returned an invalid response')
      return INTERNAL_ERROR
    }
    log.warn(
      { action, violation: wire, tolerated: tolerated.wire },
      'a message that breaks its schema cannot be answered'
    )
    return { code: tolerated.code, description: tolerated.wire }
  }

  #toleratesResponse({ action, id: messageId }: CallFrame, found: FoundViolation): boolean {
    return this.#port.tolerates({ action, direction: 'outbound', found, messageId })
  }

  #answered(frame: CallFrame, response: unknown, context: MessageContext): void {
    this.#publishHandled(frame, response, undefined)
    const entry = this.#handlers.find(frame.action)
    if (entry === undefined) return
    for (const after of entry.after) this.#runAfter(after, frame, response, context)
  }

  #runAfter(after: AnyAfterHandler, { action, payload }: CallFrame, response: unknown, context: MessageContext): void {
    const failed = (error: unknown) => {
      this.#port.surroundings.events.lines.line('after-failed', (more) => {
        logFailure(this.#port.log, error, { ...more, action }, 'an after handler failed')
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

  /**
   * Answers for a handler that threw. A CallError becomes the answer. Any other error becomes InternalError and a line
   * in the log.
   */
  #fail(frame: CallFrame, error: unknown): void {
    if (error instanceof CallError && !(error instanceof ReceivedCallError)) {
      this.#refuse(frame, error)
      return
    }
    const { action, id: messageId } = frame
    this.#port.surroundings.events.lines.line('handler-failed', (more) => {
      logFailure(this.#port.log, error, { ...more, action, messageId }, 'a handler failed')
    })
    this.#refuse(frame, INTERNAL_ERROR)
  }

  /** Answers with a CALLERROR. A SEND is never answered. [2.1 Part 4 §4.2.4] */
  #refuse(frame: CallFrame, { code, description, details = {} }: Refusal): void {
    const port = this.#port
    // The handler, or a listener to the violation, may have disconnected the peer.
    if (!port.connected) return
    let published = details
    if (frame.type === frames.SEND) {
      port.counters.ignored++
      port.surroundings.events.lines.line('refused-send', (more) => {
        port.log.warn({ ...more, code, messageId: frame.id }, 'a SEND was refused')
      })
    } else if (!port.writeError(frame, code, description, details)) published = {}
    if (frame.receivedAt === undefined) return
    this.#publishHandled(frame, undefined, {
      code: spell(this.#table.protocol, code),
      description: frames.cutDescription(description),
      details: published as Record<string, unknown>
    })
  }

  #publishHandled(frame: CallFrame, response: unknown, error: CallFailure | undefined): void {
    const { receivedAt, id: messageId, action } = frame
    if (receivedAt === undefined) return
    this.#port.surroundings.events.publish('handled', {
      chargePoint: this.#port.chargePoint,
      messageId,
      messageType: frame.type === frames.SEND ? 'SEND' : 'CALL',
      action,
      request: frame.isAdmitted === true ? frame.payload : undefined,
      response,
      error,
      duration: performance.now() - receivedAt
    })
  }
}
