import type { TransactionEvent } from './event.js'
import { type Db, displayedIdOf, type TransactionRow } from './queries.js'
import { currencyOf, parseSnapshot, type TariffVersion } from './snapshot.js'
import { noteTariff } from './transaction-costs.js'
import { versionOfWireId } from './which-tariff.js'

// Another tariff for the rest of a transaction. [2.1 I11]

type TariffColumns = Pick<TransactionRow, 'tariff' | 'tariff_id'>

/** The change of a tariff. Times in epoch milliseconds. */
interface Change {
  version: TariffVersion
  now: number
  /** By the clock of the charge point. */
  from: number
  /** By our clock; absent: the charge point has told the change. */
  at?: number
}

/** The columns with another version from a time on; `undefined` if it is the present one already. */
export async function changedTariff(
  db: Db,
  row: TransactionRow,
  { version, now, from, at }: Change
): Promise<TariffColumns | undefined> {
  const snapshot = row.tariff === null ? undefined : parseSnapshot(row.tariff)
  if (snapshot === undefined || !('document' in snapshot)) return undefined
  const present = snapshot.later?.at(-1) ?? snapshot
  if (present.versionId === version.versionId) return undefined
  await noteTariff(db, row, { tariff: version, now, from })
  const later = [...(snapshot.later ?? []), { ...version, from, ...(at !== undefined && { at }) }]
  return { tariff: JSON.stringify({ ...snapshot, later }), tariff_id: version.id }
}

/**
 * The columns when the tariff of the start becomes known after the tariff was changed: the change stays. If the change
 * could not apply to that tariff, because it has another currency, nothing changes.
 */
export function withLaterTariffs(
  { tariff, tariff_id }: TariffColumns,
  first: TariffVersion | undefined
): TariffColumns {
  const present = tariff === null ? undefined : parseSnapshot(tariff)
  const later = present !== undefined && 'document' in present ? (present.later ?? []) : []
  const last = later.at(-1)
  if (last === undefined) {
    return first === undefined
      ? { tariff: null, tariff_id: null }
      : { tariff: JSON.stringify(first), tariff_id: first.id }
  }
  if (first?.document.currency !== last.document.currency) return { tariff, tariff_id }
  return { tariff: JSON.stringify({ ...first, later }), tariff_id }
}

/**
 * The columns after an event in which a charge point says that it has changed the tariff as it was told to: the answer to
 * that call may have been lost; else the change is written down already. A charge point chooses no tariff by itself. [2.1
 * I11.FR.07]
 */
export async function tariffToldBy(
  db: Db,
  row: TransactionRow,
  { event, now, at }: { event: TransactionEvent; now: number; at: number }
): Promise<TariffColumns | undefined> {
  if (event.triggerReason !== 'TariffChanged' || event.tariffId === undefined || row.tariff === null) return undefined
  if (!(await wasAsked(db, row, event.tariffId))) return undefined
  const version = await versionOfWireId(db, event.tariffId)
  if (version === undefined || version.document.currency !== currencyOf(parseSnapshot(row.tariff))) return undefined
  return changedTariff(db, row, { version, now, from: at })
}

/** Whether the charge point was told to change the tariff of this transaction to this one. */
async function wasAsked(db: Db, row: TransactionRow, tariffId: string): Promise<boolean> {
  const calls = await db
    .selectFrom('calls')
    .select('request')
    .where('charge_point_id', '=', row.charge_point_id)
    .where('action', '=', 'ChangeTransactionTariff')
    .where('created_at', '>=', row.created_at)
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  return calls.some(({ request }) => {
    const asked = JSON.parse(request) as { transactionId?: string; tariff?: { tariffId?: string } }
    return asked.transactionId === displayedIdOf(row) && asked.tariff?.tariffId === tariffId
  })
}
