import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export const ENCODINGS = ['br', 'gzip'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Minimum size in bytes. Smaller bodies fit into one packet without compression. */
const MIN_LENGTH = 1_400
/** Maximum number of cached bodies. The files of the documentation page, in two encodings, are fewer. */
const MAX_ENTRIES = 64
const COMPRESSIBLE = /^(?:text\/|image\/svg\+xml|application\/(?:json|javascript|x-yaml)\b)/
/** Takes a fifth of the time of the highest quality, and the result is hardly longer. */
const BROTLI_QUALITY = 9

const compressWith = {
  br: (body: Buffer) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (body: Buffer) => promisify(gzip)(body, { level: 9 })
} satisfies Record<Encoding, (body: Buffer) => Promise<Buffer>>

/**
 * Compresses bodies that are the same for every client, each once. Must not be used for answers that contain a secret
 * beside text that somebody else chose: their compressed length would reveal the secret (BREACH).
 */
export class Compressor {
  /** Compressed bodies, by encoding and digest of the body. */
  readonly #done = new Map<string, Promise<Buffer>>()

  static isWorthwhile(type: string, length: number): boolean {
    return length >= MIN_LENGTH && COMPRESSIBLE.test(type)
  }

  compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${createHash('sha256').update(body).digest('base64')}`
    const known = this.#done.get(key)
    if (known !== undefined) return known
    const compressed = compressWith[encoding](body)
    if (this.#done.size < MAX_ENTRIES) this.#done.set(key, compressed)
    return compressed
  }
}
