import type { Transaction } from 'kysely'
import { compiled } from '../database/compiled.js'
import type { Schema } from '../database/schema.js'
import { fold } from '../events/scope.js'
import {
  changedIn,
  exceededIn,
  type Figures,
  isEmpty,
  type LimitName,
  loweredIn,
  raisedBy,
  type TransactionLimit,
  takenOf,
  tooFineIn,
  WIRE_DECIMALS
} from '../money/transaction-limit.js'
import { ProblemError } from '../problem-error.js'
import type { BookingScope } from './booking.js'
import { startsIt, type TransactionEvent } from './event.js'
import type { Db, TransactionRow, TransactionUpdate } from './queries.js'
import * as queries from './queries.js'

// Limits of transactions. [2.1 E16, C17]

export const STOP_OUTCOMES = ['accepted', 'refused', 'failed'] as const
export type StopOutcome = (typeof STOP_OUTCOMES)[number]

/** How the charge point was asked to stop a transaction that reached a limit. */
export interface StopAsked {
  /** When it was asked last. Epoch milliseconds. */
  at: number
  attempts: number
  /** Absent until there is an answer. */
  outcome?: StopOutcome
  /** When it was asked last. Wh. */
  energy?: number
}

/** The limits of a transaction as its row keeps them. */
export interface KeptLimits {
  limit: TransactionLimit
  /** The limits that answers to the charge point have told. */
  told?: TransactionLimit
  stop?: StopAsked
}

/** How a charge point takes limits; `names` absent: it has not reported which. */
export interface LimitsTaken {
  names?: ReadonlySet<LimitName>
}

export function limitsOf({ limits }: Pick<TransactionRow, 'limits'>): KeptLimits | undefined {
  return limits === null ? undefined : (JSON.parse(limits) as KeptLimits)
}

interface OwnLimits {
  seqNo: number
  timestamp: number
  limit: TransactionLimit
}

/** The latest limits that the charge point told. */
export function ownLimitsOf({ own_limits }: Pick<TransactionRow, 'own_limits'>): TransactionLimit | undefined {
  return own_limits === null ? undefined : (JSON.parse(own_limits) as OwnLimits).limit
}

/** Events arrive in any order: the limits in the event that the charge point sent last count. */
function latestOwnLimits(known: string | null, { seqNo, timestamp, ownLimit: limit }: TransactionEvent): string | null {
  if (limit === undefined) return known
  const before = known === null ? undefined : (JSON.parse(known) as OwnLimits)
  const isLater = before === undefined || (seqNo - before.seqNo || timestamp - before.timestamp) >= 0
  return isLater ? JSON.stringify({ seqNo, timestamp, limit } satisfies OwnLimits) : known
}

const limitRows = compiled((db: Db, { key }: { key: string }) =>
  db.selectFrom('id_tokens').select(['type', 'transaction_limit']).where('token_key', '=', key).orderBy('type')
)

/** The limits of an id token for the transactions that it begins. */
export async function limitOfToken(
  db: Db,
  { idToken, idTokenType }: { idToken?: string; idTokenType?: string }
): Promise<TransactionLimit | undefined> {
  if (idToken === undefined) return undefined
  const rows = await limitRows(db, { key: fold(idToken) })
  const ofType = (type: string) => rows.find((row) => fold(row.type) === fold(type))
  const row = idTokenType === undefined ? rows[0] : (ofType(idTokenType) ?? ofType(''))
  return row?.transaction_limit == null ? undefined : (JSON.parse(row.transaction_limit) as TransactionLimit)
}

/**
 * The limits after an event: those of the id token apply from the event on that tells who has started. The answer tells
 * each limit once and again when it is raised. [2.1 E16.FR.02, E16.FR.11]
 */
export async function limitsAfter(
  trx: Transaction<Schema>,
  row: TransactionRow,
  event: TransactionEvent
): Promise<{ change: TransactionUpdate; answer: { transactionLimit?: TransactionLimit } }> {
  const ofToken = row.id_token === null && startsIt(event) ? await limitOfToken(trx, event) : undefined
  const before = limitsOf(row)
  const kept = ofToken === undefined ? before : { ...before, limit: raisedBy(before?.limit ?? {}, ofToken) }
  const own_limits = latestOwnLimits(row.own_limits, event)
  if (kept === undefined) return { change: { own_limits }, answer: {} }
  const transactionLimit = limitsToTell(kept, event.eventType === 'Ended' ? undefined : event.takesLimits)
  if (isEmpty(transactionLimit)) return { change: { own_limits, limits: JSON.stringify(kept) }, answer: {} }
  const limits = JSON.stringify({ ...kept, told: { ...kept.told, ...transactionLimit } } satisfies KeptLimits)
  return { change: { own_limits, limits }, answer: { transactionLimit } }
}

/** @throws `INVALID_LIMIT` */
export function checkDecimals(limit: TransactionLimit, pointer = ''): void {
  const name = tooFineIn(limit)
  if (name === undefined) return
  const detail = `must have at most ${WIRE_DECIMALS} decimals`
  throw new ProblemError(422, 'INVALID_LIMIT', `${name} ${detail}`, { pointer: `${pointer}/${name}`, detail })
}

/** The limits that the next answer to an event tells. */
export function limitsToTell({ limit, told = {} }: KeptLimits, taken: LimitsTaken | undefined): TransactionLimit {
  return taken === undefined ? {} : changedIn(told, takenOf(limit, taken.names))
}

/**
 * The columns of an open transaction with limits that an operator sets. Limits that are left out stay.
 *
 * @throws `TRANSACTION_ENDED`, `NO_TARIFF`, `LIMIT_LOWERED`
 */
export function withLimit(row: TransactionRow, limit: TransactionLimit): TransactionUpdate {
  if (row.status !== 'open') throw new ProblemError(409, 'TRANSACTION_ENDED', `transaction ${row.id} is over`)
  if (limit.maxCost !== undefined && row.tariff === null) {
    const message = 'the transaction has no tariff, and so no cost'
    throw new ProblemError(409, 'NO_TARIFF', message, { pointer: '/maxCost' })
  }
  const kept = limitsOf(row)
  const lowered = loweredIn(kept?.limit ?? {}, limit)
  if (lowered !== undefined) {
    const detail = `must be at least ${kept?.limit[lowered]}: limits cannot be lowered`
    throw new ProblemError(409, 'LIMIT_LOWERED', `${lowered} ${detail}`, { pointer: `/${lowered}`, detail })
  }
  const { stop, ...others } = kept ?? {}
  const raised: KeptLimits = {
    ...others,
    limit: raisedBy(kept?.limit ?? {}, limit),
    // A charge point that has accepted to stop stops.
    ...(stop?.outcome === 'accepted' && { stop })
  }
  return { limits: JSON.stringify(raised), limit_exceeded_at: null }
}

const RETRY_MS = 30_000
const LONGEST_RETRY_MS = 900_000
/** A charge point that has accepted to stop may still send readings that it has measured before. Milliseconds. */
const STOPPING_MS = 120_000
/** More energy than that shows that charging goes on. Wh. */
const STOPPING_WH = 100

/** Whether a charge point is to be asked to stop, or to be asked again. */
export function isStopDue(stop: StopAsked | undefined, { energy }: Figures, now: number): boolean {
  if (stop === undefined) return true
  if (stop.outcome !== 'accepted') {
    return now - stop.at >= Math.min(RETRY_MS * 2 ** (stop.attempts - 1), LONGEST_RETRY_MS)
  }
  // The transaction may stay open until the car is unplugged. [2.x TxStopPoint]
  const isCharging = energy !== undefined && energy - (stop.energy ?? energy) > STOPPING_WH
  return isCharging && now - stop.at >= STOPPING_MS
}

/** The limits when the charge point is about to be asked to stop. */
export function withStop({ stop, ...kept }: KeptLimits, { energy }: Figures, now: number): KeptLimits {
  const attempts = (stop?.attempts ?? 0) + 1
  return { ...kept, stop: { at: now, attempts, ...(energy !== undefined && { energy }) } }
}

/** Notes that a transaction which is over went beyond a limit. */
export async function noteExceeded({ trx, now }: Pick<BookingScope, 'trx' | 'now'>, row: TransactionRow) {
  if (row.limits === null) return
  const exceeded = exceededBy(row)
  if ((exceeded === undefined) === (row.limit_exceeded_at === null)) return
  await queries.updateTransaction(trx, row, { limit_exceeded_at: exceeded === undefined ? null : now })
}

/** The limit that a transaction which is over went beyond. */
export function exceededBy(
  row: Pick<TransactionRow, 'limits' | 'cost' | 'cost_unknown' | 'energy_wh'>
): 'maxCost' | 'maxEnergy' | undefined {
  const kept = limitsOf(row)
  const cost = row.cost_unknown === null ? (row.cost ?? undefined) : undefined
  return kept && exceededIn(kept.limit, { cost, energy: row.energy_wh ?? undefined })
}
