import type { ChargePoint, FrameEvent } from 'fastify-ocpp'
import { CALL, CALLERROR, CALLRESULT, readHead } from './frame-head.js'

/** Told what becomes of the frames. */
export interface AnswerObserver {
  /** A CALL of a charge point was answered so many seconds after it was read. */
  answered(action: string, seconds: number): void
  /** A CALLERROR came in or went out. */
  failed(direction: FrameEvent['direction'], code: string): void
}

interface Pending {
  action: string
  since: number
}

/** CALLs of one charge point without an answer yet; more than it can have unless some are never answered. */
const MAX_PENDING = 128

/** Matches the answers that go out to the CALLs that came in. */
export class AnswerTimer {
  readonly #observer: AnswerObserver
  readonly #pending = new WeakMap<ChargePoint, Map<string, Pending>>()

  constructor(observer: AnswerObserver) {
    this.#observer = observer
  }

  see({ chargePoint, direction, text }: Pick<FrameEvent, 'chargePoint' | 'direction' | 'text'>): void {
    const head = readHead(text)
    if (head === undefined) return
    const { type, id, word } = head
    if (type === CALLERROR) this.#observer.failed(direction, word ?? '')
    if (direction === 'inbound') {
      if (type === CALL && word !== undefined) this.#remember(chargePoint, id, word)
    } else if (type === CALLRESULT || type === CALLERROR) this.#settle(chargePoint, id)
  }

  #remember(chargePoint: ChargePoint, id: string, action: string): void {
    let calls = this.#pending.get(chargePoint)
    if (calls === undefined) {
      calls = new Map()
      this.#pending.set(chargePoint, calls)
    }
    if (calls.size >= MAX_PENDING) calls.clear()
    calls.set(id, { action, since: performance.now() })
  }

  #settle(chargePoint: ChargePoint, id: string): void {
    const calls = this.#pending.get(chargePoint)
    const call = calls?.get(id)
    if (calls === undefined || call === undefined) return
    calls.delete(id)
    this.#observer.answered(call.action, (performance.now() - call.since) / 1000)
  }
}
