import { randomUUID } from 'node:crypto'
import { MAX_MESSAGE_ID } from '../frame.js'

/** The form of a date-time, with or without a zone; the values are not checked. */
export const TIME = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}(?::?\d{2})?)?$/

const SECOND = 1000

/** Turns recorded messages into current ones: times are moved, message ids and transaction ids are new. */
export class Mover {
  /** Milliseconds from the recording to now, rounded to seconds so that fractions of a second stay the same. */
  readonly #shift: number
  /** Current transaction ids by recorded ones. */
  readonly #transactions = new Map<unknown, unknown>()

  constructor(shift: number) {
    this.#shift = Math.round(shift / SECOND) * SECOND
  }

  /** A CALL or SEND for the replay. An invalid message id stays the same. */
  message([type, id, ...rest]: unknown[]): unknown[] {
    const isValid = typeof id === 'string' && id.length > 0 && id.length <= MAX_MESSAGE_ID
    return [type, ...(id === undefined ? [] : [isValid ? randomUUID() : id]), ...rest.map((part) => this.moved(part))]
  }

  /** Maps the recorded transaction id of an answer to the current one. */
  learn(recorded: unknown, replayed: unknown): void {
    const [then, now] = [member(recorded, 'transactionId'), member(replayed, 'transactionId')]
    if (then !== undefined && now !== undefined) this.#transactions.set(then, now)
  }

  /** The value with current times and transaction ids. */
  moved(value: unknown, name = ''): unknown {
    if (name === 'transactionId') return this.#transactionId(value)
    if (typeof value === 'string') return movedTime(value, this.#shift)
    if (Array.isArray(value)) return value.map((item) => this.moved(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.moved(item, key)]))
  }

  // In 1.6 the CSMS assigns the transaction id; in 2.x the charger does, so it gets a new one here.
  #transactionId(id: unknown): unknown {
    if (!this.#transactions.has(id)) this.#transactions.set(id, typeof id === 'string' ? randomUUID() : id)
    return this.#transactions.get(id)
  }
}

/** The time `shift` milliseconds later, in the same format. A text that is no valid time stays the same. */
function movedTime(text: string, shift: number): string {
  const [, seconds, fraction = '', zone = ''] = TIME.exec(text) ?? []
  const moved = new Date(seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`) + shift)
  return Number.isNaN(moved.getTime()) ? text : `${moved.toISOString().slice(0, -5)}${fraction}${zone}`
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
