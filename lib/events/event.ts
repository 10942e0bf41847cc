import type { CallOutcome, DisconnectReason, Protocol, RegistrationStatus, SecurityEvent } from 'fastify-ocpp'

/** The types of events. */
export const EVENT_TYPES = [
  'connect',
  'disconnect',
  'boot',
  'status',
  'transaction',
  'meter-values',
  'call',
  'security',
  'problem'
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** Events with data of transactions, which need the scope of transactions. */
export const OF_TRANSACTIONS: ReadonlySet<EventType> = new Set<EventType>(['transaction', 'meter-values'])

/** A measured value. Members that the charge point left out are absent. */
export interface Reading {
  /** RFC 3339, by the clock of the charge point. */
  timestamp: string
  measurand: string
  /** In `unit`. Absent if the charge point sent no number. */
  value?: number
  unit?: string
  phase?: string
  context?: string
  location?: string
}

/** The values of a receipt, as in the transactions of the operator API. */
interface ReceiptData {
  startedAt?: string
  endedAt?: string
  /** Energy in Wh, as everywhere. */
  meterStart?: number
  meterStop?: number
  energyWh?: number
  /** Seconds. */
  duration?: number
  tariffId?: string
  tariff?: object
  cost?: number
  /** ISO 4217. */
  currency?: string
  costDetails?: object
  /** Why `cost` is unknown. */
  costUnknown?: string
}

/**
 * The data of each event type, besides charge point and time. Date-times are RFC 3339, by the clock of the charge
 * point.
 */
export interface EventData {
  connect: { protocol: Protocol; remoteAddress: string }
  disconnect: { protocol: Protocol; reason: DisconnectReason; code: number }
  /** `status` is the status in our answer. */
  boot: {
    protocol: Protocol
    status: RegistrationStatus
    vendor: string
    model: string
    serialNumber?: string
    firmwareVersion?: string
    reason?: string
  }
  status: {
    /** 0 in OCPP 1.6, which has no EVSEs. */
    evseId: number
    connectorId: number
    status: string
    timestamp: string
    errorCode?: string
    info?: string
    vendorId?: string
    vendorErrorCode?: string
  }
  /** After the end the event contains all values of a receipt. */
  transaction: {
    /** Our id. Absent for a StopTransaction of an unknown transaction. */
    id?: number
    transactionId: string
    /**
     * `Closed`: by us, because the charge point never ended the transaction. `Reopened`: the transaction continues, so
     * `Closed` was wrong.
     */
    eventType: 'Started' | 'Updated' | 'Ended' | 'Closed' | 'Reopened'
    timestamp: string
    evseId?: number
    connectorId?: number
    seqNo?: number
    triggerReason?: string
    chargingState?: string
    offline?: boolean
    /** The id token of the transaction; before the end the one in the message. */
    idToken?: string
    /** 2.x only. */
    idTokenType?: string
    /** The id token that ended the transaction. */
    stopIdToken?: string
    /** 2.x: the id of the remote start that caused the transaction. */
    remoteStartId?: number
    /** Whether the end came with a StopTransaction without a usable transaction id. */
    inferred?: boolean
    /** The reason of the end in the words of the charge point, or in ours for a closed transaction. */
    reason?: string
  } & ReceiptData
  'meter-values': {
    /** Absent in OCPP 1.6 and if unknown. 0 is the main meter. */
    evseId?: number
    /** Absent if unknown. In OCPP 1.6, 0 is the main meter. */
    connectorId?: number
    transactionId?: string
    readings: readonly Reading[]
  }
  /** A call to the charge point that has ended, or now waits for the charge point. `duration` in seconds. */
  call: {
    messageId: string
    action: string
    outcome: CallOutcome | 'queued' | 'cancelled' | 'expired' | 'refused'
    duration: number
  }
  /** What the back-end noticed, or what the charge point reported in its own words. */
  security:
    | { source: 'csms'; type: SecurityEvent['type']; remoteAddress: string; detail: string }
    | { source: 'chargePoint'; type: string; timestamp: string; techInfo?: string }
  /** A problem has begun, changed or ended, as `GET /problems` shows it. */
  problem: {
    change: 'raised' | 'changed' | 'cleared'
    id: string
    kind: string
    severity: 'critical' | 'warning'
    since: string
    detail: string
    /** The traits that would solve the problem. */
    suggestedTraits?: object
  }
}

/** An event at a charge point inside the app. */
export type NewEvent = {
  [Type in EventType]: { readonly type: Type; readonly chargePoint: string; readonly data: EventData[Type] }
}[EventType]

/** An event as it is shown: `data` contains no secrets, and id tokens are shortened. */
export interface PublishedEvent {
  /** Unique, also after a restart and on other nodes. */
  readonly id: string
  readonly type: EventType
  readonly chargePoint: string
  /** When the back-end received it: RFC 3339 in UTC. */
  readonly at: string
  readonly data: unknown
  /** `data` with whole id tokens, for readers that may see them. Absent if there are none. */
  readonly whole?: unknown
}

/** Publishes an event after the commit. */
export type Tell = (event: NewEvent) => void
