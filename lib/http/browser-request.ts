import type { IncomingHttpHeaders } from 'node:http'
import { plainAddress } from '../settings/networks.js'
import { isLoopback } from '../settings/settings.js'

/** The part of a request that shows where it comes from. */
export interface BrowserRequest {
  readonly method: string
  /** `http` or `https`, also behind a trusted proxy. */
  readonly protocol: string
  /** The host and port that the client asked for. */
  readonly host: string
  /** Address of the client; `undefined` if the connection is closed. */
  readonly ip: string | undefined
  /** The addresses of the client and of the trusted proxies. */
  readonly ips?: readonly string[] | undefined
  readonly headers: IncomingHttpHeaders
}

/** Methods that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via']

/**
 * Whether a request that a browser sent with a cookie was caused by a page of ours. SameSite is not enough: another port
 * of the same host is the same site. [Fetch Metadata §2.3; OWASP CSRF Prevention]
 */
export function isOwnRequest(request: BrowserRequest): boolean {
  const { 'sec-fetch-site': site, origin } = request.headers
  const isReading = READING.has(request.method)
  // `none`: the user entered the address.
  if (site !== undefined) return site === 'same-origin' || (isReading && site === 'none')
  // Browsers send no Sec-Fetch-Site over plain http, except to this machine.
  return origin === undefined ? isReading : isOwnOrigin(origin, request)
}

/** Whether a page of another origin caused a request. A client that is no browser does not say. */
export function isForeignRequest(request: BrowserRequest): boolean {
  const { 'sec-fetch-site': site, origin } = request.headers
  return (site !== undefined || origin !== undefined) && !isOwnRequest(request)
}

function isOwnOrigin(origin: string, { protocol, host }: BrowserRequest): boolean {
  const own = `${protocol}://${host}`
  return URL.canParse(origin) && URL.canParse(own) && new URL(origin).origin === new URL(own).origin
}

/**
 * Whether others could read a request on its way: it came over plain http from another machine, also by way of a proxy
 * that is not trusted.
 */
export function isReadableByOthers({ protocol, ip, ips = [], headers }: BrowserRequest): boolean {
  if (protocol === 'https') return false
  const isByUnknownProxy = !isByTrustedProxy({ ips }) && PROXY_HEADERS.some((name) => headers[name] !== undefined)
  return isByUnknownProxy || ip === undefined || !isLoopback(plainAddress(ip))
}

/** Whether a trusted proxy sent the address of the client. */
export function isByTrustedProxy({ ips = [] }: Pick<BrowserRequest, 'ips'>): boolean {
  return ips.length > 1
}
