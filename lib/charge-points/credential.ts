import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A charge point's password as it is stored: keyed digests under a random salt. The password has at least 16 random
 * characters, so a fast digest is secure enough. [A01.FR.08]
 */
export interface Credential {
  salt: Buffer
  /** Digest of the text. If the text is a 1.6 key in hexadecimal digits, also the digest of the octets. */
  digests: Buffer[]
}

const SALT_BYTES = 16
/** 16 to 20 octets in hexadecimal digits. [1.6 security whitepaper A00.FR.205] */
const HEX_KEY = /^(?:[0-9A-Fa-f]{2}){16,20}$/

const KEY_BYTES = 20

/**
 * 40 hexadecimal digits: 1.6 requires them, and the other versions accept them. [1.6 whitepaper A00.FR.205; 2.x
 * A00.FR.205]
 */
export function generatePassword(): string {
  return randomBytes(KEY_BYTES).toString('hex')
}

/** Whether a password is a key of 1.6 in hexadecimal digits. */
export function isHexKey(password: string): boolean {
  return HEX_KEY.test(password)
}

/** The credential to store for a password. */
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

/** The credential as text for a database column. */
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
