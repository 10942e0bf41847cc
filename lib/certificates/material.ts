import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, type X509Certificate } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { isIssuedBy, isSelfSigned } from '../certificate.js'
import { readCertificates } from '../pem.js'
import { type Config, ConfigError } from '../settings/settings.js'
import { algorithmsOf } from './signing-key.js'
import type { Subject } from './x509.js'

/** The certificate and the key that an authority signs with. */
export interface Material {
  readonly key: KeyObject
  /** The certificate of the authority, followed by those above it that are known. */
  readonly chain: readonly [X509Certificate, ...X509Certificate[]]
  /** The file of the key. */
  readonly keyFile: string
}

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_DIRECTORY = 0o700
const NOT_OWNER = 0o077
const YEAR_MS = 365 * 86_400_000
const ROOT_YEARS = 20
const CLOCK_DIFFERENCE_MS = 3_600_000

const generate = promisify(generateKeyPair)

/** Whether users other than the owner can read a file. */
export async function isExposed(file: string): Promise<boolean> {
  const { mode } = await stat(file)
  return (mode & NOT_OWNER) !== 0
}

/**
 * Reads the authority that the operator provides.
 *
 * @throws ConfigError
 */
export async function readGiven(certificateFile: string, keyFile: string): Promise<Material> {
  const chain = await readChain('CA_CERT', certificateFile)
  const key = await readKey(keyFile)
  checkKey(key, keyFile)
  checkAuthority(chain, key, `CA_CERT (${certificateFile})`)
  return { key, chain, keyFile }
}

/**
 * Reads the certificates of a file. There must be at least one.
 *
 * @throws ConfigError
 */
export async function readChain(setting: string, file: string): Promise<Material['chain']> {
  const pem = await readSetting(setting, file)
  try {
    const [first, ...others] = readCertificates(pem)
    if (first === undefined) throw new Error('it contains no certificate in PEM')
    return [first, ...others]
  } catch (error) {
    throw new ConfigError(`${setting} (${file}) cannot be used: ${(error as Error).message}`)
  }
}

async function readKey(file: string): Promise<KeyObject> {
  const pem = await readSetting('CA_KEY', file)
  try {
    return createPrivateKey(pem)
  } catch {
    // The message of the decoder is left out, because it could contain parts of the key.
    throw new ConfigError(`CA_KEY (${file}) contains no private key in PEM without a passphrase`)
  }
}

function checkKey(key: KeyObject, file: string): void {
  try {
    algorithmsOf(key)
  } catch (error) {
    throw new ConfigError(`CA_KEY (${file}) cannot be used: ${(error as Error).message}`)
  }
}

async function readSetting(setting: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${setting} cannot be read: ${(error as Error).message}`)
  }
}

function checkAuthority(chain: Material['chain'], key: KeyObject, what: string): void {
  const [first] = chain
  const broken = chain.findIndex((certificate, index) => {
    const above = chain[index + 1]
    return above !== undefined && !isIssuedBy(certificate, above)
  })
  if (!first.ca) throw new ConfigError(`${what} is not the certificate of an authority`)
  if (!first.checkPrivateKey(key)) throw new ConfigError(`${what} does not belong to the key`)
  if (Date.parse(first.validTo) <= Date.now()) throw new ConfigError(`${what} has expired`)
  if (broken !== -1)
    throw new ConfigError(`${what} must be in order: certificate ${broken + 2} did not sign the one before`)
}

/**
 * Reads the authority in DATA_DIR, and creates it if there is none.
 *
 * @throws ConfigError
 */
export async function openOwn({ DATA_DIR, TLS_CLIENT_ORGANIZATION }: Config): Promise<Material> {
  const directory = join(DATA_DIR, 'ca')
  try {
    return (await readOwn(directory)) ?? (await createOwn(directory, TLS_CLIENT_ORGANIZATION))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`DATA_DIR must be a writable directory: ${(error as Error).message}`)
  }
}

async function readOwn(directory: string): Promise<Material | undefined> {
  const keyFile = join(directory, 'key.pem')
  const exists = await stat(keyFile).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return false
    }
  )
  return exists ? readGiven(join(directory, 'certificate.pem'), keyFile) : undefined
}

/**
 * Written to a temporary directory that is then renamed, so that no process finds half of it. If two processes do this
 * at once, one of them wins.
 */
async function createOwn(directory: string, organization: string | undefined): Promise<Material> {
  const { issueRoot } = await import('./x509.js')
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'P-256' })
  const now = Date.now()
  const subject: Subject = [
    ...(organization === undefined ? [] : ([['O', organization]] as const)),
    ['CN', `Charge point CA ${randomBytes(4).toString('hex')}`]
  ]
  const certificate = await issueRoot(
    {
      subject,
      key: publicKey,
      notBefore: new Date(now - CLOCK_DIFFERENCE_MS),
      notAfter: new Date(now + ROOT_YEARS * YEAR_MS),
      keyUsage: ['keyCertSign', 'cRLSign'],
      isAuthority: true,
      pathLength: 0
    },
    privateKey
  )
  const aside = `${directory}.${randomBytes(8).toString('hex')}`
  try {
    await mkdir(aside, { recursive: true, mode: OWNER_ONLY_DIRECTORY })
    await write(join(aside, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    await write(join(aside, 'certificate.pem'), certificate)
    await sync(aside)
    await rename(aside, directory)
    await sync(dirname(directory))
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    if (!isTaken(error)) throw error
  }
  const made = await readOwn(directory)
  if (made === undefined) throw new ConfigError(`${directory} contains no key.pem and is not empty`)
  return made
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', OWNER_ONLY_FILE)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes the renaming durable: it survives a power failure. */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Leaves out the root, which must be installed where it is trusted anyway. */
export function withoutRoot(chain: readonly X509Certificate[]): X509Certificate[] {
  return chain.filter((certificate) => !isSelfSigned(certificate))
}
