import type { Webhook } from '../../api/records.js'
import { SchemaForm } from '../../form/form.js'
import { withRemoved } from '../../form/removed.js'
import { newWebhookSchema, webhookSchema } from '../../generated/schemas.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

const { webhooks: strings } = all

interface Props {
  onClose: () => void
  onSaved: () => void
}

export function AddWebhook({ onClose, onSaved, onSecret }: Props & { onSecret: (secret: string) => void }) {
  const { api } = useApp()
  return (
    <Dialog title={strings.addTitle} onClose={onClose}>
      <SchemaForm
        schema={newWebhookSchema}
        submit={strings.add}
        onCancel={onClose}
        onSubmit={async (value) => {
          const { data } = await api.send<{ secret: string }>('POST', '/webhooks', value)
          onClose()
          onSaved()
          onSecret(data.secret)
        }}
      />
    </Dialog>
  )
}

export function EditWebhook({ webhook, onClose, onSaved }: Props & { webhook: Webhook }) {
  const { api } = useApp()
  const { id, url, description, filter, scopes, enabled } = webhook
  const isFiltered = filter.types !== undefined || filter.chargePoints !== undefined
  const before = {
    url,
    ...(description !== undefined && { description }),
    ...(isFiltered && { filter }),
    scopes,
    enabled
  }
  return (
    <Dialog title={strings.editTitle(id)} onClose={onClose}>
      <SchemaForm
        schema={webhookSchema}
        value={before}
        submit={strings.save}
        onCancel={onClose}
        onSubmit={async (value) => {
          const change = withRemoved(before, value, ['description']) as Record<string, unknown>
          // A filter is replaced as a whole: an empty one matches every event.
          await api.send('PATCH', `/webhooks/${id}`, { filter: {}, ...change })
          onClose()
          onSaved()
        }}
      />
    </Dialog>
  )
}
