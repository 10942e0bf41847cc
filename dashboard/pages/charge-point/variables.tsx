import { useState } from 'preact/hooks'
import type { Page, Setting } from '../../api/records.js'
import { strings } from '../../strings/en/variables.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Chip, Filters, TextFilter } from '../../ui/filters.js'
import { Loaded } from '../../ui/loaded.js'
import { Pager } from '../../ui/pager.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { useSingleFilter } from '../../ui/use-filter.js'
import { useQuery } from '../../ui/use-query.js'
import type { PageProps } from '../table.js'
import { ChargePointHead } from './head.js'
import { nameOf, SetDialog } from './set-dialog.js'
import { isUnknown, pathOf, useChargePoint } from './use-charge-point.js'

const PARAMS = ['q', 'component', 'writable', 'cursor'] as const

/** The settings of a charge point with their present values. Writable ones can be changed. */
export default function Variables({ params: { identity = '' } }: PageProps) {
  const { router, calls, session } = useApp()
  const chargePoint = useChargePoint(identity)
  const filter = useSingleFilter(PARAMS)
  const list = useQuery<Page<Setting>>(pathOf(identity, '/variables'), filter)
  const [chosen, setChosen] = useState<Setting | undefined>(undefined)
  const isAway = chargePoint.data.value?.connected === false
  const reason = session.may('calls:write')
    ? isAway
      ? common.calls.isAway(identity)
      : undefined
    : common.noScope('calls:write')
  const isFiltered = Object.keys(filter).length > 0

  async function ask(): Promise<void> {
    const body = { type: 'full-inventory' }
    await calls.send({ title: strings.ask, chargePoint: identity, path: pathOf(identity, '/reports'), body })
    list.reload()
  }

  const set: Column<Setting> = {
    id: 'actions',
    title: strings.columns.actions,
    cell: (row) =>
      row.readonly ? (
        <span class="muted">{strings.readonly}</span>
      ) : (
        <Action reason={reason} onClick={() => setChosen(row)}>
          {strings.set}
        </Action>
      )
  }
  const askButton = (
    <Action reason={reason} onClick={() => void ask().catch((error: unknown) => reportError(error))}>
      {strings.ask}
    </Action>
  )
  return (
    <>
      <ChargePointHead identity={identity} query={chargePoint} tab="variables" actions={askButton} />
      {!isUnknown(chargePoint) && (
        <Filters label={strings.filters}>
          <TextFilter name="q" label={strings.search} />
          <Chip name="writable" value="true">
            {strings.writable}
          </Chip>
        </Filters>
      )}
      <Loaded query={list} missing={null}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty title={isFiltered ? common.nothingMatches : strings.none}>
              {isFiltered ? <a href={router.place.value.path}>{common.clearFilters}</a> : <p>{strings.noneHelp}</p>}
            </Empty>
          ) : (
            <>
              <Table caption={strings.caption} rows={items} keyOf={nameOf} columns={[...COLUMNS, set]} />
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loaded>
      {chosen !== undefined && (
        <SetDialog identity={identity} setting={chosen} onClose={() => setChosen(undefined)} onAnswered={list.reload} />
      )}
    </>
  )
}

const { columns } = strings
const COLUMNS: readonly Column<Setting>[] = [
  { id: 'name', title: columns.name, isHead: true, cell: (row) => <Foreign text={nameOf(row)} /> },
  {
    id: 'value',
    title: columns.value,
    cell: ({ value, unit }) =>
      value === undefined ? (
        <span class="muted">{strings.unknown}</span>
      ) : (
        <span class="mono">
          <Foreign text={value} limit={120} /> {unit}
        </span>
      )
  },
  { id: 'type', title: columns.type, cell: ({ type }) => type },
  { id: 'told', title: columns.told, cell: ({ updatedAt }) => <Age since={updatedAt} ago /> }
]
