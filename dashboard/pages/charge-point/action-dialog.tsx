import { useState } from 'preact/hooks'
import type { ActionSchema } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { useSuggestions } from '../../form/pickers/suggestions.js'
import { requiredOf } from '../../form/required.js'
import type { Schema } from '../../form/tree.js'
import { strings } from '../../strings/en/charge-point.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import type { Chosen } from './any-call.js'
import { callOf, operationOf } from './operate.js'
import type { Target } from './page.js'
import { pathOf } from './use-charge-point.js'

interface ActionDialogProps {
  target: Target
  chosen: Chosen
  onClose: () => void
}

/** The form of an operation or a call. It stays open when the server rejects a field, and marks the field. */
export function ActionDialog({ target, chosen, onClose }: ActionDialogProps) {
  const { calls } = useApp()
  const [typed, setTyped] = useState('')
  const query = useQuery<ActionSchema>(pathOf(target.identity, `/actions/${chosen.name}`))
  const suggestions = useSuggestions(target.identity)
  const { name, title, kind, danger, queueable } = chosen
  const wantsIdentity = danger === 'destroys'
  const isSure = !wantsIdentity || typed.trim() === target.identity

  async function submit(value: unknown): Promise<void> {
    const request =
      kind === 'operation'
        ? operationOf(target, { name, title, body: value, ...(queueable !== undefined && { queueable }) })
        : callOf(target, { action: name, payload: value })
    const { id, problem } = await calls.send(request)
    const isRefused = problem !== undefined && (problem.status === 400 || problem.status === 422)
    if (!isRefused) return onClose()
    calls.dismiss(id)
    throw problem
  }

  return (
    <Dialog title={title} onClose={onClose} isWide>
      <Loaded query={query}>
        {({ schema, example, description }) => (
          <>
            {description !== undefined && <p class="muted">{description}</p>}
            {danger === 'interrupts' && (
              <p class="caution">
                {target.openTransactions > 0 ? strings.ends(target.openTransactions) : strings.mayEnd}
              </p>
            )}
            <SchemaForm
              schema={schema as Schema}
              value={requiredOf(schema as Schema, example)}
              submit={strings.send}
              onSubmit={submit}
              onCancel={onClose}
              suggestions={suggestions}
              isRaw={kind === 'call'}
              disabledReason={isSure ? undefined : common.typeToConfirm(target.identity)}
            >
              {wantsIdentity && (
                <label class="field">
                  <span>{common.typeToConfirm(target.identity)}</span>
                  <input
                    value={typed}
                    autocomplete="off"
                    onInput={({ currentTarget }) => setTyped(currentTarget.value)}
                  />
                </label>
              )}
            </SchemaForm>
          </>
        )}
      </Loaded>
    </Dialog>
  )
}
