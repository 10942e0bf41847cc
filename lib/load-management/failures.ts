import type { Tried } from './forms.js'
import type { Answer, EvseState, Pending } from './reserve.js'

// When a profile that was not accepted is sent again, and in which form.

/** Before another form is tried. Milliseconds. */
const NEXT_FORM_MS = 1_000
const MIN_RETRY_MS = 10_000
const MAX_RETRY_MS = 300_000
/** After a refusal because profiles came too often. Milliseconds. */
const PAUSE_MS = 60_000

/**
 * The next form is tried at once; when all were, or nothing was said of this one, after a pause that grows. From then on, one form is
 * tried after each pause.
 */
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
  if (isRefused && next.at < (pending.forms ?? 1)) return { ...state, ...owed, rung: next, retryAt: now + NEXT_FORM_MS }
  const failures = state.failures + 1
  const retryAt = now + Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(failures - 1, 5))
  const rung = isRefused && { rung: next }
  return { ...state, ...rung, ...(answer === 'unsent' && owed), failures, retryAt }
}

/** The number of forms that have failed goes on, also after the last one. */
function rungAfter({ rung }: Tried, { kind }: Pending): NonNullable<Tried['rung']> {
  return { kind, at: (rung?.kind === kind ? rung.at : 0) + 1 }
}

/** A form that was accepted after others were refused is kept. One that ignores what it accepts gets the next. */
export function withForm(state: Omit<EvseState, 'pending'>, pending: Pending): Omit<EvseState, 'pending'> {
  const { rung, ...rest } = state
  const { kind, form, forms = 1 } = pending
  if (kind === 'limit' && state.obedience === 'ignoring') {
    const at = rung?.kind === kind ? rung.at : 0
    return { ...state, rung: { kind, at: Math.min(at + 1, forms) } }
  }
  if (form === undefined) return state
  const isFound = rung?.kind === kind && rung.at > 0 && state.shown?.proof !== 'missing'
  return { ...(rung?.kind === kind ? rest : state), form, ...(isFound && { isFound }) }
}
