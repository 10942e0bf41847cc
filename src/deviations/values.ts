import { Kind, type TSchema } from '@sinclair/typebox'
import { isDateTime } from '../schema.js'

// Corrections of single values. Each returns the standard value, or `undefined` if the correction does not apply.

/** Maximum length of a text that is corrected, in characters. */
const MAX_TEXT = 255
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const COMMA_NUMBER = /^[+-]?\d+,\d+$/

/** The value in the JSON type that the schema defines. */
export function converted(schema: TSchema, value: unknown): unknown {
  switch (schema.type) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
    case 'number':
    case 'integer':
      return toNumber(value)
    case 'boolean':
      return toBoolean(value)
    default:
      return undefined
  }
}

function toNumber(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined
  const text = trimmed(value)
  if (text === undefined || !NUMBER.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

function toBoolean(value: unknown): boolean | undefined {
  if (value === 1 || value === 0) return value === 1
  if (typeof value !== 'string') return undefined
  const text = trimmed(value)?.toLowerCase()
  if (text === 'true' || text === '1') return true
  return text === 'false' || text === '0' ? false : undefined
}

/**
 * `12,5` as `12.5`. A text with more than one comma stays as it is, because thousands and decimals cannot be told
 * apart.
 */
export function withPoint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = trimmed(value)
  return text !== undefined && COMMA_NUMBER.test(text) ? text.replace(',', '.') : undefined
}

/** The value of the enumeration that differs in case, blanks and punctuation only; `undefined` unless there is one. */
export function respelt(schema: TSchema, value: unknown): string | undefined {
  const wanted = bare(value)
  if (wanted === undefined || wanted === '') return undefined
  const values: readonly string[] = schema.enum
  const found = values.filter((one) => bare(one) === wanted)
  return found.length === 1 ? found[0] : undefined
}

function bare(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined
  return value.toLowerCase().replace(/[^a-z0-9%]/g, '')
}

const UNITS = new Map([
  ['c', 'Celsius'],
  ['degc', 'Celsius'],
  ['degreecelsius', 'Celsius'],
  ['degreescelsius', 'Celsius'],
  ['celcius', 'Celsius'],
  ['f', 'Fahrenheit'],
  ['degf', 'Fahrenheit'],
  ['kelvin', 'K'],
  ['amp', 'A'],
  ['amps', 'A'],
  ['ampere', 'A'],
  ['amperes', 'A'],
  ['volt', 'V'],
  ['volts', 'V'],
  ['watt', 'W'],
  ['watts', 'W'],
  ['kilowatt', 'kW'],
  ['watthour', 'Wh'],
  ['watthours', 'Wh'],
  ['kilowatthour', 'kWh'],
  ['kilowatthours', 'kWh'],
  ['%', 'Percent'],
  ['percentage', 'Percent']
])

/** The unit that a common name stands for. */
export function unitOf(value: unknown): string | undefined {
  const name = bare(value)
  return name === undefined ? undefined : UNITS.get(name)
}

const LOOSE_DATE_TIME =
  /^(\d{4})[-/](\d\d)[-/](\d\d)[Tt ](\d\d:\d\d)(?::(\d\d))?(?:[.,](\d+))? ?([Zz]|[+-]\d\d(?::?\d\d)?)?$/

/**
 * A date-time with a blank for `T`, slashes, a comma before the fraction, a blank before the zone, or without seconds,
 * in RFC 3339. The zone stays away when it is absent.
 */
export function tidyDateTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = trimmed(value)
  const parts = text === undefined ? null : LOOSE_DATE_TIME.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, clock, seconds = '00', fraction, zone = ''] = parts
  const tidy = `${year}-${month}-${day}T${clock}:${seconds}${fraction === undefined ? '' : `.${fraction}`}`
  return isDateTime(`${tidy}Z`) ? `${tidy}${zone}` : undefined
}

/** The text without blanks around it; `undefined` when it is too long to be looked at. */
function trimmed(text: string): string | undefined {
  return text.length > MAX_TEXT ? undefined : text.trim()
}

/** Whether the schema is an enumeration. */
export function isEnumeration(schema: TSchema): boolean {
  return schema[Kind] === 'OcppLiterals'
}

export function isOneOf(schema: TSchema, value: unknown): boolean {
  return schema.enum.includes(value)
}
