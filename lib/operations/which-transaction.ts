import { Type } from '@sinclair/typebox'
import { displayedIdOf, findOpen, type TransactionRow } from '../ledger/queries.js'
import { ProblemError } from '../problem-error.js'
import { PLACE, type Place } from './common.js'
import { invalidRequest } from './exchange.js'
import { findOwnTransaction } from './facts.js'
import type { Lookup } from './operation.js'

/** Identifies a transaction: by one of its ids, or as the only open one at a place. */
export const TRANSACTION = {
  transactionId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 36,
      description: 'Transaction id of the charge point; in OCPP 1.6 the number as text'
    })
  ),
  id: Type.Optional(
    Type.Integer({ minimum: 1, description: 'In place of `transactionId`: the `id` of /transactions' })
  ),
  ...PLACE
}

export interface WhichTransaction extends Place {
  transactionId?: string
  id?: number
}

/**
 * The identified transaction, which always belongs to the charge point.
 *
 * @throws `UNKNOWN_TRANSACTION`, `NO_OPEN_TRANSACTION`, `SEVERAL_TRANSACTIONS`, `INVALID_OPERATION`
 */
export async function findMeant({ db, chargePoint }: Lookup, wanted: WhichTransaction): Promise<TransactionRow> {
  const { id, transactionId, evseId, connectorId } = wanted
  if (id !== undefined && transactionId !== undefined) throw invalidRequest('give either id or transactionId')
  if (id !== undefined || transactionId !== undefined) {
    const found = await findOwnTransaction(db, chargePoint.id, { id, transactionId })
    if (found === undefined)
      throw new ProblemError(404, 'UNKNOWN_TRANSACTION', 'the charge point has no such transaction')
    return found
  }
  const open = (await findOpen(db, chargePoint.id)).filter((row) => isAt(row, { evseId, connectorId }))
  const [only] = open
  if (only === undefined) throw new ProblemError(409, 'NO_OPEN_TRANSACTION', 'no transaction is open at that place')
  if (open.length === 1) return only
  const ids = open.map(displayedIdOf).join(', ')
  throw new ProblemError(409, 'SEVERAL_TRANSACTIONS', `several transactions are open: name one of ${ids}`)
}

interface Sought {
  evseId: number | undefined
  connectorId: number | undefined
}

function isAt({ evse_id, connector_id }: TransactionRow, { evseId, connectorId }: Sought): boolean {
  // OCPP 1.6 has connectors only, so `evseId` means the connector, too.
  if (evse_id === 0) return (connectorId ?? evseId ?? connector_id) === connector_id
  return (evseId ?? evse_id) === evse_id && (connectorId ?? connector_id) === connector_id
}
