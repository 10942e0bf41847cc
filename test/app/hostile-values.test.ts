import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { onBothBackends, operate } from './support.js'

// Values that OCPP allows, or does not forbid, and that a database, a parser or a list may stumble over.

const AT = '2026-03-04T05:06:07.000Z'
/** What a text may hold beside what people write. PostgreSQL refuses U+0000, and UTF-8 has no half characters. */
const TEXTS = { 'a NUL': 'a\u0000b', 'half a character': 'a\ud800b', nothing: '', 'a prototype': '__proto__' }

async function meet(t: TestContext, server: TestServer): Promise<void> {
  async function get(path: string) {
    const response = await operate(server, 'GET', path)
    assert.equal(response.statusCode, 200, `${path}: ${response.body}`)
    return response.json()
  }

  for (const [what, text] of Object.entries(TEXTS)) {
    await t.test(`is stored and shown when a text of 1.6 is ${what}`, async () => {
      const identity = `T16-${Object.keys(TEXTS).indexOf(what)}`
      const charger = await connectCharger(server.url, identity)
      const boot = { chargePointVendor: text, chargePointModel: text }
      assert.equal((await charger.call('BootNotification', boot)).type, 3)
      const begin = { connectorId: 1, idTag: text, meterStart: 0, timestamp: AT }
      const first = await charger.call('StartTransaction', begin)
      const retry = await charger.call('StartTransaction', begin)
      assert.ok(first.type === 3 && retry.type === 3)
      assert.equal(retry.payload.transactionId, first.payload.transactionId)
      assert.equal((await charger.call('Authorize', { idTag: text })).type, 3)
      assert.equal((await charger.call('DataTransfer', { vendorId: text, data: text })).type, 3)
      assert.equal((await get(`/transactions?chargePoint=${identity}`)).items.length, 1)
      await get('/charge-points')
      await get(`/charge-points/${identity}/state`)
      await get(`/charge-points/${identity}/messages`)
    })

    await t.test(`is stored and shown when a text of 2.x is ${what}`, async () => {
      const identity = `T2-${Object.keys(TEXTS).indexOf(what)}`
      const charger = await connectCharger(server.url, identity, { protocol: 'ocpp2.0.1', boot: true })
      const event = {
        eventType: 'Started',
        timestamp: AT,
        triggerReason: 'CablePluggedIn',
        seqNo: 0,
        transactionInfo: { transactionId: text },
        idToken: { idToken: text, type: 'Central' }
      }
      const ended = { ...event, eventType: 'Ended', seqNo: 1 }
      for (const payload of [event, event, ended]) {
        assert.equal((await charger.call('TransactionEvent', payload)).type, 3)
      }
      const { items } = await get(`/transactions?chargePoint=${identity}`)
      assert.deepEqual(
        items.map(({ status }: { status: string }) => status),
        ['ended']
      )
      await get(`/transactions/${items[0].id}`)
      await get(`/transactions/${items[0].id}/meter-values`)
    })
  }

  await t.test('is refused when it is an integer that has lost digits, before anything is stored', async () => {
    const old = await connectCharger(server.url, 'INT-16', { boot: true })
    const lost = 2 ** 53
    const begin = await old.call('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: lost, timestamp: AT })
    assert.deepEqual([begin.type, begin.type === 4 && begin.code], [4, 'PropertyConstraintViolation'])
    const young = await connectCharger(server.url, 'INT-201', { protocol: 'ocpp2.0.1', boot: true })
    const status = { timestamp: AT, connectorStatus: 'Available', connectorId: 1 }
    for (const evseId of [1e29, -1e29, lost]) {
      const answer = await young.call('StatusNotification', { ...status, evseId })
      assert.deepEqual([answer.type, answer.type === 4 && answer.code], [4, 'PropertyConstraintViolation'])
    }
    assert.equal((await young.call('StatusNotification', { ...status, evseId: lost - 1 })).type, 3)
    assert.equal((await get('/charge-points/INT-201/state')).connectors[0].evseId, lost - 1)
    assert.deepEqual((await get('/transactions?chargePoint=INT-16')).items, [])
  })

  await t.test('is kept when it is the version of a local list', async () => {
    const charger = await connectCharger(server.url, 'LIST', { boot: true })
    charger.onCall(() => ({ listVersion: 2 ** 40 }))
    const answer = await operate(server, 'POST', '/charge-points/LIST/calls/GetLocalListVersion', {})
    assert.equal(answer.statusCode, 200, answer.body)
    assert.equal((await get('/charge-points/LIST/state')).localList.version, 2 ** 40)
  })
}

onBothBackends('an unexpected value', (start) => {
  it('does no harm to other charge points', async (t) => meet(t, await start({ UNKNOWN_ID_TOKENS: 'accept' })))
})
