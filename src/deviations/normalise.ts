import { Kind, type TSchema } from '@sinclair/typebox'
import { repair } from './messages.js'
import type { AppliedDeviation, Deviation } from './names.js'
import { lengthenedOf } from './schemas.js'
import { converted, isEnumeration, isOneOf, respelt, tidyDateTime, unitOf, withPoint } from './values.js'

/**
 * Maximum number of reported corrections per message, besides the first of each deviation. Further corrections are made
 * without a report.
 */
const MAX_APPLIED = 64

export interface Repairs {
  readonly payload: unknown
  readonly applied: readonly AppliedDeviation[]
}

export interface Wanted {
  /** E.g. `StatusNotificationRequest`. */
  readonly message: string
  readonly schema: TSchema
  readonly deviations: ReadonlySet<Deviation>
  /** Whether readings of meters keep their decimals. */
  readonly keepDecimals?: boolean
  /** Time at which the message arrived, in epoch milliseconds. */
  readonly receivedAt: number
}

/**
 * Corrects the accepted deviations of a payload, in place. A valid payload is never changed. Recursion is as deep as the
 * schema, not as the payload.
 */
export function repairPayload(payload: unknown, wanted: Wanted): Repairs {
  const walk = new Walk(wanted)
  return { payload: walk.value(wanted.schema, payload, wanted.message, ''), applied: walk.applied }
}

/** Marks an item that has to be removed from its list. */
const DROPPED = Symbol('dropped')

class Walk {
  readonly applied: AppliedDeviation[] = []
  readonly #noted = new Set<Deviation>()
  readonly #deviations: ReadonlySet<Deviation>
  readonly #receivedAt: number
  readonly #keepDecimals: boolean

  constructor({ deviations, receivedAt, keepDecimals = false }: Wanted) {
    this.#keepDecimals = keepDecimals
    this.#deviations = deviations
    this.#receivedAt = receivedAt
  }

  value(schema: TSchema, value: unknown, path: string, pointer: string): unknown {
    switch (schema[Kind]) {
      case 'Object':
        return isRecord(value) ? this.#object(schema, value, path, pointer) : value
      case 'Array':
        return this.#array(schema, value, path, pointer)
      default:
        return this.#leaf(schema, value, path, pointer)
    }
  }

  #object(schema: TSchema, value: Record<string, unknown>, path: string, pointer: string): unknown {
    const properties: Record<string, TSchema> = schema.properties
    for (const name of Object.keys(value)) {
      const member = Object.hasOwn(properties, name) ? properties[name] : undefined
      const at = `${pointer}/${escaped(name)}`
      if (member !== undefined) value[name] = this.value(member, value[name], `${path}.${name}`, at)
      else if (this.#has('unknown-members') && schema.additionalProperties === false) {
        delete value[name]
        this.#note('unknown-members', pointer)
      }
    }
    const isKept = repair({
      path,
      schema,
      value,
      keepDecimals: this.#keepDecimals,
      receivedAt: () => new Date(this.#receivedAt).toISOString(),
      has: (deviation) => this.#has(deviation),
      note: (deviation, member) => this.#note(deviation, `${pointer}/${member}`)
    })
    return isKept ? value : DROPPED
  }

  #array(schema: TSchema, value: unknown, path: string, pointer: string): unknown {
    if (!Array.isArray(value)) {
      if (!this.#has('single-items') || !isRecord(value)) return value
      this.#note('single-items', pointer)
      return this.#array(schema, [value], path, pointer)
    }
    let kept = 0
    for (let index = 0; index < value.length; index++) {
      const item = this.value(schema.items, value[index], path, `${pointer}/${index}`)
      if (item !== DROPPED) value[kept++] = item
    }
    value.length = kept
    return value
  }

  #leaf(schema: TSchema, given: unknown, path: string, pointer: string): unknown {
    let value = given
    const use = (deviation: Deviation, repaired: unknown) => {
      if (repaired === undefined || repaired === value) return
      value = repaired
      this.#note(deviation, pointer)
    }
    if (this.#has('decimal-commas') && isReading(path)) use('decimal-commas', withPoint(value))
    if (this.#has('wrong-types')) use('wrong-types', converted(schema, value))
    if (schema[Kind] === 'OcppDateTime') {
      if (this.#has('loose-date-times')) use('loose-date-times', tidyDateTime(value))
    } else if (isEnumeration(schema) && !isOneOf(schema, value)) {
      if (this.#has('unit-names') && path.endsWith('.unit')) use('unit-names', unitOf(value))
      if (this.#has('enum-spelling') && !isOneOf(schema, value)) use('enum-spelling', respelt(schema, value))
    }
    const lengthened = lengthenedOf(schema)
    if (lengthened !== undefined && typeof value === 'string' && value.length > lengthened.maxLength) {
      this.#note(lengthened.deviation, pointer)
    }
    return value
  }

  #has(deviation: Deviation): boolean {
    return this.#deviations.has(deviation)
  }

  #note(deviation: Deviation, pointer: string): void {
    if (this.applied.length >= MAX_APPLIED && this.#noted.has(deviation)) return
    this.#noted.add(deviation)
    this.applied.push({ deviation, pointer })
  }
}

/** Whether a member holds a reading of a meter. */
function isReading(path: string): boolean {
  return path.endsWith('.sampledValue.value') || path.endsWith('.meterStart') || path.endsWith('.meterStop')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member's name in an RFC 6901 pointer. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 64)
}
