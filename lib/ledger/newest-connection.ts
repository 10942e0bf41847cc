import { CompiledQuery } from 'kysely'
import { keepPrepared } from '../database/shape.js'
import type { Scope } from '../events/scope.js'

/** The connection that a message came over. */
export interface Sender {
  /** The order of the connection among those of its charge point to all nodes. `undefined`: there are no other nodes. */
  readonly epoch?: number | undefined
}

/**
 * A newer connection of the charge point has booked something, so that this message is void: the charge point sends it
 * again over the newer one.
 */
export class SupersededError extends Error {
  override readonly name = 'SupersededError'
  constructor() {
    super('the charge point has a newer connection to another node: its message is not booked over the older one')
  }
}

const READ = 'select epoch from newest_connections where charge_point_id = cast($1 as bigint)'
const RAISE = `insert into newest_connections (charge_point_id, epoch) values (cast($1 as bigint), cast($2 as bigint))
  on conflict (charge_point_id) do update set epoch = excluded.epoch`
for (const text of [READ, RAISE]) keepPrepared(text)

/**
 * Marks the connection as the newest one that has booked something. The caller holds the charge point, so that bookings of
 * all nodes are in one order: none of an older connection comes after one of a newer connection. An older node may be
 * unable to hear of the newer connection, but every booking passes the database.
 *
 * @throws SupersededError if a newer connection has booked something
 */
export async function claimBookings({ trx, chargePointId }: Pick<Scope, 'trx' | 'chargePointId'>, epoch: number) {
  const { rows } = await trx.executeQuery<{ epoch: unknown }>(CompiledQuery.raw(READ, [chargePointId]))
  const newest = Number(rows[0]?.epoch ?? -1)
  if (newest > epoch) throw new SupersededError()
  if (newest < epoch) await trx.executeQuery(CompiledQuery.raw(RAISE, [chargePointId, epoch]))
}
