import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HASH_ALGORITHMS, hashDataOf, hashDataOfChain } from '../../lib/certificates/hash-data.js'
import { readCertificates } from '../../lib/pem.js'
import { BEARER, onBothBackends, stateOf } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import { CHAIN, HASHES, ROOT, ROOT_HASHES } from './openssl.js'

describe('hash data', () => {
  for (const hashAlgorithm of HASH_ALGORITHMS) {
    it(`of ${hashAlgorithm} is what OpenSSL computes`, async () => {
      const [leaf, issuer] = readCertificates(CHAIN)
      assert.ok(leaf && issuer)
      assert.deepEqual(await hashDataOf(leaf, issuer, hashAlgorithm), HASHES[hashAlgorithm])
      assert.deepEqual(await hashDataOfChain(CHAIN, hashAlgorithm), HASHES[hashAlgorithm])
      assert.deepEqual(await hashDataOfChain(ROOT, hashAlgorithm), ROOT_HASHES[hashAlgorithm])
    })
  }

  it('is unknown for a certificate without its issuer, and for text that is no certificate', async () => {
    assert.equal(await hashDataOfChain(CHAIN.slice(0, CHAIN.indexOf('-----END') + 25)), undefined)
    assert.equal(await hashDataOfChain('nonsense'), undefined)
    assert.equal(await hashDataOfChain('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'), undefined)
  })
})

onBothBackends('a certificate that was installed', (start) => {
  const body = { certificateType: 'CSMSRootCertificate', certificate: ROOT }

  it('has the hash data that the charge point sends, and can be deleted by the hash data of any algorithm', async () => {
    const server = await start()
    for (const hashAlgorithm of HASH_ALGORITHMS) {
      const identity = `HASH-${hashAlgorithm}`
      const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
      charger.onCall(() => ({ status: 'Accepted' }))
      const ask = (action: string, payload: object) =>
        server.app.inject({
          method: 'POST',
          url: `/api/v1/charge-points/${identity}/calls/${action}`,
          headers: BEARER,
          payload
        })
      await ask('InstallCertificate', body)
      const { certificates } = await stateOf(server, identity)
      assert.equal(certificates.length, 1)
      const { hashAlgorithm: algorithm, issuerNameHash, issuerKeyHash, serialNumber } = certificates[0]
      const shown = { hashAlgorithm: algorithm, issuerNameHash, issuerKeyHash, serialNumber }
      assert.deepEqual(shown, ROOT_HASHES.SHA256)

      const other = { ...ROOT_HASHES[hashAlgorithm], issuerKeyHash: 'ab'.repeat(32) }
      await ask('DeleteCertificate', { certificateHashData: other })
      assert.equal((await stateOf(server, identity)).certificates.length, 1, 'it is not that one')
      await ask('DeleteCertificate', { certificateHashData: ROOT_HASHES[hashAlgorithm] })
      assert.deepEqual((await stateOf(server, identity)).certificates, [])
    }
  })
})
