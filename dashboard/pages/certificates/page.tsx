import { useState } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { Certificate, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/certificates.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Empty } from '../../ui/empty.js'
import { Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'

const PARAMS = ['chargePoint', 'type', 'status', 'expiresBefore', 'cursor'] as const
const STATUSES = Object.entries(strings.statuses).map(([value, label]) => ({ value, label }))

export default function Certificates() {
  const { api, calls, session } = useApp()
  const [revoked, setRevoked] = useState<string | undefined>(undefined)
  const command = useCommand()
  const filter = useSingleFilter(PARAMS)
  const list = useQuery<Page<Certificate>>('/certificates', filter)
  const renew = ({ chargePoint, type }: Certificate) => {
    const path = `/charge-points/${encodeURIComponent(chargePoint)}/certificates/renew`
    calls
      .send({ title: strings.renew, chargePoint, path, body: { type } })
      .catch((error: unknown) => reportError(error))
  }
  const isFiltered = Object.keys(filter).length > 0
  const actions: Column<Certificate> = {
    id: 'actions',
    title: strings.actions,
    cell: (row) => (
      <span class="row-actions">
        {row.pem !== undefined && (
          <a
            class="button"
            href={`data:application/x-pem-file,${encodeURIComponent(row.pem)}`}
            download={`${row.id}.pem`}
          >
            {strings.pem}
          </a>
        )}
        {isRenewable(row) && (
          <Action
            reason={session.may('calls:write') ? undefined : common.noScope('calls:write')}
            onClick={() => renew(row)}
          >
            {strings.renew}
          </Action>
        )}
        {session.may('admin') && row.source === 'issued' && row.revokedAt === undefined && (
          <button type="button" class="danger" onClick={() => setRevoked(row.id)}>
            {strings.revoke}
          </button>
        )}
      </span>
    )
  }
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          <a class="button" href={apiUrl('/certificates/ca')} download="authority.pem">
            {strings.authority}
          </a>
        }
      />
      <Filters label={strings.filters}>
        <TextFilter name="chargePoint" label={strings.chargePoint} />
        <SelectFilter name="status" label={strings.status} options={STATUSES} />
      </Filters>
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : strings.none}>
              {isFiltered ? <a href="/certificates">{common.clearFilters}</a> : <p>{strings.noneHelp}</p>}
            </Empty>
          ) : (
            <>
              <Table caption={strings.caption} rows={items} keyOf={({ id }) => id} columns={[...COLUMNS, actions]} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {revoked !== undefined && (
        <Confirm
          title={strings.revokeTitle(revoked)}
          action={strings.revoke}
          typed={revoked}
          onClose={() => setRevoked(undefined)}
          onConfirm={() =>
            command.run(async () => {
              await api.send('POST', `/certificates/${revoked}/revoke`)
              list.reload()
            })
          }
        >
          <p>{strings.revokeBody}</p>
        </Confirm>
      )}
    </>
  )
}

const HELD: readonly string[] = ['accepted', 'in-use', 'expired']

/** A certificate that the charge point has from our authority, so that it can be asked for the next one. */
function isRenewable({ source, status, revokedAt }: Certificate): boolean {
  return source === 'issued' && HELD.includes(status) && revokedAt === undefined
}

const { columns } = strings
const COLUMNS: readonly Column<Certificate>[] = [
  {
    id: 'chargePoint',
    title: columns.chargePoint,
    isHead: true,
    cell: ({ chargePoint }) => (
      <a class="row-link" href={linkTo('chargePoint', { identity: chargePoint })}>
        <Foreign text={chargePoint} />
      </a>
    )
  },
  { id: 'type', title: columns.type, cell: ({ type }) => type },
  {
    id: 'status',
    title: columns.status,
    cell: ({ status, revokedAt, error }) => (
      <>
        {revokedAt === undefined ? (strings.statuses[status] ?? status) : strings.revoked}
        {error !== undefined && (
          <span class="field-error">
            {' '}
            <Foreign text={error} limit={100} />
          </span>
        )}
      </>
    )
  },
  { id: 'expires', title: columns.expires, cell: ({ expiresAt }) => expiresAt && <Time at={expiresAt} /> },
  { id: 'subject', title: columns.subject, cell: ({ subject }) => subject && <Foreign text={subject} limit={60} /> }
]
