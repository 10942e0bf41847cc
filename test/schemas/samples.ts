import type { TSchema } from '@sinclair/typebox'

// Payloads made from a schema itself: valid ones at its limits, and invalid ones that break exactly one rule.

export type Rule =
  | 'required'
  | 'type'
  | 'maxLength'
  | 'enum'
  | 'additional'
  | 'format'
  | 'multipleOf'
  | 'minItems'
  | 'maxItems'
  | 'minimum'
  | 'maximum'

/** A valid payload that touches one limit. */
export interface Variant {
  name: string
  payload: unknown
}

/** A payload with exactly one violation. */
export interface Mutant extends Variant {
  /** RFC 6901 pointer of the offending member; of the missing one for `required`. */
  pointer: string
  rule: Rule
}

/** Two UTF-16 units, one code point. */
export const ASTRAL = '\u{1F50C}'

/** The smallest valid payload: required members only, empty texts, as few items as allowed, numbers at their minimum. */
export function minimal(schema: TSchema): unknown {
  return build(schema, MINIMAL)
}

/**
 * The largest valid payload: every member, texts as long as allowed (in code points: the last one is astral), numbers at
 * their maximum. Arrays are as long as allowed up to 4 items and have 2 otherwise; `variants` fills them one by one.
 */
export function maximal(schema: TSchema): unknown {
  return build(schema, MAXIMAL)
}

/** Valid payloads at one limit each, at every depth: each enumeration value, full and emptiest arrays, lowest and highest numbers. */
export function variants(schema: TSchema): Variant[] {
  const payload = build(schema, COMPLETE)
  return places(schema).flatMap(({ path, schema }) =>
    limits(schema).map((value) => ({
      name: `${pointerOf(path)} ${brief(value)}`,
      payload: replaced(payload, path, value)
    }))
  )
}

/** Invalid payloads, each with the rule it breaks, for every member at every depth. */
export function mutants(schema: TSchema): Mutant[] {
  const payload = build(schema, COMPLETE)
  return places(schema).flatMap(({ path, schema, required }) => [
    ...(required ? [mutant(payload, path, undefined, 'required'), mutant(payload, path, null, 'type')] : []),
    ...violations(schema).map(({ rule, value }) => mutant(payload, path, value, rule)),
    ...(schema.additionalProperties === false
      ? ['unexpected', 'toString'].map((name) => mutant(payload, [...path, name], 1, 'additional'))
      : [])
  ])
}

interface Style {
  optional: boolean
  text(maxLength: number | undefined): string
  integer(schema: TSchema): number
  number(schema: TSchema): number
  dateTime: string
  uri: string
  items(minItems: number, maxItems: number | undefined): number
  anything: unknown
}

const MINIMAL: Style = {
  optional: false,
  text: () => '',
  integer: lowest,
  number: lowest,
  dateTime: '2026-01-01T00:00:00Z',
  uri: 'ftp:a',
  items: (minItems) => minItems,
  anything: null
}

const MAXIMAL: Style = {
  optional: true,
  text: (maxLength = 3000) => 'x'.repeat(maxLength - 1) + ASTRAL,
  integer: ({ maximum = 2 ** 31 - 1 }) => maximum,
  number: ({ maximum = 8388607.5, multipleOf }) => (multipleOf === undefined ? maximum : 32.7),
  dateTime: '2028-02-29T23:59:59.999+14:00',
  uri: 'ftps://user:p%40ss@[2001:db8::1]:990/a/b.log?c=d&e#f',
  items: (minItems, maxItems = 2) => (maxItems <= 4 ? maxItems : Math.max(2, minItems)),
  anything: { text: 'x', list: [1, true, { nothing: null }] }
}

/** Every member, but small. */
const COMPLETE: Style = {
  ...MINIMAL,
  optional: true,
  text: (maxLength = 1) => 'x'.repeat(Math.min(1, maxLength)),
  items: (minItems) => Math.max(1, minItems)
}

function lowest({ minimum, maximum = 0 }: TSchema): number {
  return minimum ?? Math.min(0, maximum)
}

function build(schema: TSchema, style: Style): unknown {
  if (schema.enum !== undefined) return style.optional ? schema.enum.at(-1) : schema.enum[0]
  if (schema.format === 'date-time') return style.dateTime
  if (schema.format === 'uri') return style.uri
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries<TSchema>(schema.properties)
          .filter(([name]) => style.optional || isRequired(schema, name))
          .map(([name, member]) => [name, build(member, style)])
      )
    case 'array':
      return repeated(schema.items, style.items(schema.minItems ?? 0, schema.maxItems), style)
    case 'string':
      return style.text(schema.maxLength)
    case 'integer':
      return style.integer(schema)
    case 'number':
      return style.number(schema)
    case 'boolean':
      return style.optional
    case undefined:
      return style.anything
    default:
      throw new Error(`no sample for type ${schema.type}`)
  }
}

function repeated(item: TSchema, length: number, style: Style): unknown[] {
  return Array.from({ length }, () => build(item, style))
}

function limits(schema: TSchema): unknown[] {
  if (schema.enum !== undefined) return schema.enum
  if (schema.format === 'date-time') return ['2016-12-31T23:59:60Z', '2026-01-01t00:00:00.123456789-23:59']
  if (schema.format === 'uri') return ['urn:a', 'sftp://host/a%20b?c#d']
  switch (schema.type) {
    case 'array':
      return [schema.minItems ?? 0, schema.maxItems ?? 3].map((length) => repeated(schema.items, length, MINIMAL))
    case 'string':
      return ['', ...(schema.maxLength === undefined ? [] : [ASTRAL.repeat(schema.maxLength)])]
    case 'integer':
    case 'number':
      return [
        schema.minimum ?? Math.min(-1, schema.maximum ?? -1),
        schema.maximum ?? 2 ** 31,
        ...(schema.type === 'integer' ? [] : TENTHS.filter((tenth) => tenth <= (schema.maximum ?? tenth)))
      ]
    case 'boolean':
      return [true, false]
    default:
      return []
  }
}

/** Multiples of 0.1 that a binary test refuses. */
export const TENTHS = [0.3, 8.1, 21.4, 32.7]

interface Violation {
  rule: Rule
  value: unknown
}

function violations(schema: TSchema): Violation[] {
  const broken = (rule: Rule, ...values: unknown[]) => values.map((value) => ({ rule, value }))
  if (schema.enum !== undefined) return [...broken('type', 42, {}), ...broken('enum', ...strangers(schema.enum))]
  if (schema.format === 'date-time') return [...broken('type', 1767225600), ...broken('format', ...NO_DATE_TIMES)]
  if (schema.format === 'uri') return [...broken('type', 42), ...broken('format', '', 'a b', '/relative', 'http://a b')]
  switch (schema.type) {
    case 'object':
      return broken('type', 'text', [])
    case 'array': {
      const { items, minItems = 0, maxItems } = schema
      return [
        ...broken('type', 'text', {}),
        ...(minItems > 0 ? broken('minItems', repeated(items, minItems - 1, COMPLETE)) : []),
        ...(maxItems === undefined ? [] : broken('maxItems', repeated(items, maxItems + 1, MINIMAL)))
      ]
    }
    case 'string':
      return [
        ...broken('type', 42, ['x']),
        ...(schema.maxLength === undefined
          ? []
          : broken('maxLength', 'x'.repeat(schema.maxLength + 1), ASTRAL.repeat(schema.maxLength + 1)))
      ]
    case 'integer':
    case 'number':
      return [
        ...broken('type', '1', true, ...(schema.type === 'integer' ? [1.5] : [])),
        ...(schema.minimum === undefined ? [] : broken('minimum', schema.minimum - 1)),
        ...(schema.maximum === undefined ? [] : broken('maximum', schema.maximum + 1)),
        ...(schema.multipleOf === undefined ? [] : broken('multipleOf', 8.15, 0.01))
      ]
    case 'boolean':
      return broken('type', 'true', 0)
    default:
      return []
  }
}

const NO_DATE_TIMES = ['', 'yesterday', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-13-01T00:00:00Z']

function strangers(values: readonly string[]): string[] {
  const otherCase = values.map((value) => (value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase()))
  return ['', 'NoSuchValue', ...otherCase.slice(0, 1)].filter((value) => !values.includes(value))
}

type Path = readonly (string | number)[]

interface Place {
  path: Path
  schema: TSchema
  required: boolean
}

/** Every member of the complete payload, and the payload itself without its own type. */
function places(root: TSchema): Place[] {
  const { type: _, ...rest } = root
  return [{ path: [], schema: rest, required: false }, ...inside(root, [])]
}

function inside(schema: TSchema, path: Path): Place[] {
  if (schema.type === 'array') {
    const item = [...path, 0]
    return [{ path: item, schema: schema.items, required: false }, ...inside(schema.items, item)]
  }
  return Object.entries<TSchema>(schema.properties ?? {}).flatMap(([name, member]) => {
    const memberPath = [...path, name]
    const required = isRequired(schema, name)
    return [{ path: memberPath, schema: member, required }, ...inside(member, memberPath)]
  })
}

function isRequired(schema: TSchema, name: string): boolean {
  return schema.required?.includes(name) ?? false
}

function mutant(payload: unknown, path: Path, value: unknown, rule: Rule): Mutant {
  const pointer = pointerOf(path)
  return { name: `${pointer} ${rule} ${brief(value)}`, payload: replaced(payload, path, value), pointer, rule }
}

/** A copy of `payload` with another value at `path`, or without that member when the value is undefined. */
function replaced(payload: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(payload)) return payload.map((item, index) => (index === key ? replaced(item, rest, value) : item))
  const { [key]: member, ...others } = payload as Record<string, unknown>
  const replacement = replaced(member, rest, value)
  return replacement === undefined ? others : { ...others, [key]: replacement }
}

function pointerOf(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > 40 ? `${text.slice(0, 40)}… (${text.length})` : text
}
