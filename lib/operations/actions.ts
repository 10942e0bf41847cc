import type { Protocol } from 'fastify-ocpp'
import { describeCalls, requestSchema } from 'fastify-ocpp/rest'
import type { Schema, Schemas } from '../openapi/document.js'
import { exampleOf } from '../openapi/example.js'
import { RULE } from '../text-like.js'
import { type AnyOperation, type Danger, mayWait } from './operation.js'
import { OPERATIONS } from './table.js'

// Operations and OCPP calls that a charge point supports, each with the JSON Schema of its request.

export interface OperationSummary {
  name: string
  title: string
  supported: boolean
  /** Why it is not supported. */
  reason?: string
  danger: Danger
  /** Whether it can wait for a charge point that is away. */
  queueable: boolean
}

export interface CallSummary {
  action: string
  title: string
  block: string
  danger: Danger
}

export interface ActionList {
  operations: OperationSummary[]
  calls: CallSummary[]
}

/** An operation or call, and what its request has to be. */
export interface Action {
  title: string
  description?: string
  danger: Danger
  schema: object
  example: unknown
}

const OPERATION_TABLE: Readonly<Record<string, AnyOperation>> = OPERATIONS

/** The calls that may end a transaction, stop service, or remove what the operator cannot bring back, in any version. */
const DANGEROUS_CALLS: Readonly<Record<string, Danger>> = {
  ChangeAvailability: 'interrupts',
  RemoteStopTransaction: 'interrupts',
  RequestStopTransaction: 'interrupts',
  Reset: 'interrupts',
  SignedUpdateFirmware: 'interrupts',
  UnlockConnector: 'interrupts',
  UpdateFirmware: 'interrupts',
  ClearChargingProfile: 'destroys',
  ClearDERControl: 'destroys',
  ClearDisplayMessage: 'destroys',
  ClearTariffs: 'destroys',
  ClearVariableMonitoring: 'destroys',
  // It may erase what is stored about a customer. [2.x N10]
  CustomerInformation: 'destroys',
  DeleteCertificate: 'destroys',
  // All but HardWiredOnly add monitors, but it also clears those that the operator has set. [2.x N05]
  SetMonitoringBase: 'destroys'
}

const UNKNOWN_VERSION = 'the charge point has never connected, so its version of OCPP is unknown'

/**
 * All operations, and the calls of a version. A charge point may refuse them all the same.
 *
 * @param protocol `undefined` if it is unknown
 */
export function listActions(protocol: Protocol | undefined): ActionList {
  const support = protocol === undefined ? { supported: false, reason: UNKNOWN_VERSION } : { supported: true }
  return {
    operations: Object.entries(OPERATION_TABLE).map(([name, operation]) => ({
      name,
      title: operation.summary,
      ...support,
      danger: operation.danger,
      queueable: mayWait(operation)
    })),
    calls: protocol === undefined ? [] : describeCalls(protocol).map((call) => ({ ...call, danger: dangerOf(call) }))
  }
}

/** An operation by its name, or a call of the version by its action. `undefined`: there is no such thing. */
export function findAction(protocol: Protocol | undefined, name: string): Action | undefined {
  if (Object.hasOwn(OPERATION_TABLE, name)) return operationOf(OPERATION_TABLE[name])
  return protocol === undefined ? undefined : callOf(protocol, name)
}

function operationOf(operation: AnyOperation | undefined): Action | undefined {
  if (operation === undefined) return undefined
  const { summary, description, danger, body } = operation
  // As text it has none of the symbols of TypeBox.
  const schema: Schema = JSON.parse(JSON.stringify(body))
  const example = exampleOf(schema, {})
  return { title: summary, description, danger, schema: plain(schema), example }
}

/** The schema in the few keywords that forms know. */
function plain({ examples: _, [RULE]: rule, const: literal, ...schema }: Schema): Schema {
  const { properties, items, description = rule } = schema
  return {
    ...schema,
    ...(description !== undefined && { description }),
    ...(literal !== undefined && { enum: [literal] }),
    ...(items !== undefined && { items: plain(items) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, plain(member)]))
    })
  }
}

function callOf(protocol: Protocol, name: string): Action | undefined {
  const call = describeCalls(protocol).find(({ action }) => action === name)
  const schema = requestSchema(protocol, name)
  if (call === undefined || schema === undefined) return undefined
  // Of the optional members, of which OCPP has many, the example has none.
  const example = exampleOf(schema as Schema, (schema.$defs ?? {}) as Schemas, '', false)
  return { title: call.title, danger: dangerOf(call), schema, example }
}

function dangerOf({ action }: { action: string }): Danger {
  return DANGEROUS_CALLS[action] ?? 'none'
}
