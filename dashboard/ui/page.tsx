import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useApp } from './app-context.js'

interface PageHeadProps {
  /** The heading, and the title of the tab. */
  title: string
  /** Instead of the title in the heading. */
  heading?: ComponentChildren
  /** Beside the heading. */
  note?: ComponentChildren
  actions?: ComponentChildren
}

/** The head of a page. Its heading gets the focus after navigation, so that screen readers begin there. */
export function PageHead({ title, heading, note, actions }: PageHeadProps) {
  const { router, title: tab } = useApp()
  const h1 = useRef<HTMLHeadingElement>(null)
  const { path } = router.place.value
  useEffect(() => {
    tab.page.value = title
  }, [tab, title])
  useEffect(() => {
    const active = document.activeElement
    const isFree = active === null || active.closest('dialog') === null
    if (isFree) h1.current?.focus({ preventScroll: true })
  }, [path])
  return (
    <header class="page-head">
      <h1 ref={h1} tabIndex={-1}>
        {heading ?? title}
      </h1>
      {note !== undefined && <div class="page-note">{note}</div>}
      {actions !== undefined && <div class="page-actions">{actions}</div>}
    </header>
  )
}
