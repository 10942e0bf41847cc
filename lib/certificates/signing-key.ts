import type { KeyObject } from 'node:crypto'

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }
const HASHES: Readonly<Record<string, string>> = { 'P-384': 'SHA-384', 'P-521': 'SHA-512' }

/**
 * The algorithms for an authority with this key.
 *
 * @throws if the kind of key cannot sign
 */
export function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject) {
  if (type === 'rsa') {
    const name = 'RSASSA-PKCS1-v1_5'
    return { importAs: { name, hash: 'SHA-256' }, signAs: { name } }
  }
  const namedCurve = CURVES[details.namedCurve ?? '']
  if (type !== 'ec' || namedCurve === undefined) throw new Error('only P-256, P-384, P-521 and RSA keys can sign')
  return { importAs: { name: 'ECDSA', namedCurve }, signAs: { name: 'ECDSA', hash: HASHES[namedCurve] ?? 'SHA-256' } }
}
