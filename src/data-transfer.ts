import { type TSchema, Type } from '@sinclair/typebox'
import { CallError, HandlerExistsError, InvalidOptionsError } from './errors.js'
import { isPromiseLike } from './failure.js'
import { UnknownFormatError, withFormats } from './formats.js'
import { isTooDeep, MAX_DEPTH, parseJson } from './frame.js'
import { PROTOCOLS } from './protocol.js'
import type { DataTransferAnswer, DataTransferMatch, HandlerContext } from './types/handlers.js'
import type { Protocol } from './types/protocol.js'
import { PayloadCheck } from './validate.js'

type AnyHandler = (message: never, context: never) => unknown

interface Vendor {
  any: Route | undefined
  messages: Map<string, Route>
}

interface Route {
  handler: (message: unknown, context: HandlerContext) => unknown
  check: PayloadCheck | undefined
  /** OCPP 1.6 transports only texts, so other data is sent as JSON in a text. */
  isJson: boolean
}

interface DataTransferRequest {
  vendorId: string
  messageId?: string
  data?: unknown
}

export const NO_VENDOR = Symbol('no vendor')

/** The vendor-specific handlers of one version. [1.6 §4.3; 2.x P02] */
export class DataTransferHandlers {
  readonly #protocol: Protocol
  readonly #vendors = new Map<string, Vendor>()

  constructor(protocol: Protocol) {
    this.#protocol = protocol
  }

  add(match: DataTransferMatch, handler: AnyHandler): void {
    const vendor = this.#vendor(match.vendorId)
    const existing = match.messageId === undefined ? vendor.any : vendor.messages.get(match.messageId)
    if (existing !== undefined) {
      const message = match.messageId === undefined ? '' : `/${match.messageId}`
      throw new HandlerExistsError(`DataTransfer ${match.vendorId}${message} of ${this.#protocol}`)
    }
    const route = this.#route(match, handler as Route['handler'])
    if (match.messageId === undefined) vendor.any = route
    else vendor.messages.set(match.messageId, route)
  }

  /** The answer of the vendor's handler, or {@link NO_VENDOR} if there is no handler for this vendor. */
  answer(request: DataTransferRequest, context: HandlerContext): unknown {
    // With `validation: 'warn'` it may be anything.
    const { vendorId } = request as { vendorId: unknown }
    const vendor = typeof vendorId === 'string' ? this.#vendors.get(fold(vendorId)) : undefined
    if (vendor === undefined) return NO_VENDOR
    const own = request.messageId === undefined ? undefined : vendor.messages.get(request.messageId)
    const route = own ?? vendor.any
    if (route === undefined) return { status: 'UnknownMessageId' }
    const data = this.#read(route, request.data)
    const answer = route.handler({ ...request, data }, context)
    if (!route.isJson) return answer
    return isPromiseLike(answer) ? answer.then(writeJson) : writeJson(answer)
  }

  #vendor(vendorId: string): Vendor {
    const key = fold(vendorId)
    const vendor = this.#vendors.get(key) ?? { any: undefined, messages: new Map() }
    this.#vendors.set(key, vendor)
    return vendor
  }

  #route({ vendorId, data }: DataTransferMatch, handler: Route['handler']): Route {
    if (data === undefined) return { handler, check: undefined, isJson: false }
    const check = this.#check(vendorId, data)
    return { handler, check, isJson: PROTOCOLS[this.#protocol].hasTextData && !isOfStrings(data) }
  }

  /** Compiles the schema now: one that cannot be compiled would fail for every message. */
  #check(vendorId: string, data: TSchema): PayloadCheck {
    try {
      const check = new PayloadCheck(PROTOCOLS[this.#protocol], Type.Object({ data: withFormats(data) }))
      check.compile()
      return check
    } catch (error) {
      if (error instanceof UnknownFormatError) {
        const remedy = `make it known first: FormatRegistry.Set('${error.format}', …) of @sinclair/typebox`
        throw new InvalidOptionsError(`onDataTransfer of ${vendorId}: ${error.message}; ${remedy}`)
      }
      const problem = `onDataTransfer of ${vendorId}: \`data\` is no schema of @sinclair/typebox 0.34`
      throw new InvalidOptionsError(
        `${problem}; TypeBox 1.x (package typebox) and plain JSON Schema are not understood`
      )
    }
  }

  #read(route: Route, received: unknown): unknown {
    const data = route.isJson ? readJson(received) : received
    const violation = route.check?.violation(data === undefined ? {} : { data })
    if (violation !== undefined) throw new CallError(violation.code, violation.wire)
    return data
  }
}

/** Whether the schema accepts only strings. */
function isOfStrings(schema: TSchema): boolean {
  if (typeof schema.type === 'string') return schema.type === 'string' || schema.type === 'RegExp'
  if (Array.isArray(schema.anyOf)) return schema.anyOf.every(isOfStrings)
  if (Array.isArray(schema.allOf)) return schema.allOf.some(isOfStrings)
  if (Array.isArray(schema.enum)) return schema.enum.every((value) => typeof value === 'string')
  return typeof schema.const === 'string'
}

function readJson(data: unknown): unknown {
  if (typeof data !== 'string') return data
  let value: unknown
  try {
    value = parseJson(data)
  } catch {
    throw new CallError('PropertyConstraintViolation', '/data must be JSON')
  }
  if (isTooDeep(data)) throw new CallError('PropertyConstraintViolation', `/data is nested deeper than ${MAX_DEPTH}`)
  return value
}

function writeJson(answer: unknown): unknown {
  const data = (answer as DataTransferAnswer | undefined)?.data
  if (data === undefined || typeof data === 'string') return answer
  return { ...(answer as DataTransferAnswer), data: JSON.stringify(data) }
}

function fold(vendorId: string): string {
  return vendorId.toLowerCase()
}
