import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Transactions, meter values and id tokens.

/**
 * `ended`: the charge point reported the end. `closed`: the back-end closed it, because no report of an end will come.
 */
export type TransactionStatus = 'open' | 'ended' | 'closed'

/**
 * One table for 1.6 and 2.x. A look-up always names the charge point, too, because ids are unique only per charge
 * point.
 */
export interface TransactionsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /**
   * Key of the transaction, unique per charge point. 2.x: the charge point's id, with a suffix if `displayed_id` is
   * set. 1.6: `ocpp16_id` as text.
   */
  transaction_id: Fixed<string>
  /** 2.x: the charge point's id if an earlier transaction had the same one; `transaction_id` then has a suffix. */
  displayed_id: Optional<string>
  /** 1.6: random, from 1 to 2^31 - 1, unique in the installation, never used again. */
  ocpp16_id: Optional<number>
  /** 1.6: the content of StartTransaction, unique per charge point. A request with the same content is a retry. */
  start_key: Optional<string>
  protocol: string
  status: Default<TransactionStatus>
  evse_id: Default<number>
  connector_id: Default<number>
  id_token: Optional<string>
  id_token_type: Optional<string>
  group_id: Optional<string>
  /** Id token that ended the transaction. */
  stop_id_token: Optional<string>
  reservation_id: Optional<number>
  remote_start_id: Optional<number>
  charging_state: Optional<string>
  /** 2.x completeness: number of Started, highest number so far, number of Ended, and missing numbers in between. */
  first_seq_no: Optional<number>
  last_seq_no: Optional<number>
  ended_seq_no: Optional<number>
  /** Not `NULL` while an event is missing: `[]` if the missing event is Started with an unknown number. */
  missing_seq_nos: Optional<JsonText>
  /** `missing_seq_nos` at the time when the charge point reported that no further events will come. */
  lost_seq_nos: Optional<JsonText>
  /** 1 if any event happened without a connection. */
  offline: Default<Bit>
  start_timestamp: Optional<Milliseconds>
  end_timestamp: Optional<Milliseconds>
  /** Meter at the start. Wh. */
  meter_start: Optional<number>
  /** Meter at the end. Wh. */
  meter_stop: Optional<number>
  /** Energy. Wh. */
  energy_wh: Optional<number>
  /** Duration. Seconds. */
  duration: Optional<number>
  /** Charging time. Seconds. */
  charging_duration: Optional<number>
  stop_reason: Optional<string>
  /** Why the back-end closed the transaction. */
  closed_reason: Optional<string>
  /** The operator who closed it, with the note and what the operator told of the end, as JSON. */
  closed_by: Optional<JsonText>
  /** 2.x: the first and last reading of each energy register, as JSON; `NULL` if no event told one. */
  registers: Optional<JsonText>
  /**
   * Time of the reason for closing, by the clock of the charge point; `ended_at` is the time at which we learnt of it.
   */
  closed_timestamp: Optional<Milliseconds>
  /** 1 if a StopTransaction without a transaction id ended the transaction. */
  inferred_end: Default<Bit>
  /** 1 if some meter values belong to the transaction by their `inferred_id` only. */
  inferred_readings: Default<Bit>
  tariff_id: Optional<string>
  /** The tariff at the start of the transaction, as JSON. */
  tariff: Optional<JsonText>
  /** In `currency`, tax included. */
  cost: Optional<number>
  cost_details: Optional<JsonText>
  /** Why the cost is not known. With a cost: unknown facts were billed as 0. */
  cost_unknown: Optional<string>
  /** The latest cost that a 2.1 charge point calculated, as JSON. */
  own_cost: Optional<JsonText>
  /** 2.1: the latest event in which the driver refused the tariff. */
  refused_seq_no: Optional<number>
  /** 2.1: the latest event in which a driver authorized, or the charge point named its tariff. */
  accepted_seq_no: Optional<number>
  /** 2.1: the tariff by which the charge point calculates, if it is another one than ours. */
  other_tariff_id: Optional<string>
  /** 1.6: 1 if idle time goes on after the end, until the car is unplugged. */
  awaits_unplug: Default<Bit>
  /** 1.6: when the car was unplugged, in seconds from the start. */
  unplugged_after: Optional<number>
  /** Limits that the back-end set, as JSON; NULL: none. */
  limits: Optional<JsonText>
  /** 2.1: the latest limits that the charge point told, as JSON. */
  own_limits: Optional<JsonText>
  /** When it was noticed that the transaction went beyond a limit of the back-end. */
  limit_exceeded_at: Optional<Milliseconds>
  /** ISO 4217. */
  currency: Optional<string>
  /** `boots` of the charge point at its last TransactionEvent, or in 1.6 at the start. NULL: earlier releases did not count. */
  boots: Optional<number>
  created_at: Fixed<Milliseconds>
  ended_at: Optional<Milliseconds>
  updated_at: Milliseconds
}

/** The requests of a charge point about a transaction, as it sent them. */
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
  /** The answer; a retry gets the same one. */
  response: Optional<JsonText>
  received_at: Milliseconds
  /** `id` of the transaction that a StopTransaction without a usable id ended. */
  inferred_id: Optional<number>
}

/** Ids of rows in `transaction_events` that belong to no transaction. */
export interface UnassignedEventsTable {
  id: Generated<number>
  event_id: Fixed<number>
  charge_point_id: Fixed<number>
  received_at: Fixed<Milliseconds>
}

/** The id tokens of remote starts that charge points of 2.x were asked for. */
export interface RemoteStartsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  remote_start_id: Fixed<number>
  id_token: string
  id_token_type: string
  created_at: Milliseconds
}

/** pending: the charge point has accepted, and has time left; notSeen: it did not start a transaction in time. */
export type StartOutcome = 'pending' | 'seen' | 'otherIdToken' | 'notSeen'

/** The transactions that charge points were asked to start, by the calls that asked for them. */
export interface AwaitedStartsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** Of the call. */
  message_id: Fixed<string>
  /** 2.x: what the transaction will say that it was started by; null in 1.6. */
  remote_start_id: Optional<number>
  /** 1.6: the connector that was named; 0 is any. */
  connector_id: Default<number>
  /** The whole id token; '' when there is none. */
  id_token: string
  /** Of the process that made the call. */
  run_id: string
  /** When the call was about to be sent. */
  created_at: Milliseconds
  /** When the time is over that the charge point has; null until it has accepted. */
  until_at: Optional<Milliseconds>
  /** Null until the charge point has accepted, unless a transaction has started before. */
  outcome: Optional<StartOutcome>
  /** `id` of the transaction that decided. */
  transaction_ref: Optional<number>
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
  /** Raw or SignedData: a charge point may send both for the same moment. */
  format: Default<string>
  /** In `unit`, with the multiplier applied; `NULL` if the text is no number. */
  value: Optional<number>
  /** The value as the charge point sent it. */
  raw: string
  /** 2.x `signedMeterValue`, as the charge point sent it. */
  signed_data: Optional<JsonText>
  received_at: Milliseconds
  /** `id` of the transaction that a value without a usable transaction id belongs to. */
  inferred_id: Optional<number>
}

/** Signed meter values of transactions, which stay when meter values are deleted. */
export interface SignedValuesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** '' if the message named no transaction; `inferred_id` is the `id` of the transaction then. */
  transaction_id: Fixed<string>
  inferred_id: Optional<number>
  timestamp: Fixed<Milliseconds>
  received_at: Fixed<Milliseconds>
  measurand: Fixed<string>
  context: Fixed<string>
  /** How it was sent. [1.6 ValueFormat; 2.x SampledValueType] */
  form: Fixed<'SignedData' | 'signedMeterValue'>
  /** 1.6: the value as the charge point sent it. 2.x: `signedMeterValue` as JSON. */
  value: Fixed<string>
  /** SHA-256 of context and value: the same value may come in several messages. */
  digest: Fixed<string>
}

/** Answers to charge points about id tokens. */
export interface AuthorizationsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** EVSE; the connector in 1.6. 0 if the message names none. */
  evse_id: Default<number>
  /** The id token folded to lower case. */
  token_key: Fixed<string>
  id_token: Fixed<string>
  /** Token type of 2.x; '' in 1.6. */
  type: Default<string>
  /** In the answer. */
  status: Fixed<string>
  /** The reason of the decision, in the words of the back-end. */
  reason: Fixed<string>
  /** Number of equal answers within seconds, which are one row. */
  attempts: Default<number>
  received_at: Fixed<Milliseconds>
}

export interface IdTokensTable {
  id: Generated<number>
  /** The id token folded to lower case. [1.6 CiString; 2.x identifierString] */
  token_key: Fixed<string>
  id_token: string
  /** Token type of 2.x; '' means any type, because 1.6 has no types. */
  type: Default<string>
  status: Default<string>
  group_id: Optional<string>
  /** Id tokens of this group may stop any transaction. [2.x C12, MasterPass] */
  master_group: Default<Bit>
  expires_at: Optional<Milliseconds>
  language: Optional<string>
  /** 2.x additionalInfo. */
  additional_info: Optional<JsonText>
  /** Limits of each transaction that it begins, as JSON. */
  transaction_limit: Optional<JsonText>
  /** The default needs of the cars of its transactions, as JSON. */
  charging_needs: Optional<JsonText>
  notes: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** What the car of a transaction needs. */
export interface TransactionNeedsTable {
  /** Our id of the transaction. */
  transaction_row: Fixed<number>
  /** Who told it: an operator, or the car by ISO 15118. */
  source: Fixed<'operator' | 'ev'>
  /** Wh of the whole transaction. */
  energy_wh: Optional<number>
  minimum_wh: Optional<number>
  departure: Optional<Milliseconds>
  /** The highest first. */
  priority: Optional<number>
  /** 0: the car is not paused in favour of others. */
  may_pause: Optional<Bit>
  /** How often the EV has asked for a profile. */
  asks: Optional<number>
  /** The most that the EV takes on a phase, as it told when it asked last. A. */
  max_current: Optional<number>
  updated_at: Milliseconds
}
