import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { keyFault } from '../key-strength.js'
import { readCertificates } from '../pem.js'
import { type Config, ConfigError } from '../settings/settings.js'
import { type RevocationList, readRevocationLists } from './revocation-lists.js'
import { HARDENING } from './suites.js'

/** The contents of the TLS files, checked. */
export interface Material {
  /** Options for the TLS server. */
  readonly context: SecureContextOptions
  /** The server certificates: the first certificate of each file. */
  readonly certificates: readonly ServerCertificate[]
  readonly authorities: readonly X509Certificate[]
  readonly revocationLists: readonly RevocationList[]
  /** Digest of the file contents, to detect changes. */
  readonly digest: string
  /** Key files that other users can read. */
  readonly exposedKeys: readonly string[]
}

export interface ServerCertificate {
  readonly file: string
  /** `ec` or `rsa`. */
  readonly keyType: string
  readonly certificate: X509Certificate
}

type Files = Pick<Config, 'TLS_CERT' | 'TLS_KEY' | 'TLS_CLIENT_CA' | 'TLS_CLIENT_CRL'>
type FileSetting = keyof Files

/** Permissions that make a key file exposed. A group such as ssl-cert of Debian may read it. */
const EXPOSED = 0o037

/**
 * Reads and checks all files.
 *
 * @param ownRoot the root of our own authority for client certificates in PEM, if there is one
 * @throws ConfigError with the name of the setting and of the file, and the fault
 */
export async function readMaterial(settings: Files, ownRoot?: string): Promise<Material> {
  const [cert, key, ca, crl] = await Promise.all([
    readAll(settings, 'TLS_CERT'),
    readAll(settings, 'TLS_KEY'),
    readAll(settings, 'TLS_CLIENT_CA'),
    readAll(settings, 'TLS_CLIENT_CRL')
  ])
  const certificates = cert.map((pem, index) => checkPair(pem, key[index]))
  const own = ownRoot === undefined ? [] : [new X509Certificate(ownRoot)]
  const authorities = [...ca.flatMap(certificatesOf), ...own]
  const revocationLists = crl.flatMap(revocationListsOf)
  const context: SecureContextOptions = {
    ...HARDENING,
    cert: cert.map(({ text }) => text),
    key: key.map(({ text }) => text),
    ...(authorities.length > 0 && { ca: authorities.map((authority) => authority.toString()) }),
    ...(crl.length > 0 && { crl: crl.map(({ text }) => text) })
  }
  // OpenSSL takes a while to read its own authorities, even if there is nothing to check.
  if ([cert, key, ca, crl].some((files) => files.length > 0) || own.length > 0) checkContext(context)
  return {
    context,
    certificates,
    authorities,
    revocationLists,
    digest: digestOf([...cert, ...key, ...ca, ...crl]),
    exposedKeys: await exposed(key)
  }
}

interface Pem {
  readonly setting: FileSetting
  readonly file: string
  readonly text: string
}

function readAll(settings: Files, setting: FileSetting): Promise<Pem[]> {
  return Promise.all(
    settings[setting].map(async (file) => {
      try {
        return { setting, file, text: await readFile(file, 'utf8') }
      } catch (error) {
        throw new ConfigError(`${setting} must be readable files: ${(error as Error).message}`)
      }
    })
  )
}

function fault({ setting, file }: Pem, what: string): ConfigError {
  return new ConfigError(`${setting}: ${file} ${what}`)
}

function certificatesOf(pem: Pem): X509Certificate[] {
  return blocksOf(pem, 'no certificates', readCertificates)
}

function revocationListsOf(pem: Pem): RevocationList[] {
  return blocksOf(pem, 'no revocation list', readRevocationLists)
}

/** @throws ConfigError if there are none, or one cannot be read */
function blocksOf<T>(pem: Pem, nothing: string, read: (text: string) => T[]): T[] {
  try {
    const found = read(pem.text)
    if (found.length > 0) return found
  } catch {
    // Reported below.
  }
  throw fault(pem, `contains ${nothing} in PEM`)
}

function checkPair(cert: Pem, key: Pem | undefined): ServerCertificate {
  const [certificate] = certificatesOf(cert)
  if (certificate === undefined || key === undefined) throw fault(cert, 'contains no certificates in PEM')
  const { publicKey } = certificate
  const weakness = keyFault(publicKey)
  if (weakness !== undefined) throw fault(cert, weakness)
  if (!certificate.checkPrivateKey(privateKeyOf(key))) throw fault(key, `does not belong to ${cert.file}`)
  return { file: cert.file, keyType: publicKey.asymmetricKeyType ?? 'unknown', certificate }
}

function privateKeyOf(pem: Pem): KeyObject {
  try {
    return createPrivateKey(pem.text)
  } catch {
    const isEncrypted = /ENCRYPTED/.test(pem.text)
    throw fault(pem, isEncrypted ? 'is encrypted: remove the passphrase' : 'contains no private key in PEM')
  }
}

/** Reports everything that OpenSSL rejects. */
function checkContext(context: SecureContextOptions): void {
  try {
    createSecureContext(context)
  } catch (error) {
    throw new ConfigError(`TLS_CERT, TLS_KEY, TLS_CLIENT_CA and TLS_CLIENT_CRL: ${(error as Error).message}`)
  }
}

function digestOf(files: readonly Pem[]): string {
  const hash = createHash('sha256')
  for (const { setting, text } of files) hash.update(`${setting} ${text.length} ${text}`)
  return hash.digest('hex')
}

async function exposed(keys: readonly Pem[]): Promise<string[]> {
  const modes = await Promise.all(keys.map(async ({ file }) => ({ file, mode: (await stat(file)).mode })))
  return modes.filter(({ mode }) => (mode & EXPOSED) !== 0).map(({ file }) => file)
}
