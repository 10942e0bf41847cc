import type { Charger } from '../charger.js'
import { powerChanged } from '../metering.js'
import { defaultEv, type Ev } from '../model/ev.js'
import { plugged } from '../model/station.js'
import { evseOf, RefusedByCharger } from './evse.js'
import { endTransaction, startIfReady } from './transactions.js'

/** Plugs a vehicle in. @throws RefusedByCharger */
export function plug(charger: Charger, evseId?: number, connectorId = 1, ev?: Partial<Ev>): void {
  const evse = evseOf(charger, evseId)
  const connector = evse.connectors.find(({ id }) => id === connectorId)
  if (connector === undefined) throw new RefusedByCharger(`EVSE ${evse.id} has no connector ${connectorId}`)
  if (plugged(evse) !== undefined) throw new RefusedByCharger(`a vehicle is plugged at EVSE ${evse.id} already`)
  connector.ev = { ...defaultEv(charger.station.kind), ...ev }
  startIfReady(charger, evse, evse.authorization?.cause === 'Remote' ? 'RemoteStart' : 'CablePluggedIn')
  charger.reportStatuses()
}

/** Unplugs the vehicle, which ends the transaction unless a setting says otherwise. @throws RefusedByCharger */
export function unplug(charger: Charger, evseId?: number): void {
  const evse = evseOf(charger, evseId)
  const connector = plugged(evse)
  if (connector === undefined) throw new RefusedByCharger(`no vehicle is plugged at EVSE ${evse.id}`)
  if (evse.transaction !== undefined && charger.flag('stopOnUnplug')) {
    charger.background(endTransaction(charger, evse, 'EVDisconnected'))
  }
  connector.ev = undefined
  connector.isFinishing = false
  powerChanged(charger)
}
