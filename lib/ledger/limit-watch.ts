import { sql } from 'kysely'
import { exceededIn, type Figures, reachedIn, type TransactionLimit } from '../money/transaction-limit.js'
import type { Ledger } from './ledger.js'
import { isStopDue, type KeptLimits, type LimitsTaken, limitsOf, type StopOutcome, withStop } from './limits.js'
import { type Db, displayedIdOf, type TransactionRow } from './queries.js'
import { findTransactionById } from './read.js'

// Stops transactions that have reached a limit which their charge points cannot obey by themselves.

export interface LimitWatchOptions {
  db: Db
  ledger: Pick<Ledger, 'changeLimits'>
  /** Whether this process can call the charge point now. */
  isCallable(identity: string): boolean
  /** How a connected charge point takes limits; `undefined`: it knows none. */
  takenBy(identity: string): Promise<LimitsTaken | undefined>
  /** Resolves with the payload of the answer. */
  call(identity: string, stop: StopCall): Promise<unknown>
  /** Default: the clock. Epoch milliseconds. */
  now?: () => number
  onStop(transaction: { identity: string; id: number; outcome: StopOutcome }): void
  onError(error: unknown, transaction: { identity: string; id: number }): void
}

export type StopCall =
  | { action: 'RemoteStopTransaction'; payload: { transactionId: number } }
  | { action: 'RequestStopTransaction'; payload: { transactionId: string } }

/** Transactions in one read. */
const AT_ONCE = 100

export class LimitWatch {
  readonly #options: LimitWatchOptions
  /** Calls that wait for their answers: a slow charge point must not keep the others from being checked. */
  readonly #asking = new Set<Promise<void>>()
  #checking: Promise<void> | undefined

  constructor(options: LimitWatchOptions) {
    this.#options = options
  }

  /** Looks at all open transactions with limits, after a check that runs already. */
  async check(): Promise<void> {
    await this.#checking?.catch(() => undefined)
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  /** The same, unless a check runs already. */
  async tick(): Promise<void> {
    if (this.#checking === undefined) await this.check()
  }

  /** Resolves when no check runs, and no call waits for its answer. */
  async idle(): Promise<void> {
    await this.#checking
    await Promise.all(this.#asking)
  }

  async #check(): Promise<void> {
    const { db, isCallable, onError } = this.#options
    for (let behind = 0; ; ) {
      const rows = await limitedQuery(db, behind, AT_ONCE).execute()
      for (const { id, identity } of rows) {
        if (!isCallable(identity)) continue
        // A transaction that cannot be checked must not keep the others from being checked.
        await this.#look(identity, id).catch((error: unknown) => onError(error, { identity, id }))
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < AT_ONCE) return
      behind = last.id
    }
  }

  async #look(identity: string, id: number): Promise<void> {
    const { db, ledger, now = Date.now } = this.#options
    const found = await findTransactionById(db, id, now())
    const kept = found && limitsOf(found.row)
    if (found === undefined || kept === undefined || found.row.status !== 'open') return
    const figures = figuresOf(found.record)
    const isExceeded = exceededIn(kept.limit, figures) !== undefined
    if (found.row.limit_exceeded_at === null && isExceeded) {
      await ledger.changeLimits(identity, id, (row, time) => exceededAt(row, figures, time))
    }
    // A charge point that goes far beyond a limit does not obey it, whatever it has reported.
    const ours = isExceeded ? kept.limit : withoutTaken(kept.limit, await this.#options.takenBy(identity))
    if (reachedIn(ours, figures).length > 0 && isStopDue(kept.stop, figures, now())) {
      await this.#stop(identity, found.row, { ours, figures })
    }
  }

  /** Asks once for each transaction: another process that finds the same sees that it is asked. */
  async #stop(
    identity: string,
    { id }: TransactionRow,
    { ours, figures }: { ours: TransactionLimit; figures: Figures }
  ) {
    const { ledger, onError, now = Date.now } = this.#options
    const claimed = await ledger.changeLimits(identity, id, (row) => {
      const kept = limitsOf(row)
      // A limit may have been raised in the meantime.
      if (row.status !== 'open' || kept === undefined || !isStopDue(kept.stop, figures, now())) return undefined
      const names = reachedIn(kept.limit, figures).filter((name) => ours[name] !== undefined)
      return names.length === 0 ? undefined : { limits: JSON.stringify(withStop(kept, figures, now())) }
    })
    if (claimed === undefined) return
    const asking = this.#ask(identity, claimed)
      .catch((error: unknown) => onError(error, { identity, id }))
      .finally(() => this.#asking.delete(asking))
    this.#asking.add(asking)
  }

  async #ask(identity: string, row: TransactionRow): Promise<void> {
    const { ledger, call, onStop } = this.#options
    const outcome = await outcomeOf(call(identity, stopOf(row)))
    await ledger.changeLimits(identity, row.id, (present) => {
      const kept = limitsOf(present)
      return kept?.stop && { limits: JSON.stringify({ ...kept, stop: { ...kept.stop, outcome } } satisfies KeptLimits) }
    })
    onStop({ identity, id: row.id, outcome })
  }
}

/** Nothing if the limit has been raised in the meantime. */
function exceededAt(row: TransactionRow, figures: Figures, time: number) {
  const kept = limitsOf(row)
  const isExceeded = kept !== undefined && exceededIn(kept.limit, figures) !== undefined
  return isExceeded ? { limit_exceeded_at: time } : undefined
}

/** The open transactions with limits, in the order of their ids. */
export function limitedQuery(db: Db, behind: number, limit: number) {
  return (
    db
      .selectFrom('transactions')
      .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
      .select(['transactions.id', 'identity'])
      .where('limits', 'is not', null)
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('open' as const))
      .where('transactions.id', '>', behind)
      .orderBy('transactions.id')
      .limit(limit)
  )
}

/** Without the limits that the charge point has reported to support: it obeys them by itself. */
function withoutTaken(limit: TransactionLimit, taken: LimitsTaken | undefined): TransactionLimit {
  const entries = Object.entries(limit).filter(([name]) => taken?.names?.has(name as keyof TransactionLimit) !== true)
  return Object.fromEntries(entries)
}

function figuresOf({ cost, costUnknown, energyWh, duration }: RunningFigures): Figures {
  return { cost: costUnknown === undefined ? cost : undefined, energy: energyWh, time: duration }
}

interface RunningFigures {
  cost?: number | undefined
  costUnknown?: string | undefined
  energyWh?: number | undefined
  duration?: number | undefined
}

function stopOf(row: TransactionRow): StopCall {
  const { ocpp16_id } = row
  return ocpp16_id === null
    ? { action: 'RequestStopTransaction', payload: { transactionId: displayedIdOf(row) } }
    : { action: 'RemoteStopTransaction', payload: { transactionId: ocpp16_id } }
}

async function outcomeOf(asking: Promise<unknown>): Promise<StopOutcome> {
  try {
    const { status } = (await asking) as { status: string }
    return status === 'Accepted' ? 'accepted' : 'refused'
  } catch {
    return 'failed'
  }
}
