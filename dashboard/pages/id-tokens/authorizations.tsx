import { useState } from 'preact/hooks'
import type { AuthorizationEntry, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { withAnswer } from '../../store/authorizations.js'
import { strings } from '../../strings/en/id-tokens.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { EditDialog } from './edit-dialog.js'

const PARAMS = ['chargePoint', 'idToken', 'status', 'known', 'distinct', 'from', 'to', 'cursor'] as const
const { authorizations: texts } = strings

/** The answers about id tokens with their reasons, and a button to add an unknown id token. */
export default function Authorizations() {
  const { session } = useApp()
  const [seen, setSeen] = useState<AuthorizationEntry | undefined>(undefined)
  const filter = useSingleFilter(PARAMS)
  const list = useQuery<Page<AuthorizationEntry>>('/authorizations', filter, {
    ...(filter.cursor === undefined && { live: { types: ['authorization'] } }),
    reduce: (data, event) => withAnswer(data, event, filter)
  })
  const isFiltered = Object.keys(filter).length > 0
  const add: Column<AuthorizationEntry> = {
    id: 'add',
    title: texts.actions,
    cell: (row) =>
      row.reason === 'unknown' &&
      session.may('id-tokens:write') && (
        <button type="button" onClick={() => setSeen(row)}>
          {strings.add}
        </button>
      )
  }
  return (
    <>
      <PageHead title={texts.title} />
      <Filters label={strings.filters}>
        <TextFilter name="chargePoint" label={texts.chargePoint} />
        <TextFilter name="idToken" label={strings.idToken} />
        <Chip name="known" value="false">
          {texts.unknownOnly}
        </Chip>
        <Chip name="distinct" value="idToken">
          {texts.latestOnly}
        </Chip>
      </Filters>
      <Loaded query={list}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : texts.none}>
              {isFiltered ? <a href="/authorizations">{common.clearFilters}</a> : <p>{texts.noneHelp}</p>}
            </Empty>
          ) : (
            <>
              <Table caption={texts.caption} rows={items} keyOf={keyOf} columns={[...COLUMNS, add]} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {seen !== undefined && <EditDialog seen={seen} onClose={() => setSeen(undefined)} onSaved={list.reload} />}
    </>
  )
}

function keyOf({ at, chargePoint, idToken, reason }: AuthorizationEntry): string {
  return `${at} ${chargePoint} ${idToken} ${reason}`
}

const COLUMNS: readonly Column<AuthorizationEntry>[] = [
  {
    id: 'idToken',
    title: strings.idToken,
    isHead: true,
    cell: ({ idToken }) =>
      idToken !== '' && (
        <a class="row-link" href={linkTo('idToken', { idToken })}>
          <Id text={idToken} />
        </a>
      )
  },
  { id: 'at', title: texts.time, cell: ({ at }) => <Time at={at} exact /> },
  {
    id: 'chargePoint',
    title: texts.chargePoint,
    cell: ({ chargePoint, evseId }) => (
      <span>
        <a href={linkTo('chargePoint', { identity: chargePoint })}>
          <Foreign text={chargePoint} />
        </a>
        {evseId !== undefined && <span class="muted"> {texts.evse(evseId)}</span>}
      </span>
    )
  },
  {
    id: 'answer',
    title: texts.answer,
    cell: ({ status }) => (
      <span class="word" data-good={status === 'Accepted'}>
        {status}
      </span>
    )
  },
  {
    id: 'reason',
    title: texts.reason,
    cell: ({ reason, attempts }) => (
      <span>
        {texts.reasons[reason] ?? reason}
        {attempts !== undefined && <span class="muted"> {texts.attempts(attempts)}</span>}
      </span>
    )
  }
]
