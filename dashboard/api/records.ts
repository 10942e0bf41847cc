import type { Static } from '@sinclair/typebox'
import type { ReceiptLinkRecord } from '../../lib/billing/links.js'
import type { CorrectionRecord, ReceiptRecord, ReceiptState } from '../../lib/billing/records.js'
import type { CertificateRecord } from '../../lib/certificates/list.js'
import type { AvailabilityRecord } from '../../lib/charge-points/availability-query.js'
import type { PresentTransactionRecord } from '../../lib/charge-points/open-transactions.js'
import type { PresentConnector } from '../../lib/charge-points/present.js'
import type { SummaryRecord } from '../../lib/charge-points/summary.js'
import type {
  CallRecord as CallSchema,
  IdTokenRecord as IdTokenSchema,
  LiveChargePointRecord,
  MessageRecord as MessageSchema
} from '../../lib/http/records.js'
import type { CostRecord, TransactionCostRecord } from '../../lib/ledger/cost-records.js'
import type { TransactionEventRecord, TransactionRecord } from '../../lib/ledger/records.js'
import type { SeriesRecord } from '../../lib/ledger/series.js'
import type { FindingRecord, TariffRecord, TariffVersionRecord } from '../../lib/ledger/tariff-records.js'
import type { CircuitLimitRecord, LoadManagementBody } from '../../lib/load-management/plant.js'
import type {
  HistoryRecord,
  LoadManagementRecord,
  StateRecord as LoadStateRecord
} from '../../lib/load-management/records.js'
import type { StationTariffsRecord } from '../../lib/price-messages/station-view.js'
import type { ProblemRecord } from '../../lib/problems/problem.js'
import type { SiteRecord } from '../../lib/sites/records.js'
import type { CompositeScheduleRecord } from '../../lib/smart-charging/records.js'
import type { DeliveryRecord, WebhookRecord } from '../../lib/webhooks/records.js'

// The answers of the operator API, typed by its schemas.

export type { PresentConnector, SiteRecord }
export type Availability = AvailabilityRecord
export type Certificate = CertificateRecord
export type Tariff = TariffRecord
export type StationTariffs = StationTariffsRecord
export type TariffVersion = TariffVersionRecord
export type Finding = Static<typeof FindingRecord>
export type Cost = Static<typeof CostRecord>
export type TransactionCost = TransactionCostRecord & { receipt?: ReceiptState }
export type Receipt = ReceiptRecord
export type ReceiptLink = Static<typeof ReceiptLinkRecord>
export type Correction = CorrectionRecord
export type Webhook = WebhookRecord
export type Delivery = DeliveryRecord
export type IdToken = Static<typeof IdTokenSchema>
export type Transaction = PresentTransactionRecord
export type TransactionWithEvents = Transaction & { events: TransactionEventRecord[] }
export type TransactionEvent = TransactionEventRecord
export type TransactionSeries = SeriesRecord
export type Summary = SummaryRecord
export type ProblemItem = ProblemRecord
export type LoadManagement = Static<typeof LoadManagementRecord>
export type LoadBody = LoadManagementBody
export type LoadState = LoadStateRecord
export type Allocation = Static<typeof HistoryRecord>
export type CircuitLimit = CircuitLimitRecord
export type CompositeSchedule = Static<typeof CompositeScheduleRecord>
export type Call = Static<typeof CallSchema>
export type Message = Static<typeof MessageSchema>
export type ChargePoint = Static<typeof LiveChargePointRecord> & {
  connectors?: PresentConnector[]
  withheld?: string[]
}

export type TransactionItem = TransactionRecord
export type Danger = 'none' | 'interrupts' | 'destroys'

/** The operations and calls that a charge point supports. */
export interface ActionList {
  operations: { name: string; title: string; supported: boolean; reason?: string; danger: Danger; queueable: boolean }[]
  calls: { action: string; title: string; block: string; danger: Danger }[]
}

/** An operation or call with the schema of its request. */
export interface ActionSchema {
  title: string
  description?: string
  danger: Danger
  schema: object
  example: unknown
}

export interface Page<T> {
  items: T[]
  nextCursor?: string
  /** With `count=true`; 10 001 for more. */
  total?: number
}

export interface SignIn {
  name: string
  scopes: readonly string[]
  expiresAt: string
}

export interface About {
  version?: string
  startedAt: string
  protocols: string[]
  chargePointUrls: string[]
  timeZone: string
  openRegistration: boolean
  messageLog: boolean
  retentionDays: Record<string, number>
}

export interface OperatorToken {
  name: string
  scopes: readonly string[]
  createdAt: string
  expiresAt?: string
  lastUsedAt?: string
}

export interface BrowserSignIn {
  id: number
  operator: string
  remoteAddress?: string
  userAgent?: string
  createdAt: string
  lastUsedAt: string
  expiresAt: string
}

export interface AuditEntry {
  operator: string
  method: string
  path: string
  target: string
  body?: unknown
  remoteAddress?: string
  status?: number
  createdAt: string
}

/** A setting of a charge point: a configuration key of 1.6 or a variable of 2.x. */
export interface Setting {
  key?: string
  component?: { name: string; instance?: string; evse?: { id: number; connectorId?: number } }
  variable?: { name: string; instance?: string }
  attribute?: string
  value?: string
  readonly?: boolean
  mutability?: string
  type?: string
  unit?: string
  values?: string[]
  limits?: { min?: number; max?: number }
  updatedAt: string
}

/** Sums over the transactions that ended in a span of time, for one group and currency. */
export interface TransactionSums {
  start: string
  group?: string
  transactions: number
  withoutEnergy: number
  energyWh?: number
  duration?: number
  chargingDuration?: number
  cost?: number
  currency?: string
}

/** A decision about an id token, with its reason. */
export interface AuthorizationEntry {
  at: string
  chargePoint: string
  evseId?: number
  idToken: string
  type?: string
  status: string
  reason: string
  attempts?: number
}
