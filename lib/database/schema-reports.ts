import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// The device model of charge points, and their reports.

/** Configuration keys of 1.6, as last reported. */
export interface ConfigurationKeysTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  key: Fixed<string>
  value: Optional<string>
  readonly: Default<Bit>
  updated_at: Milliseconds
}

/** The device model of 2.x as last reported: one row for each attribute. */
export interface VariablesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  component: Fixed<string>
  component_instance: Default<string>
  evse_id: Default<number>
  connector_id: Default<number>
  variable: Fixed<string>
  variable_instance: Default<string>
  /** Actual, Target, MinSet or MaxSet. */
  attribute: Default<string>
  value: Optional<string>
  mutability: Optional<string>
  persistent: Optional<Bit>
  constant: Optional<Bit>
  /** VariableCharacteristicsType. */
  characteristics: Optional<JsonText>
  updated_at: Milliseconds
}

export interface VariableMonitorsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  monitor_id: Fixed<number>
  component: string
  component_instance: Default<string>
  evse_id: Default<number>
  connector_id: Default<number>
  variable: string
  variable_instance: Default<string>
  type: string
  value: Optional<number>
  severity: Optional<number>
  transaction_only: Default<Bit>
  /** HardWiredMonitor, PreconfiguredMonitor or CustomMonitor. */
  event_notification_type: Optional<string>
  updated_at: Milliseconds
}

/** NotifyEvent. */
export interface DeviceEventsTable {
  id: Generated<number>
  charge_point_id: number
  event_id: number
  timestamp: Milliseconds
  /** Alerting, Delta or Periodic. */
  trigger: string
  /** `eventId` of the event that caused this one. */
  cause: Optional<number>
  component: string
  component_instance: Default<string>
  evse_id: Default<number>
  connector_id: Default<number>
  variable: string
  variable_instance: Default<string>
  actual_value: string
  severity: Optional<number>
  cleared: Optional<Bit>
  transaction_id: Optional<string>
  monitor_id: Optional<number>
  event_notification_type: Optional<string>
  tech_code: Optional<string>
  tech_info: Optional<string>
  received_at: Milliseconds
}

export interface SecurityEventsTable {
  id: Generated<number>
  charge_point_id: number
  type: string
  /** `csms`: the back-end observed the event (a refused login, a clone). `chargePoint`: the charge point sent it. */
  source: 'csms' | 'chargePoint'
  timestamp: Milliseconds
  tech_info: Optional<string>
  received_at: Milliseconds
}

/** Progress of a firmware update or of an upload. */
export interface StatusReportsTable {
  id: Generated<number>
  charge_point_id: number
  kind: 'firmware' | 'diagnostics' | 'log' | 'publishFirmware'
  /** `requestId`; -1 if the charge point sends none. */
  request_id: Default<number>
  status: string
  details: Optional<JsonText>
  received_at: Milliseconds
}

/** Reports without a table of their own: DER, battery swap, EV charging needs, streams, payments … */
export interface NotificationsTable {
  id: Generated<number>
  charge_point_id: number
  action: string
  message_id: string
  evse_id: Default<number>
  transaction_id: Optional<string>
  payload: JsonText
  received_at: Milliseconds
}

/** A report in several messages: NotifyReport, NotifyMonitoringReport, NotifyCustomerInformation … */
export interface ReportRequestsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  action: Fixed<string>
  request_id: Fixed<number>
  /** The `seqNo` values that have come, as a JSON list. */
  parts: JsonText
  last_seq_no: Optional<number>
  complete: Default<Bit>
  /** Joined text of customer information. */
  payload: Optional<string>
  /** Kind of the request, e.g. full-inventory; `null` if the back-end did not ask for the report. */
  type: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** One message of a report that the back-end asked for. The contents of other reports are not stored. */
export interface ReportPartsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  action: Fixed<string>
  request_id: Fixed<number>
  seq_no: Fixed<number>
  /** The items as a JSON list, or text. No secrets. */
  payload: string
}
