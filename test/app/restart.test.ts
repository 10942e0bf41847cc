import assert from 'node:assert/strict'
import { it } from 'node:test'
import { maximal } from '../schemas/samples.js'
import { versions } from '../schemas/versions.js'
import { bootRequest, connectCharger, refusedCharger } from '../support/charger.js'
import { within } from '../support/wait.js'
import { onBothBackends, operate, stateOf } from './support.js'

const PASSWORD = 'correct-horse-battery'

/** The state, except how long transactions last by now. */
function withoutDurations<T extends { transactions: { duration?: number }[] }>(state: T): T {
  return { ...state, transactions: state.transactions.map(({ duration: _, ...rest }) => rest) }
}

onBothBackends('a restart', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`leaves an accepted charge point accepted, which need not boot again, in ${protocol}`, async () => {
      const identity = `accepted-${protocol}`
      const first = await start()
      await connectCharger(first.url, identity, { protocol, boot: true })
      await first.close()
      const second = await start()
      const charger = await connectCharger(second.url, identity.toUpperCase(), { protocol })
      assert.equal((await charger.call('Heartbeat')).type, 3)
      assert.deepEqual(charger.unread, [])
    })
  }

  for (const registration of ['Pending', 'Rejected']) {
    it(`leaves the registration of a charge point ${registration}`, async () => {
      const identity = `is-${registration}`
      const first = await start()
      await operate(first, 'PUT', `/charge-points/${identity}`, { registration })
      const before = await connectCharger(first.url, identity)
      const boot = await before.call('BootNotification', bootRequest('ocpp1.6'))
      assert.equal(boot.type === 3 && boot.payload.status, registration)
      await first.close()
      const second = await start()
      assert.equal((await stateOf(second, identity)).bootStatus, registration)
      const charger = await connectCharger(second.url, identity)
      const refused = await charger.call('Heartbeat')
      assert.equal(refused.type === 4 && refused.code, 'SecurityError')
    })
  }

  it('keeps the decisions of operators about a charge point', async () => {
    const first = await start({ OCPP_OPEN_REGISTRATION: 'false' })
    const decided = { password: PASSWORD, registration: 'Pending', notes: 'behind the house' }
    await operate(first, 'PUT', '/charge-points/decided', decided)
    await operate(first, 'PUT', '/charge-points/disabled', { password: PASSWORD, enabled: false })
    const before = await stateOf(first, 'decided')
    await first.close()
    const second = await start({ OCPP_OPEN_REGISTRATION: 'false' })
    assert.deepEqual(await stateOf(second, 'decided'), before)
    assert.equal((await refusedCharger(second.url, 'decided')).status, 401)
    await connectCharger(second.url, 'decided', { password: PASSWORD })
    assert.equal((await refusedCharger(second.url, 'disabled', { password: PASSWORD })).status, 403)
  })

  for (const { version, protocol, actions } of versions) {
    it(`keeps everything that a charge point of OCPP ${version} reported`, async () => {
      const identity = `told-${version}`
      const first = await start()
      const charger = await connectCharger(first.url, identity, { protocol, boot: true })
      for (const [action, { direction, messageType, request }] of Object.entries(actions)) {
        if (direction === 'csms' || messageType === 'SEND') continue
        assert.equal((await charger.call(action, maximal(request))).type, 3, action)
      }
      await charger.close()
      // Writes down when it was last heard of.
      await first.close()
      const second = await start()
      const kept = withoutDurations(await stateOf(second, identity))
      await second.close()
      const third = await start()
      assert.deepEqual(withoutDurations(await stateOf(third, identity)), kept)
      assert.ok(kept.connectors.length > 0 && kept.transactions.length > 0)
      const sinceSeen = Date.now() - Date.parse(kept.lastSeenAt)
      assert.ok(sinceSeen >= 0 && sinceSeen < 60_000)
    })
  }

  it('gives up the calls that were open', async () => {
    const first = await start()
    await first.app.store.commit('caller', async ({ trx, chargePointId }) => {
      const row = {
        charge_point_id: chargePointId,
        message_id: 'open-call',
        protocol: 'ocpp1.6',
        created_at: Date.now()
      }
      await trx
        .insertInto('calls')
        .values({ ...row, action: 'Reset', request: '{}', status: 'sent' })
        .execute()
    })
    await first.close()
    const second = await start()
    await within('the clean-up', second.app.runs.started)
    assert.equal((await operate(second, 'GET', '/calls/open-call')).json().status, 'unknown')
  })

  it('keeps the registration for the next boot apart from the answer to the last boot', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'later', { boot: true })
    await operate(server, 'PUT', '/charge-points/later', { registration: 'Rejected' })
    assert.equal((await charger.call('Heartbeat')).type, 3)
    const { registration, bootStatus } = await stateOf(server, 'later')
    assert.deepEqual([registration, bootStatus], ['Rejected', 'Accepted'])
    const boot = await charger.call('BootNotification', bootRequest('ocpp1.6'))
    assert.equal(boot.type === 3 && boot.payload.status, 'Rejected')
  })
})
