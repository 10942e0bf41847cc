import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Transactions, meter values, tariffs and id tokens.

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
