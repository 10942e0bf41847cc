import type { Commits } from '../events/commits.js'
import { held } from '../events/scope.js'
import { issueDue } from './issue.js'
import type { ReceiptPolicy } from './seller.js'

export interface IssuingOptions {
  store: Commits
  policy: ReceiptPolicy
  /** Whether this process may issue now. Default: always. */
  mayIssue?: () => boolean
  onError: (error: unknown) => void
}

const MAX_INTERVAL_MS = 10_000
const MIN_INTERVAL_MS = 1_000
/** Transactions in one read. */
const AT_ONCE = 100

/** Issues the receipts of transactions about which no message has come for long. */
export class Issuing {
  readonly #options: IssuingOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: IssuingOptions) {
    this.#options = options
  }

  start(): void {
    const { policy, onError } = this.#options
    const interval = Math.min(Math.max(policy.finalAfter, MIN_INTERVAL_MS), MAX_INTERVAL_MS)
    this.#timer = setInterval(() => {
      if (this.#running === undefined) this.run().catch(onError)
    }, interval).unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#running?.catch(() => undefined)
  }

  /**
   * Issues everything that is due. One run at a time.
   *
   * @param finalAfter milliseconds. Default: that of the policy
   */
  run(finalAfter = this.#options.policy.finalAfter): Promise<void> {
    const before = this.#running?.catch(() => undefined) ?? Promise.resolve()
    const running = before
      .then(() => this.#run({ ...this.#options.policy, finalAfter }))
      .finally(() => {
        if (this.#running === running) this.#running = undefined
      })
    this.#running = running
    return running
  }

  async #run(policy: ReceiptPolicy): Promise<void> {
    const { store, mayIssue, onError } = this.#options
    for (let isMore = true; isMore; ) {
      if (this.#isStopped || mayIssue?.() === false) return
      const due = await dueOf(store, store.now() - policy.finalAfter)
      let failures = 0
      // One at a time: the number is the same row for all of them.
      for (const { id, identity } of due) {
        if (this.#isStopped) return
        const change = held((scope) => issueDue({ ...scope, policy }, id))
        await store.commit(identity, change).catch((error: unknown) => {
          failures++
          onError(error)
        })
      }
      // One that fails stays due: the next look tries it again.
      isMore = due.length === AT_ONCE && failures === 0
    }
  }
}

function dueOf({ db }: Commits, before: number) {
  return db
    .selectFrom('pending_receipts')
    .innerJoin('transactions', 'transactions.id', 'pending_receipts.transaction_ref')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select(['transactions.id', 'identity'])
    .where('pending_receipts.state', '=', 'waiting')
    .where('pending_receipts.changed_at', '<=', before)
    .orderBy('pending_receipts.changed_at')
    .orderBy('transactions.id')
    .limit(AT_ONCE)
    .execute()
}
