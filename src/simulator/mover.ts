import { randomUUID } from 'node:crypto'
import { MAX_MESSAGE_ID } from '../frame.js'

/** A date and time, with or without a zone. What else may be wrong with it is not looked at. */
export const TIME = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/

const SECOND = 1000

/** Makes recorded messages into messages of now: times are moved, message ids and transaction ids are new. */
export class Mover {
  /** Milliseconds from then to now, in whole seconds: fractions stay as they are. */
  readonly #shift: number
  /** Transaction ids of now by those of then. */
  readonly #transactions = new Map<unknown, unknown>()

  constructor(shift: number) {
    this.#shift = Math.round(shift / SECOND) * SECOND
  }

  /** A recorded CALL or SEND. An id that breaks the rules stays as it is. */
  message([type, id, ...rest]: unknown[]): unknown[] {
    const isValid = typeof id === 'string' && id.length > 0 && id.length <= MAX_MESSAGE_ID
    return [type, ...(id === undefined ? [] : [isValid ? randomUUID() : id]), ...rest.map((part) => this.moved(part))]
  }

  /** Takes the transaction id of an answer for the one that was recorded in its place. */
  learn(recorded: unknown, replayed: unknown): void {
    const [then, now] = [member(recorded, 'transactionId'), member(replayed, 'transactionId')]
    if (then !== undefined && now !== undefined) this.#transactions.set(then, now)
  }

  /** The value with the times and transaction ids of now. */
  moved(value: unknown, name = ''): unknown {
    if (name === 'transactionId') return this.#transactionId(value)
    if (typeof value === 'string') return movedTime(value, this.#shift)
    if (Array.isArray(value)) return value.map((item) => this.moved(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.moved(item, key)]))
  }

  // Those of 1.6 come from the CSMS; those of 2.x are the charger's own, and new ones make a new transaction.
  #transactionId(id: unknown): unknown {
    if (!this.#transactions.has(id)) this.#transactions.set(id, typeof id === 'string' ? randomUUID() : id)
    return this.#transactions.get(id)
  }
}

/** The time `shift` milliseconds later, written as before. What names no moment stays as it is. */
function movedTime(text: string, shift: number): string {
  const [, seconds, fraction = '', zone = ''] = TIME.exec(text) ?? []
  const moved = new Date(seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`) + shift)
  return Number.isNaN(moved.getTime()) ? text : `${moved.toISOString().slice(0, -5)}${fraction}${zone}`
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
