import { useMemo, useState } from 'preact/hooks'
import type { Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/sites.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Filters, TextFilter } from '../../ui/filters.js'
import { formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Id } from '../../ui/text.js'
import { useQuery } from '../../ui/use-query.js'
import { AddSite } from './edit.js'
import type { Site } from './site-record.js'

const ROWS = 50
/** Interval between two reads. Milliseconds. Long, because the server counts all charge points of the sites. */
const INTERVAL_MS = 5_000

export default function SiteList() {
  const { router, session } = useApp()
  const [isAdding, setAdding] = useState(false)
  const { query } = router.place.value
  const filter = useMemo(() => pick(query, ['q', 'cursor']), [query])
  const list = useQuery<Page<Site>>(
    '/sites',
    { ...filter, include: 'counts', limit: ROWS },
    { live: { types: ['status', 'connect', 'disconnect'] }, reduce: () => 'reload', interval: INTERVAL_MS }
  )
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          session.may('sites:write') && (
            <button type="button" onClick={() => setAdding(true)}>
              {strings.add}
            </button>
          )
        }
      />
      <Filters label={strings.filters}>
        <TextFilter name="q" label={strings.search} />
      </Filters>
      <Loaded query={list}>
        {(page) =>
          page.items.length === 0 ? (
            <NoSites isFiltered={filter.q !== undefined} />
          ) : (
            <>
              <Table caption={strings.caption} rows={page.items} columns={COLUMNS} keyOf={({ id }) => id} />
              <Pager nextCursor={page.nextCursor} />
            </>
          )
        }
      </Loaded>
      {isAdding && <AddSite onClose={() => setAdding(false)} />}
    </>
  )
}

/** The parameters of a page that are parameters of its list. */
function pick(query: URLSearchParams, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : [])))
}

function NoSites({ isFiltered }: { isFiltered: boolean }) {
  if (!isFiltered) {
    return (
      <Empty title={strings.none}>
        <p>{strings.noneMore}</p>
      </Empty>
    )
  }
  return (
    <Empty title={common.nothingMatches}>
      <a href={linkTo('sites', {})}>{common.clearFilters}</a>
    </Empty>
  )
}

const COLUMNS: readonly Column<Site>[] = [
  {
    id: 'name',
    title: strings.columns.name,
    isHead: true,
    cell: ({ id, name }) => (
      <>
        <a class="row-link" href={linkTo('site', { id })}>
          <bdi>{name}</bdi>
        </a>
        <span class="sub">
          <Id text={id} />
        </span>
      </>
    )
  },
  { id: 'address', title: strings.columns.address, cell: ({ address }) => address && <bdi>{address}</bdi> },
  {
    id: 'chargePoints',
    title: strings.columns.chargePoints,
    isNumeric: true,
    cell: ({ counts }) => counts && strings.connectedOf(counts.chargePoints.connected, counts.chargePoints.total)
  },
  {
    id: 'charging',
    title: strings.columns.charging,
    isNumeric: true,
    cell: ({ id, counts }) =>
      counts && <StateLink site={id} state="Charging" number={counts.connectors.Charging ?? 0} />
  },
  {
    id: 'faulted',
    title: strings.columns.faulted,
    isNumeric: true,
    cell: ({ id, counts }) => counts && <StateLink site={id} state="Faulted" number={counts.connectors.Faulted ?? 0} />
  }
]

function StateLink({ site, state, number }: { site: string; state: string; number: number }) {
  if (number === 0) return <span class="muted">0</span>
  return <a href={linkTo('chargePoints', {}, { site, state })}>{formatNumber(number)}</a>
}
