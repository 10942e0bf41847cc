import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIdentity, PROTOCOLS, type ProtocolDefinition } from './protocol.js'
import type { Protocol } from './types/protocol.js'

/** User name and password of HTTP Basic. The password is the bytes that were sent. [RFC 7617] */
export interface Credentials {
  username: string
  password: Buffer
}

const COLON = 0x3a
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/
const WEBSOCKET_VERSION = '13'

/** The error in the headers of an upgrade, or `undefined`. [RFC 6455 §4.2.1] */
export function upgradeFault(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== 'GET') return 'a WebSocket is opened with GET'
  if (String(headers['sec-websocket-version']) !== WEBSOCKET_VERSION) return 'Sec-WebSocket-Version must be 13'
  const key = headers['sec-websocket-key']
  return key !== undefined && WEBSOCKET_KEY.test(key) ? undefined : 'Sec-WebSocket-Key must be 16 bytes in base64'
}

/** The identity in the last segment of a URL, decoded once, or `undefined` if it cannot be decoded. [Part 4 §3.1.1] */
export function identityOf(url: string): string | undefined {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  } catch {
    return undefined
  }
}

/** An identity that was percent-encoded twice, decoded once more, or `undefined` if it was not. */
export function decodedAgain(identity: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(identity)) return undefined
  try {
    return decodeURIComponent(identity)
  } catch {
    return undefined
  }
}

/** Whether at least one of `protocols` allows the identity. */
export function isIdentityOfAny(protocols: readonly Protocol[], identity: string): boolean {
  return protocols.some((protocol) => isIdentity(PROTOCOLS[protocol], identity))
}

/** The subprotocols that a client offers. */
export interface Offer {
  /** In the order and the spelling of the client. */
  readonly protocols: readonly string[]
  /** The client's first choice among the enabled versions. [RFC 6455 §4.2.2; Part 4 §3.1.2] */
  readonly chosen: ProtocolDefinition | undefined
  /** The client's spelling of its choice: the answer must repeat one of its tokens. [RFC 6455 §4.2.2] */
  readonly spelling: string | undefined
  /** Whether the header is only valid with leniency: empty or repeated elements, or a token in another case. */
  readonly isLoose: boolean
  /** Whether the header is a list of distinct tokens. */
  readonly isList: boolean
}

/** Parses `Sec-WebSocket-Protocol`. Returns `undefined` if it is no list of tokens, even with leniency. */
export function readOffer(header: string | undefined, enabled: readonly Protocol[]): Offer | undefined {
  // Most charge points send this form.
  if (enabled.includes(header as Protocol)) return offer([header as Protocol], header, { isLoose: false, isList: true })
  const strict = offeredProtocols(header)
  if (strict !== undefined) {
    const spelling = strict.find((token) => enabled.includes(token as Protocol))
    if (spelling !== undefined || strict.length === 0) return offer(strict, spelling, { isLoose: false, isList: true })
  }
  const tokens = (header ?? '').split(',').map(withoutSpace)
  const loose = [...new Set(tokens.filter((token) => token !== ''))]
  if (!loose.every((token) => TOKEN.test(token))) return undefined
  const spelling = loose.find((token) => enabled.includes(token.toLowerCase() as Protocol))
  if (spelling === undefined && strict === undefined) return undefined
  return offer(loose, spelling, { isLoose: spelling !== undefined, isList: strict !== undefined })
}

function offer(
  protocols: readonly string[],
  spelling: string | undefined,
  how: Pick<Offer, 'isLoose' | 'isList'>
): Offer {
  const chosen = spelling === undefined ? undefined : PROTOCOLS[spelling.toLowerCase() as Protocol]
  return { protocols, chosen, spelling, ...how }
}

/** The tokens in the header, or `undefined` if it is no list of distinct tokens. */
function offeredProtocols(header: string | undefined): string[] | undefined {
  if (header === undefined) return []
  const offered = header.split(',').map(withoutSpace)
  const isList = offered.every((token) => TOKEN.test(token)) && new Set(offered).size === offered.length
  return isList ? offered : undefined
}

// Not a regular expression, which would read a run of spaces again from each of its spaces. [CWE-1333]
function withoutSpace(token: string): string {
  let start = 0
  let end = token.length
  while (start < end && isSpace(token[start])) start++
  while (start < end && isSpace(token[end - 1])) end--
  return token.slice(start, end)
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t'
}

/**
 * The credentials of an Authorization header, or `undefined`. The user name ends at the first ":". The password may
 * contain any byte: a 1.6 key has 16 to 20 bytes. [RFC 7617 §2; J-1.6 §6.2.2]
 */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  const colon = bytes.indexOf(COLON)
  if (colon === -1) return undefined
  return { username: bytes.toString('utf8', 0, colon), password: bytes.subarray(colon + 1) }
}

const HEX_KEY = /^(?:[0-9A-Fa-f]{2}){16,20}$/

/**
 * Compares a password with the configured one in constant time. A configured key of 32 to 40 hexadecimal digits also
 * matches the bytes that it stands for, because 1.6 chargers send those. [1.6 whitepaper A00.FR.205]
 */
export function passwordMatches(password: Uint8Array | undefined, expected: string): boolean {
  if (password === undefined) return false
  const isText = bytesMatch(password, Buffer.from(expected, 'utf8'))
  const isHex = HEX_KEY.test(expected) && bytesMatch(password, Buffer.from(expected, 'hex'))
  return isText || isHex
}

function bytesMatch(actual: Uint8Array, expected: Uint8Array): boolean {
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
