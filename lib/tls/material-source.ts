import type { Log } from '../log.js'
import type { Config } from '../settings/settings.js'
import { expiryNotices } from './expiry.js'
import { type Material, readMaterial } from './material.js'

type Files = Pick<Config, 'TLS_CERT' | 'TLS_KEY' | 'TLS_CLIENT_CA' | 'TLS_CLIENT_CRL'>

interface Opened {
  material: Material
  ownRoot: string | undefined
}

/** `failed`: what was before stays in force. */
export type ReloadOutcome = 'changed' | 'same' | 'failed'

/**
 * Holds the material of TLS, and takes over what changes in the files. A certificate and its key are two files: as
 * long as only one of them is new they do not fit, and what was before stays in force.
 */
export class MaterialSource {
  readonly #files: Files
  readonly #ownRoot: string | undefined
  readonly #log: Log
  readonly #listeners: ((material: Material) => void)[] = []
  #current: Material
  #trouble: string | undefined
  /** One at a time. */
  #reloading: Promise<ReloadOutcome> | undefined

  private constructor(files: Files, log: Log, { material, ownRoot }: Opened) {
    this.#files = files
    this.#ownRoot = ownRoot
    this.#log = log
    this.#current = material
    this.warnOfExpiry()
    for (const file of material.exposedKeys) log.warn({ file }, 'this private key can be read by others: chmod 640 it')
  }

  /**
   * @param ownRoot PEM of our own authority of client certificates, if there is one
   * @throws ConfigError
   */
  static async open(files: Files, log: Log, ownRoot?: string): Promise<MaterialSource> {
    return new MaterialSource(files, log, { material: await readMaterial(files, ownRoot), ownRoot })
  }

  get current(): Material {
    return this.#current
  }

  onChange(listener: (material: Material) => void): void {
    this.#listeners.push(listener)
  }

  /** Looks at the files again. Never rejects. */
  reload(): Promise<ReloadOutcome> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined
    })
    return this.#reloading
  }

  warnOfExpiry(): void {
    for (const { level, message, ...details } of expiryNotices(this.#current)) this.#log[level](details, message)
  }

  async #reload(): Promise<ReloadOutcome> {
    try {
      const material = await readMaterial(this.#files, this.#ownRoot)
      this.#trouble = undefined
      if (material.digest === this.#current.digest) return 'same'
      for (const listener of this.#listeners) listener(material)
      this.#current = material
      this.#log.info('new certificates are in force, for who connects from now on')
      this.warnOfExpiry()
      return 'changed'
    } catch (err) {
      this.#complain(err as Error)
      return 'failed'
    }
  }

  /** Once for the same trouble, which is looked at again and again. */
  #complain(err: Error): void {
    if (err.message === this.#trouble) return
    this.#trouble = err.message
    this.#log.error({ err }, 'the files of TLS have changed and cannot be used: the certificates before stay in force')
  }
}
