import { useState } from 'preact/hooks'
import type { Transaction } from '../../api/records.js'
import { strings } from '../../strings/en/transactions.js'
import { strings as common } from '../../strings/en.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { LimitDialog } from '../charge-point/limit-dialog.js'
import { CloseDialog } from './close-dialog.js'

interface Props {
  transaction: Transaction
  isAway: boolean
  onChanged: () => void
}

type Open = 'stop' | 'limit' | 'close' | undefined

/** Ends and limits a transaction. Stopping it at the charge point and closing it in the back-end are two actions. */
export function Actions({ transaction, isAway, onChanged }: Props) {
  const { session, calls } = useApp()
  const [open, setOpen] = useState<Open>(undefined)
  if (transaction.status !== 'open') return null
  const { id, chargePoint } = transaction
  const mayCall = session.may('calls:write')
  const reason = mayCall ? (isAway ? strings.notConnected : undefined) : common.noScope('calls:write')
  const close = () => setOpen(undefined)
  const send = (name: string, title: string, body: unknown) => {
    calls
      .send({ title, chargePoint, path: `/charge-points/${encodeURIComponent(chargePoint)}/operations/${name}`, body })
      .catch((error: unknown) => reportError(error))
  }
  return (
    <div class="actions">
      <Action reason={reason} onClick={() => setOpen('stop')}>
        {strings.stop}
      </Action>
      <Action reason={reason} onClick={() => setOpen('limit')}>
        {strings.limit}
      </Action>
      <Action
        reason={session.may('transactions:write') ? undefined : common.noScope('transactions:write')}
        onClick={() => setOpen('close')}
      >
        {strings.close}
      </Action>
      {open === 'stop' && (
        <Confirm
          title={strings.stopTitle(String(id))}
          action={strings.stopAction}
          onConfirm={() => send('stop', `${strings.stop} ${id}`, { id })}
          onClose={close}
        >
          <p>{strings.stopBody}</p>
        </Confirm>
      )}
      {open === 'limit' && (
        <LimitDialog
          title={strings.limit}
          onClose={close}
          onLimit={(limit) => send('charging-limit', strings.limit, { id, limit, unit: 'W', purpose: 'transaction' })}
        />
      )}
      {open === 'close' && <CloseDialog transaction={transaction} onClose={close} onChanged={onChanged} />}
    </div>
  )
}
