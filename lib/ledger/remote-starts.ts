import { compiled } from '../database/compiled.js'
import { InsertShape } from '../database/shape.js'
import type { Scope } from '../events/scope.js'
import { DAY_MS } from './clock.js'
import { endsIt, type TransactionEvent } from './event.js'
import type { Db } from './queries.js'

/** The id token that a charge point of 2.x was asked to start a transaction with. */
export interface RemoteStart {
  remoteStartId: number
  idToken: string
  idTokenType: string
}

/** After this many days a remote start is forgotten: the charge point will not start any more. */
const KEPT_DAYS = 30

const forgetOld = compiled((db, { chargePointId, before }: { chargePointId: number; before: number }) =>
  db.deleteFrom('remote_starts').where('charge_point_id', '=', chargePointId).where('created_at', '<', before)
)

const STARTS = new InsertShape({
  table: 'remote_starts',
  own: {
    charge_point_id: 'bigint',
    remote_start_id: 'bigint',
    id_token: 'text',
    id_token_type: 'text',
    created_at: 'bigint'
  },
  onConflict: 'replace',
  keyLength: 2
})

/** Remembers the token of a remote start before it is sent: Started may come before its answer is booked. */
export async function saveRemoteStart(
  { trx, chargePointId, now, append }: Omit<Scope, 'tell'>,
  { remoteStartId, idToken, idTokenType }: RemoteStart
): Promise<void> {
  await forgetOld(trx, { chargePointId, before: now - KEPT_DAYS * DAY_MS })
  append([{ shape: STARTS, rows: [[chargePointId, remoteStartId, idToken, idTokenType, now]] }])
}

/** Forgets a remote start that will not lead to a transaction. */
export async function deleteRemoteStart(db: Db, chargePointId: number, remoteStartId: number): Promise<void> {
  await db
    .deleteFrom('remote_starts')
    .where('charge_point_id', '=', chargePointId)
    .where('remote_start_id', '=', remoteStartId)
    .execute()
}

/** The id token of an event that names only a remote start. [2.x F01, F02] */
export async function remoteStartToken(db: Db, chargePointId: number, event: TransactionEvent) {
  const { idToken, remoteStartId } = event
  if (idToken !== undefined || remoteStartId === undefined || endsIt(event)) return {}
  const start = await db
    .selectFrom('remote_starts')
    .select(['id_token', 'id_token_type'])
    .where('charge_point_id', '=', chargePointId)
    .where('remote_start_id', '=', remoteStartId)
    .executeTakeFirst()
  return start === undefined ? {} : { idToken: start.id_token, idTokenType: start.id_token_type }
}
