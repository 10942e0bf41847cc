import { useMemo } from 'preact/hooks'
import { useApp } from './app-context.js'

export type Filter = Readonly<Record<string, readonly string[]>>

/** The parameters of the page that are parameters of its list in the operator API, as the URL has them. */
export function useFilter(names: readonly string[]): Filter {
  const { query } = useApp().router.place.value
  return useMemo(
    () => Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.getAll(name)]] : []))),
    [names, query]
  )
}
