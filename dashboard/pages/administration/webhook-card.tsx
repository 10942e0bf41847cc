import { useState } from 'preact/hooks'
import type { Webhook } from '../../api/records.js'
import { strings as all } from '../../strings/en/administration.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { Facts } from '../../ui/facts.js'
import { formatDuration } from '../../ui/format.js'
import { ProblemNote } from '../../ui/problem.js'
import { useCommand } from '../../ui/use-command.js'
import { EditWebhook } from './webhook-form.js'

const { webhooks: strings } = all
const MILLISECONDS = 1_000

interface WebhookCardProps {
  webhook: Webhook
  onChanged: () => void
  onSecret: (secret: string) => void
}

interface TestResult {
  delivered: boolean
  responseStatus?: number
  error?: string
  duration: number
}

/** A webhook with its actions. */
export function WebhookCard({ webhook, onChanged, onSecret }: WebhookCardProps) {
  const { api } = useApp()
  const { id, url, description, enabled, filter, disabledReason } = webhook
  const [open, setOpen] = useState<'edit' | 'remove' | undefined>(undefined)
  const [tested, setTested] = useState<TestResult | undefined>(undefined)
  const command = useCommand()
  const path = `/webhooks/${id}`
  const change = (act: () => Promise<unknown>) =>
    command.run(async () => {
      await act()
      onChanged()
    })
  const test = () =>
    command.run(async () => {
      setTested(undefined)
      setTested((await api.send<TestResult>('POST', `${path}/test`)).data)
    })
  const replaceSecret = () =>
    command.run(async () => onSecret((await api.send<{ secret: string }>('POST', `${path}/secret`, {})).data.secret))
  return (
    <section class="panel">
      <h2>{description ?? strings.editTitle(id)}</h2>
      <Facts
        facts={[
          [strings.columns.url, <code key="url">{url}</code>],
          [strings.columns.events, filter.types?.join(', ') ?? strings.everything],
          [strings.columns.state, enabled ? strings.enabled : disabledReason === 'gone' ? strings.gone : strings.paused]
        ]}
      />
      <div class="actions">
        <button type="button" disabled={command.isBusy} onClick={test}>
          {strings.test}
        </button>
        <button type="button" onClick={() => change(() => api.send('PATCH', path, { enabled: !enabled }))}>
          {enabled ? strings.pause : strings.resume}
        </button>
        <button type="button" onClick={() => setOpen('edit')}>
          {strings.edit}
        </button>
        <button type="button" onClick={replaceSecret}>
          {strings.newSecret}
        </button>
        <a class="button" href={`/webhooks#${id}`}>
          {strings.showDeliveries}
        </a>
        <button type="button" class="danger" onClick={() => setOpen('remove')}>
          {strings.remove}
        </button>
      </div>
      {tested !== undefined && <p role="status">{sentenceOf(tested)}</p>}
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      {open === 'edit' && <EditWebhook webhook={webhook} onClose={() => setOpen(undefined)} onSaved={onChanged} />}
      {open === 'remove' && (
        <Confirm
          title={strings.removeTitle(id)}
          action={strings.remove}
          typed={String(id)}
          onClose={() => setOpen(undefined)}
          onConfirm={() => change(() => api.send('DELETE', path))}
        >
          <p>{strings.removeBody}</p>
        </Confirm>
      )}
    </section>
  )
}

function sentenceOf({ delivered, error, responseStatus, duration }: TestResult): string {
  if (delivered) return strings.tested(formatDuration(duration * MILLISECONDS))
  return strings.testFailed(error ?? `HTTP ${responseStatus ?? ''}`.trim())
}
