import { durationBetween, type Moment } from './clock.js'
import { costOf, type Quantity, type Tariff } from './cost.js'
import { knownOwnCost } from './own-cost.js'
import type { TransactionRow } from './queries.js'

/** The columns that duration and cost are calculated from. */
export type Facts = Pick<TransactionRow, 'start_timestamp' | 'created_at' | 'duration' | 'tariff' | 'own_cost'> &
  CostColumns

type CostColumns = Pick<TransactionRow, 'cost' | 'currency' | 'cost_details' | 'cost_unknown'>

/** Energy, duration and cost of a transaction, as they are written down. */
export type Totals = Pick<TransactionRow, 'energy_wh' | 'duration'> & CostColumns

export interface Use {
  energy: Quantity
  /** Seconds; null: not known. */
  duration: number | null
}

/** Seconds that a transaction took until a moment; null when its start is not known. */
export function durationUntil({ start_timestamp, created_at, duration }: Facts, end: Moment): number | null {
  if (start_timestamp === null) return duration
  return durationBetween({ timestamp: start_timestamp, receivedAt: created_at }, end)
}

export function totalsOf(facts: Facts, use: Use): Totals {
  const { energy, duration } = use
  return { energy_wh: typeof energy === 'number' ? energy : null, duration, ...costColumns(facts, use) }
}

const NOBODY_KNOWS: CostColumns = { cost: null, currency: null, cost_details: null, cost_unknown: null }

/** A cost calculated by an OCPP 2.1 charge point takes precedence over ours. [2.1 I] */
function costColumns(facts: Facts, use: Use): CostColumns {
  const { tariff, own_cost } = facts
  const own = knownOwnCost(own_cost)
  if (own !== undefined) {
    const { total, currency, details } = own
    return { cost: total, currency, cost_details: JSON.stringify(details), cost_unknown: null }
  }
  if (tariff !== null) return ourCost(JSON.parse(tariff) as Tariff, facts, use)
  return own_cost === null ? NOBODY_KNOWS : { ...NOBODY_KNOWS, cost_unknown: 'charge-point-failed' }
}

/** The cost that an earlier release billed, which took unknown quantities for 0. It stays until the cost is known. */
function billedBefore({ cost, currency, cost_details, cost_unknown }: CostColumns): CostColumns | undefined {
  return cost === null || cost_unknown === null ? undefined : { cost, currency, cost_details, cost_unknown }
}

function ourCost(tariff: Tariff, facts: CostColumns, { energy, duration }: Use): CostColumns {
  const { currency } = tariff
  const cost = costOf(tariff, { energyWh: energy, duration: duration ?? 'no-duration' })
  if (typeof cost === 'string') return { ...(billedBefore(facts) ?? NOBODY_KNOWS), currency, cost_unknown: cost }
  const { components, net, tax, total } = cost
  const cost_details = JSON.stringify({ net, tax, total, components })
  return { cost: total, currency, cost_details, cost_unknown: null }
}
