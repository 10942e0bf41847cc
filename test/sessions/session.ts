import { readFileSync } from 'node:fs'
import type { Deviation, Protocol } from 'fastify-ocpp'

/** How the back-end treats the charger: as by default, with the deviations of the session, or with validation `warn`. */
export const MODES = ['strict', 'lenient', 'warn'] as const
export type Mode = (typeof MODES)[number]

/**
 * A message: an action with its payload, a text as it is, or a call of ours with the answer of the charger. `$tx` stands
 * for the transaction id that the charger was given, `$key` for one of its own.
 */
export type Step =
  | [action: string, payload: object]
  | { text: string }
  | { call: string; answer: object; extra?: readonly object[] }

/** What an operator sees afterwards. Each text is one line of the books. */
export interface Books {
  /** What was refused, and with what. */
  refused: string[]
  /** Vendor, model and serial numbers. Absent: it is not known. */
  boot?: string
  /** status, energy, meter readings, start, end, token, reason */
  transactions: string[]
  connectors: string[]
  readings: string[]
}

/** One line of sessions.ndjson: a charger as it is publicly described, with values of our own. */
export interface Session {
  name: string
  vendor: string
  model: string
  firmware: string
  protocol: Protocol
  /** The public description; `composed`: common deviations, put together. */
  source: string
  /** The deviations that the charger needs. */
  deviations: readonly Deviation[]
  frames: readonly Step[]
  /** `Sec-WebSocket-Protocol`, when it is not simply the version. */
  offer?: string
  isEncodedTwice?: boolean
  /** The name of a mode: the same books as in that one. */
  books: Readonly<Record<Mode, Books | Mode>>
}

export function booksOf({ books }: Session, mode: Mode): Books {
  const found = books[mode]
  if (typeof found !== 'string') return found
  const other = books[found]
  // As in a mode that is as in strict mode.
  return typeof other === 'string' ? (books.strict as Books) : other
}

export function readSessions(): Session[] {
  const text = readFileSync(new URL('./sessions.ndjson', import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Session)
}
