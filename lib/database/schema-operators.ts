import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Calls of operators, their tokens and their audit log, webhooks, and the running processes.

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
