import { useState } from 'preact/hooks'
import type { Tariff } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { tariffSchema } from '../../generated/schemas.js'
import { strings } from '../../strings/en/tariffs.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

export interface Draft {
  id: string
  body: unknown
  isNew: boolean
}

export const EMPTY: Draft = { id: '', body: undefined, isNew: true }

/** A first tariff, which the operator changes before it is saved. */
export const DEFAULT: Draft = {
  id: 'default',
  body: { currency: 'EUR', pricePerKwh: 0.39, tax: 19, description: 'Default' },
  isNew: true
}

/** Whether a tariff has one price for each of energy, time and session, as the form has. */
export function isShort({ pricePerKwh, enabled, priority, appliesTo }: Tariff): boolean {
  const { chargePoints = [], groupIds = [], ...others } = appliesTo
  const isPlain = enabled && priority === 0 && Object.keys(others).length === 0
  return pricePerKwh !== undefined && isPlain && chargePoints.length <= 1 && groupIds.length <= 1
}

/** A tariff as `PUT /tariffs/{id}` takes it, with everything that the short form has no place for. */
export function bodyOf({ document, appliesTo, priority, enabled }: Tariff): object {
  return { ...document, appliesTo, priority, enabled }
}

export function draftOf(tariff: Tariff): Draft {
  const { id, chargePoint, groupId, currency, pricePerKwh, pricePerHour, pricePerSession, tax, description } = tariff
  const body = { chargePoint, groupId, currency, pricePerKwh, pricePerHour, pricePerSession, tax, description }
  return { id, body: JSON.parse(JSON.stringify(body)), isNew: false }
}

interface EditDialogProps {
  draft: Draft
  onClose: () => void
  onSaved: () => void
}

/** Adds or replaces a tariff. */
export function EditDialog({ draft, onClose, onSaved }: EditDialogProps) {
  const { api } = useApp()
  const [id, setId] = useState(draft.id)
  return (
    <Dialog title={draft.isNew ? strings.addTitle : strings.editTitle(draft.id)} onClose={onClose}>
      {draft.isNew && (
        <label class="field">
          <span>{strings.id}</span>
          <input
            type="text"
            maxLength={60}
            value={id}
            autocomplete="off"
            onInput={({ currentTarget }) => setId(currentTarget.value)}
          />
          <small class="hint">{strings.idHelp}</small>
        </label>
      )}
      <SchemaForm
        schema={tariffSchema}
        value={draft.body}
        submit={strings.save}
        onCancel={onClose}
        disabledReason={id.trim() === '' ? strings.idMissing : undefined}
        onSubmit={async (value) => {
          await api.send('PUT', `/tariffs/${encodeURIComponent(id.trim())}`, value)
          onClose()
          onSaved()
        }}
      />
    </Dialog>
  )
}
