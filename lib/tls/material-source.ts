import type { Log } from '../log.js'
import type { Config } from '../settings/settings.js'
import { expiryNotices } from './expiry.js'
import { type Material, readMaterial } from './material.js'

type Files = Pick<Config, 'TLS_CERT' | 'TLS_KEY' | 'TLS_CLIENT_CA' | 'TLS_CLIENT_CRL'>

interface Opened {
  material: Material
  ownRoot: string | undefined
}

/** `failed`: the previous files stay in use. */
export type ReloadOutcome = 'changed' | 'same' | 'failed'

/**
 * Holds the TLS files and reloads them when they change. A certificate and its key are two files: while only one of
 * them is new they do not match, and the previous ones stay in use.
 */
export class MaterialSource {
  readonly #files: Files
  readonly #ownRoot: string | undefined
  readonly #log: Log
  readonly #listeners: ((material: Material) => void)[] = []
  #current: Material
  #trouble: string | undefined
  /** The check that is running: one at a time. */
  #reloading: Promise<ReloadOutcome> | undefined

  private constructor(files: Files, log: Log, { material, ownRoot }: Opened) {
    this.#files = files
    this.#ownRoot = ownRoot
    this.#log = log
    this.#current = material
    this.warnOfExpiry()
    for (const file of material.exposedKeys)
      log.warn({ file }, 'other users can read this private key: run chmod 640 on it')
  }

  /**
   * @param ownRoot the root of our own authority for client certificates in PEM, if there is one
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

  /** Checks the files again. Never rejects. */
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
      this.#log.info('reloaded the TLS files; new connections use them')
      this.warnOfExpiry()
      return 'changed'
    } catch (err) {
      this.#complain(err as Error)
      return 'failed'
    }
  }

  /** Logs the same error once, although the files are checked again and again. */
  #complain(err: Error): void {
    if (err.message === this.#trouble) return
    this.#trouble = err.message
    this.#log.error({ err }, 'the TLS files have changed but cannot be used; the previous ones stay in use')
  }
}
