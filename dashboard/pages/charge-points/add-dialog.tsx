import { useState } from 'preact/hooks'
import { Problem } from '../../api/problem.js'
import type { About } from '../../api/records.js'
import { adding as strings } from '../../strings/en/charge-points.js'
import { strings as common } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Copy } from '../../ui/copy.js'
import { Dialog } from '../../ui/dialog.js'
import { ProblemNote } from '../../ui/problem.js'
import { useQuery } from '../../ui/use-query.js'

interface AddDialogProps {
  /** The identity of a charge point that was rejected. */
  identity?: string
  onClose: () => void
}

/** Creates a charge point. Its password is shown once, here, and kept nowhere else. */
export function AddDialog({ identity: given = '', onClose }: AddDialogProps) {
  const { api } = useApp()
  const [identity, setIdentity] = useState(given)
  const [wantsPassword, setWantsPassword] = useState(true)
  const [made, setMade] = useState<{ password?: string }>()
  const [problem, setProblem] = useState<Problem>()

  async function submit(): Promise<void> {
    const path = `/charge-points/${encodeURIComponent(identity.trim())}`
    try {
      const { data } = await api.send<{ password?: string }>('PUT', path, {
        enabled: true,
        ...(wantsPassword && { generatePassword: true })
      })
      setMade(data)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    }
  }

  if (made !== undefined) return <Made identity={identity.trim()} password={made.password} onClose={onClose} />
  return (
    <Dialog title={strings.title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit().catch(reportError)
        }}
      >
        {problem !== undefined && <ProblemNote problem={problem} />}
        <label class="field">
          <span>{strings.identity}</span>
          <input
            value={identity}
            required
            maxLength={48}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => setIdentity(currentTarget.value)}
          />
        </label>
        <p class="muted">{strings.help}</p>
        <label class="check">
          <input
            type="checkbox"
            checked={wantsPassword}
            onChange={({ currentTarget }) => setWantsPassword(currentTarget.checked)}
          />
          {strings.password}
        </label>
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
          <button type="submit" class="primary">
            {common.save}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

interface MadeProps {
  identity: string
  password: string | undefined
  onClose: () => void
}

function Made({ identity, password, onClose }: MadeProps) {
  const about = useQuery<About>('/about')
  const urls = (about.data.value?.chargePointUrls ?? []).map((url) => url.replace('{identity}', identity))
  return (
    <Dialog title={strings.done(identity)} onClose={onClose} isSticky>
      <div class="dialog-body">
        <h3>{strings.address}</h3>
        {urls.map((url) => (
          <p key={url} class="code-line">
            <code>{url}</code> <Copy text={url} />
          </p>
        ))}
        {password !== undefined && (
          <>
            <h3>{strings.secret}</h3>
            <p class="code-line">
              <code>{password}</code> <Copy text={password} />
            </p>
          </>
        )}
      </div>
      <footer class="dialog-foot">
        <button type="button" class="primary" onClick={onClose}>
          {strings.close}
        </button>
      </footer>
    </Dialog>
  )
}
