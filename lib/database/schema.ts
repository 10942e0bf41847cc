import type {
  CertificatesTable,
  ChargePointsTable,
  ChargingProfilesTable,
  ConnectorStatesTable,
  ConnectorsTable,
  DisplayMessagesTable,
  IssuedCertificatesTable,
  LocalListsTable,
  MessagesTable,
  ReservationsTable,
  StatusHistoryTable
} from './schema-charge-points.js'
import type {
  AuditLogTable,
  BulkCallItemsTable,
  BulkCallsTable,
  CallsTable,
  IdempotencyKeysTable,
  MetaTable,
  OperatorTokensTable,
  QueuedCallsTable,
  RunsTable,
  WebhookDeliveriesTable,
  WebhooksTable
} from './schema-operators.js'
import type {
  ConfigurationKeysTable,
  DeviceEventsTable,
  NotificationsTable,
  ReportPartsTable,
  ReportRequestsTable,
  SecurityEventsTable,
  StatusReportsTable,
  VariableMonitorsTable,
  VariablesTable
} from './schema-reports.js'
import type { ChargerModelsTable, ProblemAcknowledgementsTable, ViolationsTable } from './schema-traits.js'
import type {
  IdTokensTable,
  MeterValuesTable,
  RemoteStartsTable,
  TariffsTable,
  TransactionEventsTable,
  TransactionsTable,
  UnassignedEventsTable
} from './schema-transactions.js'

/** The tables, as Kysely wants to know them. */
export interface Schema {
  charge_points: ChargePointsTable
  connectors: ConnectorsTable
  connector_states: ConnectorStatesTable
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
  charger_models: ChargerModelsTable
  violations: ViolationsTable
  problem_acknowledgements: ProblemAcknowledgementsTable
  operator_tokens: OperatorTokensTable
  audit_log: AuditLogTable
  notifications: NotificationsTable
  report_requests: ReportRequestsTable
  report_parts: ReportPartsTable
  webhooks: WebhooksTable
  webhook_deliveries: WebhookDeliveriesTable
  meta: MetaTable
}
