import { toDateTime } from '../date-time.js'
import { timeOf } from './clock.js'
import { type OwnCostDetails, ownFigures } from './own-cost.js'
import type { TransactionRow } from './queries.js'
import type { Receipt } from './records.js'
import { parseSnapshot, shownTariff } from './snapshot.js'

type Details = NonNullable<Receipt['costDetails']>

/** The facts that a receipt is made from, as far as they are known: use, tariff and price of a transaction. */
export function receiptOf(row: TransactionRow): Receipt {
  return present({
    startedAt: timeShown(row.start_timestamp, row.created_at),
    endedAt: timeShown(row.end_timestamp, row.ended_at ?? row.updated_at),
    meterStart: row.meter_start,
    meterStop: row.meter_stop,
    energyWh: row.energy_wh,
    duration: row.duration,
    tariffId: row.tariff_id,
    tariff: row.tariff === null ? undefined : shownTariff(parseSnapshot(row.tariff)),
    cost: row.cost,
    currency: row.currency,
    costDetails: row.cost_details === null ? undefined : detailsOf(row.cost_details),
    costUnknown: row.cost_unknown
  }) as Receipt
}

function detailsOf(json: string): Details {
  const details = JSON.parse(json) as OwnCostDetails | Omit<Details, 'calculatedBy' | 'taxIncluded'>
  return 'totalCost' in details
    ? { calculatedBy: 'chargePoint', ...ownFigures(details) }
    : { calculatedBy: 'csms', ...details, taxIncluded: true }
}

/** A time by the clock of the charge point; an impossible one is shown as the time of its receipt. */
export function timeShown(timestamp: number | null, receivedAt: number): string | undefined {
  return timestamp === null ? undefined : toDateTime(timeOf({ timestamp, receivedAt }))
}

/** Drops members whose value is `null` or `undefined`. */
export function present(record: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined))
}
