import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import type { Evse } from '../model/station.js'
import { evseOf } from './evse.js'
import { endTransaction } from './transactions.js'

/** Breaks the connectors of an EVSE, which ends its transaction. `code` is an error code of 1.6. */
export function fault(charger: Charger, evseId?: number, code = 'GroundFailure'): void {
  const evse = evseOf(charger, evseId)
  if (evse.transaction !== undefined) charger.background(endTransaction(charger, evse, 'Fault'))
  for (const connector of evse.connectors) connector.fault = code
  powerChanged(charger)
}

export function repair(charger: Charger, evseId?: number): void {
  for (const connector of evseOf(charger, evseId).connectors) connector.fault = undefined
  powerChanged(charger)
}

/** Changes the availability of EVSEs; one that charges changes after its transaction. [1.6 §5.2; 2.x G03, G04] */
export function changeAvailability(
  charger: Charger,
  evses: readonly Evse[],
  operative: boolean
): 'Accepted' | 'Scheduled' {
  let answer: 'Accepted' | 'Scheduled' = 'Accepted'
  for (const evse of evses) {
    if (evse.transaction === undefined || operative) {
      evse.operative = operative
      evse.scheduledOperative = undefined
    } else {
      evse.scheduledOperative = operative
      answer = 'Scheduled'
    }
  }
  charger.afterwards(() => powerChanged(charger))
  return answer
}
