import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface ActionProps {
  onClick: () => void
  /** Reason why the action is not possible. `undefined`: it is possible. */
  reason?: string | undefined
  kind?: 'primary' | 'danger' | ''
  children: ComponentChildren
}

/** A button that stays in place when it is off and says why. Screen readers skip disabled buttons. */
export function Action({ onClick, reason, kind = '', children }: ActionProps) {
  const id = useId()
  const isOff = reason !== undefined
  return (
    <>
      <button
        type="button"
        class={isOff ? '' : kind}
        aria-disabled={isOff}
        aria-describedby={isOff ? id : undefined}
        title={reason}
        onClick={() => {
          if (!isOff) onClick()
        }}
      >
        {children}
      </button>
      {isOff && (
        <span class="hidden-text" id={id}>
          {reason}
        </span>
      )}
    </>
  )
}
