import { toDateTime } from './numbers.js'
import { type OwnCostDetails, ownFigures } from './own-cost.js'
import type { TransactionRow } from './queries.js'
import type { Receipt } from './records.js'

type Details = NonNullable<Receipt['costDetails']>

/** What a receipt is made from, as far as it is known: use, tariff and price of a transaction. */
export function receiptOf(row: TransactionRow): Receipt {
  return present({
    startedAt: dateTimeOf(row.start_timestamp),
    endedAt: dateTimeOf(row.end_timestamp),
    meterStart: row.meter_start,
    meterStop: row.meter_stop,
    energyWh: row.energy_wh,
    duration: row.duration,
    tariffId: row.tariff_id,
    tariff: row.tariff === null ? undefined : (JSON.parse(row.tariff) as Receipt['tariff']),
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

export function dateTimeOf(millis: number | null): string | undefined {
  return millis === null ? undefined : toDateTime(millis)
}

/** Without what is not known. */
export function present(record: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined))
}
