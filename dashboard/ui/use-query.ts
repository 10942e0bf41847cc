import { useSignalEffect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { type Query as Params, queryText } from '../api/client.js'
import type { LiveEvent, StreamFilter } from '../api/stream.js'
import { createQuery, type Query } from '../store/query.js'
import { useApp } from './app-context.js'

export interface UseQueryOptions<T> {
  /** The events that change what is shown. Without it the answer is dated, not live. */
  live?: StreamFilter
  /** Applies an event; `'reload'`: what it means must be read from the server. */
  reduce?: (data: T, event: LiveEvent) => T | 'reload'
  /** Reads again after this time while the tab is visible, in milliseconds. */
  every?: number
  /** The smallest time between two requests, in milliseconds. Default: 1 s. */
  interval?: number
}

/** Reads `path` of the operator API while the component is there; `undefined`: nothing yet. */
export function useQuery<T>(path: string | undefined, params: Params = {}, options: UseQueryOptions<T> = {}): Query<T> {
  const { api, live, session } = useApp()
  const { reduce, every, interval } = options
  const query = useMemo(
    () =>
      createQuery<T>({
        ...(interval !== undefined && { interval }),
        load: async (key, signal) => {
          await live.begun
          return api.get<T>(key, { signal })
        }
      }),
    [api, live, interval]
  )
  useEffect(() => query.stop, [query])
  const key = path === undefined ? undefined : path + queryText(params)
  useEffect(() => {
    if (key !== undefined) query.ask(key)
  }, [query, key])
  // After another sign-in what failed is read again.
  useSignalEffect(() => {
    if (session.state.value === 'signed-in' && query.problem.peek()?.status === 401) query.reload()
  })
  useLive(options.live, {
    onGap: query.reload,
    onEvent: (event) => {
      query.change((data) => {
        const next = reduce === undefined ? 'reload' : reduce(data, event)
        if (next !== 'reload') return next
        query.reload()
        return data
      })
    }
  })
  useEvery(every, query.reload)
  return query
}

/** Listens to events while the component is there; `undefined`: to none. */
export function useLive(
  filter: StreamFilter | undefined,
  handlers: { onEvent: (event: LiveEvent) => void; onGap?: () => void }
): void {
  const { live } = useApp()
  const present = useMemo(() => ({ handlers }), [])
  present.handlers = handlers
  const key = JSON.stringify(filter)
  useEffect(() => {
    if (key === undefined) return undefined
    const wanted: StreamFilter = JSON.parse(key)
    return live.watch({
      ...wanted,
      onEvent: (event) => present.handlers.onEvent(event),
      onGap: () => present.handlers.onGap?.()
    })
  }, [live, key, present])
}

/** Calls `act` again and again while the tab is visible. */
export function useEvery(milliseconds: number | undefined, act: () => void): void {
  useEffect(() => {
    if (milliseconds === undefined) return undefined
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') act()
    }, milliseconds)
    return () => clearInterval(timer)
  }, [milliseconds, act])
}
