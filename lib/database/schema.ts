import type {
  BillingExportsTable,
  CorrectionsTable,
  PendingReceiptsTable,
  ReceiptLinksTable,
  ReceiptSeriesTable,
  ReceiptsTable,
  SettlementsTable
} from './schema-billing.js'
import type {
  CertificatesTable,
  ChargePointsTable,
  ChargingProfilesTable,
  ConnectionsTable,
  ConnectorStatesTable,
  ConnectorsTable,
  DisplayMessagesTable,
  IssuedCertificatesTable,
  LocalListsTable,
  MessagesTable,
  NewestConnectionsTable,
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
  RetentionMarksTable,
  RunsTable,
  SignInsTable,
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
import type {
  AllocationHistoryTable,
  CircuitLimitsTable,
  CircuitMeasurementsTable,
  LoadManagementTable,
  ReplacedProfilesTable,
  SampleSettingsTable,
  SitesTable
} from './schema-sites.js'
import type {
  StationTariffsTable,
  TariffReportsTable,
  TariffsTable,
  TariffVersionsTable,
  TransactionCostsTable,
  TransactionTariffsTable
} from './schema-tariffs.js'
import type {
  ChargerModelsTable,
  LearnedTraitsTable,
  ProblemAcknowledgementsTable,
  ViolationsTable
} from './schema-traits.js'
import type {
  AuthorizationsTable,
  AwaitedStartsTable,
  IdTokensTable,
  MeterValuesTable,
  RemoteStartsTable,
  SignedValuesTable,
  TransactionEventsTable,
  TransactionNeedsTable,
  TransactionsTable,
  UnassignedEventsTable
} from './schema-transactions.js'

/** All tables, as the type parameter of Kysely. */
export interface Schema {
  charge_points: ChargePointsTable
  sites: SitesTable
  load_management: LoadManagementTable
  circuit_limits: CircuitLimitsTable
  circuit_measurements: CircuitMeasurementsTable
  allocation_history: AllocationHistoryTable
  replaced_profiles: ReplacedProfilesTable
  sample_settings: SampleSettingsTable
  connectors: ConnectorsTable
  connector_states: ConnectorStatesTable
  status_history: StatusHistoryTable
  id_tokens: IdTokensTable
  transactions: TransactionsTable
  transaction_events: TransactionEventsTable
  transaction_needs: TransactionNeedsTable
  unassigned_events: UnassignedEventsTable
  remote_starts: RemoteStartsTable
  awaited_starts: AwaitedStartsTable
  authorizations: AuthorizationsTable
  meter_values: MeterValuesTable
  signed_values: SignedValuesTable
  calls: CallsTable
  queued_calls: QueuedCallsTable
  idempotency_keys: IdempotencyKeysTable
  bulk_calls: BulkCallsTable
  bulk_call_items: BulkCallItemsTable
  runs: RunsTable
  messages: MessagesTable
  connections: ConnectionsTable
  newest_connections: NewestConnectionsTable
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
  tariff_versions: TariffVersionsTable
  transaction_tariffs: TransactionTariffsTable
  station_tariffs: StationTariffsTable
  tariff_reports: TariffReportsTable
  transaction_costs: TransactionCostsTable
  receipts: ReceiptsTable
  receipt_series: ReceiptSeriesTable
  pending_receipts: PendingReceiptsTable
  receipt_links: ReceiptLinksTable
  settlements: SettlementsTable
  corrections: CorrectionsTable
  billing_exports: BillingExportsTable
  charger_models: ChargerModelsTable
  learned_traits: LearnedTraitsTable
  violations: ViolationsTable
  problem_acknowledgements: ProblemAcknowledgementsTable
  operator_tokens: OperatorTokensTable
  sign_ins: SignInsTable
  audit_log: AuditLogTable
  notifications: NotificationsTable
  report_requests: ReportRequestsTable
  report_parts: ReportPartsTable
  webhooks: WebhooksTable
  webhook_deliveries: WebhookDeliveriesTable
  retention_marks: RetentionMarksTable
  meta: MetaTable
}
