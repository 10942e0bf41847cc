import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RefusedChargePoints } from '../../lib/charge-points/refused.js'
import type {} from '../../plugins/csms/refused.js'
import { openReader } from '../events/reader.js'
import { connectCharger, NO_ANSWER, refusedCharger } from '../support/charger.js'
import { operate, startBackend } from './support.js'

describe('a charge point that is refused', () => {
  it('is listed with the reason until it connects, is an event and a problem', async () => {
    const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
    const reader = await openReader(server.port, { query: '?type=refused' })
    await refusedCharger(server.url, 'STRANGER')
    await refusedCharger(server.url, 'stranger', { protocol: ['ocpp2.1', 'ocpp1.6'] })
    const password = 'a-password-of-16-chars'
    await operate(server, 'PUT', '/charge-points/LOCKED', { password })
    await refusedCharger(server.url, 'LOCKED', { password: 'wrong-password-16ch' })
    const items = async (query = '') => (await operate(server, 'GET', `/refused-charge-points${query}`)).json().items
    const [locked, stranger] = await items()
    assert.deepEqual(
      [locked.identity, locked.attempts, stranger.identity, stranger.attempts],
      ['LOCKED', 1, 'stranger', 2]
    )
    for (const { status, reason, remoteAddress, firstAt, lastAt } of [locked, stranger]) {
      assert.ok(status >= 401 && status <= 404, `${status}`)
      assert.match(reason, /[a-z]/)
      assert.equal(remoteAddress, '127.0.0.1')
      assert.ok(firstAt <= lastAt)
    }
    assert.deepEqual([locked.protocol, stranger.protocol], ['ocpp1.6', 'ocpp2.1,ocpp1.6'])
    assert.equal((await items('?q=ANGER')).length, 1)
    const problems = (await operate(server, 'GET', '/problems?kind=charge-point-refused')).json().items
    assert.deepEqual(problems.map(({ chargePoint }: { chargePoint: string }) => chargePoint).toSorted(), [
      'LOCKED',
      'stranger'
    ])
    const told = (await reader.events(2)).map(({ data = '{}' }) => JSON.parse(data))
    assert.deepEqual(
      told.map(({ chargePoint, data }) => [chargePoint, data.attempts, data.status, data.protocol]),
      [
        ['STRANGER', 1, stranger.status, 'ocpp1.6'],
        ['LOCKED', 1, locked.status, 'ocpp1.6']
      ]
    )
    await connectCharger(server.url, 'LOCKED', { password })
    assert.deepEqual(
      (await items()).map(({ identity }: { identity: string }) => identity),
      ['stranger']
    )
    assert.equal((await operate(server, 'DELETE', '/refused-charge-points/STRANGER')).statusCode, 204)
    assert.equal((await operate(server, 'DELETE', '/refused-charge-points/STRANGER')).statusCode, 404)
    assert.deepEqual(await items(), [])
  })
})

describe('a charge point that speaks no version of ours', () => {
  it('is listed with what it offers, of which little is kept, and without it when it offers nothing', async () => {
    const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
    await refusedCharger(server.url, 'OLD', { protocol: 'ocpp1.5' })
    await refusedCharger(server.url, 'LOUD', { protocol: 'x'.repeat(500) })
    await refusedCharger(server.url, 'SILENT', { protocol: [] })
    const { items } = (await operate(server, 'GET', '/refused-charge-points')).json()
    assert.deepEqual(
      items.map(({ identity, protocol }: { identity: string; protocol?: string }) => [identity, protocol]),
      [
        ['SILENT', undefined],
        ['LOUD', 'x'.repeat(100)],
        ['OLD', 'ocpp1.5']
      ]
    )
  })
})

describe('a handshake that is refused for what it offers', () => {
  it('creates no charge point under open registration, and the charge point can come back', async () => {
    const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'true' })
    for (const protocol of ['ocpp1.5', 'OCPP1.6', []]) await refusedCharger(server.url, 'NEW', { protocol })
    assert.equal((await operate(server, 'GET', '/charge-points/NEW')).statusCode, 404)
    assert.deepEqual((await operate(server, 'GET', '/charge-points')).json().items, [])
    await (await connectCharger(server.url, 'NEW')).close()
    assert.equal((await operate(server, 'GET', '/charge-points/NEW')).statusCode, 200)
  })

  it('changes nothing of the passwords and the security profile of a charge point', async () => {
    const server = await startBackend({ OCPP_OPEN_REGISTRATION: 'false' })
    const [old, password] = ['an-old-password-16', 'a-new-password-16-']
    await operate(server, 'PUT', '/charge-points/KNOWN', { password: old })
    const charger = await connectCharger(server.url, 'KNOWN', { password: old })
    charger.onCall(() => NO_ANSWER)
    // It may have taken the new one, or not: both are right until it uses the new one.
    await operate(server, 'POST', '/charge-points/KNOWN/operations/set-password?timeout=50', { password })
    await charger.close()
    assert.equal((await refusedCharger(server.url, 'KNOWN', { password, protocol: 'ocpp1.5' })).status, 400)
    await (await connectCharger(server.url, 'KNOWN', { password: old })).close()
    await (await connectCharger(server.url, 'KNOWN', { password })).close()
    assert.equal((await refusedCharger(server.url, 'KNOWN', { password: old })).status, 401)
  })
})

describe('the list of refused charge points', () => {
  it('has at most 1000, and the oldest go', () => {
    let news = 0
    let now = 0
    const refused = new RefusedChargePoints({ onNews: () => news++, now: () => now })
    const refuse = (identity: string, status = 401) =>
      refused.note({ identity, rule: 'authenticate', status, remoteAddress: '192.0.2.1' })
    for (let i = 0; i < 1_500; i++) refuse(`CP-${i}`)
    refuse('CP-700')
    assert.equal(refused.list().length, 1_000)
    assert.deepEqual([refused.list()[0]?.identity, refused.list().at(-1)?.identity], ['CP-700', 'CP-500'])
    assert.equal(news, 1_500)
    now += 10_000
    refuse('CP-700')
    assert.equal(news, 1_501)
    refuse('X'.repeat(5_000))
    assert.equal(refused.list()[0]?.identity.length, 48)
    refuse('BUSY', 503)
    refused.note({ rule: 'host', status: 400, remoteAddress: '192.0.2.1' })
    assert.equal(refused.list('busy').length, 0)
  })
})
