import { FormatRegistry, Kind, OptionalKind, type TSchema, Type } from '@sinclair/typebox'
import { dateTime, uri } from './schema.js'

/** Formats that need no registration, because the messages of OCPP have them. */
const KNOWN: Readonly<Record<string, () => TSchema>> = { 'date-time': dateTime, uri }

/**
 * A copy of a schema of somebody else whose `format: 'date-time'` and `'uri'` are checked as in the messages of OCPP. TypeBox
 * refuses every value of a format that nobody has registered.
 *
 * @throws UnknownFormatError naming a format that is neither one of these two nor registered
 */
export function withFormats(schema: TSchema): TSchema {
  if (schema[Kind] === 'String' && schema.format !== undefined) return withFormat(schema)
  // Of a recursive schema or a reference only the text of its id is copied.
  const members = Object.entries(schema).map(([name, member]) => [name, copied(member)])
  const symbols = Object.getOwnPropertySymbols(schema).map((symbol) => [symbol, schema[symbol as never]])
  return Object.fromEntries([...members, ...symbols])
}

/** A format of the schema of a vendor that nothing can check. */
export class UnknownFormatError extends Error {
  readonly format: string

  constructor(format: string) {
    super(`the format "${format}" is not registered`)
    this.format = format
  }
}

function copied(member: unknown): unknown {
  if (Array.isArray(member)) return member.map(copied)
  return typeof member === 'object' && member !== null && !(member instanceof RegExp)
    ? withFormats(member as TSchema)
    : member
}

function withFormat(schema: TSchema): TSchema {
  const { format, ...rest } = schema
  const known = Object.hasOwn(KNOWN, format) ? KNOWN[format] : undefined
  if (known === undefined) {
    if (FormatRegistry.Has(format)) return schema
    throw new UnknownFormatError(format)
  }
  const hasMore = rest.minLength !== undefined || rest.maxLength !== undefined || rest.pattern !== undefined
  const exact = hasMore ? Type.Intersect([Type.String(rest), known()]) : known()
  return schema[OptionalKind] === undefined ? exact : Type.Optional(exact)
}
