import { randomBytes, scrypt } from 'node:crypto'
import { mkdir, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Config, ConfigError } from '../settings/settings.js'
import type { Operator } from './scopes.js'

/** The token with every scope, which exists before any other. */
export interface BuiltInToken {
  token: string
  /** The file that holds it; absent when OPERATOR_TOKEN is set. */
  file?: string
  /** Whether this start created it. */
  isNew: boolean
}

/** The operator that has the built-in token. */
export const BUILT_IN_OPERATOR: Operator = { name: 'operator', scopes: ['admin'] }

const TOKEN_BYTES = 32
const DIGEST_BYTES = 32
const MIN_LENGTH = 16
const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_DIRECTORY = 0o700
const NOT_OWNER = 0o077

/** @throws ConfigError */
export async function loadBuiltInToken(config: Config): Promise<BuiltInToken> {
  if (config.OPERATOR_TOKEN !== undefined) return { token: config.OPERATOR_TOKEN, isNew: false }
  const file = join(config.DATA_DIR, 'operator-token')
  try {
    const kept = await readToken(file)
    return kept === undefined
      ? { token: await createToken(file), file, isNew: true }
      : { token: kept, file, isNew: false }
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`DATA_DIR must be a writable directory: ${(error as Error).message}`)
  }
}

/** Whether users other than the owner have any permission on the file. */
export async function isOpenToOthers(file: string): Promise<boolean> {
  const { mode } = await stat(file)
  return (mode & NOT_OWNER) !== 0
}

/**
 * The digest by which sign-ins are bound to the built-in token. It is slow, because a person may have chosen the token,
 * and the digest is stored; the same for all processes that have the token.
 */
export async function slowDigest({ token }: Pick<BuiltInToken, 'token'>): Promise<string> {
  const digest = (await promisify(scrypt)(token, 'sign-ins of the built-in token', DIGEST_BYTES)) as Buffer
  return digest.toString('base64url')
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    const token = (await readFile(file, 'utf8')).trim()
    if (token.length >= MIN_LENGTH) return token
    throw new ConfigError(`${file} contains no token: delete it, and the next start creates a new one`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Opens the file exclusively: of two processes that start together, only one may create the token. */
async function createToken(file: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await mkdir(join(file, '..'), { recursive: true, mode: OWNER_ONLY_DIRECTORY })
  const handle = await open(file, 'wx', OWNER_ONLY_FILE)
  try {
    await handle.writeFile(`${token}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return token
}
