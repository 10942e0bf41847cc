import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'

/**
 * Cipher suites of TLS 1.2 that an OCPP server must offer. The last two have no forward secrecy. [A00.FR.317,
 * A00.FR.318]
 */
export const REQUIRED_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384'
] as const

/** The suites of TLS 1.3, then those of TLS 1.2, the better ones first. */
const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384'
]

/**
 * TLS 1.2 or later, without compression and renegotiation. [A00.FR.313, A00.FR.321; RFC 7457]
 *
 * Sessions are not resumed: a client certificate that was revoked meanwhile would still count, and a ticket key that
 * never changes would decrypt recorded traffic. [RFC 5077 §5.5]
 */
export const HARDENING = {
  minVersion: 'TLSv1.2',
  ciphers: SUITES.join(':'),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_COMPRESSION | constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_TICKET
} as const satisfies SecureContextOptions
