import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { readIssued } from '../../lib/certificates/authority.js'
import { openOwn } from '../../lib/certificates/material.js'
import { checkRequest } from '../../lib/certificates/policy.js'
import { issue, readRequest } from '../../lib/certificates/x509.js'
import { readConfig } from '../../lib/settings/settings.js'
import { temporaryDirectory } from '../app/support.js'
import { signingRequest } from './support.js'

describe('a key in a certificate signing request', () => {
  const check = (asymmetricKeyType: string, asymmetricKeyDetails: object) =>
    checkRequest(
      {
        subject: [['CN', 'CP-1']],
        key: { asymmetricKeyType, asymmetricKeyDetails } as KeyObject,
        isGenuine: async () => true
      },
      'ChargingStationCertificate',
      { identity: 'CP-1', serialNumbers: [], seccIds: [] },
      { commonName: 'identity' }
    )

  it('has 2048 to 8192 bits of RSA: a longer one would slow down every handshake', async () => {
    for (const modulusLength of [2048, 8192]) await check('rsa', { modulusLength })
    for (const modulusLength of [2047, 8193, 16_384]) {
      await assert.rejects(check('rsa', { modulusLength }), new RegExp(`RSA key of ${modulusLength} bits`))
    }
  })

  it('has at least 224 bits on an elliptic curve, and is of no other kind', async () => {
    for (const namedCurve of ['secp224r1', 'prime256v1']) await check('ec', { namedCurve })
    await assert.rejects(check('ec', { namedCurve: 'prime192v1' }), /curve prime192v1, and 224 bits are needed/)
    await assert.rejects(check('ec', { namedCurve: 'unnamed' }), /224 bits are needed/)
    await assert.rejects(check('ed25519', {}), /RSA or EC is needed/)
    await assert.rejects(check('rsa-pss', { modulusLength: 2048 }), /RSA or EC is needed/)
  })
})

describe('the answer of an authority', () => {
  it('is rejected when its certificate would make the charge point an authority', async () => {
    const { key, chain } = await openOwn(readConfig({ DATA_DIR: await temporaryDirectory() }))
    const { csr } = await signingRequest('CN=CP-1')
    const certified = {
      subject: [['CN', 'CP-1']] as const,
      key: readRequest(csr).key,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 60_000),
      keyUsage: ['digitalSignature', 'keyCertSign'] as const
    }
    const authority = { certificate: chain[0], key }
    const fine = await issue(certified, authority)
    assert.equal((await readIssued(fine, csr)).length, 1)
    const raised = await issue({ ...certified, isAuthority: true }, authority)
    await assert.rejects(readIssued(raised, csr), /the certificate of an authority/)
  })
})
