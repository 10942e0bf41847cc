import type { Fixed, Milliseconds, Optional } from './columns.js'

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
