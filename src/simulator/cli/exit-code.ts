import { RefusedError } from '../../charge-point/index.js'
import { UsageError } from './arguments.js'

/** What the process says to the script that started it. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, refused: 4 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Why there was no connection: the CSMS said no, or nobody was there. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage
  // A server that agrees on no version, or on one that was not offered, refuses in its way.
  const { code, message } = error as { code?: string; message?: string }
  if (error instanceof RefusedError || /subprotocol/i.test(message ?? '')) return EXIT.refused
  return code === 'OCPP_ERR_UNREACHABLE' || code === 'OCPP_ERR_NOT_CONNECTED' ? EXIT.unreachable : EXIT.failed
}

const HINTS: Readonly<Record<number, string>> = {
  400: 'does the server speak one of the versions on offer (--protocol)?',
  401: 'is the password right (--password)?',
  403: 'is the security profile right?',
  404: 'does the server know this identity (--identity), and is the path right (--url)?',
  429: 'too many attempts; the server asks to wait',
  503: 'the server is going down or full'
}

/** A sentence for people. */
export function explain(error: unknown): string {
  const { message } = error as Error
  const hint = error instanceof RefusedError ? HINTS[error.status] : undefined
  return hint === undefined ? message : `${message}\n${hint}`
}
