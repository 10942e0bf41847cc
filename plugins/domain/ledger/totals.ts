import { durationBetween, energyBetween, type Moment } from './consumption.js'
import { type Cost, costOf, type Tariff } from './cost.js'
import type { TransactionRow, TransactionUpdate } from './queries.js'

/** What energy, duration and cost follow from. */
export type Facts = Pick<
  TransactionRow,
  'meter_start' | 'meter_stop' | 'start_timestamp' | 'created_at' | 'duration' | 'tariff' | 'cost' | 'currency'
>

/** Energy, duration and cost of a transaction until a moment. */
export function totalsUntil(facts: Facts, end: Moment): TransactionUpdate & { cost?: number | null } {
  const { meter_start, meter_stop, start_timestamp, created_at, tariff } = facts
  const energy = energyBetween(meter_start, meter_stop)
  const start = start_timestamp === null ? undefined : { timestamp: start_timestamp, receivedAt: created_at }
  const duration = start === undefined ? facts.duration : durationBetween(start, end)
  const totals = { energy_wh: energy, duration }
  if (tariff === null) return totals
  const cost = costOf(JSON.parse(tariff) as Tariff, { energyWh: energy ?? 0, duration: duration ?? 0 })
  return { ...totals, ...costColumns(cost) }
}

function costColumns({ total, net, tax, currency }: Cost) {
  return { cost: total, currency, cost_details: JSON.stringify({ net, tax, total }) }
}
