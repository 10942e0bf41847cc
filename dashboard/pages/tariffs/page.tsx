import { useState } from 'preact/hooks'
import type { Tariff } from '../../api/records.js'
import { strings } from '../../strings/en/tariffs.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
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
import { bodyOf, DEFAULT, type Draft, draftOf, EditDialog, EMPTY, isShort } from './edit-dialog.js'
import { JsonDialog } from './json-dialog.js'
import { PriceDialog } from './price-dialog.js'
import { VersionsDialog } from './versions-dialog.js'

export default function Tariffs() {
  const { api, session } = useApp()
  const list = useQuery<{ items: Tariff[] }>('/tariffs')
  const [draft, setDraft] = useState<Draft | undefined>(undefined)
  const [removed, setRemoved] = useState<string | undefined>(undefined)
  const [opened, setOpened] = useState<Opened>()
  const command = useCommand()
  const mayWrite = session.may('tariffs:write')
  const remove = (id: string) =>
    command.run(async () => {
      await api.send('DELETE', `/tariffs/${encodeURIComponent(id)}`)
      list.reload()
    })
  const edit = (tariff: Tariff) => {
    if (isShort(tariff)) setDraft(draftOf(tariff))
    else setOpened({ dialog: 'json', tariff })
  }
  const columns = [...COLUMNS, actionsOf({ onEdit: edit, onRemove: setRemoved, onOpen: setOpened, mayWrite })]
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
      {opened !== undefined && <OpenedDialog {...opened} onClose={() => setOpened(undefined)} onSaved={list.reload} />}
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
        <strong>{row.id}</strong>{' '}
        <span class="muted">{row.pricePerKwh === undefined ? row.text : row.description}</span>
        {!row.enabled && <span class="muted"> ({strings.disabled})</span>}
        {row.warnings.length > 0 && (
          <details>
            <summary>{strings.warned(row.warnings.length)}</summary>
            <ul class="plain">
              {row.warnings.map(({ pointer, detail }) => (
                <li key={`${pointer} ${detail}`}>
                  <code>{pointer}</code> {detail}
                </li>
              ))}
            </ul>
          </details>
        )}
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
    cell: ({ tax }) => (tax === undefined ? '' : `${formatNumber(tax)}\u00a0%`)
  },
  { id: 'updated', title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> }
]

function price(id: 'kwh' | 'hour' | 'session', pick: (tariff: Tariff) => number | undefined): Column<Tariff> {
  return { id, title: titles[id], isNumeric: true, cell: (row) => formatMoney(pick(row), row.currency) }
}

interface Opened {
  dialog: 'json' | 'price' | 'versions'
  tariff: Tariff
}

function OpenedDialog({ dialog, tariff, onClose, onSaved }: Opened & { onClose: () => void; onSaved: () => void }) {
  if (dialog === 'price') return <PriceDialog tariff={tariff} onClose={onClose} />
  if (dialog === 'versions') return <VersionsDialog id={tariff.id} onClose={onClose} />
  return <JsonDialog id={tariff.id} body={bodyOf(tariff)} onClose={onClose} onSaved={onSaved} />
}

interface RowActions {
  onEdit: (tariff: Tariff) => void
  onRemove: (id: string) => void
  onOpen: (opened: Opened) => void
  mayWrite: boolean
}

function actionsOf({ onEdit, onRemove, onOpen, mayWrite }: RowActions): Column<Tariff> {
  return {
    id: 'actions',
    title: strings.actions,
    cell: (tariff) => (
      <span class="row-actions">
        <button type="button" onClick={() => onOpen({ dialog: 'price', tariff })}>
          {strings.price}
        </button>
        <button type="button" onClick={() => onOpen({ dialog: 'versions', tariff })}>
          {strings.versions}
        </button>
        {mayWrite && (
          <>
            {/* Without the withheld id tokens the tariff would apply to others. */}
            <Action
              reason={tariff.withheld === undefined ? undefined : common.noScope(tariff.withheld[0] ?? '')}
              onClick={() => onEdit(tariff)}
            >
              {strings.edit}
            </Action>
            <button type="button" class="danger" onClick={() => onRemove(tariff.id)}>
              {strings.remove}
            </button>
          </>
        )}
      </span>
    )
  }
}

function ScopeOf({ appliesTo }: Tariff) {
  const values = Object.values(appliesTo).flat()
  return values.length === 0 ? <span>{strings.everyone}</span> : <Foreign text={values.join(', ')} />
}
