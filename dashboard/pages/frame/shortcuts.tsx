import { useEffect, useState } from 'preact/hooks'
import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { Dialog } from '../../ui/dialog.js'

const GO: Readonly<Record<string, string>> = { o: '/', c: '/charge-points', t: '/transactions', i: '/id-tokens' }
/** Milliseconds for the second key after `g`. */
const CHORD_MS = 1_500

/** Single keys, which can be switched off. [WCAG 2.1.4] */
export function Shortcuts() {
  const { router, preferences } = useApp()
  const [isHelpOpen, setHelpOpen] = useState(false)
  useEffect(() => {
    let goneAt = Number.NEGATIVE_INFINITY
    function press(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (!preferences.hasShortcuts.value || isTyping(event.target) || document.querySelector('dialog[open]')) return
      const isChord = event.timeStamp - goneAt < CHORD_MS
      goneAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const page = isChord ? GO[event.key] : undefined
      if (page !== undefined) router.go(page)
      else if (event.key === '?') setHelpOpen(true)
      else if (event.key === 'j' || event.key === 'k') moveRow(event.key === 'j' ? 1 : -1)
      else if (event.key === 'c') rowOf(document.activeElement)?.querySelector<HTMLElement>('[data-copy]')?.click()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [router, preferences])
  if (!isHelpOpen) return null
  return (
    <Dialog title={strings.help.title} onClose={() => setHelpOpen(false)}>
      <dl class="keys dialog-body">
        {strings.help.keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
}

function rowOf(element: Element | null): Element | null {
  return element?.closest('tbody tr:not(.below)') ?? null
}

/** Focuses the first link of the next row or of the row before. Enter then opens it. */
function moveRow(step: number): void {
  const rows = [...document.querySelectorAll('main tbody tr:not(.below)')]
  const present = rows.indexOf(rowOf(document.activeElement) as Element)
  const next = rows[present === -1 ? (step > 0 ? 0 : rows.length - 1) : present + step]
  next?.querySelector<HTMLElement>('a, button')?.focus()
}
