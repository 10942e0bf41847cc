import type { ChargePointClient } from '../../charge-point/index.js'
import type { TransactionAction } from '../../charge-point/options.js'
import type { ChargePointAction, CsmsAction, RequestOf, ResponseOf, SendAction } from '../../types/protocol.js'
import type { Charger } from '../charger.js'
import { named } from '../problem.js'

// The payloads that a simulated charger sends in 2.0.1 are those that it sends in 2.1.
type P = 'ocpp2.1'

/** The answers to some actions of 2.x; each file has a part of them. */
export type Answers<A extends CsmsAction<P>> = {
  readonly [Name in A]: (charger: Charger, request: RequestOf<P, Name>) => ResponseOf<P, Name>
}

function client(charger: Charger): ChargePointClient<P> {
  return charger.client as unknown as ChargePointClient<P>
}

/** Sends a CALL of 2.x. */
export function call<A extends ChargePointAction<P>>(
  charger: Charger,
  action: A,
  payload: RequestOf<P, A>
): Promise<ResponseOf<P, A>> {
  return named(action, client(charger).call(action, payload))
}

/** Sends a transaction message of 2.x until it is answered. */
export function deliver<A extends TransactionAction<P>>(
  charger: Charger,
  action: A,
  payload: RequestOf<P, A>
): Promise<ResponseOf<P, A>> {
  return named(action, client(charger).deliver(action, payload))
}

/** Sends a SEND of 2.1. */
export function send<A extends SendAction<P>>(charger: Charger, action: A, payload: RequestOf<P, A>): void {
  client(charger).send(action, payload)
}

/** Splits a list into the parts of a report; an empty list gives one empty part. */
export function parts<T>(items: readonly T[], size: number): T[][] {
  const count = Math.max(1, Math.ceil(items.length / size))
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

/** Sends the parts of a report in order. */
export async function sendParts<T>(
  items: readonly T[],
  size: number,
  sendPart: (part: T[], seqNo: number, tbc: boolean) => Promise<unknown>
): Promise<void> {
  const all = parts(items, size)
  for (const [seqNo, part] of all.entries()) await sendPart(part, seqNo, seqNo < all.length - 1)
}
