import { useState } from 'preact/hooks'
import type { ReceiptLink } from '../../api/records.js'
import { strings as all } from '../../strings/en/receipts.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Confirm } from '../../ui/dialog.js'
import { Loaded } from '../../ui/loaded.js'
import { ProblemNote } from '../../ui/problem.js'
import { Time } from '../../ui/time.js'
import { useCommand } from '../../ui/use-command.js'
import { useQuery } from '../../ui/use-query.js'

const { link: strings } = all

/** The link with which the driver sees the receipt. It is read when it is asked for: whoever has it needs no token. */
export function DriverLink({ number }: { number: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="panel" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{strings.title}</summary>
      {isOpen && <Present number={number} />}
    </details>
  )
}

function Present({ number }: { number: string }) {
  const { api, session } = useApp()
  const path = `/receipts/${encodeURIComponent(number)}/link`
  const link = useQuery<ReceiptLink>(path)
  const command = useCommand()
  const [isRevoking, setRevoking] = useState(false)
  const reason = session.may('billing:write') ? undefined : common.noScope('billing:write')
  const code = link.problem.value?.code
  const change = (method: 'POST' | 'DELETE', body?: object) =>
    command.run(async () => {
      await api.send(method, path, body)
      link.reload()
    })
  if (code === 'RECEIPT_PAGES_OFF') return <p>{strings.off}</p>
  return (
    <>
      {command.problem !== undefined && <ProblemNote problem={command.problem} />}
      {code === 'NO_RECEIPT_LINK' ? (
        <>
          <p>{strings.none}</p>
          <div class="actions">
            <Action reason={reason} onClick={() => change('POST', {})}>
              {strings.make}
            </Action>
          </div>
        </>
      ) : (
        <Loaded query={link}>
          {(data) => <Shown link={data} reason={reason} onRevoke={() => setRevoking(true)} />}
        </Loaded>
      )}
      {isRevoking && (
        <Confirm
          title={strings.revokeTitle(number)}
          action={strings.revoke}
          onClose={() => setRevoking(false)}
          onConfirm={() => change('DELETE')}
        >
          <p>{strings.revokeBody}</p>
        </Confirm>
      )}
    </>
  )
}

interface ShownProps {
  link: ReceiptLink
  /** Why it cannot be revoked. */
  reason: string | undefined
  onRevoke: () => void
}

function Shown({ link: { url, createdAt }, reason, onRevoke }: ShownProps) {
  return (
    <>
      <p class="code-line">
        <a class="mono" href={url} target="_blank" rel="noreferrer">
          {url}
        </a>
        <Copy text={url} label={strings.copy} />
      </p>
      <p class="muted">
        {strings.made} <Time at={createdAt} />. {strings.whoever}
      </p>
      <div class="actions">
        <Action kind="danger" reason={reason} onClick={onRevoke}>
          {strings.revoke}
        </Action>
      </div>
    </>
  )
}
