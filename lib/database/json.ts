/** A row as the operator API shows it. */
export type Json = Record<string, unknown>

/** Columns that hold JSON. */
const JSON_COLUMNS = new Set([
  'payload',
  'request',
  'response',
  'error_details',
  'details',
  'characteristics',
  'entries',
  'parts',
  'additional_info'
])
/** Columns that are nobody's business. */
const HIDDEN = new Set(['id', 'charge_point_id'])
/** 0 is none. */
const PLACES = new Set(['evse_id', 'connector_id'])
/** Texts that are shown although they are empty: a charge point that boots may leave its vendor and model empty. */
const TEXTS = new Set(['value', 'actual_value', 'vendor', 'model'])
const BITS = new Set(['readonly', 'persistent', 'constant', 'cleared', 'complete', 'transaction_only', 'master_group'])

/**
 * camelCase names, date-times in RFC 3339, JSON as such; what is not there is left out, and what belongs to other
 * tables too.
 */
export function toJson(row: object): Json {
  const result: Json = {}
  for (const [name, value] of Object.entries(row)) {
    if (value === null || HIDDEN.has(name) || (PLACES.has(name) && value === 0)) continue
    // The defaults of columns that may not be NULL.
    if ((value === '' && !TEXTS.has(name)) || (name === 'request_id' && value === -1)) continue
    result[camelCase(name)] = shown(name, value)
  }
  return result
}

function shown(name: string, value: unknown): unknown {
  if (name === 'timestamp' || name.endsWith('_at')) return dateTime(value)
  if (JSON_COLUMNS.has(name)) return parse(value)
  return BITS.has(name) ? value === 1 : value
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** RFC 3339 of epoch milliseconds; of a clock that is beyond all years, nothing. */
export function dateTime(value: unknown): string | undefined {
  const date = new Date(Number(value))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Customer information is text. */
function parse(value: unknown): unknown {
  try {
    return JSON.parse(String(value))
  } catch {
    return value
  }
}
