import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIdentity, PROTOCOLS, type ProtocolDefinition } from './protocol.js'
import type { Protocol } from './types/protocol.js'

/** User name and password of HTTP Basic; the password as the bytes that came. [RFC 7617] */
export interface Credentials {
  username: string
  password: Buffer
}

const COLON = 0x3a
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/
const WEBSOCKET_VERSION = '13'

/** What is wrong with the headers of an upgrade, if anything. [RFC 6455 §4.2.1] */
export function upgradeFault(method: string, headers: IncomingHttpHeaders): string | undefined {
  if (method !== 'GET') return 'a WebSocket is opened with GET'
  if (String(headers['sec-websocket-version']) !== WEBSOCKET_VERSION) return 'Sec-WebSocket-Version must be 13'
  const key = headers['sec-websocket-key']
  return key !== undefined && WEBSOCKET_KEY.test(key) ? undefined : 'Sec-WebSocket-Key must be 16 bytes in base64'
}

/** The identity in the last segment of a URL, decoded once; nothing when it cannot be decoded. [Part 4 §3.1.1] */
export function identityOf(url: string): string | undefined {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  try {
    return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1))
  } catch {
    return undefined
  }
}

/** An identity that was percent-encoded twice, decoded once more; `undefined` when it was not. */
export function decodedAgain(identity: string): string | undefined {
  if (!/%[0-9A-Fa-f]{2}/.test(identity)) return undefined
  try {
    return decodeURIComponent(identity)
  } catch {
    return undefined
  }
}

/** Whether some version of `protocols` allows the identity. */
export function isIdentityOfAny(protocols: readonly Protocol[], identity: string): boolean {
  return protocols.some((protocol) => isIdentity(PROTOCOLS[protocol], identity))
}

/** What a client offers. */
export interface Offer {
  /** In the order and spelling of the client. */
  readonly protocols: readonly string[]
  /** The client's first choice among the enabled versions. [RFC 6455 §4.2.2; Part 4 §3.1.2] */
  readonly chosen: ProtocolDefinition | undefined
  /** How the client spells its choice: the answer must repeat one of its tokens. [RFC 6455 §4.2.2] */
  readonly spelling: string | undefined
  /** Whether the header had to be read loosely: empty or repeated elements, or a token in another case. */
  readonly isLoose: boolean
  /** Whether the header is a list of distinct tokens. */
  readonly isList: boolean
}

/** Reads `Sec-WebSocket-Protocol`; `undefined` when it is no list of tokens, however loosely it is read. */
export function readOffer(header: string | undefined, enabled: readonly Protocol[]): Offer | undefined {
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

/** The tokens that the header lists; `undefined` when it is no list of distinct tokens. */
function offeredProtocols(header: string | undefined): string[] | undefined {
  if (header === undefined) return []
  const offered = header.split(',').map(withoutSpace)
  const isList = offered.every((token) => TOKEN.test(token)) && new Set(offered).size === offered.length
  return isList ? offered : undefined
}

// Not by a regular expression: it would look at a run of spaces again from each of them. [CWE-1333]
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
 * Credentials of an Authorization header; nothing when there are none. The user name ends at the first ":",
 * the password may hold any byte: a 1.6 key is 16 to 20 of them. [RFC 7617 §2; J-1.6 §6.2.2]
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
 * Compares a password in constant time with the configured one. A configured key of 32 to 40 hex digits also
 * matches as the octets it stands for, which is how 1.6 chargers send it. [1.6 whitepaper A00.FR.205]
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
