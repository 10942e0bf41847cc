/** Values that both drivers bind, in the same way. */
export type Parameter = string | number | bigint | null | Uint8Array

/**
 * Makes values safe to bind. U+0000, which PostgreSQL refuses and SQLite takes for the end of the text, becomes
 * U+FFFD; yes and no become 1 and 0 (libsql ends the process on a boolean); what is no finite number becomes NULL.
 *
 * @throws TypeError for what no column holds
 */
export function toParameters(values: readonly unknown[]): Parameter[] {
  return values.map(toParameter)
}

/** A text as it is stored: two texts that a charge point tells apart may be stored as the same. */
export function storedText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}

function toParameter(value: unknown): Parameter {
  switch (typeof value) {
    case 'string':
      return storedText(value)
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'boolean':
      return value ? 1 : 0
    case 'bigint':
      return value
    case 'undefined':
      return null
    default:
      if (value === null || value instanceof Uint8Array) return value
      throw new TypeError('a column holds text, a number or nothing; JSON is stored as text')
  }
}

/** The same values as an array of PostgreSQL. [PostgreSQL §8.15.2] */
export function toArray(values: readonly unknown[]): string {
  return `{${values.map((value) => elementOf(toParameter(value))).join(',')}}`
}

function elementOf(value: Parameter): string {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value)
  return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`
}

/** The highest value of an integer column of PostgreSQL. No charge point counts that far in earnest. */
const MAX_INTEGER = 2 ** 31 - 1

/** Limits an integer to what an integer column can hold. */
export function toColumn(value: number): number {
  return Math.max(-MAX_INTEGER, Math.min(MAX_INTEGER, value))
}
