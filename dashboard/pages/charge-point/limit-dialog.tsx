import { SchemaForm } from '../../form/form.js'
import type { Schema } from '../../form/tree.js'
import { strings } from '../../strings/en/charge-point.js'
import { Dialog } from '../../ui/dialog.js'

const SCHEMA: Schema = {
  type: 'object',
  required: ['limit'],
  properties: { limit: { type: 'number', minimum: 0, maximum: 1_000, title: strings.limitKw } }
}
const WATTS = 1_000

interface LimitDialogProps {
  title: string
  onLimit: (watts: number) => void
  onClose: () => void
}

/** Asks for the power that a transaction is limited to. */
export function LimitDialog({ title, onLimit, onClose }: LimitDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="muted">{strings.limitHelp}</p>
      <SchemaForm
        schema={SCHEMA}
        submit={strings.limit}
        onCancel={onClose}
        onSubmit={async (value) => {
          onClose()
          onLimit(Math.round(Number((value as { limit?: number }).limit) * WATTS))
        }}
      />
    </Dialog>
  )
}
