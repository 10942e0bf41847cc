import { useMemo } from 'preact/hooks'
import type { Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/bulk-calls.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { type BulkListed, pick } from './records.js'

const ROWS = 50
const EVERY_MS = 10_000

export default function BulkCallList() {
  const { router } = useApp()
  const { query } = router.place.value
  const filter = useMemo(() => pick(query, ['cursor']), [query])
  const list = useQuery<Page<BulkListed>>('/bulk-calls', { ...filter, limit: ROWS }, { every: EVERY_MS })
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          <a class="button" href={linkTo('calls', {})}>
            {common.nav.calls}
          </a>
        }
      />
      <Loaded query={list}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={strings.none}>
              <p>
                <a href={linkTo('chargePoints', {})}>{strings.next}</a>
              </p>
            </Empty>
          ) : (
            <>
              <Table caption={strings.caption} rows={page.items} columns={COLUMNS} keyOf={({ bulkId }) => bulkId} />
              <Pager nextCursor={page.nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

const COLUMNS: readonly Column<BulkListed>[] = [
  {
    id: 'action',
    title: strings.columns.action,
    isHead: true,
    cell: ({ bulkId, action }) => (
      <a class="row-link" href={linkTo('bulkCall', { id: bulkId })}>
        {action}
      </a>
    )
  },
  { id: 'status', title: strings.columns.status, cell: ({ status }) => strings.statuses[status] },
  { id: 'operator', title: strings.columns.operator, cell: ({ operator }) => <bdi>{operator}</bdi> },
  { id: 'at', title: strings.columns.at, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { id: 'ended', title: strings.columns.ended, cell: ({ endedAt }) => endedAt !== undefined && <Time at={endedAt} /> }
]
