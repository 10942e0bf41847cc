import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/**
 * Reading and writing ASN.1. Loaded when a certificate has to be taken apart for the first time, because it takes a tenth
 * of a second of the start, and most installations have no such certificates. In one turn of the event loop, because TLS
 * asks for a decision.
 */
export function asn1(): typeof import('@peculiar/asn1-schema') {
  return load('@peculiar/asn1-schema')
}

/** The structures of X.509, in the same way. */
export function asn1X509(): typeof import('@peculiar/asn1-x509') {
  return load('@peculiar/asn1-x509')
}
