import { useMemo } from 'preact/hooks'
import { useApp } from './app-context.js'

export type Filter = Readonly<Record<string, readonly string[]>>

/** The parameters of the page that are parameters of its list in the operator API. Each may be there several times. */
export function useFilter(names: readonly string[]): Filter {
  return useParameters(names, (query, name) => query.getAll(name))
}

/** The same, each once. */
export function useSingleFilter(names: readonly string[]): Readonly<Record<string, string>> {
  return useParameters(names, (query, name) => query.get(name) ?? '')
}

function useParameters<T>(names: readonly string[], read: (query: URLSearchParams, name: string) => T) {
  const { query } = useApp().router.place.value
  return useMemo(
    () =>
      Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, read(query, name)]] : []))) as Record<
        string,
        T
      >,
    [names, query]
  )
}
