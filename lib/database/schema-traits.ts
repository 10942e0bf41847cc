import type { Generated } from 'kysely'
import type { Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Deviations of charge points from the standard, and the traits that operators set because of them.

/** A charger model that an operator created or changed. */
export interface ChargerModelsTable {
  name: string
  body: JsonText
  updated_at: Milliseconds
}

/** What was learned of the charge points of a kind. A vendor, model or firmware that is not known is ''. */
export interface LearnedTraitsTable {
  vendor: Fixed<string>
  model: Fixed<string>
  firmware: Fixed<string>
  traits: JsonText
  learned_at: Milliseconds
}

/** One kind of violation of the standard by a charge point, and how often it occurred. */
export interface ViolationsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  protocol: string
  direction: Fixed<'inbound' | 'outbound'>
  action: Fixed<string>
  /** JSON Pointer [RFC 6901] with `*` in place of list indices. */
  pointer: Fixed<string>
  /** Name of the deviation that was corrected, or the keyword of the schema that the message violates. */
  rule: Fixed<string>
  code: string
  refused: Default<number>
  delivered: Default<number>
  /** JSON list of the deviations that have to be accepted so that the message is valid. */
  suggestions: Optional<JsonText>
  /** Message id, or similar, of the latest example. */
  message_id: string
  first_at: Fixed<Milliseconds>
  last_at: Milliseconds
  last_refused_at: Optional<Milliseconds>
  last_delivered_at: Optional<Milliseconds>
}

/** A problem that an operator has acknowledged. */
export interface ProblemAcknowledgementsTable {
  problem_id: string
  operator: string
  note: Optional<string>
  /** `NULL` means until the problem is solved. */
  until: Optional<Milliseconds>
  created_at: Milliseconds
}
