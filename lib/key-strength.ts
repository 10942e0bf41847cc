import type { KeyObject } from 'node:crypto'

const MIN_RSA_BITS = 2048
const MIN_EC_BITS = 224

/** The fault of a public key, or `undefined`. [A00.FR.502, A00.FR.503] */
export function keyFault({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  switch (type) {
    case 'rsa':
    case 'rsa-pss': {
      const bits = details?.modulusLength ?? 0
      return bits < MIN_RSA_BITS ? `has an RSA key of ${bits} bits, and ${MIN_RSA_BITS} are needed` : undefined
    }
    case 'ec': {
      const curve = details?.namedCurve ?? 'unknown'
      return bitsOf(curve) < MIN_EC_BITS ? `has a key of the curve ${curve}, and 224 bits are needed` : undefined
    }
    default:
      return `has a key of the type ${type}, and RSA or EC is needed`
  }
}

/** Size of the field in bits: the name of every curve contains it, e.g. prime256v1. */
function bitsOf(curve: string): number {
  return Number(/\d{3}/.exec(curve)?.[0] ?? 0)
}
