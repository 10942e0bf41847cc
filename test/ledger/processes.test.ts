import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { migrateDatabase, type OpenDatabase, openDatabase } from '../../lib/database/open.js'
import { fold } from '../../lib/events/scope.js'
import { administer, noPostgres, SERVER } from '../database/support.js'
import { nodeArguments } from '../support/root.js'
import { within } from '../support/wait.js'
import type { Order, Result, Task } from './booker.js'
import { booksOf, NINE } from './support.js'

/** A cold start compiles everything, and a deadlock takes a second to be found, perhaps on a busy machine. */
const PATIENCE_MS = 30_000
/** Transactions that a process has at a time. */
const LANES = 4

async function startBooker(url: string): Promise<ChildProcess> {
  const command = nodeArguments('test/ledger/booker.ts')
  const child = fork(command.at(-1) ?? '', [url], { execArgv: command.slice(0, -1) })
  await within('the process to start', once(child, 'message'), PATIENCE_MS)
  return child
}

async function carryOut(child: ChildProcess, task: Task): Promise<Result[]> {
  const answer = within('the messages to be booked', once(child, 'message'), PATIENCE_MS)
  child.send({ ...task })
  const [results] = (await answer) as [Result[]]
  return results
}

/** Waits until so many transactions are held up by a lock. */
async function untilWaiting(url: string, count: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (let waiting = 0; waiting < count; ) {
    const { rows } = await administer(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      url
    )
    waiting = rows[0].n
    assert.ok(performance.now() < deadline, `${waiting} of ${count} transactions wait`)
  }
}

/** Two processes on one empty database. */
async function openBoth() {
  const name = `processes_${process.pid}`
  await administer(`create database ${name}`)
  const DATABASE_URL = SERVER.replace(/[^/]+$/, name)
  const database = openDatabase({ DATA_DIR: '.', DATABASE_URL, DATABASE_POOL_SIZE: 2 })
  await migrateDatabase(database)
  const [one, two] = await Promise.all([startBooker(DATABASE_URL), startBooker(DATABASE_URL)])
  /** Both at once: nothing is written until as many transactions of both as there may be have begun. */
  const race = async (first: Task, second: Task): Promise<[Result[], Result[]]> => {
    const gate = new pg.Client({ connectionString: DATABASE_URL })
    await gate.connect()
    await gate.query('begin')
    await gate.query('lock table transaction_events in share row exclusive mode')
    const racing = Promise.all([carryOut(one, first), carryOut(two, second)])
    await untilWaiting(DATABASE_URL, 2 * LANES)
    await gate.end()
    return racing
  }
  const close = async () => {
    for (const child of [one, two]) child.kill('SIGKILL')
    await database.close()
    await administer(`drop database ${name} with (force)`)
  }
  return { database, one, race, close }
}

/** Forty charge points that only one test knows. */
function fleet(name: string): string[] {
  return Array.from({ length: 40 }, (_, index) => `${name}-${index}`)
}

/** Makes charge points known, so that nothing has to wait for a row of theirs. */
async function add({ writeDb }: OpenDatabase, identities: readonly string[]): Promise<void> {
  const rows = identities.map((identity) => ({ identity, identity_key: fold(identity), created_at: 0, updated_at: 0 }))
  await writeDb.insertInto('charge_points').values(rows).execute()
}

function failures(results: readonly Result[]): string[] {
  return results.flatMap((result) => ('error' in result ? [result.error] : []))
}

/** A message from each charge point, each committed by itself. */
function each(identities: readonly string[], orderOf: (identity: string) => Order): Task {
  return { orders: identities.map(orderOf), maxBatch: 1 }
}

describe('two processes that book for the same charge points', { skip: noPostgres }, () => {
  let both: Awaited<ReturnType<typeof openBoth>>
  before(async () => {
    both = await openBoth()
  })
  after(() => both.close())

  it('lose no seqNo of events that reach both at once', async () => {
    const { database, one, race } = both
    const identities = fleet('EVENTS')
    const started = each(identities, (identity) => ({ identity, eventType: 'Started', seqNo: 0 }))
    assert.deepEqual(failures(await carryOut(one, started)), [])
    const results = await race(
      each(identities, (identity) => ({ identity, eventType: 'Updated', seqNo: 1 })),
      each(identities, (identity) => ({ identity, eventType: 'Ended', seqNo: 2 }))
    )
    assert.deepEqual(failures(results.flat()), [])
    for (const identity of identities) {
      const { transactions, events } = await booksOf(database, identity)
      const [row] = transactions
      assert.deepEqual(
        [transactions.length, events.length, row?.status, row?.first_seq_no, row?.last_seq_no, row?.ended_seq_no],
        [1, 3, 'ended', 0, 2, 2],
        identity
      )
      assert.equal(row?.missing_seq_nos, null, identity)
    }
  })

  it('book the first message of a charge point once, though it reaches both', async () => {
    const { database, race } = both
    const identities = fleet('FIRST')
    const task = each(identities, (identity) => ({ identity, eventType: 'Started', seqNo: 0 }))
    assert.deepEqual(failures((await race(task, task)).flat()), [])
    for (const identity of identities) {
      const { transactions, events } = await booksOf(database, identity)
      assert.deepEqual([transactions.length, events.length], [1, 1], identity)
    }
  })

  it('give the same answer to the same StartTransaction, and book one transaction', async () => {
    const { database, race } = both
    const identities = fleet('STARTS')
    await add(database, identities)
    const task = each(identities, (identity) => ({ identity, start: { meterStart: 1, timestamp: NINE } }))
    const [first, second] = await race(task, task)
    assert.deepEqual(failures([...first, ...second]), [])
    assert.deepEqual(second, first)
    for (const identity of identities) assert.equal((await booksOf(database, identity)).transactions.length, 1)
  })

  it('close the previous transaction of a connector, whichever of them books the next one', async () => {
    const { database, race } = both
    const identities = fleet('CONNECTOR')
    await add(database, identities)
    const startAt = (timestamp: number) =>
      each(identities, (identity) => ({ identity, start: { meterStart: 1, timestamp } }))
    assert.deepEqual(failures((await race(startAt(NINE), startAt(NINE + 1))).flat()), [])
    for (const identity of identities) {
      const { transactions } = await booksOf(database, identity)
      const times = transactions.map(({ start_timestamp, status }) => [start_timestamp, status])
      // An earlier one that comes later closes nothing.
      const isInOrder = times[0]?.[0] === NINE
      assert.deepEqual(
        times,
        isInOrder
          ? [
              [NINE, 'closed'],
              [NINE + 1, 'open']
            ]
          : [
              [NINE + 1, 'open'],
              [NINE, 'open']
            ],
        identity
      )
    }
  })

  it('recover from a deadlock when both commit many messages in opposite orders', async () => {
    const { database, race } = both
    const identities = fleet('OPPOSITE')
    await add(database, identities)
    const { orders } = each(identities, (identity) => ({ identity, eventType: 'Started', seqNo: 0 }))
    const results = await race({ orders, maxBatch: 200 }, { orders: [...orders].reverse(), maxBatch: 200 })
    assert.deepEqual(failures(results.flat()), [])
    for (const identity of identities) assert.equal((await booksOf(database, identity)).events.length, 1)
  })
})
