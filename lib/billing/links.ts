import { randomBytes } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import type { Commits } from '../events/commits.js'
import { held, type Reader, type Scope } from '../events/scope.js'
import { ProblemError } from '../problem-error.js'
import { identityOf } from './list.js'
import type { ReceiptDocument } from './records.js'

// Links with which drivers see their receipts. Whoever has a link needs no token.

export const ReceiptLinkRecord = Type.Object({
  url: Type.String({ description: 'For the driver; whoever has it sees the receipts of the transaction' }),
  createdAt: Type.String({ format: 'date-time' })
})
export type ReceiptLinkRecord = Static<typeof ReceiptLinkRecord>

/** 128 bits. */
const SECRET_BYTES = 16
const SECRET = /^[\w-]{22}$/

export interface ReceiptLinksOptions {
  store: Commits
  /** The address at which drivers reach the pages; `undefined`: the pages are off. */
  base: string | undefined
}

/** One transaction has at most one link that is not revoked. */
export class ReceiptLinks {
  readonly #store: Commits
  readonly #base: string | undefined

  constructor({ store, base }: ReceiptLinksOptions) {
    this.#store = store
    this.#base = base?.replace(/\/+$/, '')
  }

  get isOn(): boolean {
    return this.#base !== undefined
  }

  /**
   * The link that a charge point shows before there is a receipt; `undefined` if the pages are off, or an operator has
   * revoked a link of the transaction.
   */
  async forCharger(identity: string, transactionRef: number): Promise<string | undefined> {
    if (!this.isOn) return undefined
    const link = await this.#store.commit(
      identity,
      held(async (scope) => {
        const latest = await latestOf(scope.trx, transactionRef)
        return latest ?? (await create(scope, transactionRef))
      })
    )
    return link.revoked_at === null ? this.#show(link).url : undefined
  }

  /**
   * The link to a receipt; `undefined` if there is no such receipt.
   *
   * @throws `RECEIPT_PAGES_OFF`, `NO_RECEIPT_LINK`
   */
  async find(number: string): Promise<ReceiptLinkRecord | undefined> {
    this.#demandOn()
    const transactionRef = await this.#transactionOf(number)
    if (transactionRef === undefined) return undefined
    const link = await latestOf(this.#store.db, transactionRef)
    if (link?.revoked_at !== null) throw noLink(number)
    return this.#show(link)
  }

  /**
   * Makes a link to a receipt, unless it has one; `undefined` if there is no such receipt.
   *
   * @throws `RECEIPT_PAGES_OFF`
   */
  async make(number: string): Promise<ReceiptLinkRecord | undefined> {
    this.#demandOn()
    const link = await this.#change(number, async (scope, transactionRef) => {
      const latest = await latestOf(scope.trx, transactionRef)
      return latest?.revoked_at === null ? latest : create(scope, transactionRef)
    })
    return link && this.#show(link)
  }

  /**
   * Revokes the link to a receipt, also while the pages are off. Returns `undefined` if there is no such receipt.
   *
   * @throws `NO_RECEIPT_LINK`
   */
  revoke(number: string): Promise<true | undefined> {
    return this.#change(number, async ({ trx, now }, transactionRef) => {
      const revoked = await trx
        .updateTable('receipt_links')
        .set({ revoked_at: now })
        .where('transaction_ref', '=', transactionRef)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      if (revoked.numUpdatedRows === 0n) throw noLink(number)
      return true as const
    })
  }

  async #change<T>(
    number: string,
    change: (scope: Scope, transactionRef: number) => Promise<T>
  ): Promise<T | undefined> {
    const transactionRef = await this.#transactionOf(number)
    const identity = transactionRef === undefined ? undefined : await identityOf(this.#store.db, transactionRef)
    if (transactionRef === undefined || identity === undefined) return undefined
    return this.#store.commit(
      identity,
      held((scope) => change(scope, transactionRef))
    )
  }

  async #transactionOf(number: string): Promise<number | undefined> {
    const query = this.#store.db.selectFrom('receipts').select('transaction_ref').where('number', '=', number)
    return (await query.executeTakeFirst())?.transaction_ref
  }

  #demandOn(): void {
    if (this.isOn) return
    throw new ProblemError(409, 'RECEIPT_PAGES_OFF', 'PUBLIC_PAGES has no receipts, so links would lead nowhere')
  }

  #show({ secret, created_at }: Link): ReceiptLinkRecord {
    return { url: `${this.#base}/receipt/${secret}`, createdAt: toDateTime(created_at) }
  }
}

interface Link {
  secret: string
  created_at: number
  revoked_at: number | null
}

function latestOf(db: Reader, transactionRef: number): Promise<Link | undefined> {
  return db
    .selectFrom('receipt_links')
    .select(['secret', 'created_at', 'revoked_at'])
    .where('transaction_ref', '=', transactionRef)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function create({ trx, now }: Scope, transactionRef: number): Promise<Link> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return trx
    .insertInto('receipt_links')
    .values({ transaction_ref: transactionRef, secret, created_at: now })
    .returning(['secret', 'created_at', 'revoked_at'])
    .executeTakeFirstOrThrow()
}

function noLink(number: string): ProblemError {
  return new ProblemError(404, 'NO_RECEIPT_LINK', `${number} has no link for its driver`)
}

/** More than any transaction has. */
const MAX_DOCUMENTS = 20

/** What the driver with a link sees. */
export type Linked = readonly ReceiptDocument[] | 'waived'

/**
 * The receipts and credit notes of a transaction, latest first; none if it has no receipt yet. `undefined`: there is no
 * such link, or it was revoked.
 */
export async function linkedReceipts(db: Reader, secret: string): Promise<Linked | undefined> {
  if (!SECRET.test(secret)) return undefined
  const link = await db
    .selectFrom('receipt_links')
    .select('transaction_ref')
    .where('secret', '=', secret)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (link === undefined) return undefined
  const rows = await db
    .selectFrom('receipts')
    .select('document')
    .where('transaction_ref', '=', link.transaction_ref)
    .orderBy('turn', 'desc')
    .limit(MAX_DOCUMENTS)
    .execute()
  if (rows.length > 0) return rows.map(({ document }) => JSON.parse(document) as ReceiptDocument)
  const waived = await db
    .selectFrom('pending_receipts')
    .select('state')
    .where('transaction_ref', '=', link.transaction_ref)
    .where('state', '=', 'waived')
    .executeTakeFirst()
  return waived === undefined ? [] : 'waived'
}
