import type { Tried } from './forms.js'
import type { Answer, EvseState, Pending } from './reserve.js'

// When a profile that was not accepted is sent again, and in which form.

/** Before another form is tried. Milliseconds. */
const NEXT_FORM_MS = 1_000
const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000
/** After a refusal because profiles came too often. Milliseconds. */
const PAUSE_MS = 60_000

/** The next form is tried at once; when all were, or nothing was said of this one, after a pause that grows. */
export function failedOnce(
  state: Omit<EvseState, 'pending'>,
  pending: Pending,
  { answer, now, pause = PAUSE_MS }: { answer: Answer; now: number; pause?: number | undefined }
): Omit<EvseState, 'pending'> {
  const isRefused = answer === 'rejected' || answer === 'error'
  const next = rungAfter(state, pending)
  const owed = pending.isOwed === true && { isOwed: true }
  // The same form again.
  if (answer === 'too-many') return { ...state, ...owed, retryAt: now + pause }
  if (isRefused && next !== undefined) return { ...state, ...owed, rung: next, retryAt: now + NEXT_FORM_MS }
  const failures = state.failures + 1
  const retryAt = now + Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(failures - 1, 5))
  const { rung: _, ...rest } = state
  return { ...(isRefused ? rest : state), ...(answer === 'unsent' && owed), failures, retryAt }
}

/** `undefined` when this was the last form. */
function rungAfter({ rung }: Tried, { kind, forms = 1 }: Pending): Tried['rung'] {
  const at = (rung?.kind === kind ? rung.at : 0) + 1
  return at < forms ? { kind, at } : undefined
}
