import { strings } from '../strings/en/range.js'
import { useApp } from './app-context.js'
import { dayText, isMonth, monthOf, type Range, startOfDay } from './months.js'

/** Steps by months, or any days. Without a range in the URL it is `fallback`; without that the list is not bounded. */
export function RangeFilter({ fallback }: { fallback?: Range }) {
  const { router, clock } = useApp()
  const { query } = router.place.value
  const [from, to] = [query.get('from') ?? fallback?.from, query.get('to') ?? fallback?.to]
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
  const present = clock.now.peek()
  const month = (by: number) => monthOf(from === undefined ? present : Date.parse(from), by)
  return (
    <fieldset class="range">
      <legend class="hidden-text">{strings.range}</legend>
      <button type="button" aria-label={strings.before} onClick={() => router.setQuery({ ...month(-1) })}>
        ←
      </button>
      <strong class="range-title">{titleOf(range)}</strong>
      <button type="button" aria-label={strings.after} onClick={() => router.setQuery({ ...month(1) })}>
        →
      </button>
      <button type="button" onClick={() => router.setQuery({ ...monthOf(present) })}>
        {strings.thisMonth}
      </button>
      <label>
        <span class="hidden-text">{strings.from}</span>
        <input
          type="date"
          value={dayText(from)}
          onChange={({ currentTarget }) => router.setQuery({ from: startOfDay(currentTarget.value) })}
        />
      </label>
      <span aria-hidden="true">–</span>
      <label>
        <span class="hidden-text">{strings.to}</span>
        <input
          type="date"
          value={dayText(to, { before: true })}
          onChange={({ currentTarget }) => router.setQuery({ to: startOfDay(currentTarget.value, { after: true }) })}
        />
      </label>
    </fieldset>
  )
}

function titleOf({ from, to }: Partial<Range>): string {
  if (from === undefined && to === undefined) return strings.always
  if (from === undefined || !isMonth({ from, ...(to !== undefined && { to }) })) return strings.days
  return new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' }).format(Date.parse(from))
}
