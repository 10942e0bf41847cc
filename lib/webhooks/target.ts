import { isIP } from 'node:net'
import type { AddressRules } from './addresses.js'

/** Answered as a 422 problem. */
export class UrlNotAllowedError extends Error {
  readonly statusCode = 422
  readonly code = 'WEBHOOK_URL_NOT_ALLOWED'
}

export interface TargetRules {
  addresses: AddressRules
  allowHttp: boolean
}

/**
 * The URL in the form in which it is stored. The addresses of a host name are checked for every connection, not here.
 *
 * @throws UrlNotAllowedError
 */
export function checkUrl(text: string, { addresses, allowHttp }: TargetRules): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) {
    throw new UrlNotAllowedError('url must be an http or https URL')
  }
  if (url.protocol === 'http:' && !allowHttp) {
    throw new UrlNotAllowedError('url must be an https URL (WEBHOOK_ALLOW_HTTP)')
  }
  if (url.username !== '' || url.password !== '') throw new UrlNotAllowedError('url must have no user and no password')
  const host = hostOf(url)
  if (isIP(host) !== 0 && !addresses.allows(host)) {
    throw new UrlNotAllowedError('url must not be a private or special address (WEBHOOK_ALLOWED_NETWORKS)')
  }
  url.hash = ''
  return url.href
}

/** The host of a URL. An IPv6 address has no brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
