import assert from 'node:assert/strict'
import { it } from 'node:test'
import { admitCertificate } from '../../lib/certificates/issued.js'
import type {} from '../../plugins/csms/certificate-renewal.js'
import { onBothBackends, operate } from '../app/support.js'
import { Authority } from '../support/authority.js'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { Applicant, certificatesOf, chainOf, signingRequest } from './support.js'

const IDENTITY = { TLS_CLIENT_SUBJECT: 'identity' }

async function certified(server: TestServer, identity: string, more: object = {}) {
  const applicant = await Applicant.connect(server, identity, { protocol: 'ocpp2.0.1' })
  return {
    applicant,
    obtain: async () => chainOf(await applicant.obtains(await signingRequest(`CN=${identity}`), more))[0]
  }
}

async function statusesOf(server: TestServer, identity: string): Promise<unknown[]> {
  const response = await operate(server, 'GET', `/charge-points/${identity}/certificates`)
  assert.equal(response.statusCode, 200, response.body)
  return response.json().items.map(({ status }: { status: string }) => status)
}

onBothBackends('a certificate with which a charge point connects', (start) => {
  it('is valid until a later one has been used', async () => {
    const server = await start(IDENTITY)
    const { store } = server.app
    const { obtain } = await certified(server, 'ADMIT')
    const first = await obtain()
    assert.equal(await admitCertificate(store, 'ADMIT', first), 'ours')
    const second = await obtain()
    assert.equal(await admitCertificate(store, 'ADMIT', first), 'ours', 'the new one was not used yet')
    assert.equal(await admitCertificate(store, 'admit', second), 'ours', 'identities do not regard case')
    assert.equal(await admitCertificate(store, 'ADMIT', first), 'superseded')
    assert.equal(await admitCertificate(store, 'ADMIT', second), 'ours')
    assert.deepEqual(await statusesOf(server, 'ADMIT'), ['in-use', 'superseded'])
  })

  it('is accepted only for its charge point and its use', async () => {
    const server = await start(IDENTITY)
    const { store } = server.app
    const mine = await (await certified(server, 'MINE')).obtain()
    const forCars = await (await certified(server, 'CARS', { certificateType: 'V2GCertificate' })).obtain()
    const authority = await Authority.create()
    const foreign = await authority.issue({ CN: 'MINE' })
    assert.equal(await admitCertificate(store, 'OTHER', mine), 'of-another')
    assert.equal(await admitCertificate(store, 'CARS', forCars), 'not-for-connections')
    const [of] = chainOf({ certificateChain: foreign.cert })
    assert.equal(await admitCertificate(store, 'MINE', of), 'foreign')
    assert.deepEqual(await statusesOf(server, 'MINE'), ['accepted'], 'nobody came with it')
  })

  it('is rejected when it was revoked, and the connection that used it is closed', async () => {
    const server = await start(IDENTITY)
    const { store } = server.app
    const { applicant, obtain } = await certified(server, 'REVOKED')
    const certificate = await obtain()
    await admitCertificate(store, 'REVOKED', certificate)
    const [{ id } = {}] = await certificatesOf(server, '?chargePoint=REVOKED', ([one]) => one?.status === 'in-use')
    const response = await operate(server, 'POST', `/certificates/${id}/revoke`)
    assert.equal(response.statusCode, 200, response.body)
    assert.equal(response.json().status, 'revoked')
    assert.ok(response.json().revokedAt)
    assert.equal((await applicant.charger.closed).code, 1008)
    assert.equal(await admitCertificate(store, 'REVOKED', certificate), 'revoked')
  })

  it('closes no connection when a superseded or unused one is revoked', async () => {
    const server = await start(IDENTITY)
    const { store } = server.app
    const { applicant, obtain } = await certified(server, 'KEPT')
    await admitCertificate(store, 'KEPT', await obtain())
    await admitCertificate(store, 'KEPT', await obtain())
    await obtain()
    const items = await certificatesOf(server, '?chargePoint=KEPT', (all) => all[0]?.status === 'accepted')
    assert.deepEqual(
      items.map(({ status }) => status),
      ['accepted', 'in-use', 'superseded']
    )
    for (const { id, status } of items) {
      if (status === 'in-use') continue
      const response = await operate(server, 'POST', `/certificates/${id}/revoke`)
      assert.equal(response.json().status, 'revoked', response.body)
    }
    // Its connection is the one that it had: it still answers.
    assert.equal((await applicant.charger.roundTrip()).type, 3)
    assert.ok(server.app.ocpp.chargePoints.has('KEPT'))
  })

  it('is rejected after the charge point was removed, even if one with the same identity is created again', async () => {
    const server = await start(IDENTITY)
    const { store } = server.app
    const certificate = await (await certified(server, 'REMOVED')).obtain()
    assert.equal(await admitCertificate(store, 'REMOVED', certificate), 'ours')
    assert.equal((await operate(server, 'DELETE', '/charge-points/REMOVED')).statusCode, 204)
    await operate(server, 'PUT', '/charge-points/REMOVED', {})
    assert.equal(await admitCertificate(store, 'REMOVED', certificate), 'revoked')
  })

  it('is revoked only if it was signed here', async () => {
    const server = await start(IDENTITY)
    assert.equal((await operate(server, 'POST', '/certificates/issued-999999/revoke')).statusCode, 404)
    assert.equal((await operate(server, 'POST', '/certificates/nonsense/revoke')).statusCode, 400)
  })
})

onBothBackends('a certificate that expires soon', (start) => {
  const SOON = { ...IDENTITY, CA_VALIDITY_DAYS: '10', CA_RENEWAL_DAYS: '30' }

  it('is renewed automatically, with one attempt per day', async () => {
    const server = await start(SOON)
    for (const [identity, protocol, expected] of [
      ['RENEW-16', 'ocpp1.6', ['ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }]],
      ['RENEW-201', 'ocpp2.0.1', ['TriggerMessage', { requestedMessage: 'SignCombinedCertificate' }]],
      ['RENEW-21', 'ocpp2.1', ['TriggerMessage', { requestedMessage: 'SignCombinedCertificate' }]]
    ] as const) {
      const applicant = await Applicant.connect(server, identity, { protocol })
      await applicant.obtains(await signingRequest(`CN=${identity}`))
      await certificatesOf(server, `?chargePoint=${identity}`, ([one]) => one?.status === 'accepted')
      const asked: unknown[] = []
      applicant.charger.onCall((action, payload) => {
        asked.push([action, payload])
        return { status: 'Accepted' }
      })
      await server.app.renewals.askAll()
      await server.app.renewals.askAll()
      assert.deepEqual(asked, [expected], identity)
    }
  })

  it('is not renewed long before it expires, or while the charge point is disconnected', async () => {
    const server = await start({ ...SOON, CA_RENEWAL_DAYS: '5' })
    const { applicant, obtain } = await certified(server, 'FAR')
    await obtain()
    const asked: string[] = []
    applicant.charger.onCall((action) => {
      asked.push(action)
      return new ErrorAnswer('NotImplemented')
    })
    await server.app.renewals.askAll()
    assert.deepEqual(asked, [])
    await server.close()
    const later = await start({ ...SOON, CA_RENEWAL_DAYS: '30' })
    await later.app.renewals.askAll()
    const [one] = await certificatesOf(later, '?chargePoint=FAR', () => true)
    assert.equal(one?.renewalAskedAt, undefined)
  })

  it('is listed by its expiry, page by page', async () => {
    const server = await start(SOON)
    const { obtain } = await certified(server, 'PAGES')
    const serials: string[] = []
    for (let count = 0; count < 3; count++) serials.unshift((await obtain()).serialNumber.toLowerCase())
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    const found = await certificatesOf(server, `?chargePoint=PAGES&expiresBefore=${inDays(11)}`, () => true)
    assert.deepEqual(
      found.map(({ serialNumber }) => serialNumber),
      serials
    )
    assert.deepEqual(await certificatesOf(server, `?chargePoint=PAGES&expiresBefore=${inDays(9)}`, () => true), [])
    assert.deepEqual(await certificatesOf(server, '?chargePoint=PAGES&type=V2GCertificate', () => true), [])
    const pages: unknown[] = []
    for (let cursor = ''; ; ) {
      const response = await operate(server, 'GET', `/charge-points/PAGES/certificates?limit=2${cursor}`)
      const { items, nextCursor } = response.json()
      pages.push(items.map(({ serialNumber }: { serialNumber: string }) => serialNumber))
      if (nextCursor === undefined) break
      cursor = `&cursor=${nextCursor}`
    }
    assert.deepEqual(pages, [serials.slice(0, 2), serials.slice(2)])
  })

  it("is renewed at an operator's request, too", async () => {
    const server = await start(SOON)
    const charger = await connectCharger(server.url, 'WANTED', { protocol: 'ocpp2.1', boot: true })
    const asked: unknown[] = []
    charger.onCall((_action, payload) => {
      asked.push(payload)
      return { status: 'Accepted' }
    })
    for (const body of [{}, { type: 'V2GCertificate' }, { combined: true }]) {
      const response = await operate(server, 'POST', '/charge-points/WANTED/certificates/renew', body)
      assert.equal(response.statusCode, 200, response.body)
      assert.deepEqual([response.json().action, response.json().result], ['TriggerMessage', { status: 'Accepted' }])
    }
    assert.deepEqual(asked, [
      { requestedMessage: 'SignChargingStationCertificate' },
      { requestedMessage: 'SignV2GCertificate' },
      { requestedMessage: 'SignCombinedCertificate' }
    ])
    const absent = await operate(server, 'POST', '/charge-points/NOBODY/certificates/renew', {})
    assert.equal(absent.statusCode, 404)
  })
})
