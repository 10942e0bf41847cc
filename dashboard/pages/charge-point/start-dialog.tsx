import { useId, useState } from 'preact/hooks'
import type { Page } from '../../api/records.js'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { useQuery } from '../../ui/use-query.js'
import { operationOf } from './operate.js'
import type { Target } from './page.js'

export interface PlaceDialogProps {
  target: Target
  evseId: number | undefined
  place: string
  onClose: () => void
}

interface IdTokenItem {
  idToken: string
  type?: string
  status: string
  notes?: string
}

const SHOWN = 20

/** Asks for the id token that a transaction is started with. */
export function StartDialog({ target, evseId, place, onClose }: PlaceDialogProps) {
  const { calls, session } = useApp()
  const [text, setText] = useState('')
  const list = useId()
  const known = useQuery<Page<IdTokenItem>>(session.may('id-tokens:read') ? '/id-tokens' : undefined, {
    q: text.trim(),
    limit: SHOWN
  })
  const items = known.data.value?.items ?? []

  function submit(): void {
    const idToken = text.trim()
    if (idToken === '') return
    onClose()
    const type = items.find((item) => item.idToken === idToken)?.type
    const body = { evseId, idToken: { idToken, ...(type && { type }) } }
    calls
      .send(operationOf(target, { name: 'start', title: strings.startAt(place), body }))
      .catch((error: unknown) => reportError(error))
  }

  return (
    <Dialog title={strings.startAt(place)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <label class="field">
          <span>{strings.card}</span>
          <input
            value={text}
            list={list}
            required
            maxLength={255}
            autocomplete="off"
            spellcheck={false}
            placeholder={strings.pickCard}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
          <datalist id={list}>
            {items.map(({ idToken, status, notes }) => (
              <option key={idToken} value={idToken}>
                {[status, notes].filter(Boolean).join(', ')}
              </option>
            ))}
          </datalist>
        </label>
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary">
            {strings.start}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
