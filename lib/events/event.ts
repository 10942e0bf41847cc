import type { CallOutcome, DisconnectReason, Protocol, RegistrationStatus, SecurityEvent } from 'fastify-ocpp'
import type { StartOutcome } from '../database/schema-transactions.js'

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
  'problem',
  'remote-start',
  'change',
  'authorization',
  'refused',
  'bulk-call',
  'cost',
  'receipt',
  'settlement',
  'tariff',
  'allocation',
  'site-limit',
  'overload',
  'charger-obedience',
  'composite-mismatch'
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** The scopes of the types that need another one than `charge-points:read`. */
const SCOPES = {
  transaction: 'transactions:read',
  'meter-values': 'transactions:read',
  'remote-start': 'transactions:read',
  authorization: 'id-tokens:read',
  cost: 'transactions:read',
  receipt: 'billing:read',
  settlement: 'billing:read',
  tariff: 'transactions:read',
  allocation: 'sites:read',
  'site-limit': 'sites:read',
  overload: 'sites:read',
  'charger-obedience': 'sites:read',
  change: 'admin'
} as const satisfies Partial<Record<EventType, string>>

type EventScope = (typeof SCOPES)[keyof typeof SCOPES] | 'charge-points:read'

/** The scope that a reader of these events needs. */
export function scopeOfEvents(type: EventType): EventScope {
  return (SCOPES as Partial<Record<EventType, EventScope>>)[type] ?? 'charge-points:read'
}

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
  disconnect: { protocol: Protocol; reason: DisconnectReason | 'node-lost'; code: number }
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
    /** Our id of the transaction. Absent outside of transactions, and if the back-end does not know the transaction. */
    id?: number
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
  /** Observation of the back-end, or the charge point's report in its own words. */
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
    evseId?: number
    connectorId?: number
    /** Of the call. */
    messageId?: string
    /** Id of the webhook. */
    webhook?: number
    /** Id of the site whose load is managed. */
    site?: string
    detail: string
    /** The id token that is rejected. */
    idToken?: string
    /** The traits that would solve the problem. */
    suggestedTraits?: object
  }
  /** Whether a charge point that accepted a remote start has started a transaction. */
  'remote-start': {
    /** Message id of the call that requested the start. */
    messageId: string
    outcome: StartOutcome
    /** 2.x only. */
    remoteStartId?: number
    /** Our id of the transaction; this and the following members are absent if there is none. */
    id?: number
    transactionId?: string
    /** The id token that the transaction was started with. */
    idToken?: string
  }
  /** The back-end answered whether an id token may charge. Equal answers within a second are one event. */
  authorization: {
    evseId?: number
    idToken: string
    /** 2.x only. */
    idTokenType?: string
    /** Status in the answer. */
    status: string
    /** Reason of the decision, as in `GET /authorizations`. */
    reason: string
  }
  /** A charge point was rejected. Published at most every 10 seconds for the same charge point. */
  refused: { remoteAddress: string; protocol?: string; status: number; reason: string; attempts: number }
  /** A bulk call has begun, gone on or ended; told at most once a second while it goes on. */
  'bulk-call': {
    bulkId: string
    action: string
    /** As `GET /bulk-calls/{bulkId}` shows it. */
    status: 'running' | 'stopping' | 'completed' | 'stopped' | 'interrupted'
    /** Charge points whose call has ended, failed, or now waits for its charge point. */
    done: number
    total: number
  }
  /** A figure of a transaction that is over. It is not told again while it stays the same. */
  cost: {
    change: 'final' | 'revised'
    /** Our id of the transaction. */
    id: number
    transactionId: string
    revision: number
    calculatedBy: 'us' | 'station'
    /** With tax, in `currency`. Absent while it is unknown. */
    total?: number
    currency?: string
    unknown?: string
    /** By how much the charge point's figure is above ours, if by more than one smallest unit. */
    difference?: number
  }
  /** A receipt was issued, or credited: everything that a billing system needs. */
  receipt: {
    change: 'issued' | 'credited'
    /** Of the receipt or, if it was credited, of the credit note. */
    number: string
    /** Our id of the transaction. */
    id: number
    transactionId: string
    /** As `GET /receipts/{number}` shows it. */
    document: object
    /** The cost with its periods and reasons; absent for an amount that an operator set. */
    cost?: object
    /** The versions of the tariffs. */
    tariffs: readonly object[]
    idToken?: string
    idTokenType?: string
  }
  /** A charge point has told what became of a payment. */
  settlement: {
    /** Our id of the transaction; absent if it is not known. */
    id?: number
    transactionId?: string
    /** The reference of the payment service provider. */
    pspRef: string
    status: 'Settled' | 'Canceled' | 'Rejected' | 'Failed'
    amount: number
    settledAt: string
    statusInfo?: string
    /** Of the charge point. */
    receiptId?: string
    vatCompany?: object
    vatNumber?: string
  }
  /** A charge point has answered a tariff, or a text of one, that it was told beforehand. */
  tariff: {
    change: 'set' | 'refused'
    /** 0: all EVSEs. */
    evseId: number
    /** The id by which the charge point knows the tariff; absent for a text. */
    ocppTariffId?: string
    /** In the words of the charge point. */
    status: string
  }
  /** A transaction at a site under control has got another limit. */
  allocation: {
    site: string
    evseId: number
    /** Our id of the transaction. */
    id: number
    /** A on each phase. */
    limit: number
    /** `limited`: by a limit of its own; `waiting`: it does not charge; `fallback`: no limit holds; `away`: the charge point is. */
    state: 'limited' | 'waiting' | 'fallback' | 'away'
    /** In words. */
    reason: string
  }
  /** Another limit holds at a circuit, because of an energy manager or a meter. */
  'site-limit': {
    site: string
    circuit: string
    change: 'set' | 'removed' | 'expired' | 'fallback' | 'restored'
    /** The limit of the energy manager. */
    limit?: object
    source?: string
    expiresAt?: string
    /** The limits that hold now: A of each phase, W of all. */
    holds: Record<string, number>
  }
  /** More may be taken than a limit allows, whatever is sent. */
  overload: {
    site: string
    circuit: string
    /** `unbalance-L1`: the current of L1 above that of another phase. */
    phase: 'L1' | 'L2' | 'L3' | 'W' | 'unbalance-L1' | 'unbalance-L2' | 'unbalance-L3'
    change: 'begun' | 'ended'
    /** A, or W of all phases. */
    by?: number
    /** In words. */
    why?: string
  }
  /** Whether an EVSE does what the control of its site says. */
  'charger-obedience': {
    site: string
    evseId: number
    obedience: 'obeys' | 'refuses' | 'ignores' | 'silent' | 'unproven'
    /** A that are reserved on each of its phases. */
    reserved: number
    /** Our id of the transaction that was to be stopped, because a circuit was above its limit. */
    stopped?: number
  }
  /** The limits that a charge point tells are not those that follow from its profiles. */
  'composite-mismatch': {
    /** 0: the whole charge point. */
    evseId: number
    /** Seconds after the question, A or W. Empty: they are the same again. */
    differences: readonly object[]
  }
  /** An operator has changed a resource of the API. */
  change: {
    /** Path below the API, e.g. `/charge-points/CP-1`. A created resource is named by its own path, if it has one. */
    resource: string
    /** As in the audit log. */
    operator: string
    method: string
  }
}

/** An event at a charge point inside the app. */
export type NewEvent = {
  [Type in EventType]: {
    readonly type: Type
    readonly chargePoint: string
    readonly data: EventData[Type]
    /** As in {@link PublishedEvent}: `data` is a getter, and nothing may change its sources before it is read. */
    readonly size?: number
  }
}[EventType]

/** An event as it is shown: `data` contains no secrets, and id tokens are shortened. */
export interface PublishedEvent {
  /** Unique, also after a restart and on other nodes. */
  readonly id: string
  readonly type: EventType
  /** Empty if the event concerns no charge point; it is left out then. */
  readonly chargePoint: string
  /** When the back-end received it: RFC 3339 in UTC. */
  readonly at: string
  readonly data: unknown
  /** `data` with whole id tokens, for readers that may see them. Absent if there are none. */
  readonly whole?: unknown
  /**
   * Estimated memory of the event in UTF-16 units. Present if `data` is made each time it is read, because most events
   * of the frequent types are never read.
   */
  readonly size?: number
}

/** Publishes an event after the commit. */
export type Tell = (event: NewEvent) => void
