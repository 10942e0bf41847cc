import type { Commits } from '../events/commits.js'
import { held } from '../events/scope.js'
import { findTransactionById, type TransactionRow } from '../ledger/queries.js'
import { ProblemError } from '../problem-error.js'
import { correctBill, correctionsOf } from './corrections.js'
import { type BillingScope, type Issuer, issueCredit, latestOf } from './issue.js'
import { findReceipt, identityOf } from './list.js'
import type { CorrectionBody, CorrectionRecord, ReceiptRecord } from './records.js'
import type { ReceiptPolicy } from './seller.js'

export interface BillingOptions {
  store: Commits
  /** `undefined`: nothing can be issued. */
  policy: ReceiptPolicy | undefined
}

/** The work of operators with receipts. */
export class Billing {
  readonly #store: Commits
  readonly #policy: ReceiptPolicy | undefined

  constructor({ store, policy }: BillingOptions) {
    this.#store = store
    this.#policy = policy
  }

  /**
   * Credits a receipt.
   *
   * @returns the credit note; `undefined` if there is no such receipt
   * @throws `RECEIPTS_OFF`, `NO_RECEIPT`, `ALREADY_CREDITED`
   */
  async credit(number: string, issuer: Issuer): Promise<ReceiptRecord | undefined> {
    const { db } = this.#store
    const found = await db
      .selectFrom('receipts')
      .select(['id', 'kind', 'transaction_ref'])
      .where('number', '=', number)
      .executeTakeFirst()
    if (found === undefined) return undefined
    if (found.kind !== 'receipt') {
      throw new ProblemError(409, 'NO_RECEIPT', `${number} is a credit note, which cannot be credited`)
    }
    const note = await this.#inTransaction(found.transaction_ref, async (scope, row) => {
      const receipt = await latestOf(scope, row.id)
      if (receipt?.id !== found.id) {
        throw new ProblemError(409, 'ALREADY_CREDITED', `${number} has been credited`)
      }
      return issueCredit(scope, { row, receipt, issuer })
    })
    return findReceipt(db, note.number)
  }

  /**
   * Corrects what is billed for a transaction that is over.
   *
   * @throws `RECEIPTS_OFF`, `UNKNOWN_TRANSACTION`, and those of `correctBill`
   */
  async correct(id: number, body: CorrectionBody, operator: string): Promise<CorrectionRecord> {
    const made = await this.#inTransaction(id, (scope, row) => correctBill(scope, row, { body, operator }))
    const found = (await correctionsOf(this.#store.db, id)).find((correction) => correction.id === made)
    if (found === undefined) throw new Error('the correction was not saved')
    return found
  }

  /**
   * Changes the receipts of a transaction, while nothing else changes it.
   *
   * @throws `RECEIPTS_OFF`, `UNKNOWN_TRANSACTION`
   */
  async #inTransaction<T>(id: number, change: (scope: BillingScope, row: TransactionRow) => Promise<T>): Promise<T> {
    const policy = this.#policy
    if (policy === undefined) {
      throw new ProblemError(409, 'RECEIPTS_OFF', 'no receipts are issued: SELLER_NAME is not set')
    }
    const identity = await identityOf(this.#store.db, id)
    const unknown = () => new ProblemError(404, 'UNKNOWN_TRANSACTION', `no transaction ${id}`)
    if (identity === undefined) throw unknown()
    const job = held(async (scope) => {
      const row = await findTransactionById(scope.trx, id)
      if (row === undefined) throw unknown()
      return change({ ...scope, policy }, row)
    })
    return this.#store.commit(identity, job)
  }
}
