const HIDDEN = '[redacted]'

/**
 * Members of a signed meter value. A URL in one of them stays as it is: changed by one byte, the value could not be
 * verified any more. [2.x SignedMeterValueType]
 */
const SIGNED_MEMBERS = new Set(['signedmeterdata', 'publickey'])

/** Members whose value is a secret wherever they stand, whatever is written before it. */
const SECRET_MEMBER = /(?:password|authorizationkey|simpin|secret)$/

/** Configuration keys (1.6) and variables (2.x) that hold a secret. [A01.FR.09; V18] */
const SECRET_SETTINGS = new Set(['authorizationkey', 'basicauthpassword', 'password', 'sharedsecret'])

/** Members that hold the value of a setting. */
const VALUE_MEMBERS = new Set(['value', 'attributevalue', 'actualvalue'])

/** User and password in a URL: where firmware is fetched and logs are sent. */
const USER_INFO = /\/\/[^/@\s]+@/

/** Members that identify a person: shortened, so that a log can still be followed. `stopIdToken` is of no OCPP message. */
const TOKENS = new Set(['idtag', 'parentidtag', 'idtoken', 'stopidtoken'])

/** Links that nobody can guess: whoever has one may see a receipt. [2.1 C21; OCA "OCPP & California Pricing Requirements"] */
const LINKS = new Set(['receipturl', 'qrcodetext'])
/** The same in the JSON text of a DataTransfer. */
const LINK_IN_TEXT = /("(?:qrCodeText|receiptUrl)"\s*:\s*")[^"]*/gi

/** The id token of SetUserPrice there. */
const TOKEN_IN_TEXT = /("(?:idToken|idTag)"\s*:\s*")((?:[^"\\]|\\.)*)/gi

/**
 * A JSON text in which {@link redact} changes anything contains one of these, in lower case: a part of a name above, the
 * beginning of a URL, an escape, which may disguise either of them, or the name of a member that is dropped.
 */
const SUSPECT = [
  ...['password', 'authorizationkey', 'simpin', 'secret', '"key"', 'idtag', 'idtoken'],
  ...['receipturl', 'qrcodetext', '//', '\\', '__proto__']
]

/**
 * Whether a JSON text certainly has nothing to redact, wherever it stands: also in a member that `JSON.parse` drops,
 * because another one of the same name follows. May be false for a text that has nothing to redact.
 */
export function hasNothingToRedact(text: string): boolean {
  const folded = text.toLowerCase()
  for (const part of SUSPECT) if (folded.includes(part)) return false
  return true
}

/** Deeper than any legal frame. */
const MAX_DEPTH = 64

export interface RedactOptions {
  /** `whole`: id tokens stay as they are. Default `short`. */
  idTokens?: 'short' | 'whole'
}

/** A copy of a frame or payload without passwords and keys, and with id tokens shortened. */
export function redact(value: unknown, { idTokens = 'short' }: RedactOptions = {}): unknown {
  return copy(value, { depth: 0, isSecret: false, idTokens })
}

interface Place {
  readonly idTokens: 'short' | 'whole'
  depth: number
  /** Below a setting that holds a secret: NotifyReport has its values in `variableAttribute`. */
  isSecret: boolean
}

function copy(value: unknown, { depth, isSecret, idTokens }: Place): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return HIDDEN
  const below = { depth: depth + 1, isSecret, idTokens }
  if (Array.isArray(value)) return value.map((item) => copy(item, below))
  const source = value as Record<string, unknown>
  below.isSecret ||= isSecretSetting(source)
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(source)) {
    // Set, it would be the prototype of the copy. (CWE-1321)
    if (name !== '__proto__') result[name] = copyMember(source, name, source[name], below)
  }
  return result
}

function copyMember(parent: Record<string, unknown>, name: string, member: unknown, below: Place): unknown {
  const folded = name.toLowerCase()
  if (below.isSecret && VALUE_MEMBERS.has(folded)) return HIDDEN
  if (SECRET_MEMBER.test(folded) || (folded === 'key' && isVpn(parent))) return HIDDEN
  if (typeof member !== 'string') return copy(member, below)
  if (below.idTokens === 'short' && TOKENS.has(folded)) return shorten(member)
  if (isSigned(parent, folded)) return member
  if (LINKS.has(folded)) return HIDDEN
  const shown = folded === 'data' ? redactData(member, below.idTokens) : member
  return shown.replace(USER_INFO, `//${HIDDEN}@`)
}

/** The JSON text of a DataTransfer, of which nothing else is changed. */
function redactData(text: string, idTokens: Place['idTokens']): string {
  const shown = text.replace(LINK_IN_TEXT, `$1${HIDDEN}`)
  if (idTokens === 'whole') return shown
  return shown.replace(TOKEN_IN_TEXT, (_all, begin: string, token: string) => begin + shorten(token))
}

function isSigned(parent: Record<string, unknown>, folded: string): boolean {
  if (SIGNED_MEMBERS.has(folded)) return true
  // [1.6 SampledValue]
  if (folded === 'value') return parent.format === 'SignedData'
  // As receipts have them.
  return folded === 'data' && 'measurand' in parent && 'encoding' in parent
}

/** ChangeConfiguration and GetConfiguration name the key, SetVariables and GetVariables the variable. */
function isSecretSetting(source: Record<string, unknown>): boolean {
  const { key, variable } = source
  if (typeof key === 'string') return SECRET_SETTINGS.has(key.toLowerCase())
  const name = typeof variable === 'object' && variable !== null ? (variable as { name?: unknown }).name : undefined
  return typeof name === 'string' && SECRET_SETTINGS.has(name.toLowerCase())
}

// VPNType is the only type whose `key` is a secret; in 1.6 a `key` is the name of a setting.
function isVpn(parent: Record<string, unknown>): boolean {
  return 'server' in parent && 'user' in parent
}

/** `1234…` */
function shorten(token: string): string {
  return token.length <= 4 ? '…' : `${token.slice(0, 4)}…`
}
