import { connectorState } from '../../lib/charge-points/connector-state.js'
import type { ChargePoint, PresentConnector } from '../api/records.js'
import type { LiveEvent } from '../api/stream.js'

/** The members of events that the reducers read, as `GET /events` tells them. */
interface StatusData {
  evseId?: number
  connectorId?: number
  status: string
  errorCode?: string
  info?: string
  timestamp?: string
}

interface TransactionData {
  id?: number
  eventType: string
  timestamp: string
  evseId?: number
  connectorId?: number
  chargingState?: string
}

interface Reading {
  measurand: string
  value?: number
  unit?: string
  phase?: string
  location?: string
  timestamp: string
}

interface MeterData {
  id?: number
  readings: readonly Reading[]
}

/** Applies an event to a charge point of a list. Applying it twice gives the same result. */
export function reduceChargePoint(chargePoint: ChargePoint, event: LiveEvent): ChargePoint {
  const { type, at, data } = event
  const seen = { ...chargePoint, lastSeenAt: at }
  switch (type) {
    case 'connect': {
      const { protocol, remoteAddress } = data as { protocol: string; remoteAddress: string }
      return { ...seen, connected: true, protocol, remoteAddress, connectedAt: at, lastConnectedAt: at }
    }
    case 'disconnect':
      return { ...seen, connected: false, lastDisconnectedAt: at }
    case 'status':
      return withConnectors(seen, (connectors) => applyStatus(connectors, data as StatusData, seen.protocol))
    case 'transaction':
      return withConnectors(seen, (connectors) => applyTransaction(connectors, data as TransactionData, seen.protocol))
    case 'meter-values':
      return withConnectors(seen, (connectors) => applyReadings(connectors, data as MeterData))
    default:
      return seen
  }
}

function withConnectors(
  chargePoint: ChargePoint,
  apply: (connectors: readonly PresentConnector[]) => PresentConnector[]
): ChargePoint {
  if (chargePoint.connectors === undefined) return chargePoint
  return { ...chargePoint, connectors: apply(chargePoint.connectors) }
}

/** Events name places of 1.6 by the connector alone; lists name them by EVSE and connector of the same number. */
function isAt(
  connector: PresentConnector,
  { evseId, connectorId }: { evseId?: number; connectorId?: number }
): boolean {
  const isOf16 = evseId === undefined || evseId === 0
  if (isOf16) return (connector.connectorId ?? connector.evseId) === connectorId || connector.evseId === connectorId
  return connector.evseId === evseId && (connectorId === undefined || connector.connectorId === connectorId)
}

function applyStatus(
  connectors: readonly PresentConnector[],
  told: StatusData,
  protocol: string | undefined
): PresentConnector[] {
  const { status, errorCode, info, timestamp } = told
  const state = connectorState({ protocol, status })
  const apply = ({ errorCode: _code, info: _info, ...connector }: PresentConnector): PresentConnector => ({
    ...connector,
    status: status as NonNullable<PresentConnector['status']>,
    // The charging state of the transaction tells what an occupied connector of 2.x is busy with.
    state: status === 'Occupied' && connector.transaction !== undefined ? connector.state : state,
    ...(timestamp !== undefined && status !== connector.status && { since: timestamp }),
    ...(errorCode !== undefined && errorCode !== 'NoError' && { errorCode }),
    ...(info !== undefined && { info })
  })
  if (connectors.some((connector) => isAt(connector, told))) {
    return connectors.map((connector) => (isAt(connector, told) ? apply(connector) : connector))
  }
  const { evseId, connectorId } = told
  const place = {
    ...(evseId ? { evseId } : connectorId ? { evseId: connectorId } : {}),
    ...(connectorId !== undefined && { connectorId })
  }
  return [...connectors, apply({ ...place, state })]
}

function applyTransaction(
  connectors: readonly PresentConnector[],
  { id, eventType, timestamp, chargingState, ...place }: TransactionData,
  protocol: string | undefined
): PresentConnector[] {
  return connectors.map((connector) => {
    const isHere = id !== undefined && connector.transaction?.id === id
    if (eventType === 'Ended' || eventType === 'Closed') {
      if (!isHere) return connector
      const { transaction: _ended, ...free } = connector
      return { ...free, state: connectorState({ protocol, status: connector.status }) }
    }
    const isThere = isHere || ((place.evseId ?? place.connectorId) !== undefined && isAt(connector, place))
    if (!isThere || id === undefined) return connector
    return {
      ...connector,
      state:
        chargingState === undefined
          ? connector.state
          : connectorState({ protocol, status: connector.status, chargingState }),
      transaction: connector.transaction?.id === id ? connector.transaction : { id, startedAt: timestamp }
    }
  })
}

/** Energy is the figure of the server: the register minus its start is not known here. */
function applyReadings(connectors: readonly PresentConnector[], { id, readings }: MeterData): PresentConnector[] {
  if (id === undefined) return [...connectors]
  return connectors.map((connector) => {
    const { transaction } = connector
    if (transaction?.id !== id) return connector
    return { ...connector, transaction: { ...transaction, ...figuresOf(readings) } }
  })
}

/** The newest power and state of charge of some readings. */
export function figuresOf(readings: readonly Reading[]): { powerW?: number; soc?: number; at?: string } {
  const power = readings.findLast(({ measurand, phase, value }) => {
    return measurand === 'Power.Active.Import' && phase === undefined && value !== undefined
  })
  const soc = readings.findLast(({ measurand, value }) => measurand === 'SoC' && value !== undefined)
  const at = (power ?? soc)?.timestamp
  return {
    ...(power?.value !== undefined && { powerW: power.value * (power.unit === 'kW' ? 1_000 : 1) }),
    ...(soc?.value !== undefined && { soc: soc.value }),
    ...(at !== undefined && { at })
  }
}
