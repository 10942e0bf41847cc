import type { TSchema } from '@sinclair/typebox'
import { pick, type Random, upTo } from './random.js'

/** Few, so that messages speak of the same transactions, tokens and reports. */
const TEXTS = [
  'T-1',
  'T-2',
  'AA11',
  '',
  ' ',
  '0',
  '1e400',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '__proto__',
  'constructor',
  '\u{1f50c}'
]
const LONGEST_TEXT = 3_000
const INTEGERS = [0, 1, 1, 2, 3, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1e15]
const NUMBERS = [0, 1, 2.5, -0.1, 1234.5, 1e-9, 1e15, -1e15, 1e308, 2 ** 53]
const TENTHS = [0, 0.1, 16, 32.7, -1, 1e12]
const DATE_TIMES = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.123456789+14:00',
  '2016-12-31T23:59:60Z',
  '1970-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00-23:59',
  '9999-12-31T23:59:60-23:59',
  '2028-02-29t23:59:59z'
]
const URIS = ['ftp://user:secret@host/a', 'https://host/%00', 'urn:a', 'sftp://[2001:db8::1]:22/a#b']

/** A payload that the schema allows and that nobody would expect. */
export function anyPayload(schema: TSchema, random: Random): unknown {
  if (schema.enum !== undefined) return pick<unknown>(random, schema.enum)
  if (schema.format === 'date-time') return random() < 0.5 ? now(random) : pick(random, DATE_TIMES)
  if (schema.format === 'uri') return pick(random, URIS)
  switch (schema.type) {
    case 'object':
      return anyObject(schema, random)
    case 'array':
      return anyList(schema, random)
    case 'string':
      return anyText(schema.maxLength ?? LONGEST_TEXT, random)
    case 'integer':
      return within(schema, pick(random, INTEGERS))
    case 'number':
      return within(schema, pick(random, schema.multipleOf === undefined ? NUMBERS : TENTHS))
    case 'boolean':
      return random() < 0.5
    default:
      return pick<unknown>(random, [null, 'text', { a: [1, '\u0000'] }, [], 1e308])
  }
}

function anyObject(schema: TSchema, random: Random): Record<string, unknown> {
  const required: readonly string[] = schema.required ?? []
  const generosity = pick(random, [0, 0.3, 0.9])
  const members = Object.entries<TSchema>(schema.properties)
    .filter(([name]) => required.includes(name) || random() < generosity)
    .map(([name, member]) => [name, anyPayload(member, random)])
  return Object.fromEntries(members)
}

function anyList({ items, minItems = 0, maxItems = 4 }: TSchema, random: Random): unknown[] {
  const length = Math.max(minItems, upTo(random, Math.min(maxItems, 3)))
  return Array.from({ length }, () => anyPayload(items, random))
}

function anyText(maxLength: number, random: Random): string {
  if (random() < 0.1) return 'x'.repeat(maxLength)
  return Array.from(pick(random, TEXTS)).slice(0, maxLength).join('')
}

function now(random: Random): string {
  return new Date(Date.now() - upTo(random, 3_600_000)).toISOString()
}

function within({ minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: TSchema, value: number) {
  return Math.min(maximum, Math.max(minimum, value))
}
