import type { X509Certificate } from 'node:crypto'
import type { Log } from '../log.js'
import { writeCertificates } from '../pem.js'
import { type Config, ConfigError } from '../settings/settings.js'
import { type Authority, LocalAuthority, readIssued, type SigningTask } from './authority.js'
import { isExposed, type Material, openOwn, readChain, readGiven } from './material.js'
import { type CertificateUse, checkRequest, type Requester, RequestRefusedError } from './policy.js'
import { RemoteAuthority } from './remote.js'

/** Has certificates of charge points signed, by an authority of our own or another one. */
export interface CertificateService {
  /**
   * The certificates of who signs, its own first, then those above it. Makes an authority when there is none;
   * undefined when another one signs whose certificates were not given.
   */
  chain(): Promise<readonly X509Certificate[] | undefined>
  /** The last of them in PEM: what those have to trust who check certificates of charge points. */
  rootPem(): Promise<string | undefined>
  /**
   * Checks what a charge point asks to have signed.
   *
   * @throws RequestRefusedError
   */
  check(csr: string, use: CertificateUse, requester: Requester): Promise<void>
  /**
   * Has it signed.
   *
   * @throws RequestRefusedError when it never will be; anything else when it may be asked again
   */
  sign(task: SigningTask, signal: AbortSignal): Promise<[X509Certificate, ...X509Certificate[]]>
  /** Has another authority sign from now on, for hosts of this app that have one. */
  use(authority: Authority): void
}

function checkSettings({ CA_CERT, CA_KEY, CA_SIGN_URL }: Config): void {
  if (CA_KEY !== undefined && CA_CERT === undefined) throw new ConfigError('CA_KEY needs CA_CERT')
  if (CA_KEY !== undefined && CA_SIGN_URL !== undefined)
    throw new ConfigError('CA_KEY and CA_SIGN_URL exclude each other')
  if (CA_CERT !== undefined && CA_KEY === undefined && CA_SIGN_URL === undefined) {
    throw new ConfigError('CA_CERT needs CA_KEY, or CA_SIGN_URL')
  }
}

/** The authority that the settings name. */
export class ConfiguredCertificateService implements CertificateService {
  readonly #config: Config
  readonly #log: Log
  #material: Promise<Material> | undefined
  #authority: Authority | undefined

  /** @throws ConfigError when settings contradict each other */
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

  /** What our own authority signs with; what went wrong is tried again next time. */
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
    const { CA_CERT, CA_KEY } = config
    const material =
      CA_CERT !== undefined && CA_KEY !== undefined ? await readGiven(CA_CERT, CA_KEY) : await openOwn(config)
    const { keyFile: file, chain } = material
    const [{ subject, validTo }] = chain
    log.info({ subject, validTo }, 'the authority that signs certificates of chargers')
    if (await isExposed(file)) log.warn({ file }, 'the key of the authority can be read by others: chmod 600 it')
    return material
  }
}

/** What a charge point sends may be anything. */
function tryTo<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new RequestRefusedError(`it cannot be read: ${(error as Error).message}`)
  }
}
