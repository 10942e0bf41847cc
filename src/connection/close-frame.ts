import { InvalidCloseError } from '../errors.js'

/** Longest reason of a close frame, in bytes of UTF-8. [RFC 6455 §5.5] */
const MAX_REASON_BYTES = 123

/**
 * Checks what a caller wants to put into a close frame, before anything is closed.
 *
 * @throws `OCPP_ERR_INVALID_CLOSE`
 */
export function checkClose(code: number, reason: string): void {
  if (!isSendable(code)) {
    throw new InvalidCloseError(`the close code ${String(code)} may not be sent; use 1000, 1008 or 3000 to 4999`)
  }
  if (typeof reason !== 'string' || Buffer.byteLength(reason) > MAX_REASON_BYTES) {
    throw new InvalidCloseError(`a close reason is a string of at most ${MAX_REASON_BYTES} bytes`)
  }
}

// 1004 to 1006 and 1015 stand for what was no close frame; 1016 to 2999 belong to the protocol. [RFC 6455 §7.4]
function isSendable(code: number): boolean {
  if (!Number.isInteger(code)) return false
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
}
