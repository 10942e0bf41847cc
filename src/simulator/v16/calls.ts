import type { ChargePointClient } from '../../charge-point/index.js'
import type { TransactionAction } from '../../charge-point/options.js'
import type { ChargePointAction, RequestOf, ResponseOf } from '../../types/protocol.js'
import type { Charger } from '../charger.js'
import { named } from '../problem.js'

type P = 'ocpp1.6'

// This dialect is used only while the charger speaks 1.6.
function client(charger: Charger): ChargePointClient<P> {
  return charger.client as unknown as ChargePointClient<P>
}

/** Sends a CALL of 1.6. */
export function call<A extends ChargePointAction<P>>(
  charger: Charger,
  action: A,
  payload: RequestOf<P, A>
): Promise<ResponseOf<P, A>> {
  return named(action, client(charger).call(action, payload))
}

/** Sends a transaction message of 1.6 until it is answered. */
export function deliver<A extends TransactionAction<P>>(
  charger: Charger,
  action: A,
  payload: () => RequestOf<P, A>
): Promise<ResponseOf<P, A>> {
  return named(action, client(charger).deliver(action, payload))
}
