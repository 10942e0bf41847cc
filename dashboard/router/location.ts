import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type Query, queryText } from '../api/client.js'
import { type Match, matchPath } from './match.js'

export interface Place {
  path: string
  query: URLSearchParams
  hash: string
}

/** The URL of the tab as a signal. */
export interface Router {
  readonly place: ReadonlySignal<Place>
  readonly match: ReadonlySignal<Match | undefined>
  /** Whether the place was reached with back or forward, so that the scroll position is the browser's. */
  readonly isReturn: () => boolean
  go(url: string, options?: { replace?: boolean }): void
  /** Changes some parameters of the query; `undefined` removes one. The cursor of a page of a list goes. */
  setQuery(change: Query, options?: { replace?: boolean }): void
}

/** Creates the router, which listens until the page is left. */
export function createRouter(window: Window): Router {
  const place = signal(placeOf(window.location))
  let isReturn = false
  const update = () => {
    place.value = placeOf(window.location)
  }

  function go(url: string, { replace = false } = {}): void {
    isReturn = false
    if (replace) window.history.replaceState(null, '', url)
    else window.history.pushState(null, '', url)
    update()
  }

  window.addEventListener('popstate', () => {
    isReturn = true
    update()
  })
  window.document.addEventListener('click', (event) => {
    const url = internalUrl(event, window.location.origin)
    if (url === undefined) return
    event.preventDefault()
    go(url)
  })

  return {
    place,
    match: computed(() => matchPath(place.value.path)),
    isReturn: () => isReturn,
    go,
    setQuery(change, options) {
      go(withQuery(place.value, change), options)
    }
  }
}

function placeOf({ pathname, search, hash }: Location): Place {
  return { path: pathname, query: new URLSearchParams(search), hash: hash.slice(1) }
}

/** The URL of a place with some parameters changed. */
export function withQuery({ path, query }: Pick<Place, 'path' | 'query'>, change: Query): string {
  const kept: Record<string, string | readonly string[] | number | boolean | undefined> = {}
  for (const name of new Set(query.keys())) if (name !== 'cursor') kept[name] = query.getAll(name)
  return path + queryText({ ...kept, ...change })
}

/** Where a click leads to, unless the browser must handle it: downloads, other tabs, other hosts, the API. */
function internalUrl(event: MouseEvent, origin: string): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.hasAttribute('download')) return undefined
  const { origin: of, pathname, search, hash } = new URL(link.href, origin)
  if (of !== origin || matchPath(pathname) === undefined) return undefined
  return pathname + search + hash
}
