import { strings } from '../../strings/en/overview.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters } from '../../ui/filters.js'
import { formatClock } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { ProblemTable } from './problem-table.js'
import { useProblems } from './use-problems.js'

const PARAMS = ['severity', 'kind', 'chargePoint', 'site', 'acknowledged'] as const

/** All problems. */
export default function ProblemsPage() {
  const { router, preferences } = useApp()
  const { query } = router.place.value
  const filter = Object.fromEntries(PARAMS.map((name) => [name, query.get(name) ?? undefined]))
  const problems = useProblems(filter)
  const at = problems.data.value?.at
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return (
    <>
      <PageHead
        title={strings.problemsTitle}
        note={at && strings.checked(formatClock(Date.parse(at), preferences.zone.value))}
      />
      <Filters label={strings.problemsTitle}>
        <Chip name="severity" value="critical">
          {strings.severities.critical}
        </Chip>
        <Chip name="severity" value="warning">
          {strings.severities.warning}
        </Chip>
      </Filters>
      <Loaded query={problems}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? strings.noneMatches : strings.allClear}>
              {isFiltered && <a href="/problems">{common.clearFilters}</a>}
            </Empty>
          ) : (
            <ProblemTable items={items} onChange={problems.reload} />
          )
        }
      </Loaded>
    </>
  )
}
