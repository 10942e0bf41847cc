import { Kind, OptionalKind, type TSchema } from '@sinclair/typebox'
import { parseTime } from '../time.js'

/** Maximum length of texts for which the schema has a shorter limit, in characters. */
const MAX_TEXT = 5_000
/** Members that an answer repeats. An invalid value must not get into an answer. */
const REPEATED: ReadonlySet<string> = new Set(['hashAlgorithm', 'source', 'vatNumber'])
/** Marks a value that cannot be used. */
export const UNUSABLE = Symbol('unusable')

/**
 * Reduces a payload that breaks its schema to its usable part, in place. Each remaining value has the JSON type of the
 * schema, though perhaps not its length, range or enumeration. A member that cannot be used is left out, together with
 * the object that requires it; so is an item of a list. A required list may be empty then, where the schema allows it.
 *
 * @returns `UNUSABLE` when the payload lacks a required member
 */
export function usable(schema: TSchema, value: unknown): unknown {
  switch (schema[Kind]) {
    case 'Object':
      return usableObject(schema, value)
    case 'Array':
      return Array.isArray(value) ? usableItems(schema, value) : UNUSABLE
    case 'OcppDateTime':
      return typeof value === 'string' && parseTime(value) !== undefined ? value : UNUSABLE
    default:
      return isUsable(schema, value) ? value : UNUSABLE
  }
}

function usableObject({ properties, additionalProperties }: TSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return UNUSABLE
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members)) {
    if (!Object.hasOwn(properties, name) && additionalProperties === false) delete members[name]
  }
  for (const [name, schema] of Object.entries<TSchema>(properties)) {
    const isGiven = Object.hasOwn(members, name)
    const isRefused = REPEATED.has(name) && !isWithinLimits(schema, members[name])
    const used = isGiven && !isRefused ? usable(schema, members[name]) : UNUSABLE
    if (used !== UNUSABLE) members[name] = used
    else if (schema[OptionalKind] === 'Optional') delete members[name]
    else if (schema[Kind] === 'Array' && (schema.minItems ?? 0) === 0) members[name] = []
    else return UNUSABLE
  }
  return members
}

function isWithinLimits({ enum: values, maxLength = MAX_TEXT }: TSchema, value: unknown): boolean {
  return (values?.includes(value) ?? true) && (typeof value !== 'string' || value.length <= maxLength)
}

function usableItems({ items, minItems = 0 }: TSchema, given: readonly unknown[]): unknown {
  const used = given.map((item) => usable(items, item)).filter((item) => item !== UNUSABLE)
  return used.length < minItems ? UNUSABLE : used
}

function isUsable({ type, anyOf }: TSchema, value: unknown): boolean {
  switch (type ?? (anyOf === undefined ? undefined : 'string')) {
    case 'string':
      return typeof value === 'string' && value.length <= MAX_TEXT
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    default:
      return true
  }
}
