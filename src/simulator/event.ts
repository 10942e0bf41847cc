/** The events of a simulated charger. */
export type EventName =
  | 'connected'
  | 'disconnected'
  | 'retry'
  | 'boot'
  | 'status'
  | 'authorized'
  | 'transaction-started'
  | 'transaction-ended'
  | 'meter'
  | 'request'
  | 'problem'
  | 'reboot'
  | 'firmware'

export interface SimulatorEvent {
  readonly event: EventName
  readonly identity: string
  /** Simulated time, RFC 3339. */
  readonly time: string
  readonly [detail: string]: unknown
}

export type Observer = (event: SimulatorEvent) => void
