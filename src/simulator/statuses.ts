import type { Charger } from './charger.js'
import { type Connector, type Evse, statusOf } from './model/station.js'
import { isGone } from './problem.js'

/** Reports every connector whose status differs from the one reported last. */
export function reportStatuses(charger: Charger): void {
  for (const evse of charger.station.evses) {
    for (const connector of evse.connectors) {
      const status = charger.dialect.statusText(statusOf(charger.station, evse, connector))
      if (connector.reported !== status && charger.isOnline) report(charger, evse, connector, status)
    }
  }
}

function report(charger: Charger, evse: Evse, connector: Connector, status: string): void {
  connector.reported = status
  charger.emit('status', { evse: evse.id, connector: connector.id, status })
  const answered = charger.dialect.status(charger, evse, connector, status).catch((error: unknown) => {
    // A status that never reached the CSMS is reported again after the next connect.
    if (isGone(error) && connector.reported === status) connector.reported = undefined
    throw error
  })
  charger.background(answered)
}

/** Makes every connector report its status after the next boot. */
export function forgetStatuses({ station }: Charger): void {
  for (const { connectors } of station.evses) for (const connector of connectors) connector.reported = undefined
}
