// Turns the JSON schema of a request into the fields of a form. Pure: nothing here knows of the page.

/** A JSON schema, as the API serves it. */
export type Schema = Readonly<Record<string, unknown>>

interface Common {
  /** The name of the member; for an element of a list the name of the list. */
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly required: boolean
  /** The value that the receiver assumes when the member is absent. It is shown, never sent. */
  readonly assumed?: unknown
}

export interface TextField extends Common {
  readonly kind: 'text'
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  /** The pattern in words. */
  readonly rule?: string
  /** Whether the empty text is a value of its own: a required member of which nothing says that it has a length. */
  readonly mayBeEmpty?: boolean
}

export interface NumberField extends Common {
  readonly kind: 'number'
  readonly whole: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
}

export interface ChoiceField extends Common {
  readonly kind: 'choice'
  readonly options: readonly unknown[]
}

export interface DateTimeField extends Common {
  readonly kind: 'date-time'
}

export interface BooleanField extends Common {
  readonly kind: 'boolean'
}

/** A member that may only have one value: it is sent or not. */
export interface ConstantField extends Common {
  readonly kind: 'constant'
  readonly value: unknown
}

/** Any JSON value. */
export interface JsonField extends Common {
  readonly kind: 'json'
}

export interface ListField extends Common {
  readonly kind: 'list'
  readonly item: Field
  readonly minItems: number
  readonly maxItems?: number
  readonly unique: boolean
}

export interface GroupField extends Common {
  readonly kind: 'group'
  /** Required members come first. */
  readonly fields: readonly Field[]
  /** Members that only the JSON view shows. */
  readonly hidden: readonly string[]
}

/** One of several schemas: the request of each OCPP version. */
export interface VersionsField extends Common {
  readonly kind: 'versions'
  readonly versions: readonly Field[]
}

export type Field =
  | TextField
  | NumberField
  | ChoiceField
  | DateTimeField
  | BooleanField
  | ConstantField
  | JsonField
  | ListField
  | GroupField
  | VersionsField

/** Every keyword that a schema may have. An unknown one is an error: a form must not leave out a rule silently. */
const KEYWORDS = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  '$ref',
  'allOf',
  'anyOf',
  'enum',
  'const',
  'items',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'default',
  // Tables of schemas, and annotations.
  '$defs',
  '$schema',
  '$id',
  'examples',
  'x-rule',
  // The server checks that a change changes something.
  'minProperties'
])

/** Extensions of vendors, which only the JSON view shows. [2.x CustomDataType] */
const HIDDEN = new Set(['customData'])

/** Deeper schemas are edited as JSON. Lists and their elements count as one level each. */
const MAX_DEPTH = 16

interface Place {
  name: string
  required: boolean
  depth: number
  root: Schema
  /** An element of a list: instead of an empty one there is none. */
  isElement?: boolean
}

/** The fields of a schema. Throws when the schema has a keyword that forms do not know. */
export function fieldsOf(schema: Schema, name = ''): Field {
  return fieldOf(schema, { name, required: true, depth: 0, root: schema })
}

function fieldOf(unresolved: Schema, place: Place): Field {
  const schema = resolve(unresolved, place.root)
  const common = commonOf(schema, place)
  if (place.depth > MAX_DEPTH) return { ...common, kind: 'json' }
  if (Array.isArray(schema.anyOf)) return versionsOf(schema.anyOf as Schema[], { schema, common, place })
  if ('const' in schema) return { ...common, kind: 'constant', value: schema.const }
  if (Array.isArray(schema.enum)) return { ...common, kind: 'choice', options: schema.enum }
  switch (schema.type) {
    case 'object':
      return groupOf(schema, common, place)
    case 'array':
      return listOf(schema, common, place)
    case 'boolean':
      return { ...common, kind: 'boolean' }
    case 'integer':
    case 'number':
      return numberOf(schema, common)
    case 'string':
      return schema.format === 'date-time' ? { ...common, kind: 'date-time' } : textOf(schema, common, place)
    default:
      return { ...common, kind: 'json' }
  }
}

/** Follows `$ref` and `allOf` until the schema says itself what it is. Outer members win. */
function resolve(schema: Schema, root: Schema): Schema {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword)) throw new Error(`forms do not know the keyword ${keyword}`)
  }
  const { $ref, allOf, ...own } = schema
  const parts: Schema[] = []
  if (typeof $ref === 'string') parts.push(resolve(target($ref, root), root))
  if (Array.isArray(allOf)) parts.push(...(allOf as Schema[]).map((part) => resolve(part, root)))
  return parts.length === 0 ? schema : [...parts, own].reduce(merge, {})
}

function merge(one: Schema, other: Schema): Schema {
  const merged: Record<string, unknown> = { ...one, ...other }
  if (isRecord(one.properties) && isRecord(other.properties)) {
    merged.properties = { ...one.properties, ...other.properties }
  }
  if (Array.isArray(one.required) && Array.isArray(other.required)) {
    merged.required = [...new Set([...one.required, ...other.required])]
  }
  return merged
}

function target(reference: string, root: Schema): Schema {
  let found: unknown = root
  for (const step of reference.replace(/^#\/?/, '').split('/')) {
    if (step !== '') found = isRecord(found) ? found[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  }
  if (!isRecord(found)) throw new Error(`the schema has no ${reference}`)
  return found
}

function commonOf(schema: Schema, { name, required }: Place): Common {
  return {
    name,
    required,
    ...(typeof schema.title === 'string' && { title: schema.title }),
    ...(typeof schema.description === 'string' && { description: schema.description }),
    ...(schema.default !== undefined && { assumed: schema.default })
  }
}

interface Versions {
  schema: Schema
  common: Common
  place: Place
}

function versionsOf(all: readonly Schema[], { schema, common, place }: Versions): Field {
  // `null` takes a member away: in a form it is empty then.
  const versions = all.filter(({ type }) => type !== 'null')
  const [only] = versions
  if (versions.length === 1 && only !== undefined) {
    const { anyOf: _, ...outer } = schema
    return fieldOf({ ...only, ...outer }, place)
  }
  const fields = versions.map((version) => fieldOf(version, place))
  // A number or a word: both can be typed in one input.
  if (!fields.some(({ kind }) => kind === 'group')) return { ...common, kind: 'json' }
  return { ...common, kind: 'versions', versions: fields }
}

function groupOf(schema: Schema, common: Common, place: Place): Field {
  // An object without named members can only be written as JSON.
  if (!isRecord(schema.properties)) return { ...common, kind: 'json' }
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : [])
  const names = Object.keys(schema.properties)
  const shown = names.filter((name) => !HIDDEN.has(name))
  const { properties } = schema
  const fields = [...shown.filter((name) => required.has(name)), ...shown.filter((name) => !required.has(name))].map(
    (name) => {
      const inner = { name, required: required.has(name), depth: place.depth + 1, root: place.root }
      return fieldOf(properties[name] as Schema, inner)
    }
  )
  return { ...common, kind: 'group', fields, hidden: names.filter((name) => HIDDEN.has(name)) }
}

function listOf(schema: Schema, common: Common, place: Place): Field {
  const inner = { ...place, required: true, depth: place.depth + 1, isElement: true }
  return {
    ...common,
    kind: 'list',
    item: fieldOf(isRecord(schema.items) ? schema.items : {}, inner),
    minItems: numeric(schema.minItems) ?? 0,
    unique: schema.uniqueItems === true,
    ...numbers(schema, 'maxItems')
  }
}

function numberOf(schema: Schema, common: Common): Field {
  return {
    ...common,
    kind: 'number',
    whole: schema.type === 'integer',
    ...numbers(schema, 'minimum', 'maximum', 'multipleOf')
  }
}

function textOf(schema: Schema, common: Common, { required, isElement }: Place): Field {
  const { format, pattern, minLength } = schema
  const mayBeEmpty = required && !isElement && (minLength ?? 0) === 0 && (format ?? pattern) === undefined
  return {
    ...common,
    kind: 'text',
    ...(mayBeEmpty && { mayBeEmpty }),
    ...(typeof schema.format === 'string' && { format: schema.format }),
    ...(typeof schema.pattern === 'string' && { pattern: schema.pattern }),
    ...(typeof schema['x-rule'] === 'string' && { rule: schema['x-rule'] }),
    ...numbers(schema, 'minLength', 'maxLength')
  }
}

function numbers<Keyword extends string>(schema: Schema, ...keywords: Keyword[]): Partial<Record<Keyword, number>> {
  const found: Partial<Record<Keyword, number>> = {}
  for (const keyword of keywords) {
    const value = numeric(schema[keyword])
    if (value !== undefined) found[keyword] = value
  }
  return found
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
