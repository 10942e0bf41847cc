import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A charge point's password as it is stored: keyed digests under a random salt. Such a password is at least 16
 * random characters, so a fast digest is enough. [A01.FR.08]
 */
export interface Credential {
  salt: Buffer
  /** Of the text and, when the text is a 1.6 key of hex digits, of the octets it stands for. */
  digests: Buffer[]
}

const SALT_BYTES = 16
/** 16 to 20 octets. [1.6 security whitepaper A00.FR.205] */
const HEX_KEY = /^(?:[0-9A-Fa-f]{2}){16,20}$/

const KEY_BYTES = 20

/** 40 hexadecimal digits: what 1.6 wants, and any other version takes. [1.6 whitepaper A00.FR.205; 2.x A00.FR.205] */
export function generatePassword(): string {
  return randomBytes(KEY_BYTES).toString('hex')
}

/** Whether a password is a key of 1.6 in hexadecimal digits. */
export function isHexKey(password: string): boolean {
  return HEX_KEY.test(password)
}

/** What to store of a password. */
export function createCredential(password: string): Credential {
  const salt = randomBytes(SALT_BYTES)
  const spellings = [Buffer.from(password, 'utf8')]
  if (isHexKey(password)) spellings.push(Buffer.from(password, 'hex'))
  return { salt, digests: spellings.map((spelling) => digest(salt, spelling)) }
}

/** Compares in constant time. */
export function matchesCredential({ salt, digests }: Credential, password: Uint8Array | undefined): boolean {
  if (password === undefined) return false
  const given = digest(salt, password)
  return digests.filter((expected) => timingSafeEqual(expected, given)).length > 0
}

/** A credential as text, for a column. */
export function writeCredential({ salt, digests }: Credential): string {
  return JSON.stringify({ salt: salt.toString('base64'), digests: digests.map((bytes) => bytes.toString('base64')) })
}

export function readCredential(text: string | null): Credential | undefined {
  if (text === null) return undefined
  const { salt, digests } = JSON.parse(text) as { salt: string; digests: string[] }
  return { salt: Buffer.from(salt, 'base64'), digests: digests.map((bytes) => Buffer.from(bytes, 'base64')) }
}

function digest(salt: Buffer, password: Uint8Array): Buffer {
  return createHmac('sha256', salt).update(password).digest()
}
