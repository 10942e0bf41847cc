import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { strings } from '../strings/en.js'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
  /** Whether Escape does not close it. Default: false. */
  isSticky?: boolean
  isWide?: boolean
}

/** The element that gets the focus: the first field, else the first button below the text. */
const FIRST = 'input, select, textarea, .dialog-foot button'

/** A modal dialog; the browser keeps the focus inside, and gives it back. */
export function Dialog({ title, onClose, children, isSticky = false, isWide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // Not the button that closes the dialog, although it is the first one.
    dialog.current?.querySelector<HTMLElement>(FIRST)?.focus()
    return () => {
      dialog.current?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      class={isWide ? 'wide' : ''}
      onCancel={(event) => {
        event.preventDefault()
        if (!isSticky) onClose()
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        {!isSticky && (
          <button type="button" class="quiet" onClick={onClose} aria-label={strings.close}>
            ✕
          </button>
        )}
      </header>
      {children}
    </dialog>
  )
}

interface ConfirmProps {
  title: string
  /** The consequence, with figures. */
  children: ComponentChildren
  action: string
  /** The text that must be typed. `undefined`: none. */
  typed?: string | undefined
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something interrupts or destroys. */
export function Confirm({ title, children, action, typed, onConfirm, onClose }: ConfirmProps) {
  const [text, setText] = useState('')
  const isReady = typed === undefined || text.trim() === typed
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isReady) return
          onClose()
          onConfirm()
        }}
      >
        <div class="dialog-body">{children}</div>
        {typed !== undefined && (
          <label class="field">
            <span>{strings.typeToConfirm(typed)}</span>
            <input value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} autocomplete="off" />
          </label>
        )}
        <footer class="dialog-foot">
          <button type="button" onClick={onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="danger" disabled={!isReady}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
