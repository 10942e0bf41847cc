import { useState } from 'preact/hooks'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { operationOf } from './operate.js'
import type { PlaceDialogProps } from './start-dialog.js'

/** Asks for the power that the transaction at a place is limited to. */
export function LimitDialog({ target, evseId, place, onClose }: PlaceDialogProps) {
  const { calls } = useApp()
  const [kilowatts, setKilowatts] = useState('')

  function submit(): void {
    const limit = Number(kilowatts) * 1_000
    if (kilowatts === '' || Number.isNaN(limit)) return
    onClose()
    const body = { evseId, limit, unit: 'W', purpose: 'transaction' }
    calls
      .send(operationOf(target, { name: 'charging-limit', title: strings.limitAt(place), body }))
      .catch((error: unknown) => reportError(error))
  }

  return (
    <Dialog title={strings.limitAt(place)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <label class="field">
          <span>{strings.limitKw}</span>
          <input
            type="number"
            inputMode="decimal"
            min={0}
            step="0.1"
            required
            value={kilowatts}
            onInput={({ currentTarget }) => setKilowatts(currentTarget.value)}
          />
        </label>
        <p class="muted">{strings.limitHelp}</p>
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary">
            {strings.limit}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
