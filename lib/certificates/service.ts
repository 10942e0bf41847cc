import type { X509Certificate } from 'node:crypto'
import type { Log } from '../log.js'
import { writeCertificates } from '../pem.js'
import { ProblemError } from '../problem-error.js'
import { type Config, ConfigError } from '../settings/settings.js'
import { type Authority, LocalAuthority, readIssued, type SigningTask } from './authority.js'
import { isExposed, type Material, openOwn, readChain, readGiven } from './material.js'
import { type CertificateUse, checkRequest, type Requester, RequestRefusedError } from './policy.js'
import { RemoteAuthority } from './remote.js'

/** Signs certificates of charge points, by an authority of our own or another one. */
export interface CertificateService {
  /**
   * The certificates of the authority: its own first, then those above it. Creates an authority if there is none.
   * `undefined`: another authority signs, and its certificates were not configured.
   */
  chain(): Promise<readonly X509Certificate[] | undefined>
  /** The last of these certificates in PEM: the root that a verifier of charge point certificates has to trust. */
  rootPem(): Promise<string | undefined>
  /**
   * Checks a certificate request of a charge point.
   *
   * @throws RequestRefusedError
   */
  check(csr: string, use: CertificateUse, requester: Requester): Promise<void>
  /**
   * Signs a certificate.
   *
   * @throws RequestRefusedError if it will never be signed; any other error means that a retry may succeed
   */
  sign(task: SigningTask, signal: AbortSignal): Promise<[X509Certificate, ...X509Certificate[]]>
  /** Replaces the authority, for a host that brings its own. */
  use(authority: Authority): void
}

function checkSettings({ CA_CERT, CA_KEY, CA_SIGN_URL }: Config): void {
  if (CA_KEY !== undefined && CA_CERT === undefined) throw new ConfigError('CA_KEY needs CA_CERT')
  if (CA_KEY !== undefined && CA_SIGN_URL !== undefined)
    throw new ConfigError('CA_KEY and CA_SIGN_URL cannot be set together')
  if (CA_CERT !== undefined && CA_KEY === undefined && CA_SIGN_URL === undefined) {
    throw new ConfigError('CA_CERT needs CA_KEY, or CA_SIGN_URL')
  }
}

const NO_AUTHORITY =
  'several nodes need one authority for certificates of charge points: set CA_CERT and CA_KEY, or CA_SIGN_URL'

/** Creates the authority that the settings describe. */
export class ConfiguredCertificateService implements CertificateService {
  readonly #config: Config
  readonly #log: Log
  #material: Promise<Material> | undefined
  #authority: Authority | undefined

  /** @throws ConfigError if settings contradict each other */
  constructor(config: Config, log: Log) {
    checkSettings(config)
    this.#config = config
    this.#log = log
    const { CA_SIGN_URL: url, CA_SIGN_TOKEN: token } = config
    if (url !== undefined) this.#authority = new RemoteAuthority({ url, token })
  }

  use(authority: Authority): void {
    this.#authority = authority
  }

  async chain(): Promise<readonly X509Certificate[] | undefined> {
    const { CA_CERT } = this.#config
    if (this.#authority === undefined) return (await this.material()).chain
    return CA_CERT === undefined ? undefined : readChain('CA_CERT', CA_CERT)
  }

  async rootPem(): Promise<string | undefined> {
    const last = (await this.chain())?.at(-1)
    return last && writeCertificates([last])
  }

  async check(csr: string, use: CertificateUse, requester: Requester): Promise<void> {
    const { readRequest } = await import('./x509.js')
    const request = tryTo(() => readRequest(csr))
    await checkRequest(request, use, requester, { commonName: this.#config.TLS_CLIENT_SUBJECT })
  }

  async sign(task: SigningTask, signal: AbortSignal): Promise<[X509Certificate, ...X509Certificate[]]> {
    const authority = this.#authority ?? (await this.#local())
    return readIssued(await authority.sign(task, signal), task.csr)
  }

  async #local(): Promise<Authority> {
    const { TLS_CLIENT_ORGANIZATION, CA_VALIDITY_DAYS, CA_OCSP_URL, CA_CRL_URL } = this.#config
    return new LocalAuthority({
      material: await this.material(),
      organization: TLS_CLIENT_ORGANIZATION,
      validityDays: CA_VALIDITY_DAYS,
      ocspUrl: CA_OCSP_URL,
      crlUrl: CA_CRL_URL
    })
  }

  /** The certificate and the key of our own authority. After an error the next call tries again. */
  material(): Promise<Material> {
    this.#material ??= this.#open().catch((error: unknown) => {
      this.#material = undefined
      throw error
    })
    return this.#material
  }

  async #open(): Promise<Material> {
    const config = this.#config
    const log = this.#log
    const { CA_CERT, CA_KEY, NATS_URL } = config
    if (CA_CERT === undefined && NATS_URL !== undefined) throw new ProblemError(503, 'NO_AUTHORITY', NO_AUTHORITY)
    const material =
      CA_CERT !== undefined && CA_KEY !== undefined ? await readGiven(CA_CERT, CA_KEY) : await openOwn(config)
    const { keyFile: file, chain } = material
    const [{ subject, validTo }] = chain
    log.info({ subject, validTo }, 'loaded the authority that signs certificates of chargers')
    if (await isExposed(file)) log.warn({ file }, 'other users can read the key of the authority: run chmod 600 on it')
    return material
  }
}

/** Never throws for a malformed request: a charge point may send anything. */
function tryTo<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new RequestRefusedError(`the request cannot be read: ${(error as Error).message}`)
  }
}
