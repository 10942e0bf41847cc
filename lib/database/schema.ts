import type { ColumnType, Generated } from 'kysely'

// The tables as both databases hold them. Times are epoch milliseconds: `…_at` is our clock, `timestamp` that of the
// charge point. Yes and no are 1 and 0. JSON is text. What is part of a unique key and may be absent is '' (text) or
// 0 (EVSE and connector), because NULL is never equal to NULL.

/** Nullable, and may be left out of an insert. */
type Optional<T> = T | null
/** 0 is no, 1 is yes. */
export type Bit = 0 | 1
/** Has a default. */
type Default<T> = ColumnType<T, T | undefined, T>
/** Set once. */
type Fixed<T> = ColumnType<T, T, never>
/** Epoch milliseconds. */
type Milliseconds = number
type JsonText = string

export type Registration = 'Accepted' | 'Pending' | 'Rejected'

export interface ChargePointsTable {
  id: Generated<number>
  /** The identity without regard to case: what is looked up. */
  identity_key: Fixed<string>
  /** The identity as it was registered: what is shown. */
  identity: string
  enabled: Default<Bit>
  /** Whether an operator made or changed it; else it came by itself, under open registration. */
  provisioned: Default<Bit>
  /** Salted hash, as JSON. */
  credential: Optional<JsonText>
  /** Still valid until the charge point has used the new one. [A01.FR.03/04] */
  previous_credential: Optional<JsonText>
  /** What the operator demands. */
  security_profile: Optional<number>
  /** The highest it has ever connected with; a lower one is refused. [A05.FR.09] */
  highest_security_profile: Default<number>
  /** Whose certificate it has to show: told by an operator, or by itself when it booted with its password. */
  expected_serial_number: Optional<string>
  /** What the operator wants the next BootNotification to be answered. */
  registration: Default<Registration>
  /** What the last BootNotification was answered: acceptance survives our restart. [1.6 §4.2; B01] */
  boot_status: Optional<Registration>
  protocol: Optional<string>
  vendor: Optional<string>
  model: Optional<string>
  serial_number: Optional<string>
  /** 1.6 chargeBoxSerialNumber. */
  box_serial_number: Optional<string>
  firmware_version: Optional<string>
  iccid: Optional<string>
  imsi: Optional<string>
  meter_type: Optional<string>
  meter_serial_number: Optional<string>
  boot_reason: Optional<string>
  notes: Optional<string>
  last_boot_at: Optional<Milliseconds>
  last_connected_at: Optional<Milliseconds>
  last_disconnected_at: Optional<Milliseconds>
  last_seen_at: Optional<Milliseconds>
  /** An operator removed it; it stays for the sake of its history, and comes back when it is provisioned again. */
  removed_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The present state. 1.6: evse_id 0. Connector or EVSE 0 is the whole. */
export interface ConnectorsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Fixed<number>
  connector_id: Fixed<number>
  status: string
  error_code: Optional<string>
  info: Optional<string>
  vendor_id: Optional<string>
  vendor_error_code: Optional<string>
  timestamp: Milliseconds
  updated_at: Milliseconds
}

export interface StatusHistoryTable {
  id: Generated<number>
  charge_point_id: number
  evse_id: number
  connector_id: number
  status: string
  /** '' when there is no error. */
  error_code: Default<string>
  info: Optional<string>
  vendor_id: Optional<string>
  vendor_error_code: Optional<string>
  timestamp: Milliseconds
  received_at: Milliseconds
}

export interface IdTokensTable {
  id: Generated<number>
  /** Without regard to case. [1.6 CiString; 2.x identifierString] */
  token_key: Fixed<string>
  id_token: string
  /** As 2.x names them; '' is any, which is what 1.6 knows. */
  type: Default<string>
  status: Default<string>
  group_id: Optional<string>
  /** Tokens of this group may stop any transaction. [2.x C12, MasterPass] */
  master_group: Default<Bit>
  expires_at: Optional<Milliseconds>
  language: Optional<string>
  /** 2.x additionalInfo. */
  additional_info: Optional<JsonText>
  notes: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** ended: the charge point said so; closed: we did, because it never will. */
export type TransactionStatus = 'open' | 'ended' | 'closed'

/** One model for 1.6 and 2.x. Always to be looked up together with the charge point it belongs to. */
export interface TransactionsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** 2.x: the charge point's text; 1.6: `ocpp16_id` as text. Unique per charge point, so see `displayed_id`. */
  transaction_id: Fixed<string>
  /** 2.x: the charge point's text when another transaction had it before; `transaction_id` then has a suffix. */
  displayed_id: Optional<string>
  /** 1.6: 1 to 2^31 - 1, unique over the installation, random, never used again. */
  ocpp16_id: Optional<number>
  /** 1.6: the content of StartTransaction; the same again is a retry. Unique per charge point. */
  start_key: Optional<string>
  protocol: string
  status: Default<TransactionStatus>
  evse_id: Default<number>
  connector_id: Default<number>
  id_token: Optional<string>
  id_token_type: Optional<string>
  group_id: Optional<string>
  /** Who ended it. */
  stop_id_token: Optional<string>
  reservation_id: Optional<number>
  remote_start_id: Optional<number>
  charging_state: Optional<string>
  /** 2.x completeness: number of Started, highest so far, number of Ended, and those between that are missing. */
  first_seq_no: Optional<number>
  last_seq_no: Optional<number>
  ended_seq_no: Optional<number>
  /** Not null as long as an event is missing: `[]` when that is Started and no number says so. */
  missing_seq_nos: Optional<JsonText>
  /** `missing_seq_nos` as it was when the charge point said that nothing is to come. */
  lost_seq_nos: Optional<JsonText>
  /** Whether any of it happened without a connection. */
  offline: Default<Bit>
  start_timestamp: Optional<Milliseconds>
  end_timestamp: Optional<Milliseconds>
  /** Wh. */
  meter_start: Optional<number>
  /** Wh. */
  meter_stop: Optional<number>
  /** Wh. */
  energy_wh: Optional<number>
  /** Seconds. */
  duration: Optional<number>
  /** Seconds. */
  charging_duration: Optional<number>
  stop_reason: Optional<string>
  /** Why we closed it. */
  closed_reason: Optional<string>
  /** 2.x: the first and last reading of each energy register; null: none was told. */
  registers: Optional<JsonText>
  /** When that happened, by the clock of the charge point; `ended_at` is when we heard of it. */
  closed_timestamp: Optional<Milliseconds>
  /** Whether it ended with a StopTransaction that named no transaction. */
  inferred_end: Default<Bit>
  /** Whether some meter values belong to it only by their `inferred_id`. */
  inferred_readings: Default<Bit>
  tariff_id: Optional<string>
  /** The tariff as it was when the transaction started. */
  tariff: Optional<JsonText>
  /** In `currency`, tax included. */
  cost: Optional<number>
  cost_details: Optional<JsonText>
  /** Why the cost is not known; beside a cost: it was billed as if what is not known were 0. */
  cost_unknown: Optional<string>
  /** What a 2.1 charge point has calculated itself, the latest. */
  own_cost: Optional<JsonText>
  /** ISO 4217. */
  currency: Optional<string>
  created_at: Fixed<Milliseconds>
  ended_at: Optional<Milliseconds>
  updated_at: Milliseconds
}

/** What the charge point sent about a transaction, as it sent it. */
export interface TransactionEventsTable {
  id: Generated<number>
  charge_point_id: number
  transaction_id: string
  /** Started, Updated or Ended. */
  event_type: string
  seq_no: number
  timestamp: Milliseconds
  trigger_reason: Optional<string>
  offline: Default<Bit>
  payload: JsonText
  /** The answer: a retry gets the same. */
  response: Optional<JsonText>
  received_at: Milliseconds
  /** `id` of the transaction that a StopTransaction without a usable id ended. */
  inferred_id: Optional<number>
}

/** Events in `transaction_events` that belong to no transaction. */
export interface UnassignedEventsTable {
  id: Generated<number>
  event_id: Fixed<number>
  charge_point_id: Fixed<number>
  received_at: Fixed<Milliseconds>
}

/** The id tokens that charge points of 2.x were asked to start with. */
export interface RemoteStartsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  remote_start_id: Fixed<number>
  id_token: string
  id_token_type: string
  created_at: Milliseconds
}

export interface MeterValuesTable {
  id: Generated<number>
  charge_point_id: number
  /** '' outside a transaction. */
  transaction_id: Default<string>
  evse_id: Default<number>
  connector_id: Default<number>
  timestamp: Milliseconds
  measurand: string
  phase: Default<string>
  context: Default<string>
  location: Default<string>
  unit: Default<string>
  /** Raw or SignedData: a charge point sends both of the same moment. */
  format: Default<string>
  /** In `unit`, the multiplier applied; null when the text is no number. */
  value: Optional<number>
  /** As sent. */
  raw: string
  /** 2.x signedMeterValue, as sent. */
  signed_data: Optional<JsonText>
  received_at: Milliseconds
  /** `id` of the transaction that a value without a usable transaction id belongs to. */
  inferred_id: Optional<number>
}

export type CallStatus =
  | 'queued'
  | 'pending'
  | 'sent'
  | 'answered'
  | 'error'
  | 'timeout'
  | 'failed'
  | 'unknown'
  | 'cancelled'
  | 'expired'

/** What we asked of a charge point. */
export interface CallsTable {
  id: Generated<number>
  charge_point_id: number
  message_id: string
  protocol: string
  action: string
  request: JsonText
  status: Default<CallStatus>
  response: Optional<JsonText>
  error_code: Optional<string>
  error_description: Optional<string>
  error_details: Optional<JsonText>
  /** Name of the token, or null when the back-end itself asked. */
  operator: Optional<string>
  idempotency_key: Optional<string>
  created_at: Fixed<Milliseconds>
  sent_at: Optional<Milliseconds>
  answered_at: Optional<Milliseconds>
  /** Milliseconds. */
  duration: Optional<number>
  /** Of the process that made the call; null while it waits for its charge point. */
  run_id: Optional<string>
  /** When one that waits for its charge point is given up. */
  expires_at: Optional<Milliseconds>
}

/** Calls that wait for their charge point, in their order. The row goes when nothing can come of it any more. */
export interface QueuedCallsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** Of the row in `calls`. */
  message_id: Fixed<string>
  /** As it will be sent: with its secrets. */
  payload: Fixed<JsonText>
  /** Milliseconds. */
  timeout: Optional<number>
  expires_at: Fixed<Milliseconds>
}

/** Requests of operators that may be repeated, and how they were answered. */
export interface IdempotencyKeysTable {
  id: Generated<number>
  operator: Fixed<string>
  idempotency_key: Fixed<string>
  /** SHA-256 of method, target and body. */
  fingerprint: Fixed<string>
  /** Of the call, when it is one. */
  message_id: Fixed<string>
  /** Of the process that carries the request out. */
  run_id: Fixed<string>
  /** HTTP status; null until the request is answered. */
  status: Optional<number>
  headers: Optional<JsonText>
  body: Optional<string>
  created_at: Fixed<Milliseconds>
}

/** One call to many charge points. */
export interface BulkCallsTable {
  id: Generated<number>
  bulk_id: Fixed<string>
  operator: Fixed<string>
  action: Fixed<string>
  /** Without secrets. */
  request: Fixed<JsonText>
  status: 'running' | 'completed' | 'interrupted'
  run_id: Fixed<string>
  created_at: Fixed<Milliseconds>
  ended_at: Optional<Milliseconds>
}

export interface BulkCallItemsTable {
  id: Generated<number>
  bulk_call_id: Fixed<number>
  identity: Fixed<string>
  /** Of the call; there is a row of it once it was made. */
  message_id: Fixed<string>
  status: CallStatus
  /** Why there was no call, or no answer. */
  problem: Optional<JsonText>
  created_at: Fixed<Milliseconds>
}

/** Processes that serve this database, as far as they are alive. */
export interface RunsTable {
  id: Generated<number>
  run_id: Fixed<string>
  host: Fixed<string>
  pid: Fixed<number>
  started_at: Fixed<Milliseconds>
  /** It tells every few seconds that it lives. */
  seen_at: Milliseconds
}

/** The log of frames: a ring, cut by age and by rows. No secrets. */
export interface MessagesTable {
  id: Generated<number>
  charge_point_id: number
  /** in: from the charge point. */
  direction: 'in' | 'out'
  /** 2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND. */
  message_type: number
  message_id: string
  /** Of the CALL, also beside its answer; '' when unknown. */
  action: string
  payload: string
  error_code: Optional<string>
  created_at: Milliseconds
}

/** 1.6, as last reported. */
export interface ConfigurationKeysTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  key: Fixed<string>
  value: Optional<string>
  readonly: Default<Bit>
  updated_at: Milliseconds
}

/** 2.x device model, as last reported: one row for each attribute. */
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
  /** Of the event this one follows from. */
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
  /** Ours (a refused login, a clone) or the charge point's own. */
  source: 'csms' | 'chargePoint'
  timestamp: Milliseconds
  tech_info: Optional<string>
  received_at: Milliseconds
}

/** Progress of a firmware update or an upload. */
export interface StatusReportsTable {
  id: Generated<number>
  charge_point_id: number
  kind: 'firmware' | 'diagnostics' | 'log' | 'publishFirmware'
  /** -1 when the charge point sends none. */
  request_id: Default<number>
  status: string
  details: Optional<JsonText>
  received_at: Milliseconds
}

export interface ReservationsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  reservation_id: Fixed<number>
  evse_id: Default<number>
  connector_id: Default<number>
  connector_type: Optional<string>
  id_token: Optional<string>
  id_token_type: Optional<string>
  group_id: Optional<string>
  /** Accepted, Used, Cancelled, Expired, Removed … */
  status: string
  expires_at: Optional<Milliseconds>
  transaction_id: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The local authorization list as the charge point holds it. */
export interface LocalListsTable {
  charge_point_id: number
  version: number
  /** What we sent, in whole; null when it is not known. */
  entries: Optional<JsonText>
  updated_at: Milliseconds
}

export interface ChargingProfilesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Default<number>
  connector_id: Default<number>
  profile_id: Fixed<number>
  /** CSO, or who else set it. */
  source: Default<string>
  stack_level: Optional<number>
  purpose: Optional<string>
  kind: Optional<string>
  transaction_id: Optional<string>
  payload: JsonText
  updated_at: Milliseconds
}

export interface DisplayMessagesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  message_id: Fixed<number>
  priority: Optional<string>
  state: Optional<string>
  payload: JsonText
  updated_at: Milliseconds
}

export interface CertificatesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** The use, e.g. V2GRootCertificate, ChargingStationCertificate. */
  type: Fixed<string>
  hash_algorithm: Default<string>
  issuer_name_hash: Default<string>
  issuer_key_hash: Default<string>
  serial_number: Default<string>
  pem: Optional<string>
  expires_at: Optional<Milliseconds>
  status: Optional<string>
  updated_at: Milliseconds
}

export type IssuedStatus =
  /** Not signed yet. */
  | 'requested'
  /** Signed, and not known to have arrived. */
  | 'issued'
  /** The charge point took it. */
  | 'accepted'
  /** The charge point did not take it. */
  | 'rejected'
  /** The authority refused to sign. */
  | 'failed'
  /** The charge point has come with it. */
  | 'in-use'
  /** The charge point has come with a later one. */
  | 'superseded'
  | 'revoked'

/** What was signed for a charge point, or is going to be. */
export interface IssuedCertificatesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** The use, in the words of 2.1. */
  type: Fixed<string>
  /** One for the connection to us and that to cars. */
  combined: Default<Bit>
  status: Default<IssuedStatus>
  /** Of SignCertificate; 2.1. */
  request_id: Optional<number>
  /** The certificate signing request, in PEM. */
  csr: Fixed<string>
  /** The certificate and those above it, without the root. */
  pem: Optional<string>
  subject: Optional<string>
  /** SHA-256 of the certificate: hexadecimal, lower case. */
  fingerprint: Optional<string>
  hash_algorithm: Optional<string>
  issuer_name_hash: Optional<string>
  issuer_key_hash: Optional<string>
  serial_number: Optional<string>
  /** Why it failed or was rejected. */
  error: Optional<string>
  expires_at: Optional<Milliseconds>
  /** When the charge point first came with it. */
  used_at: Optional<Milliseconds>
  revoked_at: Optional<Milliseconds>
  /** When the charge point was last asked to renew it. */
  renewal_asked_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

export interface TariffsTable {
  id: Generated<number>
  tariff_id: Fixed<string>
  /** Null is every charge point. */
  charge_point_id: Optional<number>
  /** Null is every token. */
  group_id: Optional<string>
  /** ISO 4217. */
  currency: string
  /** Prices in whole units of the currency, without tax. */
  price_per_kwh: Default<number>
  price_per_hour: Default<number>
  price_per_session: Default<number>
  /** Per cent. */
  tax: Default<number>
  description: Optional<string>
  /** As OCPP 2.1 holds it. */
  payload: Optional<JsonText>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

export interface OperatorTokensTable {
  id: Generated<number>
  name: Fixed<string>
  /** SHA-256 of the token, hexadecimal: it is random, so it needs no salt. */
  token_hash: Fixed<string>
  scopes: JsonText
  expires_at: Optional<Milliseconds>
  last_used_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
}

/** What operators changed; written before it is done. */
export interface AuditLogTable {
  id: Generated<number>
  /** Name of the token. */
  operator: string
  /** Of HTTP, or CLI. */
  method: string
  /** With the names of its parameters. */
  route: string
  path: string
  /** What was changed, without regard to case: the first two segments below the API. */
  target: string
  /** Without secrets. */
  body: Optional<JsonText>
  remote_address: Optional<string>
  /** Of HTTP; null when it is not known how it ended. */
  status: Optional<number>
  created_at: Fixed<Milliseconds>
  completed_at: Optional<Milliseconds>
}

/** Everything that has no table of its own: DER, battery swap, EV charging needs, streams, payments … */
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

/** A report that comes in parts: NotifyReport, NotifyMonitoringReport, NotifyCustomerInformation … */
export interface ReportRequestsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  action: Fixed<string>
  request_id: Fixed<number>
  /** The seqNos that came, as JSON. */
  parts: JsonText
  last_seq_no: Optional<number>
  complete: Default<Bit>
  /** Joined text of customer information. */
  payload: Optional<string>
  /** What was asked for, e.g. full-inventory; null when nobody here did. */
  type: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** A part of a report that was asked for; of others it is not kept what they held. */
export interface ReportPartsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  action: Fixed<string>
  request_id: Fixed<number>
  seq_no: Fixed<number>
  /** Its items as JSON, or text. No secrets. */
  payload: string
}

/** Who is told of events by HTTP. */
export interface WebhooksTable {
  id: Generated<number>
  url: string
  description: Optional<string>
  /** The types of events it wants, as JSON; null is all. */
  types: Optional<JsonText>
  /** The identities it wants to hear of, as JSON; null is all. */
  charge_points: Optional<JsonText>
  /** What it may hear, as JSON; null is what everybody heard before there were scopes. */
  scopes: Optional<JsonText>
  /** In clear: it signs. */
  secret: string
  /** Signs as well, for as long as the receiver may not know the new one. */
  previous_secret: Optional<string>
  previous_secret_until: Optional<Milliseconds>
  enabled: Default<Bit>
  /** gone: it answered 410. */
  disabled_reason: Optional<'gone'>
  /** The one process that delivers. PostgreSQL only: a SQLite file has one process. */
  lease_owner: Optional<string>
  /** By the clock of the database. */
  lease_until: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** What webhooks are to be told, and were. */
export interface WebhookDeliveriesTable {
  id: Generated<number>
  webhook_id: Fixed<number>
  event_id: Fixed<string>
  type: Fixed<string>
  charge_point: Fixed<string>
  /** Folded: what is of one of them goes out in order. */
  charge_point_key: Fixed<string>
  /** The body as it goes out. */
  payload: Fixed<JsonText>
  status: Default<'pending' | 'delivered' | 'failed'>
  attempts: Default<number>
  /** What the last attempt was answered. */
  response_status: Optional<number>
  /** Why the last attempt failed. */
  error: Optional<string>
  created_at: Fixed<Milliseconds>
  /** When it is given up. */
  retry_until: Milliseconds
  last_attempt_at: Optional<Milliseconds>
  next_attempt_at: Optional<Milliseconds>
}

export interface MetaTable {
  key: string
  value: string
}

export interface Schema {
  charge_points: ChargePointsTable
  connectors: ConnectorsTable
  status_history: StatusHistoryTable
  id_tokens: IdTokensTable
  transactions: TransactionsTable
  transaction_events: TransactionEventsTable
  unassigned_events: UnassignedEventsTable
  remote_starts: RemoteStartsTable
  meter_values: MeterValuesTable
  calls: CallsTable
  queued_calls: QueuedCallsTable
  idempotency_keys: IdempotencyKeysTable
  bulk_calls: BulkCallsTable
  bulk_call_items: BulkCallItemsTable
  runs: RunsTable
  messages: MessagesTable
  configuration_keys: ConfigurationKeysTable
  variables: VariablesTable
  variable_monitors: VariableMonitorsTable
  device_events: DeviceEventsTable
  security_events: SecurityEventsTable
  status_reports: StatusReportsTable
  reservations: ReservationsTable
  local_lists: LocalListsTable
  charging_profiles: ChargingProfilesTable
  display_messages: DisplayMessagesTable
  certificates: CertificatesTable
  issued_certificates: IssuedCertificatesTable
  tariffs: TariffsTable
  operator_tokens: OperatorTokensTable
  audit_log: AuditLogTable
  notifications: NotificationsTable
  report_requests: ReportRequestsTable
  report_parts: ReportPartsTable
  webhooks: WebhooksTable
  webhook_deliveries: WebhookDeliveriesTable
  meta: MetaTable
}
