import { strings } from '../strings/en.js'
import { Copy } from './copy.js'
import { Dialog } from './dialog.js'

interface SecretDialogProps {
  title: string
  secret: string
  onClose: () => void
}

/** A secret that is shown once. It lives in this component only. */
export function SecretDialog({ title, secret, onClose }: SecretDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} isSticky>
      <p>{strings.secretOnce}</p>
      <p class="secret mono">{secret}</p>
      <footer class="dialog-foot">
        <Copy text={secret} />
        <button type="button" class="primary" onClick={onClose}>
          {strings.done}
        </button>
      </footer>
    </Dialog>
  )
}
