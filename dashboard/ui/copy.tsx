import { useState } from 'preact/hooks'
import { strings } from '../strings/en.js'

/** Copies a text. Pages on plain http have no clipboard: there the text is shown selected. */
export function Copy({ text, label = strings.copy }: { text: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'manual'>('idle')

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setState('copied')
    } catch {
      setState('manual')
    }
  }

  return (
    <>
      <button
        type="button"
        class="copy"
        data-copy
        onClick={() => {
          copy().catch((error: unknown) => reportError(error))
        }}
      >
        {state === 'copied' ? strings.copied : label}
      </button>
      {state === 'manual' && (
        <input class="mono copy-manual" readOnly value={text} aria-label={label} ref={(field) => field?.select()} />
      )}
    </>
  )
}
