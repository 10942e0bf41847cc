import { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { CertificateList } from '@peculiar/asn1-x509'
import { foldSerial } from '../serial-number.js'

/** What an authority has revoked. [RFC 5280 §5] */
export interface RevocationList {
  /** The name of the authority, DER as hexadecimal. */
  readonly issuer: string
  /** Folded, see `foldSerial`. */
  readonly serialNumbers: ReadonlySet<string>
  /** When the next one is due: TLS takes no old one. Epoch milliseconds. */
  readonly nextUpdate: number
}

/** The certificates of a PEM file, in its order; nothing when there are none, or one cannot be read. [RFC 7468 §5] */
export function readCertificates(text: string): X509Certificate[] | undefined {
  return readBlocks(text, 'CERTIFICATE', (der) => new X509Certificate(der))
}

/** The revocation lists of a PEM file; nothing when there are none, or one cannot be read. [RFC 7468 §6] */
export function readRevocationLists(text: string): RevocationList[] | undefined {
  return readBlocks(text, 'X509 CRL', (der) => {
    const { issuer, revokedCertificates = [], nextUpdate } = AsnConvert.parse(der, CertificateList).tbsCertList
    const serialNumbers = revokedCertificates.map(({ userCertificate }) => foldSerial(hex(userCertificate)))
    return {
      issuer: hex(AsnConvert.serialize(issuer)),
      serialNumbers: new Set(serialNumbers),
      nextUpdate: nextUpdate?.getTime().getTime() ?? Number.POSITIVE_INFINITY
    }
  })
}

export function hex(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString('hex')
}

function readBlocks<T>(text: string, label: string, read: (der: Buffer) => T): T[] | undefined {
  const blocks = text.split(`-----BEGIN ${label}-----`).slice(1)
  try {
    const found = blocks.map((block) => {
      const [base64 = '', rest] = block.split(`-----END ${label}-----`)
      if (rest === undefined) throw new Error('the end is missing')
      return read(Buffer.from(base64, 'base64'))
    })
    return found.length > 0 ? found : undefined
  } catch {
    return undefined
  }
}
