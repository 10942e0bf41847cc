import type { Allocation, Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { load as strings } from '../../strings/en/load.js'
import { useApp } from '../../ui/app-context.js'
import { Loaded } from '../../ui/loaded.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './edit.js'
import type { Site } from './site-record.js'

const ROWS = 20
const READ_MS = 15_000

/** The commands that were sent to the EVSEs, newest first. */
export function LoadHistory({ site }: { site: Site }) {
  const { router } = useApp()
  const cursor = router.place.value.query.get('cursor') ?? undefined
  const history = useQuery<Page<Allocation>>(
    `${pathOf(site.id)}/load-management/history`,
    { limit: ROWS, cursor },
    { every: READ_MS }
  )
  return (
    <>
      <h3 class="section">{strings.history}</h3>
      <Loaded query={history}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <p class="muted">{strings.historyNone}</p>
          ) : (
            <>
              <Table caption={strings.historyCaption} rows={items} keyOf={({ id }) => id} columns={COLUMNS} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

const COLUMNS: readonly Column<Allocation>[] = [
  { id: 'at', title: strings.at, cell: ({ at }) => <Time at={at} /> },
  {
    id: 'evse',
    title: strings.evse,
    isHead: true,
    cell: ({ identity, evseId }) => (
      <a class="row-link" href={linkTo('chargePoint', { identity })}>
        <Foreign text={strings.place(identity, evseId)} />
      </a>
    )
  },
  {
    id: 'sent',
    title: strings.sent,
    isNumeric: true,
    cell: ({ amperes, kind }) => (
      <>
        {strings.amperes(amperes)} <span class="muted">{strings.kinds[kind]}</span>
      </>
    )
  },
  { id: 'outcome', title: strings.outcome, cell: ({ outcome }) => outcome },
  { id: 'why', title: strings.why, cell: ({ reason }) => <Foreign text={reason} limit={200} /> }
]
