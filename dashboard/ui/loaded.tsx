import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Query } from '../store/query.js'
import { strings } from '../strings/en.js'
import { ProblemNote } from './problem.js'

interface LoadedProps<T> {
  query: Query<T>
  /** Shown when the server answers that there is no such thing. Default: the words of the server. */
  missing?: ComponentChildren
  children: (data: T) => ComponentChildren
}

/** The data of a query, or its state. Old data stays, dimmed, while data of another key is read. */
export function Loaded<T>({ query, missing, children }: LoadedProps<T>) {
  const data = query.data.value
  const problem = query.problem.value
  if (missing !== undefined && data === undefined && problem?.status === 404) return <>{missing}</>
  return (
    <>
      {problem !== undefined && problem.status !== 401 && (
        <ProblemNote problem={problem} onRetry={query.reload} at={data === undefined ? undefined : query.at.value} />
      )}
      {data !== undefined && (
        <div class="loaded" data-stale={query.isStale.value} aria-busy={query.isLoading.value}>
          {children(data)}
        </div>
      )}
      {data === undefined && problem === undefined && <Skeleton />}
    </>
  )
}

const SKELETON_MS = 150

export function Skeleton() {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class="skeleton" data-shown={isShown} role="status">
      <span class="hidden-text">{strings.loading}</span>
    </div>
  )
}
