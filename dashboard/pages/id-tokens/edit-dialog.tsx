import { useState } from 'preact/hooks'
import type { IdToken } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { withRemoved } from '../../form/removed.js'
import { idTokenSchema } from '../../generated/schemas.js'
import { strings } from '../../strings/en/id-tokens.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

interface EditDialogProps {
  /** The stored id token. `undefined`: it is new. */
  known?: IdToken | undefined
  /** The id token that was seen, if it is new. */
  seen?: { idToken: string; type?: string | undefined } | undefined
  onClose: () => void
  onSaved: (idToken: string) => void
}

/** Adds or changes an id token. */
export function EditDialog({ known, seen, onClose, onSaved }: EditDialogProps) {
  const { api } = useApp()
  const [idToken, setIdToken] = useState(known?.idToken ?? seen?.idToken ?? '')
  const before = known === undefined ? beginning(seen?.type) : bodyOf(known)
  return (
    <Dialog title={known === undefined ? strings.addTitle : strings.one(known.idToken)} onClose={onClose}>
      {known === undefined && (
        <label class="field">
          <span>{strings.idToken}</span>
          <input
            type="text"
            class="mono"
            maxLength={255}
            value={idToken}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setIdToken(currentTarget.value)}
          />
          <small class="hint">{strings.idTokenHelp}</small>
        </label>
      )}
      <SchemaForm
        schema={idTokenSchema}
        value={before}
        submit={strings.save}
        onCancel={onClose}
        disabledReason={idToken.trim() === '' ? strings.idTokenMissing : undefined}
        onSubmit={async (value) => {
          const body = known === undefined ? value : withRemoved(before, value, NULLABLE)
          await api.send('PUT', `/id-tokens/${encodeURIComponent(idToken.trim())}`, body)
          onClose()
          onSaved(idToken.trim())
        }}
      />
    </Dialog>
  )
}

/** Members that `null` removes. */
const NULLABLE = ['groupId', 'expiresAt', 'language', 'notes']

function beginning(type: string | undefined) {
  return { status: 'Accepted', ...(type !== undefined && type !== '' && { type }) }
}

function bodyOf({ type, status, groupId, masterGroup, expiresAt, language, notes }: IdToken) {
  return {
    status,
    ...(type !== undefined && type !== '' && { type }),
    ...(groupId !== undefined && { groupId }),
    ...(masterGroup && { masterGroup }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(language !== undefined && { language }),
    ...(notes !== undefined && { notes })
  }
}
