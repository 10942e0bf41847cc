import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import type { ChargePoint } from '../../api/records.js'
import { strings } from '../../strings/en/charge-point.js'
import { Action } from '../../ui/action.js'
import { useApp } from '../../ui/app-context.js'
import { Confirm } from '../../ui/dialog.js'
import { ProblemNote } from '../../ui/problem.js'
import { EditDialog } from './edit-dialog.js'
import { operationOf } from './operate.js'
import type { Target } from './page.js'
import { pathOf } from './use-charge-point.js'

type Open = 'reset' | 'disconnect' | 'remove' | 'edit' | undefined

interface ManageProps {
  chargePoint: ChargePoint
  target: Target
  /** Reads the charge point again, because there are no events for changes by operators. */
  onChange: () => void
}

/** The actions for the whole charge point. */
export function Manage({ chargePoint, target, onChange }: ManageProps) {
  const { api, calls, router, session } = useApp()
  const [open, setOpen] = useState<Open>()
  const [problem, setProblem] = useState<Problem>()
  const { identity, connected } = chargePoint
  const close = () => setOpen(undefined)

  function change(work: Promise<unknown>, after: () => void = () => undefined): void {
    setProblem(undefined)
    work.then(after, (error: unknown) => {
      if (error instanceof Problem) setProblem(error)
      else reportError(error)
    })
  }

  const scopeOf = (scope: string) => (session.may(scope) ? undefined : strings.noScope(scope))
  const reset = () => {
    calls
      .send(operationOf(target, { name: 'reset', title: strings.reset, body: {}, queueable: true }))
      .catch(reportError)
  }
  return (
    <section class="section">
      <div class="evse-actions">
        <Action kind="danger" reason={target.callReason} onClick={() => setOpen('reset')}>
          {strings.reset}
        </Action>
        <Action reason={scopeOf('charge-points:write')} onClick={() => setOpen('edit')}>
          {strings.edit}
        </Action>
        {connected && (
          <Action kind="danger" reason={scopeOf('calls:write')} onClick={() => setOpen('disconnect')}>
            {strings.disconnect}
          </Action>
        )}
        <Action kind="danger" reason={scopeOf('charge-points:write')} onClick={() => setOpen('remove')}>
          {strings.remove}
        </Action>
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {open === 'reset' && (
        <Confirm title={strings.reset} action={strings.reset} onClose={close} onConfirm={reset}>
          <p>{target.openTransactions > 0 ? strings.ends(target.openTransactions) : strings.mayEnd}</p>
        </Confirm>
      )}
      {open === 'disconnect' && (
        <Confirm
          title={strings.disconnect}
          action={strings.disconnect}
          onClose={close}
          onConfirm={() => change(api.send('DELETE', pathOf(identity, '/connection')))}
        >
          <p>{strings.disconnectBody}</p>
        </Confirm>
      )}
      {open === 'remove' && (
        <Confirm
          title={strings.remove}
          action={strings.remove}
          typed={identity}
          onClose={close}
          onConfirm={() => change(api.send('DELETE', pathOf(identity)), () => router.go('/charge-points'))}
        >
          <p>{strings.removeBody}</p>
        </Confirm>
      )}
      {open === 'edit' && <EditDialog chargePoint={chargePoint} onChange={onChange} onClose={close} />}
    </section>
  )
}
