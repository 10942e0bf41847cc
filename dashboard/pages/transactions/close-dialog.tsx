import { useState } from 'preact/hooks'
import type { Transaction } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { closeSchema } from '../../generated/schemas.js'
import { strings } from '../../strings/en/transactions.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

interface CloseDialogProps {
  transaction: Transaction
  onClose: () => void
  onChanged: () => void
}

/** Asks for the end, as far as it is known, and for the identity, because closing cannot be undone. */
export function CloseDialog({ transaction, onClose, onChanged }: CloseDialogProps) {
  const { api } = useApp()
  const { id, chargePoint } = transaction
  const [typed, setTyped] = useState('')
  return (
    <Dialog title={strings.closeTitle(String(id))} onClose={onClose}>
      <p class="dialog-body">{strings.closeBody}</p>
      <SchemaForm
        schema={closeSchema}
        submit={strings.closeAction}
        onCancel={onClose}
        disabledReason={typed.trim() === chargePoint ? undefined : common.typeToConfirm(chargePoint)}
        onSubmit={async (value) => {
          await api.send('POST', `/transactions/${id}/close`, value)
          onClose()
          onChanged()
        }}
      >
        <label class="field">
          <span>{common.typeToConfirm(chargePoint)}</span>
          <input
            type="text"
            value={typed}
            autocomplete="off"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
      </SchemaForm>
    </Dialog>
  )
}
