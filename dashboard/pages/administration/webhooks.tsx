import { useState } from 'preact/hooks'
import type { Webhook } from '../../api/records.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Empty } from '../../ui/empty.js'
import { Loaded } from '../../ui/loaded.js'
import { PageHead } from '../../ui/page.js'
import { SecretDialog } from '../../ui/secret-dialog.js'
import { useQuery } from '../../ui/use-query.js'
import { Deliveries } from './deliveries.js'
import { WebhookCard } from './webhook-card.js'
import { AddWebhook } from './webhook-form.js'

const { webhooks: strings } = all

export default function Webhooks() {
  const { router } = useApp()
  const list = useQuery<{ items: Webhook[] }>('/webhooks', {}, { live: { types: ['change'] } })
  const [isAdding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string | undefined>(undefined)
  // The open webhook is in the fragment of the URL, which the server does not see.
  const open = Number(router.place.value.hash)
  return (
    <>
      <PageHead
        title={strings.title}
        actions={
          <button type="button" class="primary" onClick={() => setAdding(true)}>
            {strings.add}
          </button>
        }
      />
      <Loaded query={list}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={strings.none}>
              <p>{strings.noneHelp}</p>
            </Empty>
          ) : (
            <>
              {items.map((webhook) => (
                <WebhookCard key={webhook.id} webhook={webhook} onChanged={list.reload} onSecret={setSecret} />
              ))}
              {items.some(({ id }) => id === open) && <Deliveries key={open} webhook={open} />}
            </>
          )
        }
      </Loaded>
      {isAdding && <AddWebhook onClose={() => setAdding(false)} onSaved={list.reload} onSecret={setSecret} />}
      {secret !== undefined && (
        <SecretDialog title={strings.secret} secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </>
  )
}
