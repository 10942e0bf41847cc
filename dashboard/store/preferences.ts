import { effect, type Signal, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

/** The preferences of this browser, which keeps them. */
export interface Preferences {
  readonly theme: Signal<Theme>
  readonly isCompact: Signal<boolean>
  /** Whether single keys are shortcuts. [WCAG 2.1.4] */
  readonly hasShortcuts: Signal<boolean>
  readonly zone: Signal<'browser' | 'UTC'>
}

const KEY = 'preferences'

export function createPreferences(storage: Storage, root: HTMLElement): Preferences {
  const kept = read(storage)
  const theme = signal<Theme>(kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'auto')
  const isCompact = signal(kept.isCompact === true)
  const hasShortcuts = signal(kept.hasShortcuts !== false)
  const zone = signal<'browser' | 'UTC'>(kept.zone === 'UTC' ? 'UTC' : 'browser')
  effect(() => {
    root.dataset.theme = theme.value
    root.dataset.rows = isCompact.value ? 'compact' : 'normal'
    const text = JSON.stringify({
      theme: theme.value,
      isCompact: isCompact.value,
      hasShortcuts: hasShortcuts.value,
      zone: zone.value
    })
    try {
      storage.setItem(KEY, text)
    } catch {
      // Private windows of some browsers keep nothing.
    }
  })
  return { theme, isCompact, hasShortcuts, zone }
}

function read(storage: Storage): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
