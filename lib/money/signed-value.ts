// Signed meter values are passed on as they are. Nothing here verifies them.

/** A signed value as it is handed out. Members that the charge point left out are absent. */
export interface SignedValue {
  /** As the charge point sent it, to the byte. */
  data: string
  /** How `data` is written: plain text, or the encoding that the standard prescribes. */
  encoding: 'plain' | 'base64' | 'hex'
  /** E.g. OCMF or EDL. */
  encodingMethod?: string
  /** E.g. ECDSA-secp256r1-SHA256. */
  signingMethod?: string
  /** As the charge point sent it. */
  publicKey?: string
}

/** SignedMeterValueType: in 2.x a member of its own, in 1.6 as JSON in the text of the value. [OCA, Signed Meter Values in OCPP] */
interface SignedMeterValue {
  signedMeterData?: unknown
  encodingMethod?: unknown
  signingMethod?: unknown
  publicKey?: unknown
}

/**
 * Reads a signed value.
 *
 * @param form SignedData: the text of a sampled value of 1.6, which is JSON or bare. signedMeterValue: JSON of 2.x
 */
export function readSignedValue(form: 'SignedData' | 'signedMeterValue', text: string): SignedValue {
  const told = parse(text)
  const data = told?.signedMeterData
  if (told !== undefined && typeof data === 'string') {
    return {
      data,
      encoding: form === 'signedMeterValue' ? 'base64' : encodingOf(data),
      ...member('encodingMethod', told.encodingMethod),
      ...member('signingMethod', told.signingMethod),
      ...member('publicKey', told.publicKey)
    }
  }
  return { data: text, encoding: encodingOf(text), ...(isOcmf(text) && { encodingMethod: 'OCMF' }) }
}

function member(name: 'encodingMethod' | 'signingMethod' | 'publicKey', value: unknown) {
  return typeof value === 'string' && value !== '' ? { [name]: value } : {}
}

function parse(text: string): SignedMeterValue | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as SignedMeterValue
  } catch {
    return undefined
  }
}

function isOcmf(text: string): boolean {
  return text.startsWith('OCMF|')
}

function encodingOf(text: string): SignedValue['encoding'] {
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) return 'hex'
  return /^(?:[A-Za-z0-9+]|\u002f){8,}={0,2}$/.test(text) && text.length % 4 === 0 ? 'base64' : 'plain'
}

/**
 * Whether XML can hold a text as it is: no control characters and halves of surrogate pairs, nor a carriage return, which
 * a parser would change. [XML 1.0 §2.2, §2.11]
 */
function fitsXml(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20 && code !== 0x09 && code !== 0x0a) return false
    if ((code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) return false
  }
  return true
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

export const XML_BEGIN = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<values>\n'
export const XML_END = '</values>\n'

/**
 * A value in the container that transparency software opens: `<value transactionId context>` with `<signedData format
 * encoding>` and `<publicKey encoding>`. [S.A.F.E. e.V., transparency software]
 */
export function xmlOf(
  { data, encoding, encodingMethod, publicKey }: SignedValue,
  { transactionId, context }: { transactionId: string; context: string }
): string {
  const attributes = [
    ...(!fitsXml(transactionId) ? [] : [` transactionId="${escaped(transactionId)}"`]),
    ...(context === '' || !fitsXml(context) ? [] : [` context="${escaped(context)}"`])
  ]
  const format = encodingMethod === undefined || !fitsXml(encodingMethod) ? '' : ` format="${escaped(encodingMethod)}"`
  const key =
    publicKey === undefined ? '' : `\n    <publicKey ${contentOf(publicKey, encodingOf(publicKey))}</publicKey>`
  return `  <value${attributes.join('')}>\n    <signedData${format} ${contentOf(data, encoding)}</signedData>${key}\n  </value>\n`
}

/** Text that XML cannot hold is encoded once more. */
function contentOf(text: string, encoding: SignedValue['encoding']): string {
  if (!fitsXml(text)) return `encoding="base64">${Buffer.from(text, 'utf8').toString('base64')}`
  return `encoding="${encoding}">${escaped(text)}`
}
