import type { TSchema } from '@sinclair/typebox'
import { DEVIATIONS, type Deviation } from './deviations/names.js'
import { InboundMessage } from './inbound-message.js'
import { outboundSchema } from './leniency.js'
import { maySend, type ProtocolDefinition } from './protocol.js'
import type { ActionDefinition } from './schema.js'
import type { Role } from './types/protocol.js'
import type { Leniency } from './types/validation.js'
import { type FoundViolation, PayloadCheck } from './validate.js'

/** One action on one side of a connection: who may send it and the checks of its two payloads. */
export class ActionMessages {
  readonly action: string
  /** Whether the other side may send the request. */
  readonly isInbound: boolean
  /** Whether we may send the request. */
  readonly isOutbound: boolean
  readonly #table: ActionTable
  readonly #definition: ActionDefinition
  #request: InboundMessage | undefined
  #response: PayloadCheck | undefined
  #sentRequest: PayloadCheck | undefined
  #receivedResponse: InboundMessage | undefined

  constructor(table: ActionTable, action: string, definition: ActionDefinition) {
    this.#table = table
    this.#definition = definition
    this.action = action
    this.isInbound = maySend(table.role === 'csms' ? 'chargePoint' : 'csms', definition)
    this.isOutbound = maySend(table.role, definition)
  }

  get messageType(): 'CALL' | 'SEND' {
    return this.#definition.messageType
  }

  /** A request that came in: checked, and when it fails normalised and checked again. */
  get request(): InboundMessage {
    this.#request ??= this.#inbound('Request', this.#definition.request)
    return this.#request
  }

  /** An answer to a CALL of ours. */
  get response(): InboundMessage {
    this.#receivedResponse ??= this.#inbound('Response', this.#definition.response)
    return this.#receivedResponse
  }

  /** Fault in a request of ours. */
  refuseRequest(payload: unknown): FoundViolation | undefined {
    this.#sentRequest ??= this.#outbound('Request', this.#definition.request)
    return this.#sentRequest.violation(payload)
  }

  /** Fault in an answer of ours. */
  refuseResponse(payload: unknown): FoundViolation | undefined {
    this.#response ??= this.#outbound('Response', this.#definition.response)
    return this.#response.violation(payload)
  }

  #inbound(suffix: 'Request' | 'Response', schema: TSchema | undefined): InboundMessage {
    if (schema === undefined) throw new TypeError(`${this.action} has no response`)
    const { protocol: definition, leniency } = this.#table
    return new InboundMessage({ definition, leniency, message: this.#messageOf(suffix), schema })
  }

  #outbound(suffix: 'Request' | 'Response', schema: TSchema | undefined): PayloadCheck {
    if (schema === undefined) throw new TypeError(`${this.action} has no response`)
    const { protocol, leniency } = this.#table
    return new PayloadCheck(protocol, outboundSchema(protocol, this.#messageOf(suffix), schema, leniency))
  }

  #messageOf(suffix: 'Request' | 'Response'): string {
    return this.messageType === 'SEND' ? this.action : `${this.action}${suffix}`
  }
}

/** The actions of one version as one side of a connection sees them. */
export class ActionTable {
  readonly protocol: ProtocolDefinition
  readonly role: Role
  readonly leniency: Leniency
  /** The deviations of frames that are accepted; `undefined` when there are none. */
  readonly frameDeviations: ReadonlySet<Deviation> | undefined
  readonly #actions = new Map<string, ActionMessages>()

  constructor(protocol: ProtocolDefinition, role: Role, leniency: Leniency) {
    this.protocol = protocol
    this.role = role
    this.leniency = leniency
    const ofFrames = leniency.deviations?.filter((name) => DEVIATIONS[name].place === 'frame') ?? []
    this.frameDeviations = ofFrames.length === 0 ? undefined : new Set(ofFrames)
    for (const [action, definition] of protocol.actions) {
      this.#actions.set(action, new ActionMessages(this, action, definition))
    }
  }

  get(action: string): ActionMessages | undefined {
    return this.#actions.get(action)
  }
}
