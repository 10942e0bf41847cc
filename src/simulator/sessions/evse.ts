import type { Charger } from '../charger.js'
import type { Evse } from '../model/station.js'

/** A person did something that the charger refuses. */
export class RefusedByCharger extends Error {}

/** @throws RefusedByCharger when the charger has no such EVSE */
export function evseOf(charger: Charger, evseId = 1): Evse {
  const evse = charger.station.evses.find(({ id }) => id === evseId)
  if (evse === undefined) throw new RefusedByCharger(`${charger.identity} has no EVSE ${evseId}`)
  return evse
}
