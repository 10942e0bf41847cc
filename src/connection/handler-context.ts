import type { FastifyBaseLogger } from 'fastify'
import type { ChargePoint } from '../types/charge-point.js'

/** The second argument of a handler. Logger and signal are created when the handler first reads them. */
export class MessageContext {
  readonly chargePoint: ChargePoint
  readonly messageId: string
  #controller: AbortController | undefined
  #isAborted = false

  constructor(chargePoint: ChargePoint, messageId: string) {
    this.chargePoint = chargePoint
    this.messageId = messageId
  }

  get log(): FastifyBaseLogger {
    return this.chargePoint.log.child({ messageId: this.messageId })
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
