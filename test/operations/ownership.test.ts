import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Lookup } from '../../lib/operations/operation.js'
import { reserve } from '../../lib/operations/reservations.js'
import { onBothBackends, operate, stateOf } from '../app/support.js'
import { PROTOCOLS, perform, play } from './support.js'

const FAR = '2090-01-01T00:00:00Z'
const HASH = { hashAlgorithm: 'SHA256', issuerNameHash: 'a1', issuerKeyHash: 'b2', serialNumber: 'c3' } as const

onBothBackends('an object that an operation names by its id', (start) => {
  for (const protocol of PROTOCOLS) {
    it(`is never the certificate of another charge point, in ${protocol}`, async () => {
      const server = await start()
      const certificateType = protocol === 'ocpp1.6' ? 'CentralSystemRootCertificate' : 'CSMSRootCertificate'
      const list =
        protocol === 'ocpp1.6'
          ? { certificateHashData: [HASH] }
          : { certificateHashDataChain: [{ certificateType, certificateHashData: HASH }] }
      const answer = (action: string) => ({ status: 'Accepted', ...(action === 'GetInstalledCertificateIds' && list) })
      const mine = await play(server, protocol, answer, { identity: `MINE-${protocol}` })
      const others = await play(server, protocol, answer, { identity: `OTHER-${protocol}` })
      for (const { charger } of [mine, others]) {
        const listed = await perform(server, charger.identity, 'operations/list-certificates', {
          types: ['CSMSRootCertificate']
        })
        assert.equal(listed.status, 200, JSON.stringify(listed.body))
      }
      const idOf = async (identity: string) => {
        const { items } = (await operate(server, 'GET', `/certificates?chargePoint=${identity}`)).json()
        assert.equal(items.length, 1)
        return items[0].id as string
      }
      const certificate = await idOf(others.charger.identity)
      mine.asked.length = 0
      const refused = await perform(server, mine.charger.identity, 'operations/delete-certificate', { certificate })
      assert.deepEqual([refused.status, refused.body.code], [422, 'INVALID_OPERATION'])
      assert.deepEqual(mine.asked, [])

      const own = await idOf(mine.charger.identity)
      const deleted = await perform(server, mine.charger.identity, 'operations/delete-certificate', {
        certificate: own
      })
      assert.deepEqual([deleted.status, deleted.body.status], [200, 'accepted'])
      assert.deepEqual(mine.asked, [['DeleteCertificate', { certificateHashData: HASH }]])
      assert.equal(await idOf(others.charger.identity), certificate, 'that of the other one is still there')
    })
  }

  it('gets an id that no reservation of its charge point has; those of others do not matter', async () => {
    const server = await start()
    const ids: Record<string, number> = {}
    for (const [identity, reservationId] of [
      ['TAKEN', 7],
      ['OTHERS', 8]
    ] as const) {
      const { charger } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }), { identity })
      const request = { idToken: { idToken: 'AA' }, expiresAt: FAR, evseId: 1, reservationId }
      const { body } = await perform(server, charger.identity, 'operations/reserve', request)
      assert.equal(body.status, 'accepted')
      ids[identity] = (await server.app.store.find(identity))?.id ?? 0
    }
    const chargePoint = await server.app.store.find('TAKEN')
    assert.ok(chargePoint !== undefined)
    const rolled = [7, 7, 8, 9]
    const lookup: Lookup = {
      traits: {},
      db: server.app.store.db,
      chargePoint,
      protocol: 'ocpp1.6',
      connection: {},
      now: Date.now(),
      nextId: () => rolled.shift() ?? 0,
      fileHosts: undefined,
      languages: ['en']
    }
    const facts = await reserve.facts(lookup, { idToken: { idToken: 'AA' }, expiresAt: FAR })
    assert.equal((facts as { reservationId: number }).reservationId, 8)
  })

  it('is the latest transaction, where the charge point has used its id several times', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp2.0.1', () => ({ status: 'Accepted' }), { identity: 'REUSES' })
    for (const [eventType, evse, time] of [
      ['Started', 1, '08:00'],
      ['Ended', 1, '09:00'],
      ['Started', 2, '10:00']
    ] as const) {
      const answer = await charger.call('TransactionEvent', {
        ...{ eventType, timestamp: `2026-01-01T${time}:00Z`, triggerReason: 'Trigger' },
        ...{ seqNo: eventType === 'Ended' ? 1 : 0, evse: { id: evse, connectorId: 1 } },
        transactionInfo: { transactionId: 'AGAIN' }
      })
      assert.equal(answer.type, 3)
    }
    const request = { transactionId: 'AGAIN', limit: 6, unit: 'A' }
    assert.equal((await perform(server, 'REUSES', 'operations/charging-limit', request)).body.status, 'accepted')
    const [, payload] = asked.find(([action]) => action === 'SetChargingProfile') ?? []
    assert.equal((payload as { evseId: number }).evseId, 2)
  })

  it('is the transaction of the connector that is named, in either way in 1.6', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', () => ({ status: 'Accepted' }), { identity: 'TWO' })
    const ids: unknown[] = []
    for (const connectorId of [1, 2]) {
      const begin = { connectorId, idTag: 'AA', meterStart: 0, timestamp: '2026-01-01T08:00:00Z' }
      const answer = await charger.call('StartTransaction', begin)
      ids.push(answer.type === 3 && answer.payload.transactionId)
    }
    assert.equal((await perform(server, 'TWO', 'operations/stop')).body.code, 'SEVERAL_TRANSACTIONS')
    for (const place of [{ evseId: 1 }, { evseId: 2 }, { connectorId: 1 }, { connectorId: 2 }]) {
      assert.equal((await perform(server, 'TWO', 'operations/stop', place)).body.status, 'accepted')
    }
    assert.deepEqual(
      asked.map(([, payload]) => (payload as { transactionId: number }).transactionId),
      [...ids, ...ids]
    )
  })

  it('is what the charge point has accepted: a refused reservation, cancellation or value changes nothing', async () => {
    const server = await start()
    for (const protocol of ['ocpp1.6', 'ocpp2.0.1'] as const) {
      let status = 'Occupied'
      const { charger } = await play(server, protocol, () => ({ status }), { identity: `REFUSES-${protocol}` })
      const request = { idToken: { idToken: 'AA' }, expiresAt: FAR, evseId: 1 }
      const shown = async () => {
        const { reservations } = await stateOf(server, charger.identity)
        return reservations.map((one: { status: string }) => one.status)
      }
      const reserved = () => perform(server, charger.identity, 'operations/reserve', request)
      assert.equal((await reserved()).body.status, 'rejected')
      assert.deepEqual(await shown(), [])
      status = 'Accepted'
      const { reservationId } = (await reserved()).body
      const before = await shown()
      status = 'Rejected'
      await perform(server, charger.identity, 'operations/cancel-reservation', { reservationId })
      assert.deepEqual([await shown(), before.length], [before, 1])
    }
    const variable = { component: { name: 'TxCtrlr' }, variable: { name: 'EVConnectionTimeOut' } }
    const results: Record<string, string[]> = {}
    for (const attributeStatus of ['Accepted', 'RebootRequired', 'Rejected']) {
      const identity = `SETS-${attributeStatus}`
      await play(server, 'ocpp2.1', () => ({ setVariableResult: [{ ...variable, attributeStatus }] }), { identity })
      await perform(server, identity, 'operations/set-configuration', { items: [{ ...variable, value: '60' }] })
      const { id = 0 } = (await server.app.store.find(identity)) ?? {}
      const rows = server.app.store.db.selectFrom('variables').select('value').where('charge_point_id', '=', id)
      results[attributeStatus] = (await rows.execute()).map(({ value }) => value ?? '')
    }
    // A value that needs a reboot is not in force yet.
    assert.deepEqual(results, { Accepted: ['60'], RebootRequired: [], Rejected: [] })
  })
})
