import { type Static, Type } from '@sinclair/typebox'
import { sql } from 'kysely'
import { chunks, type Reader } from '../events/scope.js'
import { oneOf } from '../http/records.js'
import { readingsNow } from '../ledger/power.js'
import type { TransactionRow } from '../ledger/queries.js'
import type { ListedTransaction } from '../ledger/read.js'
import { TransactionRecord } from '../ledger/records.js'
import { SHOWN_STATES, type ShownState } from './connector-state.js'
import { TRANSACTION_STATE } from './state-query.js'

/** A transaction with the present state of its connector. */
export const PresentTransactionRecord = Type.Object({
  ...TransactionRecord.properties,
  state: Type.Optional(
    oneOf(SHOWN_STATES, 'Of the connector, in the words for all versions. Only while the transaction is open')
  ),
  powerW: Type.Optional(
    Type.Number({ description: 'Active power that the car takes, by the latest reading. Only while it is open' })
  ),
  soc: Type.Optional(
    Type.Number({ description: 'State of charge in per cent, by the latest reading. Only while it is open' })
  )
})
export type PresentTransactionRecord = Static<typeof PresentTransactionRecord>

/** The condition for open transactions whose connector is in a state. */
export function isInState(state: ShownState) {
  return sql<boolean>`transactions.status = 'open' and ${TRANSACTION_STATE} = ${state}`
}

/** The records of transactions, the open ones with the present states of their connectors. Few queries for a page. */
export async function withPresent(
  db: Reader,
  listed: readonly Pick<ListedTransaction, 'record' | 'row'>[]
): Promise<PresentTransactionRecord[]> {
  const open = listed.filter(({ row }) => row.status === 'open').map(({ row }) => row)
  if (open.length === 0) return listed.map(({ record }) => record)
  const states = await statesOf(db, open)
  const readings = await readingsNow(db, open)
  return listed.map(({ record, row }) => {
    const state = states.get(row.id)
    const { powerW, soc } = readings.get(row.id) ?? {}
    return {
      ...record,
      ...(state !== undefined && { state }),
      ...(powerW !== undefined && { powerW }),
      ...(soc !== undefined && { soc })
    }
  })
}

async function statesOf(db: Reader, open: readonly TransactionRow[]): Promise<Map<number, ShownState>> {
  const found = new Map<number, ShownState>()
  for (const ids of chunks(open.map(({ id }) => id))) {
    const rows = await db
      .selectFrom('transactions')
      .select(['id', TRANSACTION_STATE.as('state')])
      .where('id', 'in', ids)
      .execute()
    for (const { id, state } of rows) found.set(id, state)
  }
  return found
}
