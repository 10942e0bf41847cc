import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Calls to charge points, operator tokens, the audit log, webhooks, and the running processes.

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

/** A CALL to a charge point. */
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
  /** Name of the operator's token; `null` if the back-end itself made the call. */
  operator: Optional<string>
  idempotency_key: Optional<string>
  created_at: Fixed<Milliseconds>
  sent_at: Optional<Milliseconds>
  answered_at: Optional<Milliseconds>
  /** Milliseconds. */
  duration: Optional<number>
  /** Id of the process that made the call; `null` while the call waits for its charge point. */
  run_id: Optional<string>
  /** When a call that waits for its charge point expires. */
  expires_at: Optional<Milliseconds>
}

/** The queue of calls that wait for their charge point. A row is deleted once its call has ended. */
export interface QueuedCallsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  /** `id` of the row in `calls`. */
  message_id: Fixed<string>
  /** The payload as it is to be sent, including secrets. */
  payload: Fixed<JsonText>
  /** Milliseconds. */
  timeout: Optional<number>
  expires_at: Fixed<Milliseconds>
}

/** Requests with an Idempotency-Key, and their answers. */
export interface IdempotencyKeysTable {
  id: Generated<number>
  operator: Fixed<string>
  idempotency_key: Fixed<string>
  /** SHA-256 of method, target and body. */
  fingerprint: Fixed<string>
  /** Message id of the call, if the request makes one. */
  message_id: Fixed<string>
  /** Id of the process that carries out the request. */
  run_id: Fixed<string>
  /** HTTP status of the answer; `null` until the request is answered. */
  status: Optional<number>
  headers: Optional<JsonText>
  body: Optional<string>
  created_at: Fixed<Milliseconds>
}

/** One call or operation for many charge points. */
export interface BulkCallsTable {
  id: Generated<number>
  bulk_id: Fixed<string>
  operator: Fixed<string>
  kind: Default<'call' | 'operation'>
  /** Action of the call, or name of the operation. */
  action: Fixed<string>
  /** The payload, without secrets. */
  request: Fixed<JsonText>
  status: 'running' | 'stopping' | 'completed' | 'stopped' | 'interrupted'
  run_id: Fixed<string>
  created_at: Fixed<Milliseconds>
  ended_at: Optional<Milliseconds>
}

export interface BulkCallItemsTable {
  id: Generated<number>
  bulk_call_id: Fixed<number>
  identity: Fixed<string>
  /** Message id of the call, of an operation of the first one; the row in `calls` exists once the call was made. */
  message_id: Fixed<string>
  /** The status of the call, if there is one, counts more, unless an operation has ended. */
  status: CallStatus
  /** Why no call was made, or why no answer came. */
  problem: Optional<JsonText>
  /** The answer to an operation, without secrets. */
  outcome: Optional<JsonText>
  created_at: Fixed<Milliseconds>
}

/** Processes that serve this database. */
export interface RunsTable {
  id: Generated<number>
  run_id: Fixed<string>
  host: Fixed<string>
  pid: Fixed<number>
  started_at: Fixed<Milliseconds>
  /** Time of the last sign of life. A process updates it every few seconds. */
  seen_at: Milliseconds
  /** Its name among several. NULL: of a version that gave none. */
  node: Optional<string>
  version: Optional<string>
}

export interface OperatorTokensTable {
  id: Generated<number>
  name: Fixed<string>
  /** SHA-256 of the token, hexadecimal. The token is random, so the digest needs no salt. */
  token_hash: Fixed<string>
  scopes: JsonText
  expires_at: Optional<Milliseconds>
  last_used_at: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
}

/** Sign-ins of browsers, each bound to an operator token. */
export interface SignInsTable {
  id: Generated<number>
  /** SHA-256 of the cookie, hexadecimal. The cookie is random, so the digest needs no salt. */
  cookie_hash: Fixed<string>
  /** The operator token; `null` for the built-in one. The row is deleted with the token. */
  token_id: Optional<number>
  /** Digest of the built-in token; a sign-in ends when that token changes. */
  built_in: Optional<string>
  remote_address: Optional<string>
  user_agent: Optional<string>
  created_at: Fixed<Milliseconds>
  /** Saved at most once a minute. */
  last_used_at: Milliseconds
  /** When the sign-in ends unless it is used again; the token may end before. */
  expires_at: Milliseconds
}

/** Audit log: changes by operators, each stored before it is carried out. */
export interface AuditLogTable {
  id: Generated<number>
  /** Name of the token. */
  operator: string
  /** HTTP method, or CLI. */
  method: string
  /** The route, with the names of its parameters instead of their values. */
  route: string
  path: string
  /** Resource that was changed, in lower case: the first two segments of the path below the API. */
  target: string
  /** The body, without secrets. */
  body: Optional<JsonText>
  remote_address: Optional<string>
  /** HTTP status of the answer; `null` if the outcome is not known. */
  status: Optional<number>
  created_at: Fixed<Milliseconds>
  completed_at: Optional<Milliseconds>
}

/** Receivers of events over HTTP. */
export interface WebhooksTable {
  id: Generated<number>
  url: string
  description: Optional<string>
  /** Event types that the webhook subscribes to, as a JSON list; `null` means all. */
  types: Optional<JsonText>
  /** Identities that the webhook subscribes to, as a JSON list; `null` means all. */
  charge_points: Optional<JsonText>
  /**
   * Scopes that limit the events, as a JSON list; `null` means the events that were open to everybody before there were
   * scopes.
   */
  scopes: Optional<JsonText>
  /** Secret that signs deliveries; in clear text, because signing needs it. */
  secret: string
  /** Previous secret, which signs as well until the receiver knows the new one. */
  previous_secret: Optional<string>
  previous_secret_until: Optional<Milliseconds>
  enabled: Default<Bit>
  /** `gone`: the receiver answered 410. */
  disabled_reason: Optional<'gone'>
  /** Id of the only process that delivers to the webhook. PostgreSQL only, because one process owns a SQLite file. */
  lease_owner: Optional<string>
  /** When this claim expires, by the clock of the database. */
  lease_until: Optional<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** Deliveries to webhooks: pending, delivered and failed. */
export interface WebhookDeliveriesTable {
  id: Generated<number>
  webhook_id: Fixed<number>
  event_id: Fixed<string>
  type: Fixed<string>
  charge_point: Fixed<string>
  /** Folded identity: deliveries about one charge point go out in order. */
  charge_point_key: Fixed<string>
  /** The body of the request. */
  payload: Fixed<JsonText>
  status: Default<'pending' | 'delivered' | 'failed'>
  attempts: Default<number>
  /** HTTP status of the last attempt. */
  response_status: Optional<number>
  /** Error of the last attempt. */
  error: Optional<string>
  created_at: Fixed<Milliseconds>
  /** When the delivery expires. */
  retry_until: Milliseconds
  last_attempt_at: Optional<Milliseconds>
  next_attempt_at: Optional<Milliseconds>
}

/** Until when rows were deleted that prices depend on. */
export interface RetentionMarksTable {
  pruned_table: Fixed<'meter_values' | 'status_history' | 'connector_states'>
  /** The latest receipt of a row that was deleted. */
  deleted_until: Milliseconds
  /** When rows were deleted last. */
  pruned_at: Milliseconds
}

export interface MetaTable {
  key: string
  value: string
}
