// The state of a connector, in one vocabulary for all versions of OCPP: the words of 1.6. The server and the pages
// of the dashboard both import this file, so it imports nothing.

/** The states that a charge point can report. [1.6 §7.7] */
export const STATES = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEV',
  'SuspendedEVSE',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted'
] as const
export type ConnectorState = (typeof STATES)[number]

/** The same with Unknown: the charge point has reported no state, or one that its version does not have. */
export const SHOWN_STATES = [...STATES, 'Unknown'] as const
export type ShownState = (typeof SHOWN_STATES)[number]

export const OF_16 = 'ocpp1.6'

export interface StateFacts {
  /** The subprotocol, e.g. `ocpp2.0.1`. */
  protocol: string | null | undefined
  /** As the connector reported it last. */
  status: string | null | undefined
  /** Of the open transaction at the connector. 2.x only. */
  chargingState?: string | null | undefined
}

/** Statuses of 2.x that are states, even if a transaction is still open. [2.x ConnectorStatusEnumType] */
export const WHOLE: readonly string[] = ['Available', 'Reserved', 'Unavailable', 'Faulted'] satisfies ConnectorState[]

/** The state of an occupied connector of 2.x, by the charging state of its transaction. [2.x ChargingStateEnumType] */
export const CHARGING_STATES: Readonly<Record<string, ConnectorState>> = {
  EVConnected: 'Preparing',
  Charging: 'Charging',
  SuspendedEV: 'SuspendedEV',
  SuspendedEVSE: 'SuspendedEVSE'
}

/** The state of a connector, from what it reported and, in 2.x, from the transaction at it. */
export function connectorState({ protocol, status, chargingState }: StateFacts): ShownState {
  if (protocol === OF_16) return STATES.find((state) => state === status) ?? 'Unknown'
  const whole = STATES.find((state) => state === status && WHOLE.includes(state))
  if (whole !== undefined) return whole
  const busy = Object.hasOwn(CHARGING_STATES, chargingState ?? '') ? CHARGING_STATES[chargingState ?? ''] : undefined
  // Idle means no car for the transaction, but a cable may be plugged in.
  return busy ?? (status === 'Occupied' ? 'Preparing' : 'Unknown')
}
