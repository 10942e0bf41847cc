/** A row as the operator API shows it. */
export type Json = Record<string, unknown>

/** How the API shows a column. A column that is NULL is always left out. */
export type Shown =
  /** The value; an empty text is left out, because it is the default of columns that may not be NULL. */
  | 'value'
  /** The text, even when it is empty: for example the vendor that a charge point left empty in its boot. */
  | 'text'
  /** Epoch milliseconds, shown as RFC 3339. */
  | 'time'
  /** 1 as true, 0 as false. */
  | 'boolean'
  /** JSON as such; customer information, which is no JSON, as text. */
  | 'json'
  /** The id of an EVSE or connector; 0 means that there is none, and is left out. */
  | 'place'
  /** The id of a request; -1 means that there is none, and is left out. */
  | 'requestId'
  /** Never shown. */
  | 'hidden'

/** Names every column of a row, so that a new column does not compile until somebody decides how it is shown. */
export type Columns<Row> = Readonly<Record<Extract<keyof Row, string>, Shown>>

/** The row with camelCase names. A column that is not listed is never shown. */
export function toJson(row: object, columns: Readonly<Record<string, Shown>>): Json {
  const result: Json = {}
  for (const [name, how] of Object.entries(columns)) {
    const value = show(how, (row as Record<string, unknown>)[name])
    if (value !== undefined) result[camelCase(name)] = value
  }
  return result
}

function show(how: Shown, value: unknown): unknown {
  if (value === null || value === undefined) return undefined
  switch (how) {
    case 'hidden':
      return undefined
    case 'text':
      return value
    case 'time':
      return dateTime(value)
    case 'boolean':
      return value === 1
    case 'json':
      return value === '' ? undefined : parse(value)
    case 'place':
      return value === 0 ? undefined : value
    case 'requestId':
      return value === -1 ? undefined : value
    case 'value':
      return value === '' ? undefined : value
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Epoch milliseconds as RFC 3339; `undefined` for a time outside the range of dates. */
function dateTime(value: unknown): string | undefined {
  const date = new Date(Number(value))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function parse(value: unknown): unknown {
  try {
    return JSON.parse(String(value))
  } catch {
    return value
  }
}
