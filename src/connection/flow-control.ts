import type { WebSocket } from 'ws'
import type { LimitRule } from '../types/events.js'
import type { ConnectionPort } from './port.js'

/** Cost of one message, in credits. With a low rate and a short tick, a tick adds only a fraction of this. */
export const MESSAGE_CREDIT = 1000
/** A message costs once more for each 2^12 characters. */
const SPENDING_BITS = 12
/**
 * CALLs of the peer that may wait while a CALL of ours is on the wire. The answer to our CALL comes behind them, so
 * the socket cannot be paused earlier. A charge point that keeps to one CALL at a time never has two waiting.
 */
const MAX_WAITING_DURING_CALL = 64

/** Back-pressure: a peer that sends faster than it is answered, or does not read its answers, is not read either. */
export class FlowControl {
  readonly #socket: WebSocket
  readonly #port: ConnectionPort
  #isPaused = false
  /** Credit until the next tick. Less than 0 is a debt. */
  #credit: number
  /** Ticks until the socket is cut because the peer does not read. 0 while the peer reads. */
  #slowTicks = 0

  constructor(socket: WebSocket, port: ConnectionPort) {
    this.#socket = socket
    this.#port = port
    this.#credit = port.surroundings.settings.credit
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Whether `more` bytes would exceed `maxBufferedAmount`. */
  isFull(more = 0): boolean {
    return this.#socket.bufferedAmount + more > this.#port.surroundings.settings.maxBufferedAmount
  }

  /** Takes the cost of a message of `length` characters from the credit. A ping or pong has length 0. */
  spend(length: number): void {
    this.#credit -= MESSAGE_CREDIT * (1 + (length >> SPENDING_BITS))
    if (this.#credit < MESSAGE_CREDIT) this.regulate()
  }

  /** Adds the credit of one tick. */
  refill(): void {
    const { maxCredit, creditPerTick } = this.#port.surroundings.settings
    this.#credit = Math.min(maxCredit, this.#credit + creditPerTick)
  }

  /** Pauses or resumes the socket, after anything that may be a reason for it has changed. */
  regulate(): void {
    if (!this.#port.connected) return
    const rule = this.#reasonToPause()
    if ((rule !== undefined) === this.#isPaused) return
    this.#isPaused = rule !== undefined
    if (rule === undefined) this.#socket.resume()
    else {
      this.#socket.pause()
      this.#port.publishLimited(rule)
    }
  }

  /** Reads again, whatever the limits say: the peer's answer to a close frame has to be read. */
  release(): void {
    if (this.#isPaused) this.#socket.resume()
  }

  /** Counts one tick. Returns whether the peer has left too much unread for `slowReaderTimeout`. */
  isTooSlow(): boolean {
    if (!this.isFull()) {
      this.#slowTicks = 0
      return false
    }
    if (this.#slowTicks > 0) return --this.#slowTicks === 0
    const { clock, settings } = this.#port.surroundings
    this.#slowTicks = clock.ticksFor(settings.slowReaderTimeout)
    return false
  }

  #reasonToPause(): LimitRule | undefined {
    const { waitingCalls, isCallOnWire, surroundings } = this.#port
    const { maxWaitingCalls } = surroundings.settings
    const limit = isCallOnWire ? Math.max(MAX_WAITING_DURING_CALL, maxWaitingCalls) : maxWaitingCalls
    if (waitingCalls > limit) return 'waiting-calls'
    if (this.isFull()) return 'buffered-amount'
    return this.#credit < MESSAGE_CREDIT ? 'message-rate' : undefined
  }
}
