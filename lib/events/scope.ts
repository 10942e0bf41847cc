import { parseTime } from 'fastify-ocpp'
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { hold } from '../database/hold.js'
import type { Schema } from '../database/schema.js'
import type { Append } from '../database/writer.js'
import type { NewEvent, Tell } from './event.js'

/** The database, for reading. */
export type Reader = Kysely<Schema>

/** The transaction of one commit for one charge point. */
export interface Scope {
  readonly trx: Transaction<Schema>
  readonly chargePointId: number
  /** Epoch milliseconds. */
  readonly now: number
  /** Publishes an event: to listeners after the commit, to webhooks by the same commit. */
  readonly tell: Tell
  /** Inserts rows at the end of the transaction, together with the rows of other commits. */
  readonly append: Append
}

/** The changes of one commit for a charge point. May run more than once, after a roll-back. */
export type Change<T = void> = (scope: Scope) => Promise<T>

/** The form in which identities, id tokens and names of variables are compared: case makes no difference. [1.6 CiString; 2.x identifierString] */
export function fold(text: string): string {
  return text.toLowerCase()
}

/** Whether a column contains a text. The text is taken literally, and case makes no difference. */
export function contains(column: string, part: string): RawBuilder<boolean> {
  const pattern = `%${fold(part).replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`
}

/** The epoch milliseconds of a date-time, or `otherwise` if it is absent or invalid. */
export function milliseconds(dateTime: string | undefined, otherwise: number): number {
  return (dateTime === undefined ? undefined : parseTime(dateTime)) ?? otherwise
}

/** A change that reads before it writes. No other process changes the charge point in between. */
export function held<T>(change: Change<T>): Change<T> {
  return async (scope) => {
    await hold(scope.trx, 'chargePoint', String(scope.chargePointId))
    return change(scope)
  }
}

/** Several changes in one commit. */
export function together(...changes: readonly Change<unknown>[]): Change {
  return async (scope) => {
    for (const change of changes) await change(scope)
  }
}

/** A change and its events. */
export function telling<T>(change: Change<T>, eventOf: (result: T) => NewEvent): Change<T> {
  return async (scope) => {
    const result = await change(scope)
    scope.tell(eventOf(result))
    return result
  }
}

/** Splits rows so that each statement has few enough parameters for both databases. */
const CHUNK = 500

export function* chunks<T>(items: readonly T[], size = CHUNK): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}

/** The last row of each key, because one statement must not touch a row twice. */
export function lastOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}
