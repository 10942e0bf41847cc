import { hold } from '../database/hold.js'
import type { Writer } from '../database/writer.js'
import { toDateTime } from '../date-time.js'
import { ensureChargePoint } from '../events/commits.js'
import { type Db, type TariffRow, toTariff } from './queries.js'
import type { TariffBody, TariffRecord } from './records.js'

type NamedRow = TariffRow & { identity: string | null }

function tariffsOf(db: Db) {
  return db
    .selectFrom('tariffs')
    .leftJoin('charge_points', 'charge_points.id', 'tariffs.charge_point_id')
    .selectAll('tariffs')
    .select('charge_points.identity')
}

/** All tariffs, ordered by id. There is no paging, because tariffs are few. */
export async function listTariffs(db: Db): Promise<TariffRecord[]> {
  return (await tariffsOf(db).orderBy('tariff_id').limit(1000).execute()).map(toRecord)
}

export async function findTariff(db: Db, id: string): Promise<TariffRecord | undefined> {
  const row = await tariffsOf(db).where('tariff_id', '=', id).executeTakeFirst()
  return row && toRecord(row)
}

/** Creates or replaces a tariff; transactions that have begun keep theirs. */
export async function putTariff(writer: Writer, id: string, body: TariffBody): Promise<boolean> {
  return writer.write(async (trx) => {
    await hold(trx, 'tariff', id)
    const now = Date.now()
    const values = {
      charge_point_id: body.chargePoint === undefined ? null : await ensureChargePoint({ trx, now }, body.chargePoint),
      group_id: body.groupId ?? null,
      currency: body.currency,
      price_per_kwh: body.pricePerKwh ?? 0,
      price_per_hour: body.pricePerHour ?? 0,
      price_per_session: body.pricePerSession ?? 0,
      tax: body.tax ?? 0,
      description: body.description ?? null,
      updated_at: now
    }
    const { numUpdatedRows } = await trx
      .updateTable('tariffs')
      .set(values)
      .where('tariff_id', '=', id)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) return false
    await trx
      .insertInto('tariffs')
      .values({ tariff_id: id, created_at: now, ...values })
      .execute()
    return true
  })
}

/** @returns whether the tariff existed */
export async function deleteTariff(writer: Writer, id: string): Promise<boolean> {
  const { numDeletedRows } = await writer.write((trx) =>
    trx.deleteFrom('tariffs').where('tariff_id', '=', id).executeTakeFirst()
  )
  return numDeletedRows > 0n
}

function toRecord(row: NamedRow): TariffRecord {
  return {
    ...toTariff(row),
    updatedAt: toDateTime(row.updated_at),
    ...(row.identity !== null && { chargePoint: row.identity }),
    ...(row.group_id !== null && { groupId: row.group_id })
  }
}
