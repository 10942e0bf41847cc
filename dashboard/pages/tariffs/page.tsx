import { useState } from 'preact/hooks'
import type { Tariff } from '../../api/records.js'
import { strings } from '../../strings/en/tariffs.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Empty } from '../../ui/empty.js'
import { formatMoney, formatNumber } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { ProblemNote } from '../../ui/problem.js'
import { type Column, Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'
import { DEFAULT, type Draft, draftOf, EditDialog, EMPTY, isShort } from './edit-dialog.js'

export default function Tariffs() {
  const { api, session } = useApp()
  const list = useQuery<{ items: Tariff[] }>('/tariffs')
  const [draft, setDraft] = useState<Draft | undefined>(undefined)
  const [removed, setRemoved] = useState<string | undefined>(undefined)
  const command = useCommand()
  const mayWrite = session.may('tariffs:write')
  const remove = (id: string) =>
    command.run(async () => {
      await api.send('DELETE', `/tariffs/${encodeURIComponent(id)}`)
      list.reload()
    })
  const columns = mayWrite ? [...COLUMNS, actionsOf({ onEdit: setDraft, onRemove: setRemoved })] : COLUMNS
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          mayWrite && (
            <button type="button" class="primary" onClick={() => setDraft(EMPTY)}>
              {strings.add}
            </button>
          )
        }
      />
      <p class="muted">{strings.note}</p>
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      <Loaded query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>
              <p>{strings.noneHelp}</p>
              {mayWrite && (
                <button type="button" onClick={() => setDraft(DEFAULT)}>
                  {strings.addDefault}
                </button>
              )}
            </Empty>
          ) : (
            <Table caption={strings.caption} rows={items} keyOf={({ id }) => id} columns={columns} />
          )
        }
      </Loaded>
      {draft !== undefined && <EditDialog draft={draft} onClose={() => setDraft(undefined)} onSaved={list.reload} />}
      {removed !== undefined && (
        <Confirm
          title={strings.removeTitle(removed)}
          action={strings.remove}
          typed={removed}
          onClose={() => setRemoved(undefined)}
          onConfirm={() => remove(removed)}
        >
          <p>{strings.removeBody}</p>
        </Confirm>
      )}
    </>
  )
}

const { columns: titles } = strings
const COLUMNS: readonly Column<Tariff>[] = [
  {
    id: 'id',
    title: titles.id,
    isHead: true,
    cell: (row) => (
      <>
        <strong>{row.id}</strong> <span class="muted">{isShort(row) ? row.description : row.text}</span>
      </>
    )
  },
  { id: 'scope', title: titles.scope, cell: (row) => <ScopeOf {...row} /> },
  price('kwh', ({ pricePerKwh }) => pricePerKwh),
  price('hour', ({ pricePerHour }) => pricePerHour),
  price('session', ({ pricePerSession }) => pricePerSession),
  {
    id: 'tax',
    title: titles.tax,
    isNumeric: true,
    cell: ({ tax }) => (tax === undefined ? '' : `${formatNumber(tax)} %`)
  },
  { id: 'updated', title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> }
]

function price(id: 'kwh' | 'hour' | 'session', pick: (tariff: Tariff) => number | undefined): Column<Tariff> {
  return { id, title: titles[id], isNumeric: true, cell: (row) => formatMoney(pick(row), row.currency) }
}

function actionsOf({ onEdit, onRemove }: { onEdit: (draft: Draft) => void; onRemove: (id: string) => void }) {
  const column: Column<Tariff> = {
    id: 'actions',
    title: strings.actions,
    cell: (row) => (
      <span class="row-actions">
        {isShort(row) && (
          <button type="button" onClick={() => onEdit(draftOf(row))}>
            {strings.edit}
          </button>
        )}
        <button type="button" class="danger" onClick={() => onRemove(row.id)}>
          {strings.remove}
        </button>
      </span>
    )
  }
  return column
}

function ScopeOf({ appliesTo }: Tariff) {
  const values = Object.values(appliesTo).flat()
  return values.length === 0 ? <span>{strings.everyone}</span> : <Foreign text={values.join(', ')} />
}
