import { useState } from 'preact/hooks'
import { strings } from '../../strings/en/bulk.js'
import { formatNumber } from '../../ui/format.js'
import { BulkDialog } from './bulk-dialog.js'
import type { ChargePointSelection } from './selection.js'

const OPERATIONS = Object.keys(strings.actions) as (keyof typeof strings.actions)[]

/** The actions for all charge points that are selected. */
export function BulkBar({ selection, total }: { selection: ChargePointSelection; total: number | undefined }) {
  const [open, setOpen] = useState<string>()
  const { number, selectAll, clear } = selection
  if (number === 0) return null
  return (
    <section class="bulk-bar" aria-label={strings.label}>
      <strong role="status">{strings.selected(number)}</strong>
      {selectAll !== undefined && (
        <button type="button" class="quiet" onClick={selectAll}>
          {strings.selectAll(total ?? 0)}
        </button>
      )}
      {OPERATIONS.map((name) => (
        <button key={name} type="button" onClick={() => setOpen(name)}>
          {strings.actions[name]}
        </button>
      ))}
      <button type="button" onClick={() => setOpen('')}>
        {strings.anyCall}
      </button>
      <button type="button" class="quiet" onClick={clear}>
        {strings.clear}
      </button>
      {open !== undefined && (
        <BulkDialog
          key={open + formatNumber(number)}
          name={open === '' ? undefined : open}
          selection={selection}
          onClose={() => setOpen(undefined)}
        />
      )}
    </section>
  )
}
