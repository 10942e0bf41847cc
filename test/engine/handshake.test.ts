import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Protocol } from 'fastify-ocpp'
import { basicCredentials, identityOf, readOffer, upgradeFault } from '../../src/handshake.js'

test('an identity is the last segment, decoded once', () => {
  assert.equal(identityOf('/ocpp/CP-1'), 'CP-1')
  assert.equal(identityOf('/a/b/c/CP%2D1?x=/y'), 'CP-1')
  assert.equal(identityOf('/ocpp/CP%252D1'), 'CP%2D1')
  assert.equal(identityOf('/ocpp/%E9'), undefined)
  assert.equal(identityOf('/ocpp/'), '')
  assert.equal(identityOf(''), '')
})

test('an encoded path segment decodes to the original', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (identity) => {
      assert.equal(identityOf(`/ocpp/${encodeURIComponent(identity)}`), identity)
    })
  )
})

test('a list of subprotocols is a list of distinct tokens', () => {
  const listed = (header?: string) => {
    const offer = readOffer(header, ['ocpp1.6'])
    return offer?.isList === true ? offer.protocols : undefined
  }
  assert.deepEqual(listed(undefined), [])
  assert.deepEqual(listed('ocpp1.6'), ['ocpp1.6'])
  assert.deepEqual(listed(' a ,\tb,c '), ['a', 'b', 'c'])
  for (const header of ['', ' ', 'a,', ',a', 'a,,b', 'a b', 'a;b', 'a, a', '"a"', 'é', 'a\u00a0']) {
    assert.equal(listed(header), undefined, header)
  }
})

test('the first offered that is enabled is chosen', () => {
  const chosen = (header: string, enabled: Protocol[]) => readOffer(header, enabled)?.chosen?.protocol
  assert.equal(chosen('x, ocpp1.6, ocpp2.1', ['ocpp2.1', 'ocpp1.6']), 'ocpp1.6')
  assert.equal(chosen('ocpp2.1', ['ocpp1.6']), undefined)
  assert.equal(readOffer(undefined, ['ocpp1.6'])?.chosen, undefined)
  assert.equal(chosen('__proto__, toString', ['ocpp1.6']), undefined)
})

test('a list that only loose reading understands is marked, and keeps the spelling of the client', () => {
  for (const header of ['ocpp1.6,', 'OCPP1.6', 'ocpp1.6, ocpp1.6', ',,Ocpp1.6']) {
    const offer = readOffer(header, ['ocpp1.6'])
    assert.equal(offer?.isLoose, true, header)
    assert.equal(offer?.chosen?.protocol, 'ocpp1.6', header)
    assert.ok(offer?.spelling !== undefined && header.includes(offer.spelling))
  }
  for (const header of ['ocpp1.6', 'x, ocpp1.6', 'x', 'x,', 'ocpp 1.6']) {
    assert.notEqual(readOffer(header, ['ocpp1.6'])?.isLoose, true, header)
  }
})

test('credentials are split at the first colon, and the password is octets', () => {
  fc.assert(
    fc.property(
      fc.string().map((text) => text.replaceAll(':', '')),
      fc.uint8Array({ maxLength: 64 }),
      (name, octets) => {
        const encoded = Buffer.concat([Buffer.from(`${name}:`), octets]).toString('base64')
        for (const scheme of ['Basic', 'basic', 'BASIC', 'Basic  ']) {
          const credentials = basicCredentials(`${scheme} ${encoded}`)
          assert.equal(credentials?.username, name)
          assert.deepEqual(credentials?.password, Buffer.from(octets))
        }
      }
    )
  )
})

test('reading credentials throws for no header', () => {
  fc.assert(fc.property(fc.string(), (header) => void basicCredentials(header)))
  for (const header of ['', 'Basic', 'Basic =', 'Basic Zm9v', 'Bearer Zm86bw==', 'Basic Zm86bw== x']) {
    assert.equal(basicCredentials(header), undefined, header)
  }
})

test('an upgrade is GET with version 13 and a key of 16 bytes', () => {
  const headers = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  assert.equal(upgradeFault('GET', headers), undefined)
  assert.match(upgradeFault('POST', headers) ?? '', /GET/)
  assert.match(upgradeFault('GET', { ...headers, 'sec-websocket-version': '8' }) ?? '', /13/)
  for (const key of ['', 'x', 'dGhlIHNhbXBsZSBub25jZQ', `${'A'.repeat(24)}`]) {
    assert.match(upgradeFault('GET', { ...headers, 'sec-websocket-key': key }) ?? '', /16 bytes/)
  }
})
