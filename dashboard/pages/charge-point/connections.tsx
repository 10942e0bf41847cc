import type { Page } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { formatAge } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Age, Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { pathOf, useChargePoint } from './use-charge-point.js'

const strings = all.connections
const { columns } = strings
const ROWS = 100

interface Connection {
  connectedAt: string
  disconnectedAt?: string
  protocol: string
  securityProfile: number
  remoteAddress: string
  reason?: string
  code?: number
}

const COLUMNS: readonly Column<Connection>[] = [
  { id: 'from', title: columns.from, isHead: true, cell: ({ connectedAt }) => <Time at={connectedAt} /> },
  {
    id: 'to',
    title: columns.to,
    cell: ({ disconnectedAt, reason }) =>
      disconnectedAt === undefined && reason === undefined ? strings.present : <Time at={disconnectedAt} />
  },
  { id: 'length', title: columns.length, isNumeric: true, cell: (connection) => <Length {...connection} /> },
  { id: 'protocol', title: columns.protocol, cell: ({ protocol }) => protocol.replace('ocpp', '') },
  { id: 'profile', title: columns.profile, isNumeric: true, cell: ({ securityProfile }) => securityProfile },
  { id: 'address', title: columns.address, cell: ({ remoteAddress }) => <span class="mono">{remoteAddress}</span> },
  {
    id: 'reason',
    title: columns.reason,
    cell: ({ reason, code }) => (
      <>
        {reason !== undefined && <Foreign text={reason} limit={80} />} {code}
      </>
    )
  }
]

/** The duration of a connection. It is unknown if no process has seen the end. */
function Length({ connectedAt, disconnectedAt, reason }: Connection) {
  if (disconnectedAt === undefined) return reason === undefined ? <Age since={connectedAt} /> : null
  return <span>{formatAge((Date.parse(disconnectedAt) - Date.parse(connectedAt)) / 1_000)}</span>
}

/** When the charge point was connected, and how each connection ended. */
export default function Connections({ params: { identity = '' } }: PageProps) {
  const { router } = useApp()
  const chargePoint = useChargePoint(identity)
  const { query } = router.place.value
  const given = Object.fromEntries(['from', 'to', 'cursor'].map((name) => [name, query.get(name) ?? undefined]))
  const list = useQuery<Page<Connection>>(
    pathOf(identity, '/connections'),
    { ...given, limit: ROWS },
    { live: { chargePoints: [identity], types: ['connect', 'disconnect'] } }
  )
  return (
    <>
      <ChargePointHead identity={identity} query={chargePoint} tab="connections" />
      <Loaded query={list} missing={null}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>
              <a href={linkTo('chargePoint', { identity })}>{identity}</a>
            </Empty>
          ) : (
            <>
              <Table
                caption={strings.caption}
                rows={items}
                columns={COLUMNS}
                keyOf={({ connectedAt }) => connectedAt}
              />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
    </>
  )
}
