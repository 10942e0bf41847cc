import { isIP } from 'node:net'
import { ProblemError } from '../problem-error.js'
import type { AddressRules } from './addresses.js'

export function urlNotAllowed(message: string): ProblemError {
  return new ProblemError(422, 'WEBHOOK_URL_NOT_ALLOWED', message)
}

export interface TargetRules {
  addresses: AddressRules
  allowHttp: boolean
}

/**
 * The URL in the form in which it is stored. The addresses of a host name are checked for every connection, not here.
 *
 * @throws `WEBHOOK_URL_NOT_ALLOWED`
 */
export function checkUrl(text: string, { addresses, allowHttp }: TargetRules): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) {
    throw urlNotAllowed('url must be an http or https URL')
  }
  if (url.protocol === 'http:' && !allowHttp) {
    throw urlNotAllowed('url must be an https URL (WEBHOOK_ALLOW_HTTP)')
  }
  if (url.username !== '' || url.password !== '') throw urlNotAllowed('url must have no user and no password')
  const host = hostOf(url)
  if (isIP(host) !== 0 && !addresses.allows(host)) {
    throw urlNotAllowed('url must not be a private or special address (WEBHOOK_ALLOWED_NETWORKS)')
  }
  url.hash = ''
  return url.href
}

/** The host of a URL. An IPv6 address has no brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}
