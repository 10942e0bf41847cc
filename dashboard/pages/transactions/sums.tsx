import type { TransactionSums } from '../../api/records.js'
import { strings } from '../../strings/en/statistics.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import { Totals } from '../statistics/totals.js'

/** Filters of the list that sums have, too. */
const SHARED: readonly string[] = ['chargePoint', 'site', 'idToken', 'groupId']

/** Sums of the transactions that ended in the range of the list. Hidden with filters that sums do not have. */
export function Sums({ filter }: { filter: Readonly<Record<string, readonly string[]>> }) {
  const { from, to, sort: _sort, ...others } = filter
  const isShown = from !== undefined && to !== undefined && Object.keys(others).every((name) => SHARED.includes(name))
  const path = isShown ? '/statistics/transactions' : undefined
  const sums = useQuery<{ items: TransactionSums[] }>(path, { ...others, from, to })
  if (!isShown) return null
  return (
    <section aria-label={strings.ended}>
      <h2>{strings.ended}</h2>
      <Loaded query={sums}>{({ items }) => <Totals items={items} />}</Loaded>
    </section>
  )
}
