import type { Generated } from 'kysely'
import type { Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

/** A place with charge points. */
export interface SitesTable {
  /** Chosen by an operator. */
  site_id: Fixed<string>
  name: string
  /** The name folded to lower case, for sorting and searching. */
  name_key: string
  address: Optional<string>
  /** Degrees, WGS 84. */
  latitude: Optional<number>
  longitude: Optional<number>
  /** IANA time zone. */
  time_zone: Optional<string>
  notes: Optional<string>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** How a site shares its power, and what its control knows. */
export interface LoadManagementTable {
  site_id: Fixed<string>
  mode: 'off' | 'observe' | 'control'
  /** As the operator wrote it. */
  document: JsonText
  /** Limits that may be in force at each EVSE. */
  state: Optional<JsonText>
  /** The run of the process that controls the site. */
  holder: Optional<string>
  /** Counts the holders: who was replaced writes nothing more. */
  epoch: Default<number>
  held_until: Default<Milliseconds>
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** The limit of a circuit that an energy manager has set for some time. It stays after it has expired. */
export interface CircuitLimitsTable {
  site_id: Fixed<string>
  circuit_id: Fixed<string>
  body: JsonText
  source: string
  set_at: Milliseconds
  expires_at: Milliseconds
}

/** The last values of the meter of a circuit. */
export interface CircuitMeasurementsTable {
  site_id: Fixed<string>
  circuit_id: Fixed<string>
  body: JsonText
  measured_at: Milliseconds
}

/** Limits that were sent to EVSEs, and the outcome. */
export interface AllocationHistoryTable {
  id: Generated<number>
  site_id: Fixed<string>
  identity: Fixed<string>
  evse_id: Fixed<number>
  /** Our id of the transaction. */
  transaction_row: Optional<number>
  kind: Fixed<'fallback' | 'limit'>
  amperes: Fixed<number>
  outcome: Fixed<string>
  reason: Fixed<string>
  at: Fixed<Milliseconds>
}

/** A charging profile of an operator that load management has replaced. */
export interface ReplacedProfilesTable {
  id: Generated<number>
  charge_point_id: Fixed<number>
  evse_id: Fixed<number>
  connector_id: Fixed<number>
  profile_id: Fixed<number>
  stack_level: Optional<number>
  purpose: Optional<string>
  /** Key of the transaction of a TxProfile. */
  transaction_id: Optional<string>
  /** As OCPP spells it. */
  payload: JsonText
  replaced_at: Milliseconds
}

/** The settings for samples of a charge point that load management has changed. */
export interface SampleSettingsTable {
  charge_point_id: Fixed<number>
  /** Of the charge point when they were. */
  boots: number
  /** The values that are put back. */
  former: JsonText
  /** The values in their place, as far as they are known. */
  present: JsonText
  /** What the charge point samples. `NULL`: the change was not completed. */
  reached: Optional<JsonText>
  updated_at: Milliseconds
}
