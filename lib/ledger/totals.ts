import { durationBetween, type Moment } from './clock.js'
import { knownOwnCost } from './own-cost.js'
import { costOfRow, type PricedRow, summaryOf, type Use } from './pricing.js'
import type { TransactionRow } from './queries.js'
import { billedBy, currencyOf, parseSnapshot } from './snapshot.js'

/** The columns that duration and cost are calculated from. */
export type Facts = PricedRow & Pick<TransactionRow, 'energy_wh' | 'duration' | 'own_cost'> & CostColumns

type CostColumns = Pick<TransactionRow, 'cost' | 'currency' | 'cost_details' | 'cost_unknown'>

/** Energy, duration and cost of a transaction, as they are written down. */
export type Totals = Pick<TransactionRow, 'energy_wh' | 'duration'> & CostColumns

/** Seconds that a transaction took until a moment; null when its start is not known. */
export function durationUntil(
  { start_timestamp, created_at, duration }: Pick<Facts, 'start_timestamp' | 'created_at' | 'duration'>,
  end: Moment
): number | null {
  if (start_timestamp === null) return duration
  return durationBetween({ timestamp: start_timestamp, receivedAt: created_at }, end)
}

export function totalsOf(facts: Facts, use: Use): Totals {
  const { energy, duration } = use
  return { energy_wh: typeof energy === 'number' ? energy : null, duration, ...costColumns(facts, use) }
}

const NOBODY_KNOWS: CostColumns = { cost: null, currency: null, cost_details: null, cost_unknown: null }

/** Our cost is billed, unless the tariff says that the charge point's is, or there is no tariff. [2.1 I] */
function costColumns(facts: Facts, use: Use): CostColumns {
  const { tariff, own_cost } = facts
  const isOwn = tariff === null || billedBy(parseSnapshot(tariff)) === 'station'
  const own = isOwn ? knownOwnCost(own_cost) : undefined
  if (own !== undefined) {
    const { total, currency, details } = own
    return { cost: total, currency, cost_details: JSON.stringify(details), cost_unknown: null }
  }
  if (tariff !== null) return ourCost({ ...facts, tariff }, use)
  return own_cost === null ? NOBODY_KNOWS : { ...NOBODY_KNOWS, cost_unknown: 'charge-point-failed' }
}

/** The cost that an earlier release billed, which took unknown quantities for 0. It stays until the cost is known. */
function billedBefore({ cost, currency, cost_details, cost_unknown }: CostColumns): CostColumns | undefined {
  return cost === null || cost_unknown === null ? undefined : { cost, currency, cost_details, cost_unknown }
}

/**
 * The cost that was calculated before readings or states were deleted. It stays while energy and duration are the same;
 * without the deleted rows it cannot be calculated again.
 */
function settledBefore(facts: Facts, { energy, duration, isFinal, observed }: Use): CostColumns | undefined {
  const { cost, currency, cost_details, cost_unknown, energy_wh } = facts
  const isSame = energy === energy_wh && duration === facts.duration
  if (!isFinal || observed?.isPruned !== true || !isSame || cost === null || cost_unknown !== null) return undefined
  return { cost, currency, cost_details, cost_unknown }
}

function ourCost(facts: Facts & { tariff: string }, use: Use): CostColumns {
  const currency = currencyOf(parseSnapshot(facts.tariff))
  const settled = settledBefore(facts, use)
  if (settled !== undefined) return settled
  const priced = costOfRow(facts, use)
  const [unknown] = priced.unknown
  if (unknown !== undefined || priced.total === undefined) {
    const cost_unknown = unknown?.reason ?? 'out-of-range'
    return { ...(billedBefore(facts) ?? NOBODY_KNOWS), currency, cost_unknown }
  }
  const cost_details = JSON.stringify(summaryOf(facts, use, priced))
  return { cost: priced.total, currency, cost_details, cost_unknown: null }
}
