import { OptionalKind, type TSchema } from '@sinclair/typebox'
import type { ActionDefinition } from '../src/schema.js'

/** The schemas of one OCPP version from which its `interfaces.ts` is generated. */
export interface Version {
  /** The version in the spelling of the standard, e.g. `2.0.1`. */
  version: string
  actions: Readonly<Record<string, ActionDefinition>>
  messages: Record<string, TSchema>
  types: Record<string, TSchema>
}

/** Generates the text of `interfaces.ts`: a type for every datatype and every message, and the map of the actions. */
export function interfaces({ version, actions, messages, types }: Version): string {
  const names = namesByIdentity(types)
  const facts = messageFacts(actions)
  const declarations = [
    ...sorted(types).map(([name, schema]) => declaration(name, schema, names)),
    ...sorted(messages).map(([name, schema]) => comment(facts.get(schema)) + declaration(name, schema, names)),
    actionMap(actions, namesByIdentity(messages)),
    ...actionUnions(actions)
  ]
  return `// OCPP ${version}. Generated from types.ts, messages.ts and actions.ts by \`npm run generate\`; do not edit.\n\n${declarations.join('\n')}`
}

/**
 * Identifies the constant from which a schema was made by its list of members or of values: `Type.Optional` and
 * `Type.Unsafe` copy the schema itself, but share this list with the original.
 */
function identity(schema: TSchema): unknown {
  return schema.properties ?? schema.enum
}

function namesByIdentity(schemas: Record<string, TSchema>): Map<unknown, string> {
  return new Map(Object.entries(schemas).map(([name, schema]) => [identity(schema), name]))
}

function messageFacts(actions: Version['actions']): Map<TSchema, string> {
  const facts = new Map<TSchema, string>()
  for (const { direction, messageType, block, request, response } of Object.values(actions)) {
    facts.set(request, `${messageType} from ${SENDER[direction]}, ${block}`)
    if (response !== undefined) facts.set(response, `CALLRESULT to ${SENDER[direction]}, ${block}`)
  }
  return facts
}

const SENDER = { chargePoint: 'the charge point', csms: 'the CSMS', both: 'either side' }

function declaration(name: string, schema: TSchema, names: Map<unknown, string>): string {
  if (schema.enum !== undefined) return alias(name, schema.enum)
  const members = Object.entries<TSchema>(schema.properties).map(([member, type]) => {
    const optional = type[OptionalKind] === 'Optional' ? '?' : ''
    return `${comment(constraints(type), '  ')}  ${member}${optional}: ${typeName(type, names)}\n`
  })
  if (schema.additionalProperties !== false) members.push('  [member: string]: unknown\n')
  // An empty interface would accept any value.
  if (members.length === 0) return `export type ${name} = Record<string, never>\n`
  return `export interface ${name} {\n${members.join('')}}\n`
}

function typeName(schema: TSchema, names: Map<unknown, string>): string {
  const name = names.get(identity(schema))
  if (name !== undefined) return name
  if (schema.type === 'array') return `${typeName(schema.items, names)}[]`
  if (schema.type === 'integer') return 'number'
  if (schema.type === undefined) return 'unknown'
  if (['string', 'number', 'boolean'].includes(schema.type)) return schema.type
  throw new Error(`no name for ${JSON.stringify(schema)}`)
}

const CONSTRAINTS = ['minItems', 'maxItems', 'maxLength', 'minimum', 'maximum', 'multipleOf', 'default'] as const
const FORMATS = new Map([
  ['date-time', 'date-time, RFC 3339'],
  ['uri', 'uri, RFC 3986']
])

function constraints(schema: TSchema): string {
  const facts: string[] = []
  if (schema.type === 'integer') facts.push('integer')
  if (schema.format !== undefined) facts.push(FORMATS.get(schema.format) ?? schema.format)
  for (const keyword of CONSTRAINTS) {
    if (schema[keyword] !== undefined) facts.push(`${keyword} ${schema[keyword]}`)
  }
  const items = schema.items === undefined || identity(schema.items) !== undefined ? '' : constraints(schema.items)
  if (items !== '') facts.push(`each ${items}`)
  return facts.join(', ')
}

function comment(text: string | undefined, indent = ''): string {
  return text === undefined || text === '' ? '' : `${indent}/** ${text} */\n`
}

function actionMap(actions: Version['actions'], names: Map<unknown, string>): string {
  const members = sorted(actions).map(([action, { direction, messageType, request, response }]) => {
    const responseName = response === undefined ? 'never' : names.get(identity(response))
    return `  ${action}: {
    request: ${names.get(identity(request))}
    response: ${responseName}
    direction: '${direction}'
    messageType: '${messageType}'
  }\n`
  })
  return `/** The payloads of every action, and who may send it. */\nexport interface Actions {\n${members.join('')}}\n`
}

function actionUnions(actions: Version['actions']): string[] {
  const all = sorted(actions)
  const calls = all.filter(([, { messageType }]) => messageType === 'CALL')
  const sends = all.filter(([, { messageType }]) => messageType === 'SEND')
  const by = (sender: 'chargePoint' | 'csms') =>
    keys(calls.filter(([, { direction }]) => direction === sender || direction === 'both'))
  return [
    alias('ActionName', keys(all)),
    comment('The actions a charge point may send as CALL.') + alias('ChargePointAction', by('chargePoint')),
    comment('The actions a CSMS may send as CALL.') + alias('CsmsAction', by('csms')),
    comment('The actions sent as SEND, which have no answer.') + alias('SendAction', keys(sends))
  ]
}

function keys(entries: [string, unknown][]): string[] {
  return entries.map(([key]) => key)
}

const LINE_WIDTH = 120

/** A union of string literals, with the line breaks that Biome would make. */
function alias(name: string, values: readonly string[]): string {
  const literals = values.map((value) => `'${value}'`)
  const line = `export type ${name} = ${literals.join(' | ') || 'never'}`
  if (line.length <= LINE_WIDTH) return `${line}\n`
  return `export type ${name} =\n${literals.map((literal) => `  | ${literal}\n`).join('')}`
}

function sorted<T>(named: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries<T>(named).sort(([a], [b]) => (a < b ? -1 : 1))
}
