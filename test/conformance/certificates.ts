import { X509Certificate } from 'node:crypto'
import { CA } from '../support/certificates.js'

/** What is installed on charge points. */
export const CERTIFICATE = CA.cert

/** What they say of it. */
export const HASH = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: '1f2e3d',
  issuerKeyHash: '4c5b6a',
  serialNumber: new X509Certificate(CERTIFICATE).serialNumber
} as const
