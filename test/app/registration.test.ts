import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectCharger, refusedCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { BEARER, shareBackends, stateOf } from './support.js'

const CLOSED = { OCPP_OPEN_REGISTRATION: 'false' }
const PASSWORD = 'correct-horse-battery'

const start = shareBackends()

async function provision({ app }: TestServer, identity: string, payload: Record<string, unknown>) {
  return app.inject({ method: 'PUT', url: `/api/v1/charge-points/${identity}`, headers: BEARER, payload })
}

describe('under open registration', () => {
  it('accepts an unknown charger', async () => {
    const server = await start()
    await connectCharger(server.url, 'stranger', { boot: true })
  })

  it('still demands the password of a charger that has one', async () => {
    const server = await start()
    assert.equal((await provision(server, 'CP-2A', { password: PASSWORD })).statusCode, 201)
    assert.equal((await refusedCharger(server.url, 'CP-2A')).status, 401)
    assert.equal((await refusedCharger(server.url, 'cp-2a')).status, 401)
    await connectCharger(server.url, 'CP-2A', { password: PASSWORD, boot: true })
  })
})

describe('a charger with too many slashes in its URL', () => {
  it('is the charger of that identity, and needs its password', async () => {
    const server = await start(CLOSED)
    await provision(server, 'CP-3A', { password: PASSWORD })
    for (const path of ['/ocpp/', '//ocpp']) {
      assert.equal((await refusedCharger(server.url, 'CP-3A', { path })).status, 401)
      const charger = await connectCharger(server.url, 'CP-3A', { path, password: PASSWORD, boot: true })
      const { identity, connected } = await stateOf(server, 'CP-3A')
      assert.deepEqual([identity, connected], ['CP-3A', true])
      await charger.close()
    }
  })
})

describe('without open registration', () => {
  it('answers 404 to a charger that no operator provisioned', async () => {
    const server = await start(CLOSED)
    assert.equal((await refusedCharger(server.url, 'stranger')).status, 404)
    assert.equal((await refusedCharger(server.url, 'stranger', { password: PASSWORD })).status, 404)
  })

  it('answers wrong and missing passwords 401 with a challenge', async () => {
    const server = await start(CLOSED)
    await provision(server, 'CP-5A', { password: PASSWORD })
    for (const options of [{}, { password: `${PASSWORD}!` }, { password: '' }]) {
      const refusal = await refusedCharger(server.url, 'CP-5A', options)
      assert.equal(refusal.status, 401)
      assert.equal(refusal.headers['www-authenticate'], 'Basic realm="ocpp"')
    }
  })

  it('accepts no charger that is provisioned without a password', async () => {
    const server = await start(CLOSED)
    await provision(server, 'CP-6A', {})
    assert.equal((await refusedCharger(server.url, 'CP-6A')).status, 401)
  })

  it('accepts a 1.6 key as hexadecimal text and as its octets', async () => {
    const server = await start(CLOSED)
    const key = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'
    await provision(server, 'CP-7A', { password: key })
    await connectCharger(server.url, 'CP-7A', { password: key })
    await connectCharger(server.url, 'CP-7A', { password: Buffer.from(key, 'hex') })
    assert.equal((await refusedCharger(server.url, 'CP-7A', { password: key.toUpperCase() })).status, 401)
  })
})

describe('an operator who provisions a charger', () => {
  it('never gets the password back', async () => {
    const server = await start()
    const created = await provision(server, 'CP-8A', { password: PASSWORD })
    assert.equal(created.json().hasPassword, true)
    assert.ok(!created.body.includes(PASSWORD))
    assert.ok(!JSON.stringify(await stateOf(server, 'CP-8A')).includes(PASSWORD))
  })

  it('changes only the members that are given', async () => {
    const server = await start(CLOSED)
    await provision(server, 'CP-9A', { password: PASSWORD })
    const changed = await provision(server, 'CP-9A', { registration: 'Pending' })
    assert.equal(changed.statusCode, 200)
    assert.equal(changed.json().hasPassword, true)
    const charger = await connectCharger(server.url, 'CP-9A', { password: PASSWORD })
    const boot = await charger.call('BootNotification', { chargePointVendor: 'V', chargePointModel: 'M' })
    assert.equal(boot.type === 3 && boot.payload.status, 'Pending')
  })

  for (const [name, payload] of Object.entries({
    'a short password': { password: 'too short' },
    'a number as password': { password: 10 ** 20 },
    'a line break in the password': { password: `${PASSWORD}\n` },
    'another registration': { registration: 'accepted' },
    'a misspelt member': { pasword: PASSWORD }
  })) {
    it(`may not give ${name}`, async () => {
      const server = await start()
      const response = await provision(server, 'CP-10A', payload)
      assert.equal(response.statusCode, 400)
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/)
      assert.equal(server.app.ocpp.chargePoints.has('CP-10A'), false)
      assert.equal((await server.app.inject({ url: '/api/v1/charge-points/CP-10A', headers: BEARER })).statusCode, 404)
    })
  }

  it('removes it: its connection is closed, and from then on it is unknown', async () => {
    const server = await start(CLOSED)
    await provision(server, 'CP-11A', { password: PASSWORD })
    const charger = await connectCharger(server.url, 'CP-11A', { password: PASSWORD, boot: true })
    const remove = () => server.app.inject({ method: 'DELETE', url: '/api/v1/charge-points/CP-11A', headers: BEARER })
    assert.equal((await remove()).statusCode, 204)
    assert.equal((await charger.closed).code, 1008)
    assert.equal((await refusedCharger(server.url, 'CP-11A', { password: PASSWORD })).status, 404)
    assert.equal((await remove()).statusCode, 404)
  })
})
