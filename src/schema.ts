import { Kind, OptionalKind, type TProperties, type TSchema, type TUnsafe, Type, TypeRegistry } from '@sinclair/typebox'

/**
 * The four leaf types that JSON schema and TypeBox do not check the way OCPP needs. Each is a TypeBox kind of its own, so
 * that no format or kind of the application changes.
 */
const LITERALS = 'OcppLiterals'
const DECIMAL = 'OcppDecimal'
const DATE_TIME = 'OcppDateTime'
const URI = 'OcppUri'

// A symbol of the global registry, like TypeBox's kinds: two copies of this library may share one TypeBox.
const VALUES = Symbol.for('fastify-ocpp.literals')

interface LiteralsSchema {
  [VALUES]: Set<unknown>
}

interface DateTimeSchema {
  maxFractionDigits?: number
}

/** An enumeration, checked with one look-up; TypeBox would compare a union of literals one by one. */
export function literals<const Values extends readonly string[]>(...values: Values): TUnsafe<Values[number]> {
  return Type.Unsafe<Values[number]>({
    [Kind]: LITERALS,
    [VALUES]: new Set<unknown>(values),
    type: 'string',
    enum: values
  })
}

/**
 * A number with at most one decimal (`multipleOf: 0.1`). The check is decimal, because the binary check
 * `value % 0.1 === 0` refuses 990 of the 1000 numbers from 0.1 to 100.0. [OCPP 1.6 §7.13]
 */
export function decimal(): TUnsafe<number> {
  return Type.Unsafe<number>({ [Kind]: DECIMAL, type: 'number', multipleOf: 0.1 })
}

/** An RFC 3339 date-time, optionally with a maximum number of fractional digits. */
export function dateTime(maxFractionDigits?: number): TUnsafe<string> {
  const limit = maxFractionDigits === undefined ? {} : { maxFractionDigits }
  return Type.Unsafe<string>({ [Kind]: DATE_TIME, type: 'string', format: 'date-time', ...limit })
}

/** An RFC 3986 URI with a scheme. */
export function uri(): TUnsafe<string> {
  return Type.Unsafe<string>({ [Kind]: URI, type: 'string', format: 'uri' })
}

/** An object with only the members of `properties` (`additionalProperties: false`). */
export function closed<T>(properties: TProperties): TUnsafe<T> {
  return Type.Unsafe<T>(Type.Object(properties, { additionalProperties: false }))
}

/** `schema` with the value that a receiver assumes for an absent member. The value is never inserted. */
export function withDefault<T>(schema: TUnsafe<T>, value: T): TUnsafe<T> {
  return Type.Unsafe<T>({ ...schema, default: value })
}

/** One action of an OCPP version. */
export interface ActionDefinition {
  /** Sender of the request. */
  direction: 'chargePoint' | 'csms' | 'both'
  /** A CALL has a response, a SEND has none. */
  messageType: 'CALL' | 'SEND'
  /** The profile (1.6) or functional block (2.x) it belongs to. */
  block: string
  request: TSchema
  response?: TSchema
}

/** The sender of an action's request, and the profile (1.6) or functional block (2.x) of the action. */
type ActionRow = readonly [direction: ActionDefinition['direction'], block: string]

/** Defines actions sent as CALL; the payloads are the `…Request` and the `…Response` of that name in `messages`. */
export function calls<Action extends string>(
  messages: Readonly<Record<`${NoInfer<Action>}${'Request' | 'Response'}`, TSchema>>,
  rows: Readonly<Record<Action, ActionRow>>
): Record<Action, ActionDefinition> {
  return definitions(rows, (action) => ({
    messageType: 'CALL',
    request: messages[`${action}Request`],
    response: messages[`${action}Response`]
  }))
}

/** Defines actions sent as SEND; the payload has the action's own name in `messages`. */
export function sends<Action extends string>(
  messages: Readonly<Record<NoInfer<Action>, TSchema>>,
  rows: Readonly<Record<Action, ActionRow>>
): Record<Action, ActionDefinition> {
  return definitions(rows, (action) => ({ messageType: 'SEND', request: messages[action] }))
}

function definitions<Action extends string>(
  rows: Readonly<Record<Action, ActionRow>>,
  payloads: (action: Action) => Omit<ActionDefinition, 'direction' | 'block'>
): Record<Action, ActionDefinition> {
  const entries = Object.entries<ActionRow>(rows).map(([action, [direction, block]]) => {
    return [action, { direction, block, ...payloads(action as Action) }]
  })
  return Object.fromEntries(entries)
}

/** Whether `value` has at most one decimal. */
export function isTenth(value: number): boolean {
  const tenths = value * 10
  return Math.abs(tenths - Math.round(tenths)) < 1e-6
}

const DATE_TIME_FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|[+-](\d\d):(\d\d))$/
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Whether `text` is a date-time of RFC 3339 §5.6; second 60 is a leap second (§5.7). Linear in its length. */
export function isDateTime(text: string, maxFractionDigits = Number.POSITIVE_INFINITY): boolean {
  const parts = DATE_TIME_FORM.exec(text)
  if (parts === null) return false
  const [, year, month, day, hour, minute, second, fraction, offsetHour, offsetMinute] = parts
  if (fraction !== undefined && fraction.length > maxFractionDigits) return false
  const monthIndex = Number(month) - 1
  const leapDay = monthIndex === 1 && isLeapYear(Number(year)) ? 1 : 0
  const lastDay = (MONTH_DAYS[monthIndex] ?? 0) + leapDay
  return (
    Number(day) >= 1 &&
    Number(day) <= lastDay &&
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 60 &&
    Number(offsetHour ?? 0) <= 23 &&
    Number(offsetMinute ?? 0) <= 59
  )
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/**
 * A copy of `schema` that is faster to check: TypeBox calls our kinds through its registry, but compares literals and
 * patterns directly. The copy may refuse a valid value, which then has to be checked with `schema` itself.
 */
export function quickSchema(schema: TSchema): TSchema {
  switch (schema[Kind]) {
    case LITERALS:
      return withOptional(schema, Type.Union(schema.enum.map((value: string) => Type.Literal(value))))
    case DATE_TIME:
      return withOptional(schema, Type.String({ pattern: commonDateTime(schema.maxFractionDigits) }))
    case 'Array':
      return { ...schema, items: quickSchema(schema.items) }
    case 'Object': {
      const members = Object.entries<TSchema>(schema.properties).map(([name, member]) => [name, quickSchema(member)])
      return { ...schema, properties: Object.fromEntries(members) }
    }
    default:
      return schema
  }
}

function withOptional(schema: TSchema, quick: TSchema): TSchema {
  return schema[OptionalKind] === undefined ? quick : Type.Optional(quick)
}

const COMMON_DATE =
  '\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))'
const COMMON_CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d'

/** Matches only valid date-times: all except those on 29 February, in a leap second, or in lower case. */
function commonDateTime(maxFractionDigits: number | undefined): string {
  const fraction = `(?:\\.\\d{1,${maxFractionDigits ?? ''}})?`
  return `^${COMMON_DATE}T${COMMON_CLOCK}:[0-5]\\d${fraction}(?:Z|[+-]${COMMON_CLOCK})$`
}

const URI_FORM = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/

TypeRegistry.Set<LiteralsSchema>(LITERALS, (schema, value) => schema[VALUES].has(value))
TypeRegistry.Set(DECIMAL, (_schema, value) => Number.isFinite(value) && isTenth(value as number))
TypeRegistry.Set<DateTimeSchema>(DATE_TIME, (schema, value) => {
  return typeof value === 'string' && isDateTime(value, schema.maxFractionDigits)
})
TypeRegistry.Set(URI, (_schema, value) => typeof value === 'string' && URI_FORM.test(value))
