import type { TSchema } from '@sinclair/typebox'
import type { Protocol } from '../types/protocol.js'
import * as v16 from '../v16/index.js'
import * as v21 from '../v21/index.js'
import * as v201 from '../v201/index.js'

/** A JSON schema of an OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>

/** The schemas below `components` of an OpenAPI document. */
export type Components = Record<string, Schema>

const PREFIXES: Record<Protocol, string> = { 'ocpp1.6': 'Ocpp16', 'ocpp2.0.1': 'Ocpp201', 'ocpp2.1': 'Ocpp21' }

const MODULES: Record<Protocol, object> = { 'ocpp1.6': v16, 'ocpp2.0.1': v201, 'ocpp2.1': v21 }

/** The keywords that are copied to OpenAPI; our schemas have internal ones besides. */
const KEYWORDS = [
  'type',
  'enum',
  'format',
  'default',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'required'
]

/** Writes the schemas of one version as OpenAPI components, each message and datatype once. */
export class ComponentWriter {
  readonly #components: Components
  readonly #prefix: string
  readonly #version: string
  readonly #names: ReadonlyMap<unknown, string>
  readonly #base: string

  /** @param base the pointer to `components`, with a slash at its end */
  constructor(components: Components, protocol: Protocol, base = '#/components/schemas/') {
    this.#components = components
    this.#base = base
    this.#prefix = PREFIXES[protocol]
    this.#version = protocol.replace('ocpp', 'OCPP ')
    this.#names = namesByIdentity(MODULES[protocol])
  }

  /** A reference to the schema, or the schema itself when it has no name. */
  write(schema: TSchema): Schema {
    const name = this.#names.get(identityOf(schema))
    if (name === undefined) return this.#spell(schema)
    const component = `${this.#prefix}${name}`
    if (!Object.hasOwn(this.#components, component)) {
      // Registered first: a datatype may refer to itself.
      this.#components[component] = {}
      this.#components[component] = { title: this.#title(name), ...this.#spell({ ...schema, default: undefined }) }
    }
    const reference = { $ref: `${this.#base}${component}` }
    // Members beside a $ref are ignored. [OpenAPI 3.0 "Reference Object"]
    return schema.default === undefined ? reference : { allOf: [reference], default: schema.default }
  }

  #title(name: string): string {
    return `${this.#version} ${name.replace(/(Request|Response)$/, (kind) => ` ${kind.toLowerCase()}`)}`
  }

  #spell(schema: TSchema): Schema {
    const spelt: Record<string, unknown> = {}
    for (const keyword of KEYWORDS) {
      // A copy, so that an application that edits its document does not change the schemas of the checks.
      if (schema[keyword] !== undefined) spelt[keyword] = structuredClone(schema[keyword])
    }
    if (schema.items !== undefined) spelt.items = this.write(schema.items)
    if (schema.properties !== undefined) {
      const members = Object.entries<TSchema>(schema.properties)
      spelt.properties = Object.fromEntries(members.map(([name, member]) => [name, this.write(member)]))
      if (schema.additionalProperties === false) spelt.additionalProperties = false
    }
    return spelt
  }
}

/** The part of a schema that its optional copy shares: TypeBox copies only the outermost object. */
function identityOf(schema: TSchema): unknown {
  return schema.properties ?? schema.enum
}

function namesByIdentity(module: object): Map<unknown, string> {
  const names = new Map<unknown, string>()
  for (const [name, schema] of Object.entries(module) as [string, TSchema][]) {
    const identity = name === 'actions' ? undefined : identityOf(schema)
    if (identity !== undefined) names.set(identity, name)
  }
  return names
}
