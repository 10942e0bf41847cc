import { useState } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { IdToken, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/id-tokens.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Empty } from '../../ui/empty.js'
import { Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { LOADERS } from '../table.js'
import { EditDialog } from './edit-dialog.js'
import { PushList } from './push-list.js'
import { StatusOf } from './status.js'

const PARAMS = ['q', 'status', 'groupId', 'cursor'] as const
const STATUSES = ['Accepted', 'Blocked', 'Expired', 'Invalid'].map((value) => ({ value, label: value }))

export default function IdTokenList() {
  const { router, session } = useApp()
  const [isAdding, setAdding] = useState(false)
  const filter = useSingleFilter(PARAMS)
  const list = useQuery<Page<IdToken>>('/id-tokens', filter)
  const { cursor: _, ...all } = filter
  const isFiltered = Object.keys(filter).length > 0
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          <>
            {LOADERS.authorizations !== undefined && (
              <a class="button" href={linkTo('authorizations', {}, { known: 'false', distinct: 'idToken' })}>
                {strings.seen}
              </a>
            )}
            <a class="button" href={apiUrl('/id-tokens', { ...all, format: 'csv' })} download>
              {strings.csv}
            </a>
            <PushList />
            {session.may('id-tokens:write') && (
              <button type="button" class="primary" onClick={() => setAdding(true)}>
                {strings.add}
              </button>
            )}
          </>
        }
      />
      <Filters label={strings.filters}>
        <TextFilter name="q" label={strings.search} />
        <SelectFilter name="status" label={strings.columns.status} options={STATUSES} />
        <TextFilter name="groupId" label={strings.group} />
      </Filters>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : strings.none}>
              {isFiltered ? <a href="/id-tokens">{common.clearFilters}</a> : <p>{strings.noneHelp}</p>}
            </Empty>
          ) : (
            <>
              <Table caption={strings.caption} rows={items} columns={COLUMNS} keyOf={({ idToken }) => idToken} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {isAdding && (
        <EditDialog onClose={() => setAdding(false)} onSaved={(idToken) => router.go(linkTo('idToken', { idToken }))} />
      )}
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<IdToken>[] = [
  {
    id: 'idToken',
    title: columns.idToken,
    isHead: true,
    cell: ({ idToken }) => (
      <>
        <a class="row-link" href={linkTo('idToken', { idToken })}>
          <Id text={idToken} />
        </a>
        <Copy text={idToken} />
      </>
    )
  },
  { id: 'status', title: columns.status, cell: (row) => <StatusOf {...row} /> },
  { id: 'type', title: columns.type, cell: ({ type }) => type },
  {
    id: 'group',
    title: columns.group,
    cell: ({ groupId }) => groupId && <a href={linkTo('idTokens', {}, { groupId })}>{groupId}</a>
  },
  { id: 'expires', title: columns.expires, cell: ({ expiresAt }) => expiresAt && <Time at={expiresAt} /> },
  { id: 'notes', title: columns.notes, cell: ({ notes }) => notes && <Foreign text={notes} limit={60} /> }
]
