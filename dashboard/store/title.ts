import { effect, type Signal, signal } from '@preact/signals'

/** The title of the tab: the page, after the number of critical problems. */
export interface Title {
  readonly page: Signal<string>
  /** `undefined`: not known. */
  readonly critical: Signal<number | undefined>
}

export function createTitle(document: Document): Title {
  const page = signal('')
  const critical = signal<number | undefined>(undefined)
  effect(() => {
    const number = critical.value ?? 0
    document.title = `${number > 0 ? `(${number}) ` : ''}${page.value === '' ? 'CSMS' : `${page.value} · CSMS`}`
  })
  return { page, critical }
}
