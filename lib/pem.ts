import { X509Certificate } from 'node:crypto'

/**
 * Reads the blocks with this label of a text in PEM, in their order. Text between the blocks is ignored. [RFC 7468]
 *
 * @throws if a block has no end, or `read` throws
 */
export function readBlocks<T>(pem: string, label: string, read: (der: Buffer) => T): T[] {
  const [, ...blocks] = pem.split(`-----BEGIN ${label}-----`)
  return blocks.map((block) => {
    const [base64 = '', rest] = block.split(`-----END ${label}-----`)
    if (rest === undefined) throw new Error(`the end of a ${label} is missing`)
    return read(Buffer.from(base64, 'base64'))
  })
}

/**
 * The certificates of a text in PEM, in their order. [RFC 7468 §5]
 *
 * @throws if one of them cannot be read
 */
export function readCertificates(pem: string): X509Certificate[] {
  return readBlocks(pem, 'CERTIFICATE', (der) => new X509Certificate(der))
}

/** Like `readCertificates`, but an empty array if one of them cannot be read. */
export function tryCertificates(pem: string): X509Certificate[] {
  try {
    return readCertificates(pem)
  } catch {
    return []
  }
}

export function writeCertificates(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join('')
}
