import { useEffect, useState } from 'preact/hooks'
import type { ActionList, ChargePoint, Danger } from '../../api/records.js'
import { withQuery } from '../../router/location.js'
import { strings } from '../../strings/en/charge-point.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { useQuery } from '../../ui/use-query.js'
import { ActionDialog } from './action-dialog.js'
import type { Target } from './page.js'
import { pathOf } from './use-charge-point.js'

/** The choice in the lists: an operation, or a call of the version. */
export interface Chosen {
  kind: 'operation' | 'call'
  name: string
  title: string
  danger: Danger
  /** Whether an operation can wait for a charge point that is away. */
  queueable?: boolean
}

/** Every operation and every OCPP call of the version, each with a form from its schema. The fragment of the URL opens an operation. */
export function AnyCall({ chargePoint, target }: { chargePoint: ChargePoint; target: Target }) {
  const { hash } = useApp().router.place.value
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (hash !== '') setOpen(true)
  }, [hash])
  return (
    <details class="section" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h2>{strings.anyCall}</h2>
      </summary>
      {isOpen && <Lists chargePoint={chargePoint} target={target} />}
    </details>
  )
}

function Lists({ chargePoint: { identity, protocol }, target }: { chargePoint: ChargePoint; target: Target }) {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<Chosen>()
  const list = useQuery<ActionList>(pathOf(identity, '/actions'))
  const { operations = [], calls = [] } = list.data.value ?? {}
  const { router } = useApp()
  const { hash, path, query } = router.place.value
  const wanted = operations.find(({ name }) => name === hash)
  useEffect(() => {
    if (wanted?.supported) setChosen({ kind: 'operation', ...wanted })
  }, [wanted])
  const close = () => {
    setChosen(undefined)
    if (hash !== '') router.go(withQuery({ path, query }, {}), { replace: true })
  }
  const matches = (...words: string[]) => words.some((word) => word.toLowerCase().includes(text.trim().toLowerCase()))
  return (
    <>
      <label class="field">
        <span class="hidden-text">{strings.findCall}</span>
        <input
          type="text"
          placeholder={strings.findCall}
          value={text}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <h3>{strings.operations}</h3>
      <ul class="choices">
        {operations
          .filter(({ name, title }) => matches(name, title))
          .map(({ name, title, danger, supported, reason, queueable }) => (
            <li key={name}>
              <Action
                reason={supported ? (queueable ? target.callReason : target.reason) : reason}
                onClick={() => setChosen({ kind: 'operation', name, title, danger, queueable })}
              >
                {title}
              </Action>
            </li>
          ))}
      </ul>
      <h3>{protocol?.replace('ocpp', 'OCPP ')}</h3>
      <ul class="choices">
        {calls
          .filter(({ action, title, block }) => matches(action, title, block))
          .map(({ action, danger }) => (
            <li key={action}>
              <Action
                reason={target.callReason}
                onClick={() => setChosen({ kind: 'call', name: action, title: action, danger })}
              >
                {action}
              </Action>
            </li>
          ))}
      </ul>
      {chosen !== undefined && <ActionDialog target={target} chosen={chosen} onClose={close} />}
    </>
  )
}
