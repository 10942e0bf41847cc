import { useMemo, useState } from 'preact/hooks'
import { apiUrl } from '../../api/client.js'
import type { ChargePoint, Page, SiteRecord } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { linkTo } from '../../router/links.js'
import { reduceChargePoint } from '../../store/charge-points.js'
import { strings } from '../../strings/en/charge-points.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, SelectFilter, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { Power } from '../../ui/number.js'
import { PageHead } from '../../ui/page.js'
import { Pager } from '../../ui/pager.js'
import { StateGlyph } from '../../ui/state.js'
import { type Column, type Selection, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import { AddDialog } from './add-dialog.js'
import { BulkBar } from './bulk-bar.js'
import { FirstSteps } from './first-steps.js'
import { placeName } from './places.js'
import { useSelection } from './selection.js'

/** Parameters of the page that are parameters of the list in the operator API. */
const PARAMS = [
  'q',
  'connected',
  'neverConnected',
  'state',
  'status',
  'site',
  'protocol',
  'vendor',
  'model',
  'firmwareVersion',
  'registration',
  'enabled',
  'provisioned',
  'sort',
  'cursor'
] as const

const ROWS = 50
/** Interval between two reads of a list. Milliseconds. A short list is cheap. */
const LIST_MS = 5_000
const SHORT_MS = 1_000

export default function ChargePointList() {
  const { session } = useApp()
  const [isAdding, setAdding] = useState(false)
  const filter = useSingleFilter(PARAMS)
  const list = useChargePoints(filter)
  const data = list.data.value
  const { cursor: _cursor, ...all } = filter
  const total = data?.total
  const selection = useSelection(data, filter)
  const maySelect = session.may('calls:write')
  const isFiltered = Object.keys(all).some((name) => name !== 'sort')
  return (
    <>
      <PageHead
        title={strings.title}
        note={data && total !== undefined && strings.ofTotal(data.items.length, total)}
        actions={
          <>
            <Action
              reason={session.may('charge-points:write') ? undefined : common.noScope('charge-points:write')}
              onClick={() => setAdding(true)}
            >
              {strings.add}
            </Action>
            <a class="button" href={apiUrl('/charge-points', { ...all, format: 'csv' })} download>
              {strings.csv}
            </a>
          </>
        }
      />
      <ListFilters />
      {isAdding && (
        <AddDialog
          onClose={() => {
            setAdding(false)
            list.reload()
          }}
        />
      )}
      <RefusedLink />
      <Loaded query={list}>
        {(page) =>
          page.items.length === 0 ? (
            <NoRows isFiltered={isFiltered} />
          ) : (
            <>
              {maySelect && <BulkBar selection={selection} total={page.total} />}
              <Rows
                rows={page.items}
                sort={filter.sort ?? 'identity'}
                {...(maySelect && { selection: selection.rows })}
              />
              <Pager nextCursor={page.nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}

type List = Page<ChargePoint>

/** The rows of the page, which follow the events of their charge points. */
function useChargePoints(filter: Readonly<Record<string, string>>) {
  const short = useMemo(() => ({ isWhole: true, identities: [] as string[] }), [])
  const list = useQuery<List>(
    '/charge-points',
    { ...filter, include: 'connectors', count: true, limit: ROWS },
    {
      // Follows all charge points if the page has all of them, so that new ones appear.
      live: short.isWhole ? {} : { chargePoints: short.identities },
      reduce: (data, event) => reduceList(data, event, filter),
      interval: short.isWhole ? SHORT_MS : LIST_MS
    }
  )
  const data = list.data.value
  if (data !== undefined) {
    short.isWhole = data.nextCursor === undefined && filter.cursor === undefined
    short.identities = data.items.map(({ identity }) => identity)
  }
  return list
}

function reduceList(data: List, event: LiveEvent, filter: Readonly<Record<string, string>>): List | 'reload' {
  const isShown = data.items.some(({ identity }) => identity === event.chargePoint)
  if (!isShown) return event.type === 'connect' || touches(filter, event.type) ? 'reload' : data
  if (touches(filter, event.type)) return 'reload'
  return {
    ...data,
    items: data.items.map((row) => (row.identity === event.chargePoint ? reduceChargePoint(row, event) : row))
  }
}

/** Whether an event may change which rows are in the list. */
function touches(filter: Readonly<Record<string, string>>, type: string): boolean {
  if (filter.state !== undefined && (type === 'status' || type === 'transaction')) return true
  if (filter.status !== undefined && type === 'status') return true
  if (filter.neverConnected !== undefined && type === 'connect') return true
  return filter.connected !== undefined && (type === 'connect' || type === 'disconnect')
}

/** Interval between two reads of the rejected charge points. Milliseconds. */
const REFUSED_MS = 5_000

/** The number of charge points that are rejected. */
function RefusedLink() {
  const refused = useQuery<{ items: unknown[] }>('/refused-charge-points', {}, { every: REFUSED_MS })
  const number = refused.data.value?.items.length ?? 0
  if (number === 0) return null
  return (
    <p class="banner">
      <a href="/refused-charge-points">{strings.refused(number)}</a>
    </p>
  )
}

function ListFilters() {
  const { session } = useApp()
  const maySeeSites = session.may('sites:read')
  const sites = useQuery<Page<SiteRecord>>(maySeeSites ? '/sites' : undefined, { limit: 1_000 })
  const { chips } = strings
  const options = (sites.data.value?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
  return (
    <Filters label={strings.filters}>
      <TextFilter name="q" label={strings.search} />
      <Chip name="connected" value="false">
        {chips.away}
      </Chip>
      <Chip name="neverConnected" value="true">
        {chips.neverConnected}
      </Chip>
      <Chip name="state" value="Faulted">
        {chips.faulted}
      </Chip>
      <Chip name="state" value="Charging">
        {chips.charging}
      </Chip>
      <Chip name="state" value="Unavailable">
        {chips.outOfService}
      </Chip>
      {options.length > 0 && <SelectFilter name="site" label={strings.site} options={options} />}
      <SelectFilter name="protocol" label={strings.version} options={VERSIONS} />
      <GivenFilters />
    </Filters>
  )
}

const VERSIONS = ['1.6', '2.0.1', '2.1'].map((version) => ({ value: `ocpp${version}`, label: version }))
const GIVEN = ['vendor', 'model', 'firmwareVersion'] as const

/** Filters that links lead to; here they can be removed. */
function GivenFilters() {
  const { router } = useApp()
  const { query } = router.place.value
  return (
    <>
      {GIVEN.filter((name) => query.has(name)).map((name) => (
        <Chip key={name} name={name} value={query.get(name) ?? ''}>
          {strings[name]}: <Foreign text={query.get(name) ?? ''} limit={40} />
        </Chip>
      ))}
    </>
  )
}

function NoRows({ isFiltered }: { isFiltered: boolean }) {
  if (!isFiltered) return <FirstSteps />
  return (
    <Empty title={common.nothingMatches}>
      <a href="/charge-points">{common.clearFilters}</a>
    </Empty>
  )
}

interface RowsProps {
  rows: readonly ChargePoint[]
  sort: string
  selection?: Selection
}

function Rows({ rows, sort, selection }: RowsProps) {
  const { router } = useApp()
  return (
    <Table
      caption={strings.caption}
      rows={rows}
      columns={COLUMNS}
      keyOf={({ identity }) => identity}
      sort={sort}
      {...(selection !== undefined && { selection })}
      onSort={(wanted) => router.setQuery({ sort: wanted })}
      rowProps={({ connected }) => ({ 'data-away': !connected })}
      below={faultsOf}
    />
  )
}

function faultsOf({ connectors, connected }: ChargePoint) {
  const faulted = (connectors ?? []).filter(({ state }) => state === 'Faulted')
  if (faulted.length === 0) return undefined
  return faulted.map((connector) => (
    <span key={placeName(connector)} class="fault" data-away={!connected}>
      {placeName(connector)}: <Foreign text={connector.errorCode ?? common.states.Faulted} limit={60} />
      {connector.info !== undefined && <Foreign text={connector.info} limit={80} />}{' '}
      {connector.since !== undefined && <Age since={connector.since} />}
    </span>
  ))
}

/** The name, and below it the identity, unless it is the name. */
function NameCell({ identity, name }: ChargePoint) {
  return (
    <>
      <a class="row-link" href={linkTo('chargePoint', { identity })}>
        <Foreign text={name ?? identity} limit={60} />
      </a>
      <span class="sub">
        {name !== undefined && <Id text={identity} />}
        <Copy text={identity} />
      </span>
    </>
  )
}

function EvseCell({ connectors = [], connected }: ChargePoint) {
  const shown = connectors.filter(({ connectorId, evseId }) => connectorId !== 0 && evseId !== undefined)
  return (
    <span class="glyphs">
      {shown.map((connector) => (
        <StateGlyph
          key={`${connector.evseId} ${connector.connectorId}`}
          state={connector.state}
          isAway={!connected}
          place={placeName(connector)}
        />
      ))}
    </span>
  )
}

function powerOf({ connectors = [], connected }: ChargePoint): number | undefined {
  const powers = connectors.flatMap(({ transaction }) => transaction?.powerW ?? [])
  return connected && powers.length > 0 ? powers.reduce((sum, power) => sum + power, 0) : undefined
}

function SeenCell({ connected, lastSeenAt }: ChargePoint) {
  if (connected) return <span>{strings.connectedNow}</span>
  if (lastSeenAt === undefined) return <span class="muted">{strings.neverSeen}</span>
  return <Age since={lastSeenAt} ago />
}

const COLUMNS: readonly Column<ChargePoint>[] = [
  { id: 'name', title: strings.columns.name, isHead: true, sort: 'name', cell: (row) => <NameCell {...row} /> },
  { id: 'evses', title: strings.columns.evses, cell: (row) => <EvseCell {...row} /> },
  { id: 'power', title: strings.columns.power, isNumeric: true, cell: (row) => <Power value={powerOf(row)} /> },
  {
    id: 'site',
    title: strings.columns.site,
    cell: ({ site }) => site && <a href={linkTo('chargePoints', {}, { site })}>{site}</a>
  },
  {
    id: 'version',
    title: strings.columns.version,
    cell: ({ protocol, boot }) => (protocol ?? boot?.protocol ?? '').replace('ocpp', '')
  },
  {
    id: 'model',
    title: strings.columns.model,
    cell: ({ boot }) => boot !== undefined && <Foreign text={`${boot.vendor} ${boot.model}`} limit={40} />
  },
  { id: 'seen', title: strings.columns.seen, sort: 'lastSeenAt', cell: (row) => <SeenCell {...row} /> }
]
