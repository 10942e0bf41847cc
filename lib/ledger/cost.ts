import type { UnknownReason } from '../money/input.js'

/** Why a cost is unknown. */
export type CostUnknown = UnknownReason

/** A quantity that a price may depend on, or the reason why it is unknown. */
export type Quantity = number | CostUnknown
