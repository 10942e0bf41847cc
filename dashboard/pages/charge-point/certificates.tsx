import type { Certificate, Page } from '../../api/records.js'
import { strings as page } from '../../strings/en/charge-point.js'
import { strings as all } from '../../strings/en/charge-point-tabs.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { pathOf, useChargePoint } from './use-charge-point.js'

const strings = all.certificates
const { columns } = strings

const COLUMNS: readonly Column<Certificate>[] = [
  { id: 'type', title: columns.type, isHead: true, cell: ({ type }) => type },
  { id: 'subject', title: columns.subject, cell: ({ subject }) => subject && <Foreign text={subject} limit={120} /> },
  { id: 'status', title: columns.status, cell: ({ status }) => status },
  { id: 'expires', title: columns.expires, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
  { id: 'serial', title: columns.serial, cell: ({ serialNumber }) => <span class="mono">{serialNumber}</span> }
]

/** The certificates of a charge point. */
export default function ChargePointCertificates({ params: { identity = '' } }: PageProps) {
  const { calls, session } = useApp()
  const chargePoint = useChargePoint(identity)
  const list = useQuery<Page<Certificate>>(pathOf(identity, '/certificates'), { limit: 1_000 })
  const isAway = chargePoint.data.value?.connected === false
  const reason = session.may('calls:write') ? (isAway ? page.isAway : undefined) : page.noScope('calls:write')
  const renew = () => {
    const path = pathOf(identity, '/certificates/renew')
    calls.send({ title: strings.renew, chargePoint: identity, path, body: {} }).catch(reportError)
  }
  return (
    <>
      <ChargePointHead
        identity={identity}
        query={chargePoint}
        tab="chargePointCertificates"
        actions={
          <Action reason={reason} onClick={renew}>
            {strings.renew}
          </Action>
        }
      />
      <Loaded query={list} missing={null}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none} />
          ) : (
            <Table caption={strings.caption} rows={items} columns={COLUMNS} keyOf={({ id }) => id} />
          )
        }
      </Loaded>
    </>
  )
}
