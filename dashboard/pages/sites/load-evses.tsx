import type { LoadState } from '../../api/records.js'
import { linkTo } from '../../router/links.js'
import { load as strings } from '../../strings/en/load.js'
import { UNKNOWN } from '../../ui/format.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign, Id } from '../../ui/text.js'
import { Time } from '../../ui/time.js'

type EvseRow = LoadState['evses'][number]

/** The share of each EVSE, and its reason. */
export function EvseShares({ evses }: { evses: readonly EvseRow[] }) {
  if (evses.length === 0) return <p class="muted">{strings.noEvses}</p>
  return (
    <>
      <h3 class="section">{strings.evses}</h3>
      <Table
        caption={strings.evsesCaption}
        rows={evses}
        keyOf={({ identity, evseId }) => `${identity} ${evseId}`}
        columns={COLUMNS}
        rowProps={({ connected }) => ({ 'data-away': !connected })}
      />
    </>
  )
}

const amperes = (value: number | undefined) => (value === undefined ? UNKNOWN : strings.amperes(value))

const COLUMNS: readonly Column<EvseRow>[] = [
  {
    id: 'evse',
    title: strings.evse,
    isHead: true,
    cell: ({ identity, evseId, connected }) => (
      <>
        <a class="row-link" href={linkTo('chargePoint', { identity })}>
          <Foreign text={strings.place(identity, evseId)} />
        </a>{' '}
        {!connected && <span class="muted">{strings.away}</span>}
      </>
    )
  },
  { id: 'circuit', title: strings.circuit, cell: ({ circuit }) => <Id text={circuit} /> },
  {
    id: 'gets',
    title: strings.gets,
    isNumeric: true,
    cell: ({ limit, target, leaseUntil }) => (
      <>
        {amperes(limit)}
        {target !== undefined && target !== limit && <small class="sub">{strings.target(amperes(target))}</small>}
        {leaseUntil !== undefined && (
          <small class="sub">
            {strings.until} <Time at={leaseUntil} />
          </small>
        )}
      </>
    )
  },
  { id: 'measured', title: strings.measured, isNumeric: true, cell: ({ measured }) => amperes(measured) },
  { id: 'reserved', title: strings.reserved, isNumeric: true, cell: ({ reserved }) => amperes(reserved) },
  {
    id: 'why',
    title: strings.why,
    cell: ({ reason, cause, transaction, expectedTurn }) => (
      <>
        <Foreign text={reason} limit={200} />
        {expectedTurn !== undefined && (
          <small class="sub">
            {strings.turn} <Time at={expectedTurn} />
          </small>
        )}
        <small class="sub">
          {cause === 'measured' && `${strings.measuredCounts} `}
          {transaction !== undefined && (
            <a href={linkTo('transaction', { id: transaction })}>{strings.transaction(transaction)}</a>
          )}
        </small>
      </>
    )
  }
]
