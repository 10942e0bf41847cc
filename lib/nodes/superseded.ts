import type { ChargePoint } from 'fastify-ocpp'
import { type Sender, SupersededError } from '../ledger/newest-connection.js'
import { ConnectionSecurity } from '../tls/connection-security.js'

/** Close code of a connection that a newer one replaced, as the library has it. */
const REPLACED = 4000

/**
 * Books a message of a connection. If the charge point has a newer connection to another node, of which this node has not
 * heard, nothing is booked, the connection is closed, and the message gets no answer.
 *
 * @throws SupersededError, or what `book` threw
 */
export async function refuseSuperseded<T>(chargePoint: ChargePoint, book: (sender: Sender) => Promise<T>): Promise<T> {
  try {
    return await book(ConnectionSecurity.senderOf(chargePoint))
  } catch (error) {
    closeSuperseded(chargePoint, error)
    throw error
  }
}

/** Closes the connection if the error says that it is not the newest one. Returns whether it does. */
export function closeSuperseded(chargePoint: ChargePoint, error: unknown): boolean {
  if (!(error instanceof SupersededError)) return false
  chargePoint.log.info('a message was not booked: the charge point has a newer connection to another node')
  chargePoint.disconnect(REPLACED, 'replaced by a newer connection')
  return true
}
