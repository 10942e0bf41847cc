import type { CallOutcome, DisconnectReason, Protocol, RegistrationStatus, SecurityEvent } from 'fastify-ocpp'

/** The kinds of events that operators can listen to. */
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

/** What these tell is what the transactions tell, so they need its scope. */
export const OF_TRANSACTIONS: ReadonlySet<EventType> = new Set<EventType>(['transaction', 'meter-values'])

/** One measured value; what the charge point left out is absent. */
export interface Reading {
  /** RFC 3339, by the clock of the charge point. */
  timestamp: string
  measurand: string
  /** In `unit`; absent when the charge point sent no number. */
  value?: number
  unit?: string
  phase?: string
  context?: string
  location?: string
}

/** What a receipt of a transaction is made from, as the transactions of the operator API show it. */
interface ReceiptData {
  startedAt?: string
  endedAt?: string
  /** Wh, like all energy. */
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
  /** Why `cost` is not known. */
  costUnknown?: string
}

/** What each event tells beside its charge point and time. Date-times are RFC 3339, by the clock of the charge point. */
export interface EventData {
  connect: { protocol: Protocol; remoteAddress: string }
  disconnect: { protocol: Protocol; reason: DisconnectReason; code: number }
  /** `status` is what it was answered. */
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
    /** 0 in 1.6, which knows no EVSEs. */
    evseId: number
    connectorId: number
    status: string
    timestamp: string
    errorCode?: string
    info?: string
    vendorId?: string
    vendorErrorCode?: string
  }
  /** Of one that is over also all that a receipt needs. */
  transaction: {
    /** Ours; absent of a StopTransaction of none that is known. */
    id?: number
    transactionId: string
    /** `Closed`: by us, because the charge point never ended it. `Reopened`: it goes on, so that `Closed` was wrong. */
    eventType: 'Started' | 'Updated' | 'Ended' | 'Closed' | 'Reopened'
    timestamp: string
    evseId?: number
    connectorId?: number
    seqNo?: number
    triggerReason?: string
    chargingState?: string
    offline?: boolean
    /** Whose transaction it is; until it is over, whose token the message has. */
    idToken?: string
    /** 2.x only. */
    idTokenType?: string
    /** Who ended it. */
    stopIdToken?: string
    /** 2.x: of the remote start that it answers. */
    remoteStartId?: number
    /** Whether it ended with a StopTransaction that named no transaction. */
    inferred?: boolean
    /** Why it ended, in the words of the charge point; of a closed one, in ours. */
    reason?: string
  } & ReceiptData
  'meter-values': {
    /** Absent in 1.6, and when it is not known; 0 is the main meter. */
    evseId?: number
    /** Absent when it is not known; in 1.6 0 is the main meter. */
    connectorId?: number
    transactionId?: string
    readings: readonly Reading[]
  }
  /** A call to the charge point that has ended, or waits for it now; `duration` in seconds. */
  call: {
    messageId: string
    action: string
    outcome: CallOutcome | 'queued' | 'cancelled' | 'expired' | 'refused'
    duration: number
  }
  /** What we saw, or what the charge point reported in its own words. */
  security:
    | { source: 'csms'; type: SecurityEvent['type']; remoteAddress: string; detail: string }
    | { source: 'chargePoint'; type: string; timestamp: string; techInfo?: string }
  /** What is wrong has begun, changed or gone, as `GET /problems` shows it. */
  problem: {
    change: 'raised' | 'changed' | 'cleared'
    id: string
    kind: string
    severity: 'critical' | 'warning'
    since: string
    detail: string
    /** The traits that would solve it. */
    suggestedTraits?: object
  }
}

/** What happened at a charge point, as the app tells it. */
export type NewEvent = {
  [Type in EventType]: { readonly type: Type; readonly chargePoint: string; readonly data: EventData[Type] }
}[EventType]

/** An event as it is shown: `data` without secrets, id tokens shortened. */
export interface PublishedEvent {
  /** Nobody else's, also after a restart and on other nodes. */
  readonly id: string
  readonly type: EventType
  readonly chargePoint: string
  /** When we heard of it: RFC 3339 in UTC. */
  readonly at: string
  readonly data: unknown
  /** `data` with whole id tokens, for who may see them; absent when there are none in it. */
  readonly whole?: unknown
}

/** Tells of what is being committed, once it is. */
export type Tell = (event: NewEvent) => void
