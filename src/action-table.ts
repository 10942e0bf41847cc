import type { TSchema } from '@sinclair/typebox'
import { inboundSchema, normalise, outboundSchema } from './leniency.js'
import { maySend, type ProtocolDefinition } from './protocol.js'
import type { ActionDefinition } from './schema.js'
import type { Role } from './types/protocol.js'
import type { Leniency } from './types/validation.js'
import { type FoundViolation, PayloadCheck } from './validate.js'

/** A payload as it may be delivered, and what is still wrong with it. */
export interface Admission {
  payload: unknown
  violation: FoundViolation | undefined
}

type Flow = 'inbound' | 'outbound'

/** One action on one side of a connection: who may send it and the checks of its two payloads. */
export class ActionMessages {
  readonly action: string
  /** Whether the other side may send the request. */
  readonly isInbound: boolean
  /** Whether we may send the request. */
  readonly isOutbound: boolean
  readonly #table: ActionTable
  readonly #definition: ActionDefinition
  #request: PayloadCheck | undefined
  #response: PayloadCheck | undefined
  #sentRequest: PayloadCheck | undefined
  #receivedResponse: PayloadCheck | undefined

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
  admitRequest(payload: unknown): Admission {
    this.#request ??= this.#check('inbound', 'Request', this.#definition.request)
    return this.#admit(this.#request, payload)
  }

  /** An answer to a CALL of ours. */
  admitResponse(payload: unknown): Admission {
    this.#receivedResponse ??= this.#check('inbound', 'Response', this.#definition.response)
    return this.#admit(this.#receivedResponse, payload)
  }

  /** What is wrong with a request of ours. */
  refuseRequest(payload: unknown): FoundViolation | undefined {
    this.#sentRequest ??= this.#check('outbound', 'Request', this.#definition.request)
    return this.#sentRequest.violation(payload)
  }

  /** What is wrong with an answer of ours. */
  refuseResponse(payload: unknown): FoundViolation | undefined {
    this.#response ??= this.#check('outbound', 'Response', this.#definition.response)
    return this.#response.violation(payload)
  }

  #check(flow: Flow, suffix: 'Request' | 'Response', schema: TSchema | undefined): PayloadCheck {
    if (schema === undefined) throw new TypeError(`${this.action} has no response`)
    const { protocol, leniency } = this.#table
    const message = this.messageType === 'SEND' ? this.action : `${this.action}${suffix}`
    const edited = flow === 'inbound' ? inboundSchema : outboundSchema
    return new PayloadCheck(protocol, edited(protocol, message, schema, leniency))
  }

  // A payload without members may be null. [1.6-J §4.2.1, §4.2.2; 2.x Part 4 §4.1.5]
  #admit(check: PayloadCheck, received: unknown): Admission {
    const payload = received === null ? {} : received
    if (check.violation(payload) === undefined) return { payload, violation: undefined }
    const { protocol, leniency } = this.#table
    const normalised = normalise(protocol, check.schema, payload, leniency)
    return { payload: normalised, violation: check.violation(normalised) }
  }
}

/** The actions of one version as one side of a connection sees them. */
export class ActionTable {
  readonly protocol: ProtocolDefinition
  readonly role: Role
  readonly leniency: Leniency
  readonly #actions = new Map<string, ActionMessages>()

  constructor(protocol: ProtocolDefinition, role: Role, leniency: Leniency) {
    this.protocol = protocol
    this.role = role
    this.leniency = leniency
    for (const [action, definition] of protocol.actions) {
      this.#actions.set(action, new ActionMessages(this, action, definition))
    }
  }

  get(action: string): ActionMessages | undefined {
    return this.#actions.get(action)
  }
}
