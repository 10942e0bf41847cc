import { sql } from 'kysely'
import { InsertShape } from '../database/shape.js'
import { chunks, fold, type Scope } from '../events/scope.js'

/** The end of a connection that no process has seen. */
export const UNKNOWN_REASON = 'unknown'
/** The end of a connection whose node has died while others lived. */
export const LOST_REASON = 'node-lost'

export interface NewConnection {
  identity: string
  /** Epoch milliseconds. */
  connectedAt: number
  protocol: string
  securityProfile?: number
  remoteAddress: string
}

interface End {
  /** Epoch milliseconds. */
  at: number
  reason: string
  code: number
}

/** A connection of this process. */
interface Connection extends NewConnection {
  end?: End
  isStored: boolean
}

/** A connection whose beginning or end has to be stored. */
export interface ConnectionNews {
  readonly connection: Connection
  readonly end: End | undefined
}

/** Connections that began or ended since they were stored last. */
export class ConnectionLog {
  readonly #connections = new WeakMap<object, Connection>()
  readonly #changed = new Set<Connection>()
  /** The latest start time of the changed connections of each charge point, by its folded identity. */
  readonly #latest = new Map<string, number>()

  get isEmpty(): boolean {
    return this.#changed.size === 0
  }

  /** @param key an object of its own for each connection */
  open(key: object, connection: NewConnection): void {
    const added = { ...connection, connectedAt: this.#free(connection), isStored: false }
    this.#connections.set(key, added)
    this.#change(added)
  }

  close(key: object, end: End): void {
    const connection = this.#connections.get(key)
    if (connection === undefined) return
    connection.end = { ...end, at: Math.max(end.at, connection.connectedAt) }
    this.#change(connection)
  }

  take(): ConnectionNews[] {
    const news = [...this.#changed].map((connection) => ({ connection, end: connection.end }))
    this.#changed.clear()
    this.#latest.clear()
    return news
  }

  /** Takes back news that could not be stored. */
  giveBack(news: readonly ConnectionNews[]): void {
    for (const { connection } of news) this.#change(connection)
  }

  /** A free start time: it identifies a connection of a charge point, and two may begin in the same millisecond. */
  #free({ identity, connectedAt }: NewConnection): number {
    const latest = this.#latest.get(fold(identity))
    return latest === undefined ? connectedAt : Math.max(connectedAt, latest + 1)
  }

  #change(connection: Connection): void {
    const key = fold(connection.identity)
    this.#changed.add(connection)
    this.#latest.set(key, Math.max(connection.connectedAt, this.#latest.get(key) ?? 0))
  }
}

const CONNECTIONS = new InsertShape({
  table: 'connections',
  own: {
    charge_point_id: 'bigint',
    connected_at: 'bigint',
    disconnected_at: 'bigint',
    protocol: 'text',
    security_profile: 'bigint',
    remote_address: 'text',
    reason: 'text',
    code: 'bigint',
    is_open: 'bigint',
    run_id: 'text'
  }
})

export interface SaveConnections {
  news: readonly ConnectionNews[]
  /** Ids of charge points by their identities, as the connections have them. */
  ids: ReadonlyMap<string, number>
  runId: string
}

/** Stores the connections that began or ended, with few statements. New ones are inserted at the end of the transaction. */
export async function saveConnections(
  { trx, append }: Pick<Scope, 'trx' | 'append'>,
  { news, ids, runId }: SaveConnections
): Promise<void> {
  const idOf = ({ identity }: Connection) => ids.get(identity) ?? 0
  const opened = news.filter(({ connection }) => !connection.isStored)
  const ended = news.filter(({ connection }) => connection.isStored)
  for (const part of chunks(opened, 200)) {
    // Of two nodes, the one that the charge point has left may store its connection later than the other one.
    const open = part.filter(({ end }) => end === undefined).map(({ connection }) => connection)
    if (open.length > 0) await closeLost({ trx }, { open, chargePointIds: open.map(idOf), runId })
  }
  const rows = opened.map(({ connection, end }) => [
    idOf(connection),
    connection.connectedAt,
    end?.at ?? null,
    connection.protocol,
    connection.securityProfile ?? null,
    connection.remoteAddress,
    end?.reason ?? null,
    end?.code ?? null,
    end === undefined ? 1 : 0,
    runId
  ])
  if (rows.length > 0) append([{ shape: CONNECTIONS, rows }])
  for (const part of chunks(ended, 200)) {
    const rows = part.flatMap(({ connection, end }) =>
      end === undefined
        ? []
        : sql`(cast(${idOf(connection)} as bigint), cast(${connection.connectedAt} as bigint), cast(${end.at} as bigint),
               cast(${end.reason} as text), cast(${end.code} as bigint))`
    )
    if (rows.length === 0) continue
    await sql`
      with news (charge_point_id, connected_at, ended_at, why, close_code) as (values ${sql.join(rows)})
      update connections set disconnected_at = news.ended_at, last_seen_at = null, reason = news.why,
        code = news.close_code, is_open = 0
      from news where connections.charge_point_id = news.charge_point_id
        and connections.connected_at = news.connected_at and connections.run_id = ${runId}`.execute(trx)
  }
}

/** To be called after the commit of {@link saveConnections}. */
export function markStored(news: readonly ConnectionNews[]): void {
  for (const { connection } of news) connection.isStored = true
}

/** Time of the last message on a connection whose end no process has seen. */
const LAST_SEEN = sql<number | null>`(
  select case when p.last_seen_at >= connections.connected_at then p.last_seen_at end
  from charge_points p where p.id = connections.charge_point_id)`

/** A connection of a process that others took for dead, or whose charge point had connected elsewhere. */
export interface LostConnection {
  identity: string
  protocol: string
}

/**
 * Ends connections of processes that have died, and returns them. When they ended is unknown; what is known is when the
 * charge point was last heard.
 */
export async function closeConnectionsOfDead(
  { trx }: Pick<Scope, 'trx'>,
  runId: string,
  reason = UNKNOWN_REASON
): Promise<LostConnection[]> {
  const lost = await trx
    .updateTable('connections')
    .set({ is_open: 0, reason, last_seen_at: LAST_SEEN })
    .where('is_open', '=', 1)
    .where('run_id', '!=', runId)
    .where(({ eb, selectFrom }) => eb('run_id', 'not in', selectFrom('runs').select('run_id')))
    .returning(['charge_point_id', 'protocol'])
    .execute()
  return named({ trx }, lost)
}

/**
 * Opens the connections of this process again that others ended, and returns them: others took this process for dead, or
 * a newer connection to another node ended before it worked. Connections that this process ended have a time of their end.
 */
export async function reopenConnections({ trx }: Pick<Scope, 'trx'>, runId: string): Promise<LostConnection[]> {
  const reopened = await trx
    .updateTable('connections')
    .set({ is_open: 1, reason: null, last_seen_at: null })
    .where('run_id', '=', runId)
    // A literal, because otherwise the partial index is not used.
    .where('is_open', '=', sql.lit(0 as const))
    .where('disconnected_at', 'is', null)
    .returning(['charge_point_id', 'protocol'])
    .execute()
  return named({ trx }, reopened)
}

async function named(
  { trx }: Pick<Scope, 'trx'>,
  connections: readonly { charge_point_id: number; protocol: string }[]
): Promise<LostConnection[]> {
  const found: LostConnection[] = []
  for (const part of chunks(connections)) {
    const ids = part.map(({ charge_point_id }) => charge_point_id)
    const rows = await trx.selectFrom('charge_points').select(['id', 'identity']).where('id', 'in', ids).execute()
    const identities = new Map(rows.map(({ id, identity }) => [id, identity]))
    for (const { charge_point_id, protocol } of part) {
      found.push({ identity: identities.get(charge_point_id) ?? '', protocol })
    }
  }
  return found
}

/** Ends earlier connections of other processes to charge points that have connected to this one. */
async function closeLost(
  { trx }: Pick<Scope, 'trx'>,
  { open, chargePointIds, runId }: { open: readonly Connection[]; chargePointIds: readonly number[]; runId: string }
): Promise<void> {
  const before = Math.min(...open.map(({ connectedAt }) => connectedAt))
  await trx
    .updateTable('connections')
    .set({ is_open: 0, reason: UNKNOWN_REASON, last_seen_at: LAST_SEEN })
    .where('is_open', '=', 1)
    .where('charge_point_id', 'in', chargePointIds)
    .where('connected_at', '<=', before)
    .where('run_id', '!=', runId)
    .execute()
}
