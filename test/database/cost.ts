import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import Libsql from 'libsql'
import pg from 'pg'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

// What work costs the database, counted where the drivers get it: no clock, so any machine will do.

export interface Cost {
  statements: number
  transactions: number
}

const total: Cost = { statements: 0, transactions: 0 }

function count(text: string): void {
  if (/^begin/i.test(text)) total.transactions++
  else if (!/^(?:commit|rollback|set )/i.test(text)) total.statements++
}

/** Counts what reaches the drivers of both databases, in this process. */
function countStatements(): void {
  const query = pg.Client.prototype.query as (...parameters: unknown[]) => unknown
  pg.Client.prototype.query = function (this: pg.Client, ...parameters: unknown[]) {
    const [first] = parameters
    if (typeof first === 'string') count(first)
    // A statement that stays prepared.
    else if (typeof first === 'object' && first !== null && 'name' in first) count(String(first.name))
    return Reflect.apply(query, this, parameters)
  } as typeof pg.Client.prototype.query
  const { exec } = Libsql.prototype
  Libsql.prototype.exec = function (text) {
    count(text)
    return Reflect.apply(exec, this, [text])
  }
  const statement = new Libsql(':memory:').prepare('select 1').constructor.prototype
  for (const method of ['all', 'run'] as const) {
    const execute = statement[method]
    statement[method] = function (...parameters: unknown[]) {
      total.statements++
      return Reflect.apply(execute, this, parameters)
    }
  }
}

countStatements()

/** Statements that look for work every few seconds, e.g. for remote starts that a dead process has left. */
export const OF_OTHERS = 4

/** The cost of work, until nothing waits to be written. Intervals have to be mocked. */
export async function costWhile({ app }: TestServer, work: () => Promise<void>): Promise<Cost> {
  const { counters } = app.database.writer
  // The rows that follow a boot are read before they are written.
  for (let turn = 0; turn < 3; turn++) {
    await sql`select 1`.execute(app.database.db)
    await until('nothing waits', () => counters.queued === 0)
  }
  const before = { ...total }
  await work()
  // Frames wait for others, and are on their way to the log for a few turns of the event loop.
  for (let turn = 0; turn < 50; turn++) {
    await nextTurn()
    await until('nothing waits', () => app.messageLog.queued + counters.queued === 0)
  }
  return {
    statements: total.statements - before.statements,
    transactions: total.transactions - before.transactions
  }
}
