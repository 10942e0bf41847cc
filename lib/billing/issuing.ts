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
  /** Where the next read begins. `undefined`: with those that are due for the longest time. */
  #behind: Place | undefined

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
    const { store } = this.#options
    while (this.#mayGoOn()) {
      const due = await dueOf(store, { before: store.now() - policy.finalAfter, behind: this.#behind })
      const failures = await this.#issue(due, policy)
      // The next run tries again those that failed.
      this.#behind = due.length < AT_ONCE ? undefined : due.at(-1)
      if (this.#behind === undefined) return
      // Probably nothing can be written now. If it is these transactions only, the next run issues the others first.
      if (failures === due.length) return
    }
  }

  #mayGoOn(): boolean {
    return !this.#isStopped && this.#options.mayIssue?.() !== false
  }

  /** One at a time: the number is the same row for all of them. Returns the number of failures. */
  async #issue(due: readonly Due[], policy: ReceiptPolicy): Promise<number> {
    const { store, onError } = this.#options
    let failures = 0
    for (const { id, identity } of due) {
      if (!this.#mayGoOn()) break
      const change = held((scope) => issueDue({ ...scope, policy }, id))
      await store.commit(identity, change).catch((error: unknown) => {
        failures++
        onError(error)
      })
    }
    return failures
  }
}

/** The place of a transaction in the order in which they are due. */
interface Place {
  id: number
  changed_at: number
}

type Due = Place & { identity: string }

/** @param behind only those that come later in the order */
function dueOf({ db }: Commits, { before, behind }: { before: number; behind: Place | undefined }): Promise<Due[]> {
  let query = db
    .selectFrom('pending_receipts')
    .innerJoin('transactions', 'transactions.id', 'pending_receipts.transaction_ref')
    .innerJoin('charge_points', 'charge_points.id', 'transactions.charge_point_id')
    .select(['transactions.id', 'identity', 'changed_at'])
    .where('pending_receipts.state', '=', 'waiting')
    .where('pending_receipts.changed_at', '<=', before)
  if (behind !== undefined) {
    const { id, changed_at } = behind
    query = query
      .where('pending_receipts.changed_at', '>=', changed_at)
      .where((eb) => eb.or([eb('pending_receipts.changed_at', '>', changed_at), eb('transactions.id', '>', id)]))
  }
  return query.orderBy('pending_receipts.changed_at').orderBy('transactions.id').limit(AT_ONCE).execute()
}
