import type { Generated } from 'kysely'
import type { Bit, Default, Fixed, JsonText, Milliseconds, Optional } from './columns.js'

// Tariffs, and what transactions cost.

export interface TariffsTable {
  id: Generated<number>
  tariff_id: Fixed<string>
  enabled: Default<Bit>
  /** Which transactions it is for; see `AppliesTo`. */
  applies_to: JsonText
  /** Among equally specific tariffs the highest. */
  priority: Default<number>
  /** The folded identity, if the tariff is for one charge point only; so that others need not be looked at. */
  charge_point_key: Optional<string>
  /** `n` of the latest version. */
  version: number
  created_at: Fixed<Milliseconds>
  updated_at: Milliseconds
}

/** A version of a tariff never changes, and stays when its tariff is deleted. */
export interface TariffVersionsTable {
  id: Generated<number>
  tariff_id: Fixed<string>
  /** From 1 on, for each tariff id. */
  n: Fixed<number>
  /** See `TariffDocument`. */
  document: Fixed<JsonText>
  /** SHA-256 of the canonical document. */
  hash: Fixed<string>
  /** The id by which charge points know it. */
  ocpp_id: Fixed<string>
  /** `validFrom` of the document. */
  valid_from: Optional<Milliseconds>
  /** Name of the operator; '' for a tariff of an earlier release. */
  made_by: Fixed<string>
  made_at: Fixed<Milliseconds>
  /** When it became the latest version; again, if the tariff went back to it. */
  active_at: Milliseconds
}

/** The versions that price a transaction, each from a time on. */
export interface TransactionTariffsTable {
  id: Generated<number>
  /** `id` of the transaction. */
  transaction_ref: Fixed<number>
  from_at: Fixed<Milliseconds>
  /** `id` of the version. */
  version_ref: Fixed<number>
  created_at: Fixed<Milliseconds>
}

/** Every figure of a transaction that is over. The latest revision counts. */
export interface TransactionCostsTable {
  id: Generated<number>
  /** `id` of the transaction. */
  transaction_ref: Fixed<number>
  /** From 1 on. */
  revision: Fixed<number>
  calculated_by: Fixed<'us' | 'station'>
  /** In the smallest unit of the currency; `NULL` while it is unknown. */
  total_minor: Optional<number>
  /** ISO 4217. */
  currency: Optional<string>
  /** Why it is unknown. */
  unknown: Optional<string>
  /** The whole cost, as JSON. */
  details: Fixed<JsonText>
  /** Version of the function that calculated it. */
  engine: Optional<number>
  /** Of the charge point's figure: by how much it is above ours, if by more than one smallest unit. */
  difference_minor: Optional<number>
  created_at: Fixed<Milliseconds>
}

/** The answer to the last tariff that an EVSE was sent as its default. A later tariff waits until it is valid. */
export interface StationTariffsTable {
  charge_point_id: Fixed<number>
  /** 0: all EVSEs. In 1.6 and for texts always 0. */
  evse_id: Fixed<number>
  slot: Fixed<'present' | 'later'>
  /** The id by which the charge point knows the tariff; '' for a text. */
  ocpp_id: string
  /** As the charge point answered; `unknown` without an answer. */
  status: string
  set_at: Milliseconds
}

/** The tariffs that a charge point has reported. */
export interface TariffReportsTable {
  charge_point_id: Fixed<number>
  /** The EVSE that it was asked about; 0: all. */
  evse_id: Fixed<number>
  /** See `Assignment`. */
  assignments: JsonText
  reported_at: Milliseconds
}
