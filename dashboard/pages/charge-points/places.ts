import type { PresentConnector } from '../../api/records.js'
import { strings } from '../../strings/en/charge-points.js'

/** The name of a connector: `EVSE 1`, with the connector if the EVSE has several. */
export function placeName({ evseId, connectorId }: Pick<PresentConnector, 'evseId' | 'connectorId'>): string {
  if (evseId !== undefined && evseId > 0) return strings.evse(evseId)
  if (connectorId !== undefined && connectorId > 0) return strings.connector(connectorId)
  return strings.wholeChargePoint
}
