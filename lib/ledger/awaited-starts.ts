import { sql } from 'kysely'
import { compiled } from '../database/compiled.js'
import type { Rows } from '../database/insert.js'
import { toColumn } from '../database/parameters.js'
import { InsertShape } from '../database/shape.js'
import type { EventData } from '../events/event.js'
import type { Scope } from '../events/scope.js'
import { DAY_MS } from './clock.js'
import { type Db, displayedIdOf, type TransactionRow } from './queries.js'
import { bindProfiles } from './sequels.js'
import { type AwaitedStart, decide } from './start-matching.js'

/** A transaction that a charge point is about to be asked for. */
export interface StartRequest {
  /** Of the call. */
  messageId: string
  /** 2.x only. */
  remoteStartId?: number | undefined
  /** 1.6 only; absent: any. */
  connectorId?: number | undefined
  idToken: string
}

/** A start that comes after this many days is not recognised any more. */
const KEPT_DAYS = 30

/** A call that went back to its queue is sent again: its row is replaced. */
const AWAITED = new InsertShape({
  table: 'awaited_starts',
  own: {
    charge_point_id: 'bigint',
    message_id: 'text',
    remote_start_id: 'bigint',
    connector_id: 'bigint',
    id_token: 'text',
    run_id: 'text',
    created_at: 'bigint',
    until_at: 'bigint',
    outcome: 'text',
    transaction_ref: 'bigint'
  },
  onConflict: 'replace',
  keyLength: 2
})

/** The row of a call. To be stored before it is sent: the transaction may start before its answer comes. */
export function awaitStart(
  { chargePointId, now }: Pick<Scope, 'chargePointId' | 'now'>,
  start: StartRequest,
  runId: string
): Rows[] {
  const { messageId, remoteStartId, connectorId = 0, idToken } = start
  const remote = remoteStartId === undefined ? null : toColumn(remoteStartId)
  const row = [chargePointId, messageId, remote, toColumn(connectorId), idToken, runId, now, null, null, null]
  return [{ shape: AWAITED, rows: [row] }]
}

const forget = compiled((db, { chargePointId, messageId }: StartKey) =>
  db.deleteFrom('awaited_starts').where('charge_point_id', '=', chargePointId).where('message_id', '=', messageId)
)

interface StartKey {
  chargePointId: number
  messageId: string
}

/** The charge point will start no transaction. */
export async function forgetStart({ trx, chargePointId }: Pick<Scope, 'trx' | 'chargePointId'>, messageId: string) {
  await forget(trx, { chargePointId, messageId })
}

const accept = compiled((db, { chargePointId, messageId, until }: StartKey & { until: number }) =>
  db
    .updateTable('awaited_starts')
    .set({ until_at: until, outcome: sql`coalesce(outcome, 'pending')` })
    .where('charge_point_id', '=', chargePointId)
    .where('message_id', '=', messageId)
    .returning('outcome')
)

const find = compiled((db, { chargePointId, messageId }: StartKey) =>
  db
    .selectFrom('awaited_starts')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('message_id', '=', messageId)
)

/** The charge point has accepted: from now on its time counts. */
export async function acceptStart(
  scope: Scope,
  identity: string,
  { messageId, until }: { messageId: string; until: number }
) {
  const { trx, chargePointId } = scope
  const [accepted] = await accept(trx, { chargePointId, messageId, until })
  if (accepted === undefined || accepted.outcome === 'pending') return
  // It had started before it answered.
  const [row] = await find(trx, { chargePointId, messageId })
  if (row !== undefined) await tellOutcome(scope, identity, row)
}

/** Where the transactions of a settlement are found: the one that has just started, or all since a time. */
export type Candidates = { transactionRef: number } | { since: number }

/** The ids of the calls that may still start a transaction at a charge point. */
export async function awaitedMessages({ trx, chargePointId, now }: Scope): Promise<Set<string>> {
  return new Set((await openStarts(trx, chargePointId, now)).map(({ message_id }) => message_id))
}

/** Decides, by its transactions, about what a charge point was asked to start. */
export async function settleStarts(scope: Scope, identity: string, candidates: Candidates): Promise<void> {
  const { trx, chargePointId, now } = scope
  const awaited = await openStarts(trx, chargePointId, now)
  if (awaited.length === 0) return
  for (const started of await unclaimed(trx, chargePointId, candidates)) {
    const verdict = decide(awaited, started)
    if (verdict === undefined) continue
    const { outcome } = verdict
    const change = { outcome, transaction_ref: started.id }
    await trx.updateTable('awaited_starts').set(change).where('id', '=', verdict.awaited.id).execute()
    Object.assign(verdict.awaited, change)
    if (outcome === 'seen') {
      awaited.splice(awaited.indexOf(verdict.awaited), 1)
      await bindProfiles(trx, verdict.awaited.message_id, started)
    }
    if (await isOver(trx, verdict.awaited)) await tellOutcome(scope, identity, verdict.awaited, started)
  }
}

/** Binds profiles that were stored after the transaction of their remote start had been seen. */
export async function bindToStarted({ trx, chargePointId }: Scope, messageId: string): Promise<void> {
  const [awaited] = await find(trx, { chargePointId, messageId })
  if (awaited?.outcome !== 'seen' || awaited.transaction_ref === null) return
  const row = await trx
    .selectFrom('transactions')
    .selectAll()
    .where('id', '=', awaited.transaction_ref)
    .where('charge_point_id', '=', chargePointId)
    .executeTakeFirst()
  if (row !== undefined) await bindProfiles(trx, messageId, row)
}

/** The time of the charge point is over. */
export async function giveUpStarts(scope: Scope, identity: string): Promise<void> {
  const { trx, chargePointId, now } = scope
  const rows = await trx
    .updateTable('awaited_starts')
    .set({ outcome: 'notSeen' })
    .where('charge_point_id', '=', chargePointId)
    .where(PENDING)
    .where('until_at', '<=', now)
    .returningAll()
    .execute()
  for (const row of rows) await tellOutcome(scope, identity, row)
}

/** Whether a charge point was asked for a transaction that has not started. */
export async function isAnyOpen(db: Db, chargePointId: number, now: number): Promise<boolean> {
  return (await openStarts(db, chargePointId, now, 1)).length > 0
}

/** Whether the charge point of a call still has time. */
export async function isPending(db: Db, messageId: string): Promise<boolean> {
  const row = await db
    .selectFrom('awaited_starts')
    .select('id')
    .where('message_id', '=', messageId)
    .where(PENDING)
    .executeTakeFirst()
  return row !== undefined
}

/** Literally, or the partial indexes are not used. */
const OPEN = sql<boolean>`(outcome is null or outcome <> 'seen')`
const PENDING = sql<boolean>`outcome = 'pending'`

function openStarts(db: Db, chargePointId: number, now: number, limit = 1000): Promise<AwaitedStart[]> {
  return db
    .selectFrom('awaited_starts')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where(OPEN)
    .where('created_at', '>', now - KEPT_DAYS * DAY_MS)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute()
}

/** The transactions that no call has been answered by, in the order in which we heard of them. */
function unclaimed(db: Db, chargePointId: number, candidates: Candidates): Promise<TransactionRow[]> {
  const query = db
    .selectFrom('transactions')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('awaited_starts')
            .select('awaited_starts.id')
            .whereRef('awaited_starts.transaction_ref', '=', 'transactions.id')
        )
      )
    )
  const some =
    'since' in candidates
      ? query.where('updated_at', '>=', candidates.since)
      : query.where('id', '=', candidates.transactionRef)
  return some.orderBy('id').execute()
}

/** Whether the call has ended, so that what is told of its outcome does not come before its answer. */
async function isOver(db: Db, { charge_point_id, message_id, until_at }: AwaitedStart): Promise<boolean> {
  if (until_at !== null) return true
  const call = await db
    .selectFrom('calls')
    .select('status')
    .where('message_id', '=', message_id)
    .where('charge_point_id', '=', charge_point_id)
    .executeTakeFirst()
  return call !== undefined && (call.status === 'timeout' || call.status === 'unknown')
}

async function tellOutcome(
  { trx, tell }: Scope,
  identity: string,
  { charge_point_id, message_id, remote_start_id, outcome, transaction_ref }: AwaitedStart,
  started?: TransactionRow
): Promise<void> {
  if (outcome === null) return
  const row =
    transaction_ref === null
      ? undefined
      : (started ??
        (await trx
          .selectFrom('transactions')
          .selectAll()
          .where('id', '=', transaction_ref)
          .where('charge_point_id', '=', charge_point_id)
          .executeTakeFirst()))
  const data: EventData['remote-start'] = {
    messageId: message_id,
    outcome,
    ...(remote_start_id !== null && { remoteStartId: remote_start_id }),
    ...(row !== undefined && { id: row.id, transactionId: displayedIdOf(row) }),
    ...(row?.id_token && { idToken: row.id_token })
  }
  tell({ type: 'remote-start', chargePoint: identity, data })
}

// --- what is to be looked after ---------------------------------------------------------------------------------

/** A charge point with calls whose outcome is not decided, and the time since when its transactions matter. */
export interface Undecided {
  identity: string
  since: number
}

/** Those of this process, and those of processes that have ended. */
function isLookedAfterBy(runId: string) {
  return sql<boolean>`(awaited_starts.run_id = ${runId}
    or not exists (select 1 from runs where runs.run_id = awaited_starts.run_id))`
}

function undecided(db: Db, runId: string) {
  return db
    .selectFrom('awaited_starts')
    .innerJoin('charge_points', 'charge_points.id', 'awaited_starts.charge_point_id')
    .select(['charge_points.identity', ({ fn }) => fn.min('awaited_starts.created_at').as('since')])
    .where(isLookedAfterBy(runId))
    .groupBy('charge_points.identity')
}

/** Charge points whose time is over. */
export function dueStarts(db: Db, runId: string, now: number): Promise<Undecided[]> {
  return undecided(db, runId).where(PENDING).where('awaited_starts.until_at', '<=', now).execute()
}

/** Charge points that a process which ended may have left undecided since a time. */
export function leftStarts(db: Db, runId: string, since: number): Promise<Undecided[]> {
  return undecided(db, runId).where(OPEN).where('awaited_starts.created_at', '>=', since).execute()
}

/** When the next time is over. */
export async function nextDeadline(db: Db, runId: string): Promise<number | undefined> {
  const next = await db
    .selectFrom('awaited_starts')
    .select('until_at')
    .where(PENDING)
    .where('until_at', 'is not', null)
    .where(isLookedAfterBy(runId))
    .orderBy('until_at')
    .limit(1)
    .executeTakeFirst()
  return next?.until_at ?? undefined
}
