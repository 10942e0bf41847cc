import type { TransactionSums } from '../../api/records.js'
import { strings } from '../../strings/en/statistics.js'
import { Figures } from '../../ui/facts.js'
import { formatElapsed, formatEnergy, formatMoney, formatNumber } from '../../ui/format.js'

/** The sums of all items; currencies are never added up. */
export function Totals({ items }: { items: readonly TransactionSums[] }) {
  const total = (pick: (item: TransactionSums) => number | undefined) => {
    const known = items.flatMap((item) => pick(item) ?? [])
    return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
  }
  const without = total(({ withoutEnergy }) => withoutEnergy) ?? 0
  const { sums } = strings
  return (
    <>
      <Figures
        facts={[
          [sums.transactions, formatNumber(total(({ transactions }) => transactions) ?? 0)],
          [sums.energy, formatEnergy(total(({ energyWh }) => energyWh))],
          [sums.duration, formatElapsed(total(({ duration }) => duration))],
          ...costsOf(items).map(([currency, cost]) => [sums.cost, formatMoney(cost, currency)] as const)
        ]}
      />
      {without > 0 && <p class="hint">{sums.without(without)}</p>}
    </>
  )
}

/** The sum of the costs in each currency. */
function costsOf(items: readonly TransactionSums[]): [currency: string, cost: number][] {
  const costs = new Map<string, number>()
  for (const { currency, cost } of items) {
    if (currency !== undefined && cost !== undefined) costs.set(currency, (costs.get(currency) ?? 0) + cost)
  }
  return [...costs]
}
