import type { Generated } from 'kysely'
import type { Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// How charge points deviate from the standard, and what operators do about it.

/** A charger model that an operator made or changed. */
export interface ChargerModelsTable {
  name: string
  body: JsonText
  updated_at: Milliseconds
}

/** A way in which a charge point breaks the standard, and how often it did. */
export interface ViolationsTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  protocol: string
  direction: Fixed<'inbound' | 'outbound'>
  action: Fixed<string>
  /** RFC 6901, with `*` for the indices of lists. */
  pointer: Fixed<string>
  /** The name of a deviation that was corrected, or what the schema asks for. */
  rule: Fixed<string>
  code: string
  refused: Default<number>
  delivered: Default<number>
  /** JSON list of the deviations that would have to be accepted. */
  suggestions: Optional<JsonText>
  /** Of the latest example. */
  message_id: string
  first_at: Fixed<Milliseconds>
  last_at: Milliseconds
  last_refused_at: Optional<Milliseconds>
  last_delivered_at: Optional<Milliseconds>
}

/** A problem that an operator has seen. */
export interface ProblemAcknowledgementsTable {
  problem_id: string
  operator: string
  note: Optional<string>
  /** `NULL`: for as long as the problem lasts. */
  until: Optional<Milliseconds>
  created_at: Milliseconds
}
