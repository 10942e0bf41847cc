import type { AuditEntry, Page } from '../../api/records.js'
import { strings as all } from '../../strings/en/administration.js'
import { strings as common } from '../../strings/en.js'
import { Empty } from '../../ui/empty.js'
import { Filters, TextFilter } from '../../ui/filters.js'
import { visibleText } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'

const { audit: strings } = all
const PARAMS = ['operator', 'target', 'from', 'to', 'cursor'] as const
const LIST_MS = 5_000

export default function Audit() {
  const filter = useSingleFilter(PARAMS)
  const list = useQuery<Page<AuditEntry>>('/audit', filter, { live: { types: ['change'] }, interval: LIST_MS })
  const isFiltered = Object.keys(filter).length > 0
  return (
    <>
      <PageHead title={strings.title} />
      <Filters label={strings.filters}>
        <TextFilter name="operator" label={strings.operator} />
        <TextFilter name="target" label={strings.target} />
      </Filters>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : strings.none}>
              {isFiltered && <a href="/audit">{common.clearFilters}</a>}
            </Empty>
          ) : (
            <>
              <Table
                caption={strings.caption}
                rows={items}
                keyOf={({ createdAt, operator, path }) => `${createdAt} ${operator} ${path}`}
                columns={COLUMNS}
              />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<AuditEntry>[] = [
  { id: 'at', title: columns.at, isHead: true, cell: ({ createdAt }) => <Time at={createdAt} exact /> },
  { id: 'operator', title: columns.operator, cell: ({ operator }) => operator },
  {
    id: 'what',
    title: columns.what,
    cell: ({ method, path }) => (
      <span class="mono">
        {method} <Foreign text={path} limit={100} />
      </span>
    )
  },
  { id: 'status', title: columns.status, isNumeric: true, cell: ({ status }) => status },
  { id: 'from', title: columns.from, cell: ({ remoteAddress }) => remoteAddress && <Id text={remoteAddress} /> },
  {
    id: 'body',
    title: columns.body,
    cell: ({ body }) =>
      body !== undefined && (
        <details>
          <summary>{strings.body}</summary>
          <pre>{visibleText(JSON.stringify(body))}</pre>
        </details>
      )
  }
]
