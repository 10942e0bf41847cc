import type { LimitRule } from '../types/events.js'

/** A fault of the peer for which `ws` closes the socket: a limit that was reached, or a breach of RFC 6455. */
export type SocketFault = {
  /** The close code that `ws` sends. [RFC 6455 §7.4.1] */
  readonly closeCode: number
} & (
  | { readonly limit: LimitRule; readonly breach?: undefined }
  /** The fault, without any text of the message. */
  | { readonly limit?: undefined; readonly breach: string }
)

const PROTOCOL_ERROR: SocketFault = { closeCode: 1002, breach: 'breach of RFC 6455' }
const INVALID_DATA: SocketFault = { closeCode: 1007, breach: 'not valid UTF-8 or DEFLATE' }
const TOO_MANY_FRAGMENTS: SocketFault = { closeCode: 1008, limit: 'fragments' }
const TOO_LONG: SocketFault = { closeCode: 1009, limit: 'payload' }

/** Errors of `ws` that are not mere protocol errors. */
const FAULTS: ReadonlyMap<string, SocketFault> = new Map<string, SocketFault>([
  ['WS_ERR_INVALID_UTF8', INVALID_DATA],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', TOO_MANY_FRAGMENTS],
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', TOO_LONG],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', TOO_LONG]
])

/** The fault of the peer that caused an error of its socket; `undefined` if the TCP connection broke. */
export function faultOf(error: Error): SocketFault | undefined {
  const { code } = error as NodeJS.ErrnoException
  // A stream that zlib cannot inflate is closed as invalid data, too.
  if (code?.startsWith('Z_')) return INVALID_DATA
  return code?.startsWith('WS_ERR_') ? (FAULTS.get(code) ?? PROTOCOL_ERROR) : undefined
}
