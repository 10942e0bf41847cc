import { useEffect, useState } from 'preact/hooks'
import { strings } from '../../strings/en/sign-in.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'
import { formatClock } from '../../ui/format.js'
import { SignInForm } from '../sign-in/sign-in.js'

/** Milliseconds before the end of a sign-in in which there is a warning. [WCAG 2.2.1] */
const WARNING_MS = 120_000

/** Says that the sign-in is about to end, unless the server says that its use has put the end off. */
export function EndWarning() {
  const { session, clock, preferences } = useApp()
  const [confirmed, setConfirmed] = useState<string>()
  const [isOpen, setOpen] = useState(false)
  const expiresAt = session.operator.value?.expiresAt
  const end = Date.parse(expiresAt ?? '')
  const isNear = clock.now.value >= end - WARNING_MS
  useEffect(() => {
    if (!isNear) return setOpen(false)
    session.check().then(() => setConfirmed(session.operator.peek()?.expiresAt), reportError)
  }, [isNear, session])
  if (!isNear || confirmed !== expiresAt || session.state.value !== 'signed-in') return null
  return (
    <p class="banner" role="alert">
      {strings.ends(formatClock(end, preferences.zone.value))}{' '}
      <button type="button" onClick={() => setOpen(true)}>
        {strings.again}
      </button>
      {isOpen && (
        <Dialog title={strings.again} onClose={() => setOpen(false)}>
          <SignInForm />
        </Dialog>
      )}
    </p>
  )
}
