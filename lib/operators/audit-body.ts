import { redact } from 'fastify-ocpp'

const HIDDEN = '[redacted]'
/** Members whose name ends with one of these words are secrets. Id tokens are shortened, not hidden. */
const SECRET =
  /(?:pass(?:word|phrase|code)|secret|(?<!id)token|credentials?|authorization|(?:api|private|signing|access)[-_]?key|pin)s?$/i
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/
/** Secrets in the query of a URL. */
const SECRET_PARAMETER = /([?&][^=&\s]*(?:token|secret|key|pass\w*|sig\w*|auth\w*)=)[^&#\s]+/gi
/** Bearer and Basic credentials in any text. */
const CREDENTIALS = /\b(Bearer|Basic) +[\w\-.~+/]{16,}=*/gi

const MAX_ITEMS = 100
const MAX_TEXT = 2_000
/** Maximum length of a saved body, in UTF-16 units. A longer body is replaced by its length. */
const MAX_LENGTH = 65_536

/** A path or URL without secrets in its query. */
export function withoutParameters(url: string): string {
  return url.replace(SECRET_PARAMETER, `$1${HIDDEN}`)
}

/** The saved form of a request body: without secrets, and with a limited length. */
export function auditBody(body: unknown): string | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string' || Buffer.isBuffer(body)) return JSON.stringify(`${body.length} bytes`)
  // The library hides the secrets that OCPP defines, and cuts deep nesting.
  const text = JSON.stringify(copy(redact(body)))
  return text.length <= MAX_LENGTH ? text : JSON.stringify(`${text.length} characters of JSON`)
}

function copy(value: unknown): unknown {
  if (typeof value === 'string') return copyText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return copyItems(value)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyMember(name, member)]))
}

function copyMember(name: string, member: unknown): unknown {
  return SECRET.test(name) ? HIDDEN : copy(member)
}

function copyItems(items: readonly unknown[]): unknown[] {
  const rest = items.length - MAX_ITEMS
  return [...items.slice(0, MAX_ITEMS).map(copy), ...(rest > 0 ? [`… and ${rest} more`] : [])]
}

function copyText(text: string): string {
  const shown = withoutParameters(text).replace(PRIVATE_KEY, HIDDEN).replace(CREDENTIALS, `$1 ${HIDDEN}`)
  return shown.length <= MAX_TEXT ? shown : `${shown.slice(0, MAX_TEXT)}… (${shown.length} characters)`
}
