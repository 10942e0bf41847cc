import { DataTransferHandlers, NO_VENDOR } from './data-transfer.js'
import { HandlerExistsError, UnknownActionError } from './errors.js'
import { maySend, PROTOCOLS } from './protocol.js'
import type { HandlerContext } from './types/handlers.js'
import type { Protocol, Role } from './types/protocol.js'

/** A handler whose types were checked when it was registered. */
export type AnyHandler = (request: unknown, context: HandlerContext) => unknown
export type AnyAfterHandler = (request: unknown, response: unknown, context: HandlerContext) => unknown
export type AnyFallback = (action: string, request: unknown, context: HandlerContext) => unknown

/** The handler of an action, and the functions that run after the answer, in the order of registration. */
export interface HandlerEntry {
  on: AnyHandler | undefined
  after: AnyAfterHandler[]
}

/** The handlers for the messages of `sender` in one version. */
export class Handlers {
  readonly #protocol: Protocol
  readonly #sender: Role
  readonly #entries = new Map<string, HandlerEntry>()
  readonly #dataTransfer: DataTransferHandlers
  #fallback: AnyFallback | undefined

  constructor(protocol: Protocol, sender: Role) {
    this.#protocol = protocol
    this.#sender = sender
    this.#dataTransfer = new DataTransferHandlers(protocol)
    this.#entries.set('DataTransfer', {
      on: (request, context) => this.#onDataTransfer(request, context),
      after: []
    })
  }

  #explicitDataTransfer: AnyHandler | undefined

  on(action: string, handler: AnyHandler): void {
    const entry = this.claim(action)
    if (action === 'DataTransfer') this.#explicitDataTransfer = handler
    else entry.on = handler
  }

  /**
   * The entry of an action that has no handler yet.
   *
   * @throws `OCPP_ERR_HANDLER_EXISTS`, `OCPP_ERR_UNKNOWN_ACTION`
   */
  claim(action: string): HandlerEntry {
    const entry = this.#entry(action)
    const isTaken = action === 'DataTransfer' ? this.#explicitDataTransfer !== undefined : entry.on !== undefined
    if (isTaken) throw new HandlerExistsError(`${action} of ${this.#protocol}`)
    return entry
  }

  after(action: string, handler: AnyAfterHandler): void {
    this.#entry(action).after.push(handler)
  }

  fallback(handler: AnyFallback): void {
    if (this.#fallback !== undefined) throw new HandlerExistsError(`the fallback of ${this.#protocol}`)
    this.#fallback = handler
  }

  onDataTransfer(...args: Parameters<DataTransferHandlers['add']>): void {
    this.#dataTransfer.add(...args)
  }

  find(action: string): HandlerEntry | undefined {
    return this.#entries.get(action)
  }

  /** The fallback, bound to this action. */
  fallbackFor(action: string): AnyHandler | undefined {
    const fallback = this.#fallback
    return fallback && ((request, context) => fallback(action, request, context))
  }

  #entry(action: string): HandlerEntry {
    const definition = PROTOCOLS[this.#protocol].actions.get(action)
    if (definition === undefined) throw new UnknownActionError(`${this.#protocol} has no action ${action}`)
    if (!maySend(this.#sender, definition)) {
      throw new UnknownActionError(`${action} is not sent by a ${this.#sender} in ${this.#protocol}`)
    }
    const entry = this.#entries.get(action) ?? { on: undefined, after: [] }
    this.#entries.set(action, entry)
    return entry
  }

  // In this order: the handler of the vendor, on('DataTransfer'), the fallback, the answer of the standard.
  #onDataTransfer(request: unknown, context: HandlerContext): unknown {
    const answer = this.#dataTransfer.answer(request as { vendorId: string }, context)
    if (answer !== NO_VENDOR) return answer
    const handler = this.#explicitDataTransfer ?? this.fallbackFor('DataTransfer')
    return handler === undefined ? { status: 'UnknownVendorId' } : handler(request, context)
  }
}
