import { RefusedError } from '../../charge-point/index.js'
import { UsageError } from './arguments.js'

/** Exit codes of the process. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, refused: 4 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit code for an error: the CSMS refused, was not reachable, or something else failed. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) return EXIT.usage
  // A server that agrees on no version, or on one that was not offered, counts as refusing.
  const { code, message } = error as { code?: string; message?: string }
  if (error instanceof RefusedError || /subprotocol/i.test(message ?? '')) return EXIT.refused
  return code === 'OCPP_ERR_UNREACHABLE' || code === 'OCPP_ERR_NOT_CONNECTED' ? EXIT.unreachable : EXIT.failed
}

const HINTS: Readonly<Record<number, string>> = {
  400: 'check that the server speaks one of the versions on offer (--protocol)',
  401: 'check the password (--password)',
  403: 'check the security profile: password, TLS (wss://) and client certificate (--cert, --key, --serial)',
  404: 'check that the server knows this identity (--identity), and the path (--url)',
  429: 'too many attempts, wait before the next one',
  503: 'the server is shutting down or has no room for more connections'
}

/** The message of an error, with a hint where there is one. */
export function explain(error: unknown): string {
  const { message } = error as Error
  const hint = error instanceof RefusedError ? HINTS[error.status] : undefined
  return hint === undefined ? message : `${message}\n${hint}`
}
