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

/** Whether some version of `protocols` allows the identity. */
export function isIdentityOfAny(protocols: readonly Protocol[], identity: string): boolean {
  return protocols.some((protocol) => isIdentity(PROTOCOLS[protocol], identity))
}

/** The subprotocols a client offers, in its order; nothing when the header is no list of distinct tokens. */
export function offeredProtocols(header: string | undefined): string[] | undefined {
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

/** The client's first choice among those enabled. [RFC 6455 §4.2.2; Part 4 §3.1.2] */
export function chooseProtocol(
  offered: readonly string[],
  enabled: readonly Protocol[]
): ProtocolDefinition | undefined {
  const chosen = offered.find((protocol): protocol is Protocol => enabled.includes(protocol as Protocol))
  return chosen && PROTOCOLS[chosen]
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
