import type { TariffDocument } from './tariff.js'

/**
 * The activity of a car at its charge point. `connected`: plugged in, and not charging. `gone`: unplugged. Times without
 * a state are unknown.
 */
export type ChargingState = 'charging' | 'pausedByEv' | 'pausedByEvse' | 'connected' | 'gone'

/** Why a part of a cost is unknown. */
export const UNKNOWN_REASONS = [
  /** No meter reading at the start. */
  'no-start-register',
  /** No meter reading at the end or, in a running transaction, since the start. */
  'no-stop-register',
  /** Start and end were read from different registers. */
  'different-registers',
  /** The register went back: the meter was replaced or reset. */
  'meter-went-backwards',
  /** The start is unknown, and so is how long it took. */
  'no-duration',
  /** The amount is too large to be exact to the smallest unit of the currency, or the transaction too long to be priced. */
  'out-of-range',
  /** The charge point calculates the cost itself, and reported that it could not. [2.1 I12.FR.14] */
  'charge-point-failed',
  /** When the car charged and when it did not is unknown. */
  'no-states',
  /** Events of the transaction are missing. */
  'missing-events',
  /** The clock of the charge point was not set. */
  'no-clock',
  /** A price depends on local time, and the site has no time zone. */
  'no-time-zone',
  /** A price depends on a fact that is unknown, such as the kind of the EVSE. */
  'no-fact',
  /** A price depends on power that was not measured. */
  'no-power',
  /** A price depends on current that was not measured. */
  'no-current',
  /** Readings or states that a price depends on have been deleted, because they were old. */
  'records-deleted',
  /** The car was not reported as unplugged, and idle time goes on until then. */
  'not-unplugged'
] as const
export type UnknownReason = (typeof UNKNOWN_REASONS)[number]

export interface Facts {
  evseKind?: 'AC' | 'DC'
  paymentBrand?: string
  paymentRecognition?: string
}

/** All times are epoch milliseconds. */
export interface CostInput {
  /** The tariffs of the transaction, each from a time on. At least one; the first applies from the start. */
  readonly tariffs: readonly { readonly from: number; readonly document: TariffDocument }[]
  readonly start: number
  /** The end of the transaction. Absent while it runs. */
  readonly end?: number
  /** Of a running transaction: the time until which the cost is wanted. */
  readonly asOf?: number
  /** IANA time zone of the site. */
  readonly zone?: string
  /** The energy register, in any order. Readings before the start count as at the start, those after the end as at the end. */
  readonly meter: readonly { readonly at: number; readonly wh: number }[]
  readonly power?: readonly { readonly at: number; readonly w: number }[]
  readonly current?: readonly { readonly at: number; readonly a: number }[]
  readonly states: readonly { readonly at: number; readonly state: ChargingState }[]
  readonly reservation?: { readonly from: number; readonly until: number }
  readonly facts?: Facts
  /** Whether the driver has refused the tariff: then there is no cost, and nothing of it is unknown. */
  readonly isRefused?: boolean
  /** Figures that cannot be relied on, each with the reason. */
  readonly doubts?: Doubts
}

export interface Doubts {
  /** The register. */
  readonly energy?: UnknownReason
  /** The length of time. */
  readonly time?: UnknownReason
  /** The time of day. */
  readonly clock?: UnknownReason
  /** The states. */
  readonly states?: UnknownReason
  /** When the EVSE was reserved; there was a reservation. */
  readonly reservation?: UnknownReason
}
