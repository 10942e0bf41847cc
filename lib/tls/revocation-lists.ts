import { asn1, asn1X509 } from '../asn1.js'
import { hex } from '../certificate.js'
import { readBlocks } from '../pem.js'
import { foldSerial } from '../serial-number.js'

/** The certificates that an authority has revoked. [RFC 5280 §5] */
export interface RevocationList {
  /** The name of the authority: DER in hexadecimal. */
  readonly issuer: string
  /** In the form of `foldSerial`. */
  readonly serialNumbers: ReadonlySet<string>
  /** When the next list is due, in epoch milliseconds. TLS rejects a list after that. */
  readonly nextUpdate: number
}

/**
 * The revocation lists of a PEM file. [RFC 7468 §6]
 *
 * @throws if one of them cannot be read
 */
export function readRevocationLists(pem: string): RevocationList[] {
  return readBlocks(pem, 'X509 CRL', (der) => {
    const { AsnConvert } = asn1()
    const { CertificateList } = asn1X509()
    const { issuer, revokedCertificates = [], nextUpdate } = AsnConvert.parse(der, CertificateList).tbsCertList
    const serialNumbers = revokedCertificates.map(({ userCertificate }) => foldSerial(hex(userCertificate)))
    return {
      issuer: hex(AsnConvert.serialize(issuer)),
      serialNumbers: new Set(serialNumbers),
      nextUpdate: nextUpdate?.getTime().getTime() ?? Number.POSITIVE_INFINITY
    }
  })
}
