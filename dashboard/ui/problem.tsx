import type { Problem } from '../api/problem.js'
import { strings } from '../strings/en.js'
import { useApp } from './app-context.js'
import { formatClock } from './format.js'

/** The reason of a failed request, in the words of the server. */
export function ProblemNote({
  problem,
  onRetry,
  at
}: {
  problem: Problem
  onRetry?: () => void
  at?: number | undefined
}) {
  const { preferences } = useApp()
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{titleOf(problem)}</strong> <code>{problem.code}</code>
      </p>
      {at !== undefined && <p class="muted">{strings.dataAsOf(formatClock(at, preferences.zone.value))}</p>}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          {strings.tryAgain}
        </button>
      )}
    </div>
  )
}

function titleOf({ status, message, body }: Problem): string {
  if (status === 0) return strings.serverAwayDetail
  if (status === 403) return strings.missingScope(/scope ([\w:-]+)/.exec(body.detail ?? '')?.[1])
  return message
}
