import type { Selectable } from 'kysely'
import type { ReceiptsTable } from '../database/schema-billing.js'
import type { NewEvent } from '../events/event.js'
import type { Reader, Scope } from '../events/scope.js'
import { billedMinor, noteReceipt } from '../ledger/pending-receipts.js'
import { displayedIdOf, findTransactionById, type TransactionRow } from '../ledger/queries.js'
import { parseSnapshot } from '../ledger/snapshot.js'
import { creditDocument, receiptDocument, type Session, sessionOf } from './document.js'
import { type Billed, billedOf, notFinal } from './figures.js'
import { nextNumber, type ReceiptNumber } from './numbers.js'
import type { ReceiptDocument } from './records.js'
import type { ReceiptPolicy } from './seller.js'
import { NOT_SETTLED, settlementOf } from './settlements.js'

export type ReceiptRow = Selectable<ReceiptsTable>

/** One commit for the charge point of a transaction, which is held. */
export interface BillingScope extends Pick<Scope, 'trx' | 'now' | 'tell'> {
  policy: ReceiptPolicy
}

/** The operator who issues a receipt, and the reason; absent: the back-end issues it by itself. */
export interface Issuer {
  operator: string
  reason: string
}

/** The latest receipt or credit note of a transaction. */
export function latestOf({ trx }: Pick<BillingScope, 'trx'>, transactionRef: number): Promise<ReceiptRow | undefined> {
  return trx
    .selectFrom('receipts')
    .selectAll()
    .where('transaction_ref', '=', transactionRef)
    .orderBy('turn', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Issues the receipt of a transaction that is due, or notes why it cannot be issued. Returns its number. */
export async function issueDue(scope: BillingScope, transactionRef: number): Promise<string | undefined> {
  const { trx, now, policy } = scope
  const pending = await trx
    .selectFrom('pending_receipts')
    .select('changed_at')
    .where('transaction_ref', '=', transactionRef)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  // Another process has issued it, or a late message has come.
  if (pending === undefined || pending.changed_at > now - policy.finalAfter) return undefined
  const row = await findTransactionById(trx, transactionRef)
  if (row === undefined || row.status === 'open') {
    // It goes on, and gets its receipt after the end.
    await trx.deleteFrom('pending_receipts').where('transaction_ref', '=', transactionRef).execute()
    return undefined
  }
  if ((await latestOf(scope, transactionRef)) !== undefined) {
    // An operator has billed it before its cost was known for the first time.
    await trx.deleteFrom('pending_receipts').where('transaction_ref', '=', transactionRef).execute()
    await noteReceipt({ trx, now, hasReceipts: true }, row, { isFirst: false })
    return undefined
  }
  const reason = notFinal(row) ?? (await unpaid(trx, row))
  const billed = reason === undefined ? await billedOf(trx, row) : { reason }
  if ('reason' in billed) {
    const blocked = { state: 'blocked' as const, reason: billed.reason }
    await trx.updateTable('pending_receipts').set(blocked).where('transaction_ref', '=', transactionRef).execute()
    return undefined
  }
  const { number } = await issueReceipt(scope, row, billed)
  return number
}

/** A payment that was rejected or failed, or that the driver cancelled, has no receipt. [2.1 C25] */
async function unpaid(db: Reader, row: TransactionRow): Promise<string | undefined> {
  const settlement = await settlementOf(db, row)
  return settlement === undefined || settlement.status === 'Settled' ? undefined : NOT_SETTLED
}

/**
 * Issues a receipt. The transaction must not have one that is not credited.
 *
 * @param options.shown the transaction as the receipt shows it. Default: as it was measured
 */
export async function issueReceipt(
  scope: BillingScope,
  row: TransactionRow,
  billed: Billed,
  { issuer, shown = row }: { issuer?: Issuer; shown?: TransactionRow } = {}
): Promise<ReceiptRow> {
  const { trx, now, policy } = scope
  const session = await sessionOf(trx, shown)
  await trx.deleteFrom('pending_receipts').where('transaction_ref', '=', row.id).execute()
  const number = await nextNumber(trx, policy, now)
  const heading = {
    number: number.number,
    issuedAt: number.issued_at,
    ...(issuer !== undefined && { reason: issuer.reason })
  }
  const document = receiptDocument(session, billed, { heading, policy })
  const receipt = await save(scope, { row, number, document, issuer, refersTo: null })
  scope.tell(eventOf(session, document, { change: 'issued', cost: billed.cost }))
  return receipt
}

/** Issues a credit note for a receipt that has none. */
export async function issueCredit(
  scope: BillingScope,
  { row, receipt, issuer }: { row: TransactionRow; receipt: ReceiptRow; issuer: Issuer }
): Promise<ReceiptRow> {
  const { trx, now, policy } = scope
  const session = await sessionOf(trx, row)
  const number = await nextNumber(trx, policy, now)
  const credited = JSON.parse(receipt.document) as ReceiptDocument
  const heading = { number: number.number, issuedAt: number.issued_at, reason: issuer.reason }
  const document = creditDocument(credited, { heading, policy })
  await trx.updateTable('receipts').set({ outdated_at: null }).where('id', '=', receipt.id).execute()
  const note = await save(scope, { row, number, document, issuer, refersTo: receipt.id })
  scope.tell(eventOf(session, document, { change: 'credited' }))
  return note
}

interface NewReceipt {
  row: TransactionRow
  number: ReceiptNumber
  document: ReceiptDocument
  issuer: Issuer | undefined
  refersTo: number | null
}

async function save(scope: BillingScope, { row, number, document, issuer, refersTo }: NewReceipt): Promise<ReceiptRow> {
  const latest = await latestOf(scope, row.id)
  const { currency, netMinor, taxMinor, totalMinor, kind } = document
  return scope.trx
    .insertInto('receipts')
    .values({
      ...number,
      kind,
      transaction_ref: row.id,
      turn: (latest?.turn ?? 0) + 1,
      charge_point_id: row.charge_point_id,
      refers_to: refersTo,
      currency,
      net_minor: netMinor,
      tax_minor: taxMinor,
      total_minor: totalMinor,
      measured_minor: billedMinor(row),
      signed_wh: issuer === undefined ? otherSignedEnergy(document) : null,
      issued_by: issuer?.operator ?? '',
      reason: issuer?.reason ?? null,
      document: JSON.stringify(document)
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** In Wh: a register in whole Wh and a signed one in fractions of it differ by less. */
const TOLERANCE_WH = 1

/** The energy by the signed values, if another one is billed. What an operator bills is their decision. */
function otherSignedEnergy({ session: { energyWh, signedEnergyWh } }: ReceiptDocument): number | null {
  if (energyWh === undefined || signedEnergyWh === undefined) return null
  return Math.abs(energyWh - signedEnergyWh) > TOLERANCE_WH ? signedEnergyWh : null
}

/** The event holds everything that a billing system needs. */
function eventOf(
  { row, chargePoint }: Session,
  document: ReceiptDocument,
  { change, cost }: { change: 'issued' | 'credited'; cost?: object | undefined }
): NewEvent {
  return {
    type: 'receipt',
    chargePoint,
    data: {
      change,
      number: document.number,
      id: row.id,
      transactionId: displayedIdOf(row),
      document,
      ...(cost !== undefined && { cost }),
      tariffs: row.tariff === null ? [] : versionsOf(row.tariff),
      ...(row.id_token !== null && { idToken: row.id_token }),
      ...(row.id_token_type !== null && { idTokenType: row.id_token_type })
    }
  }
}

function versionsOf(tariff: string): object[] {
  const snapshot = parseSnapshot(tariff)
  if (!('document' in snapshot)) return [snapshot]
  return [snapshot, ...(snapshot.later ?? [])].map(({ id, version, ocppTariffId, document }) => ({
    id,
    version,
    ocppTariffId,
    document
  }))
}
