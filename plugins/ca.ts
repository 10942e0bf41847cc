import type { X509Certificate } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Authority, LocalAuthority, readIssued, type SigningTask } from '../lib/certificates/authority.js'
import { isExposed, type Material, openOwn, readChain, readGiven } from '../lib/certificates/material.js'
import { writeCertificates } from '../lib/certificates/pem.js'
import { type CertificateUse, checkRequest, type Requester, RequestRefusedError } from '../lib/certificates/policy.js'
import { RemoteAuthority } from '../lib/certificates/remote.js'
import { type Config, ConfigError } from '../lib/settings/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    ca: CertificateService
  }
}

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

class Service implements CertificateService {
  readonly #app: FastifyInstance
  #material: Promise<Material> | undefined
  #authority: Authority | undefined

  constructor(app: FastifyInstance) {
    this.#app = app
    const { CA_SIGN_URL: url, CA_SIGN_TOKEN: token } = app.config
    if (url !== undefined) this.#authority = new RemoteAuthority({ url, token })
  }

  use(authority: Authority): void {
    this.#authority = authority
  }

  async chain(): Promise<readonly X509Certificate[] | undefined> {
    const { CA_CERT } = this.#app.config
    if (this.#authority === undefined) return (await this.material()).chain
    return CA_CERT === undefined ? undefined : readChain('CA_CERT', CA_CERT)
  }

  async rootPem(): Promise<string | undefined> {
    const last = (await this.chain())?.at(-1)
    return last && writeCertificates([last])
  }

  async check(csr: string, use: CertificateUse, requester: Requester): Promise<void> {
    const { readRequest } = await import('../lib/certificates/x509.js')
    const request = tryTo(() => readRequest(csr))
    await checkRequest(request, use, requester, { commonName: this.#app.config.TLS_CLIENT_SUBJECT })
  }

  async sign(task: SigningTask, signal: AbortSignal): Promise<[X509Certificate, ...X509Certificate[]]> {
    const authority = this.#authority ?? (await this.#local())
    return readIssued(await authority.sign(task, signal), task.csr)
  }

  async #local(): Promise<Authority> {
    const { TLS_CLIENT_ORGANIZATION, CA_VALIDITY_DAYS, CA_OCSP_URL, CA_CRL_URL } = this.#app.config
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
    const { config, log } = this.#app
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

/** The authority of charge points' certificates. One that was given is read at once, ours is made when it is needed. */
async function ca(app: FastifyInstance): Promise<void> {
  checkSettings(app.config)
  const service = new Service(app)
  if (app.config.CA_CERT !== undefined) await service.chain()
  app.decorate('ca', service)
}

export default fp(ca, { fastify: '5.x', name: 'ca', dependencies: ['env'] })
