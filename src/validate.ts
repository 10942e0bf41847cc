import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { Errors, type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import { PROTOCOLS, type ProtocolDefinition } from './protocol.js'
import { quickSchema } from './schema.js'
import type { CallErrorCode, Protocol, Violation } from './types/protocol.js'

/** A violation with what may leave the process: `wire` names only what the schema knows, never the input. */
export interface FoundViolation extends Violation {
  readonly wire: string
}

/** Longest member name of a sender that is repeated in a pointer. */
const MAX_NAME = 64

type Rule = 'required' | 'type' | 'occurrence' | 'property' | 'additional'

/**
 * Checks payloads of one message. Compiled on first use: most installations use a tenth of the ~390
 * messages.
 */
export class PayloadCheck {
  readonly schema: TSchema
  readonly #definition: ProtocolDefinition
  #compiled: TypeCheck<TSchema> | undefined

  constructor(definition: ProtocolDefinition, schema: TSchema) {
    this.#definition = definition
    this.schema = schema
  }

  /** @throws TypeBoxError of a schema that is not made with this TypeBox */
  compile(): TypeCheck<TSchema> {
    this.#compiled ??= TypeCompiler.Compile(quickSchema(this.schema))
    return this.#compiled
  }

  /** The first violation, or nothing. */
  violation(payload: unknown): FoundViolation | undefined {
    if (this.compile().Check(payload)) return undefined
    for (const error of Errors(this.schema, payload)) {
      if (isCodePointsWithin(error)) continue
      return describe(this.#definition, error)
    }
    return undefined
  }
}

/** maxLength counts code points (JSON schema §6.3.1), TypeBox counts UTF-16 units: look again at what it refuses. */
function isCodePointsWithin(error: ValueError): boolean {
  if (error.type !== ValueErrorType.StringMaxLength) return false
  const maxLength: number = error.schema.maxLength
  const text = error.value as string
  // At most two units per code point, so that counting a text of megabytes is never needed.
  return text.length <= 2 * maxLength && countCodePoints(text) <= maxLength
}

function countCodePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

const RULES: Partial<Record<ValueErrorType, Rule>> = {
  [ValueErrorType.ObjectRequiredProperty]: 'required',
  [ValueErrorType.ObjectAdditionalProperties]: 'additional',
  [ValueErrorType.ArrayMinItems]: 'occurrence',
  [ValueErrorType.ArrayMaxItems]: 'occurrence',
  [ValueErrorType.StringMaxLength]: 'property',
  [ValueErrorType.StringMinLength]: 'property',
  [ValueErrorType.StringPattern]: 'property',
  [ValueErrorType.StringFormat]: 'property',
  [ValueErrorType.IntegerMinimum]: 'property',
  [ValueErrorType.IntegerMaximum]: 'property',
  [ValueErrorType.IntegerExclusiveMinimum]: 'property',
  [ValueErrorType.IntegerExclusiveMaximum]: 'property',
  [ValueErrorType.IntegerMultipleOf]: 'property',
  [ValueErrorType.NumberMinimum]: 'property',
  [ValueErrorType.NumberMaximum]: 'property',
  [ValueErrorType.NumberExclusiveMinimum]: 'property',
  [ValueErrorType.NumberExclusiveMaximum]: 'property',
  [ValueErrorType.NumberMultipleOf]: 'property'
}

function ruleOf(error: ValueError): Rule {
  if (error.type === ValueErrorType.Literal || error.type === ValueErrorType.Union) {
    return literalsOf(error.schema)?.some((one) => typeof one === typeof error.value) ? 'property' : 'type'
  }
  if (error.type !== ValueErrorType.Kind) return RULES[error.type] ?? 'type'
  // typeof cannot tell an infinite number from one with two decimals, nor needs to: JSON has no infinity.
  return typeof error.value === error.schema.type ? 'property' : 'type'
}

/** The values of a literal, or of a union of nothing but literals. */
function literalsOf({ const: literal, anyOf }: TSchema): unknown[] | undefined {
  if (literal !== undefined) return [literal]
  if (!Array.isArray(anyOf)) return undefined
  const all = anyOf.map(literalsOf)
  return all.every((some) => some !== undefined) ? all.flat() : undefined
}

function describe(definition: ProtocolDefinition, error: ValueError): FoundViolation {
  const rule = ruleOf(error)
  const code = codeOf(definition, rule, error.path === '')
  if (rule !== 'additional') {
    const message = rule === 'required' ? 'is required' : expectation(error.schema, error.type)
    return { code, pointer: error.path, message, wire: `${error.path || 'payload'} ${message}` }
  }
  const end = error.path.lastIndexOf('/')
  const parent = error.path.slice(0, end)
  const message = 'is not defined here'
  const pointer = error.path.length - end > MAX_NAME ? parent : error.path
  const where = parent === '' ? 'payload' : parent
  return { code, pointer, message, wire: `${where} has a member that is not defined` }
}

function codeOf(definition: ProtocolDefinition, rule: Rule, isRoot: boolean): CallErrorCode {
  if (rule === 'additional' || (rule === 'type' && isRoot)) return definition.formatViolation
  if (rule === 'required' || rule === 'occurrence') return definition.occurrenceViolation
  return rule === 'type' ? 'TypeConstraintViolation' : 'PropertyConstraintViolation'
}

/** Requirement of the schema, in words without any of the input. */
function expectation(schema: TSchema, type: ValueErrorType): string {
  switch (type) {
    case ValueErrorType.ArrayMinItems:
      return `must have at least ${schema.minItems} ${schema.minItems === 1 ? 'item' : 'items'}`
    case ValueErrorType.ArrayMaxItems:
      return `must have at most ${schema.maxItems} items`
    case ValueErrorType.StringMaxLength:
      return `must have at most ${schema.maxLength} characters`
    case ValueErrorType.IntegerMinimum:
    case ValueErrorType.NumberMinimum:
      return `must be at least ${schema.minimum}`
    case ValueErrorType.IntegerMaximum:
    case ValueErrorType.NumberMaximum:
      return `must be at most ${schema.maximum}`
    case ValueErrorType.Kind:
      return kindExpectation(schema)
    default:
      return otherExpectation(schema)
  }
}

/** Longest list of enumeration values that a message names. */
const MAX_NAMED_VALUES = 12

function otherExpectation(schema: TSchema): string {
  const literals = literalsOf(schema)
  return literals === undefined ? `must be ${article(schema.type ?? 'valid value')}` : oneOf(literals)
}

function oneOf(values: readonly unknown[]): string {
  if (values.length > MAX_NAMED_VALUES) return `must be one of its ${values.length} defined values`
  return `must be one of ${values.join(', ')}`
}

function kindExpectation(schema: TSchema): string {
  if (Array.isArray(schema.enum)) return oneOf(schema.enum)
  if (schema.multipleOf !== undefined) return 'must be a number with at most one decimal'
  if (schema.maxFractionDigits !== undefined) {
    return `must be an RFC 3339 date-time with at most ${schema.maxFractionDigits} fractional digits`
  }
  return schema.format === 'date-time' ? 'must be an RFC 3339 date-time' : 'must be an RFC 3986 URI'
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`
}

const exactChecks = new Map<TSchema, PayloadCheck>()

/**
 * Checks `payload` against the schema of one message, exactly as published: no leniency.
 *
 * @param protocol the subprotocol, e.g. `'ocpp1.6'`
 * @param action the action, e.g. `'BootNotification'`; a SEND message has a request only
 * @returns nothing, or the first violation: `code` as that version spells it, `pointer` an RFC 6901 JSON
 * pointer into the payload (for a missing member: where it should be), `message` without any of the input
 * @throws TypeError when there is no such message
 */
export function validatePayload(
  protocol: Protocol,
  action: string,
  kind: 'request' | 'response',
  payload: unknown
): Violation | undefined {
  if (!Object.hasOwn(PROTOCOLS, protocol)) throw new TypeError(`unknown protocol ${protocol}`)
  const definition = PROTOCOLS[protocol]
  const schema = definition.actions.get(action)?.[kind]
  if (schema === undefined) throw new TypeError(`${protocol} has no ${kind} ${action}`)
  let check = exactChecks.get(schema)
  if (check === undefined) {
    check = new PayloadCheck(definition, schema)
    exactChecks.set(schema, check)
  }
  return publicViolation(check.violation(payload))
}

/** The violation without what is meant for the wire. */
export function publicViolation(found: FoundViolation | undefined): Violation | undefined {
  return found && { code: found.code, pointer: found.pointer, message: found.message }
}
