import assert from 'node:assert/strict'
import { operate } from '../app/support.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'

/** The answer to a CALL that must succeed. */
export async function book(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** The id that a StartTransaction is answered with. */
export async function startTransaction(charger: Charger, more: object = {}): Promise<number> {
  const request = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2026-01-01T09:00:00Z', ...more }
  return Number((await book(charger, 'StartTransaction', request)).transactionId)
}

/** A transaction as an operator sees it. */
export type Shown = Record<string, unknown> & { id: number; status: string; transactionId: string }

/** The transactions of a charge point, the oldest first, with their events. */
export async function transactionsOf(server: TestServer, identity: string): Promise<(Shown & { events: Shown[] })[]> {
  const path = `/transactions?chargePoint=${encodeURIComponent(identity)}&sort=receivedAt`
  const { items } = (await operate(server, 'GET', path)).json() as { items: Shown[] }
  return Promise.all(items.map(async ({ id }) => (await operate(server, 'GET', `/transactions/${id}`)).json()))
}

/** The only transaction of a charge point. */
export async function onlyTransactionOf(server: TestServer, identity: string) {
  const [only, ...others] = await transactionsOf(server, identity)
  assert.ok(only !== undefined && others.length === 0, `${others.length + 1} transactions`)
  return only
}

/** The meter values of a transaction. */
export async function readingsOf(server: TestServer, id: number): Promise<Record<string, unknown>[]> {
  return (await operate(server, 'GET', `/transactions/${id}/meter-values`)).json().items
}

/** Looks until what closes transactions, behind the answers, has done so. */
export async function statusOf(server: TestServer, charger: Charger, wanted: string): Promise<string> {
  for (let look = 0; look < 200; look++) {
    const { status } = await onlyTransactionOf(server, charger.identity)
    if (status === wanted) return status
    await charger.roundTrip()
  }
  return (await onlyTransactionOf(server, charger.identity)).status
}

/** A TransactionEvent. */
export function event2(eventType: string, seqNo: number, timestamp: string, more: Record<string, unknown> = {}) {
  const { transactionId = '1', idTag, register, ...rest } = more
  return {
    eventType,
    seqNo,
    timestamp,
    triggerReason: 'Trigger',
    transactionInfo: { transactionId },
    ...(idTag !== undefined && { idToken: { idToken: idTag, type: 'Central' } }),
    ...(register !== undefined && { meterValue: [{ timestamp, sampledValue: [{ value: register }] }] }),
    ...rest
  }
}
