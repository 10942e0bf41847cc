import { openDatabase } from '../../lib/database/open.js'
import { GroupCommitWriter } from '../../lib/database/writer.js'
import { Commits } from '../../lib/events/commits.js'
import type { TransactionEvent } from '../../lib/ledger/event.js'
import { Ledger } from '../../lib/ledger/ledger.js'
import { event, start } from './support.js'

// A process of its own that books what it is told to, all of it at once, and answers with what came of it.

/** One message of a charge point. */
export type Order =
  | { identity: string; start: { meterStart: number; timestamp: number } }
  | { identity: string; eventType: TransactionEvent['eventType']; seqNo: number }

/** The outcome: the answer to the charge point, or the error. */
export type Result = { response: object } | { error: string }

/** A booking that is to be done at once. */
export interface Task {
  orders: readonly Order[]
  /** Messages that are committed together at most. */
  maxBatch: number
}

const [url] = process.argv.slice(2)
const { db, writeDb, dialect, lanes } = openDatabase({ DATA_DIR: '.', DATABASE_URL: url, DATABASE_POOL_SIZE: 8 })

async function carryOut({ orders, maxBatch }: Task): Promise<Result[]> {
  const writer = new GroupCommitWriter({ db: writeDb, dialect, lanes, maxBatch })
  const ledger = new Ledger({ store: new Commits({ db, writer }), dialect })
  return Promise.all(orders.map((order) => book(ledger, order)))
}

async function book(ledger: Ledger, order: Order): Promise<Result> {
  try {
    const booking =
      'start' in order
        ? await ledger.start(order.identity, start(order.start))
        : await ledger.event(order.identity, event(order.eventType, order.seqNo))
    return { response: booking.response }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', (task: Task) => {
  carryOut(task).then((results) => process.send?.(results))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
