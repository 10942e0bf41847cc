import { maySend, PROTOCOLS } from '../protocol.js'
import type { ActionDefinition } from '../schema.js'
import type { Protocol } from '../types/protocol.js'
import { type Components, ComponentWriter, type Schema } from './components.js'
import { SUMMARIES } from './summaries.js'

/** A CALL that a CSMS may send in one version. */
export interface CallDescription {
  action: string
  /** Purpose of the call, in a few words. */
  title: string
  /** The profile (1.6) or functional block (2.x). */
  block: string
}

/** A JSON Schema that refers to nothing but its own `$defs`. */
export interface RequestSchema extends Schema {
  readonly $defs?: Components
}

export function isCall(definition: ActionDefinition | undefined): definition is ActionDefinition {
  return definition?.messageType === 'CALL' && maySend('csms', definition)
}

/** Every action that a CSMS may send as a CALL in at least one version. */
export function callActions(): string[] {
  const actions = new Set<string>()
  for (const { actions: definitions } of Object.values(PROTOCOLS)) {
    for (const [action, definition] of definitions) if (isCall(definition)) actions.add(action)
  }
  return [...actions].sort()
}

/** The CALLs that a CSMS may send in this version, sorted by action. */
export function describeCalls(protocol: Protocol): CallDescription[] {
  return callActions().flatMap((action) => {
    const definition = PROTOCOLS[protocol].actions.get(action)
    return isCall(definition) ? [{ action, title: SUMMARIES[action] ?? action, block: definition.block }] : []
  })
}

/** The schema of a request that a CSMS may send in this version. `undefined`: the version has no such CALL. */
export function requestSchema(protocol: Protocol, action: string): RequestSchema | undefined {
  const definition = PROTOCOLS[protocol].actions.get(action)
  if (!isCall(definition)) return undefined
  const $defs: Components = {}
  const root = new ComponentWriter($defs, protocol, '#/$defs/').write(definition.request)
  const name = String(root.$ref).slice('#/$defs/'.length)
  const { [name]: request = root, ...others } = $defs
  return Object.keys(others).length === 0 ? request : { ...request, $defs: others }
}
