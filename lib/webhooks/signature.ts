import { createHmac, randomBytes } from 'node:crypto'

// Signatures by the Standard Webhooks specification, for which there are libraries. [standardwebhooks.com]

const PREFIX = 'whsec_'
const SECRET_BYTES = 32
export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`
}

/** Whether a secret is the prefix and 24 to 64 bytes in base64. */
export function isSecret(text: string): boolean {
  const encoded = text.slice(PREFIX.length)
  const bytes = Buffer.from(encoded, 'base64')
  return text.startsWith(PREFIX) && bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64
}

export interface Message {
  /** The id of the event, the same for every attempt. */
  id: string
  body: string
}

/** The headers that prove the sender and the time. There is one signature per secret. */
export function signedHeaders({ id, body }: Message, secrets: readonly string[], now = Date.now()) {
  const timestamp = String(Math.floor(now / 1000))
  const signatures = secrets.map((secret) => `v1,${sign(`${id}.${timestamp}.${body}`, secret)}`)
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

function sign(text: string, secret: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return createHmac('sha256', key).update(text).digest('base64')
}
