import { setImmediate as nextTurn } from 'node:timers/promises'
import { Issuing } from '../../lib/billing/issuing.js'
import { Billing } from '../../lib/billing/service.js'
import { openDatabase } from '../../lib/database/open.js'
import { GroupCommitWriter } from '../../lib/database/writer.js'
import { Commits } from '../../lib/events/commits.js'
import { type EventKeeper, Publisher } from '../../lib/events/publisher.js'
import { POLICY } from './many.js'

// A process of its own that issues what is due, or credits what it is told to. It can be told to die in the middle.

export interface Order {
  DATA_DIR: string
  DATABASE_URL?: string | undefined
  /** Receipts to credit. */
  credits?: readonly string[]
  /** Transactions to correct. Without both it issues what is due. */
  corrections?: readonly number[]
  /** With this receipt or credit note it is killed when all is written and nothing committed. */
  dieAt?: number
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const database = openDatabase({ ...order, DATABASE_POOL_SIZE: 8 })
const { db, writeDb, dialect, lanes } = database
let count = 0
const outbox: EventKeeper = {
  isIdle: false,
  async keep(events) {
    for (const { type } of events) {
      if (type === 'receipt' && ++count === order.dieAt) process.kill(process.pid, 'SIGKILL')
    }
    // The signal takes a moment.
    if (count === order.dieAt) for (;;) await nextTurn()
  },
  written: () => undefined,
  add: () => undefined,
  settled: () => undefined
}
const writer = new GroupCommitWriter({ db: writeDb, dialect, lanes })
const store = new Commits({ db, writer, publisher: new Publisher({ outbox }) })
const onError = (error: unknown) => console.log('error', error)
console.log('open')
const { credits = [], corrections = [] } = order
if (credits.length + corrections.length === 0) {
  await new Issuing({ store, policy: POLICY, onError }).run()
} else {
  const billing = new Billing({ store, policy: POLICY })
  const issuer = { operator: 'test', reason: 'test' }
  for (const id of corrections) await billing.correct(id, { energyWh: 500, reason: 'test' }, 'test')
  for (const number of credits) {
    const note = await billing.credit(number, issuer).catch((error: { code?: string }) => error.code)
    console.log('credited', number, typeof note === 'string' ? note : note?.number)
  }
}
await database.close()
console.log('done')
