import { randomUUID } from 'node:crypto'
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
import * as frames from '../frame.js'
import type { Admission } from '../inbound-message.js'
import { readCode } from '../protocol.js'
import type { CallOptions, DisconnectReason, SendOptions } from '../types/charge-point.js'
import type { CallFailure } from '../types/events.js'
import type { Violation } from '../types/protocol.js'
import { publicViolation } from '../validate.js'
import { CallQueue, type Ending, type PendingCall } from './call-queue.js'
import type { FlowControl } from './flow-control.js'
import type { ConnectionPort } from './port.js'

/** Notified of each CALL of ours before it is sent. */
export interface CallObserver {
  called(action: string, payload: unknown): void
}

/** The CALLs and SENDs of ours, and the answers of the peer to the CALLs. */
export class OutboundCalls {
  readonly #port: ConnectionPort
  readonly #table: ActionTable
  readonly #flow: FlowControl
  readonly #observer: CallObserver | undefined
  readonly #queue: CallQueue

  constructor(port: ConnectionPort, table: ActionTable, flow: FlowControl, observer: CallObserver | undefined) {
    this.#port = port
    this.#table = table
    this.#flow = flow
    this.#observer = observer
    const { callQueueLimit, callTimeout } = port.surroundings.settings
    this.#queue = new CallQueue({
      limit: callQueueLimit,
      lineTimeout: callTimeout,
      identity: port.identity,
      transmit: (call) => this.#transmit(call),
      ended: (call, ending, duration) => this.#ended(call, ending, duration)
    })
  }

  /** Calls that wait, and the one on the wire. */
  get size(): number {
    return this.#queue.size
  }

  /** Calls whose callers still wait for an answer. */
  get awaited(): number {
    return this.#queue.awaited
  }

  /** Whether the peer has a call to answer. */
  get isBusy(): boolean {
    return this.#queue.isBusy
  }

  /** The action of the call on the wire with this id. */
  outstanding(id: string): string | undefined {
    return this.#queue.outstanding(id)
  }

  async call(action: string, payload: unknown, options: CallOptions): Promise<unknown> {
    this.#check(action, 'CALL', payload)
    const id = this.#messageId(options.messageId)
    const text = this.#serialise(action, () => frames.call(id, action, payload))
    const timeout = checkTimeout(options.timeout ?? this.#port.surroundings.settings.callTimeout)
    const { signal, priority = 0 } = options
    try {
      return await this.#queue.add({ id, action, request: payload, text, timeout, signal, priority })
    } catch (error) {
      // An error that a timer or the wire made does not show where the call was made. The stack of this function does,
      // because it names who awaits the call; to keep it from the beginning would cost every call.
      Error.captureStackTrace(error as Error)
      throw error
    }
  }

  send(action: string, payload: unknown, options: SendOptions): void {
    this.#check(action, 'SEND', payload)
    const id = this.#messageId(options.messageId)
    this.#port.write(this.#serialise(action, () => frames.send(id, action, payload)))
  }

  /** Rejects all calls: the connection is over. */
  close(reason: DisconnectReason): void {
    this.#queue.close(reason)
  }

  // --- checks --------------------------------------------------------------------------------------------------

  #check(action: string, messageType: 'CALL' | 'SEND', payload: unknown): void {
    const messages = this.#messages(action, messageType)
    const violation = messages.refuseRequest(payload)
    if (violation !== undefined && !this.#port.tolerates({ action, direction: 'outbound', found: violation })) {
      throw new InvalidPayloadError(action, { ...publicViolation(violation) } as Violation)
    }
    if (!this.#port.connected) throw new DisconnectedError(action, 'already closed', { sent: false })
  }

  #messages(action: string, messageType: 'CALL' | 'SEND'): ActionMessages {
    const { table } = this.#port.treatment
    const { role, protocol } = table
    const messages = table.get(action)
    if (messages === undefined) throw new UnknownActionError(`${protocol.protocol} has no action ${action}`)
    if (!messages.isOutbound || messages.messageType !== messageType) {
      throw new UnknownActionError(`${action} is no ${messageType} that a ${role} sends in ${protocol.protocol}`)
    }
    return messages
  }

  #messageId(wanted: string | undefined): string {
    if (wanted === undefined) return randomUUID()
    if (typeof wanted !== 'string' || wanted === '' || wanted.length > frames.MAX_MESSAGE_ID) {
      throw new InvalidMessageIdError(`a message id is a string of 1 to ${frames.MAX_MESSAGE_ID} characters`)
    }
    if (this.#queue.has(wanted)) throw new InvalidMessageIdError('the message id is in use')
    return wanted
  }

  /** Members that no schema describes, such as `data` of 2.x, may be values that JSON cannot hold. */
  #serialise(action: string, write: () => string): string {
    try {
      return write()
    } catch {
      const code = this.#table.protocol.formatViolation
      throw new InvalidPayloadError(action, { code, pointer: '', message: 'cannot be written as JSON' })
    }
  }

  // --- sending -------------------------------------------------------------------------------------------------

  #transmit({ id: messageId, action, request, text }: PendingCall): void {
    const { chargePoint, counters, surroundings } = this.#port
    counters.callsSent++
    this.#observer?.called(action, request)
    // Before it is written: a charge point in this process may answer at once.
    if (surroundings.events.observes('sent')) {
      surroundings.events.publish('sent', { chargePoint, messageId, action, request })
    }
    // A listener may have closed the connection.
    if (!this.#port.connected) return
    this.#port.write(text, { type: frames.CALL, id: messageId, action })
    this.#flow.regulate()
  }

  #ended({ id: messageId, action, request }: PendingCall, ending: Ending, duration: number): void {
    const { chargePoint, surroundings } = this.#port
    if (!surroundings.events.observes('call')) return
    const { outcome, response } = ending
    const error = ending.error && failureOf(ending.error)
    surroundings.events.publish('call', { chargePoint, messageId, action, request, outcome, response, error, duration })
  }

  // --- answers -------------------------------------------------------------------------------------------------

  /** A CALLRESULT. Returns `false` when no call waits for it. */
  receiveResult(id: string, received: unknown): boolean {
    const action = this.#queue.outstanding(id)
    const messages = action === undefined ? undefined : this.#port.treatment.table.get(action)
    if (messages === undefined) return false
    if (this.#queue.isGivenUp) {
      this.#receiveLate()
      return true
    }
    const admission = messages.response.admit(received)
    const { violation } = admission
    const used = violation === undefined ? admission.payload : this.#tolerated(id, messages, received, admission)
    if (violation === undefined || used !== undefined) {
      this.#repaired(id, messages, admission)
      this.#queue.answer(used)
    } else if (this.#port.connected) {
      const { code, pointer, message } = violation
      this.#refuseResult(id, code, violation.wire)
      this.#queue.fail(new InvalidResponseError(messages.action, { code, pointer, message }), 'invalid-response')
    }
    this.#flow.regulate()
    return true
  }

  /** The payload to be delivered in spite of its violation; `undefined` if it is refused. */
  #tolerated(
    messageId: string,
    { action, response }: ActionMessages,
    received: unknown,
    { payload, violation: found }: Admission
  ): unknown {
    if (found === undefined) return payload
    let salvaged: object | undefined
    const isUsable = () => {
      salvaged = response.salvage(received)
      return salvaged !== undefined
    }
    const suggest = () => response.suggest(received)
    const report = { action, direction: 'inbound', found, messageId, suggest, isUsable } as const
    return this.#port.tolerates(report) ? (salvaged ?? payload) : undefined
  }

  #repaired(messageId: string, { action }: ActionMessages, { applied, repaired }: Admission): void {
    if (applied === undefined) return
    const code = repaired?.code ?? this.#table.protocol.formatViolation
    this.#port.repaired({ action, messageId, code, applied })
  }

  /** A CALLERROR. Returns `false` when no call waits for it. */
  receiveError(frame: { id: string; code: string; description: string; details: object }): boolean {
    if (this.#queue.outstanding(frame.id) === undefined) return false
    if (this.#queue.isGivenUp) {
      this.#receiveLate()
      return true
    }
    this.#port.counters.errorsReceived++
    const code = readCode(this.#table.protocol, frame.code)
    const details = frame.details as Record<string, unknown>
    this.#queue.fail(new ReceivedCallError(code, frame.description, details), 'callerror')
    this.#flow.regulate()
    return true
  }

  /** The peer has answered the call on the wire, but the answer cannot be read. */
  receiveUnreadable({ type, id }: NonNullable<frames.FrameError['answerTo']>, action: string, reason: string): void {
    if (this.#queue.isGivenUp) this.#queue.release()
    else {
      const code = this.#table.protocol.formatViolation
      if (type === frames.CALLRESULT) this.#refuseResult(id, code, reason)
      const violation = { code, pointer: '', message: `is unreadable (${reason})` }
      this.#queue.fail(new InvalidResponseError(action, violation), 'invalid-response')
    }
    this.#flow.regulate()
  }

  /** Only 2.1 can tell the peer that its answer is wrong. [2.1 Part 4 §4.2.3] */
  #refuseResult(id: string, code: string, description: string): void {
    if (this.#table.protocol.hasSend) this.#port.write(frames.callResultError(id, code, description))
  }

  /** An answer to a call whose caller has left: it only tells that the peer is free for the next call. */
  #receiveLate(): void {
    this.#port.counters.ignored++
    this.#port.log.debug('late answer')
    this.#queue.release()
    this.#flow.regulate()
  }
}

function checkTimeout(timeout: number): number {
  if (typeof timeout !== 'number' || !(timeout > 0)) throw new InvalidTimeoutError()
  return timeout
}

/** The failure in the event of a call without an answer. */
function failureOf(error: Error): CallFailure {
  if (error instanceof CallError) {
    const { code, description, details } = error
    return { code, description, details }
  }
  return { code: String((error as Error & { code?: string }).code), description: error.message }
}
