import assert from 'node:assert/strict'
import { it } from 'node:test'
import { maximal } from '../schemas/samples.js'
import { versions } from '../schemas/versions.js'
import { bootRequest, connectCharger, refusedCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { within } from '../support/wait.js'
import { onBothBackends, operate, stateOf } from './support.js'

const PASSWORD = 'correct-horse-battery'

/** The state, except how long transactions last by now. */
function withoutDurations<T extends { transactions: { duration?: number }[] }>(state: T): T {
  return { ...state, transactions: state.transactions.map(({ duration: _, ...rest }) => rest) }
}

onBothBackends('a restart', (start) => {
  it('leaves an accepted charge point of any version accepted, which need not boot again', async () => {
    const first = await start()
    for (const { protocol } of versions) {
      await connectCharger(first.url, `accepted-${protocol}`, { protocol, boot: true })
    }
    await first.close()
    const second = await start()
    for (const { protocol } of versions) {
      const charger = await connectCharger(second.url, `ACCEPTED-${protocol.toUpperCase()}`, { protocol })
      assert.equal((await charger.call('Heartbeat')).type, 3)
      assert.deepEqual(charger.unread, [])
    }
  })

  it('leaves the registration of a charge point Pending, or Rejected', async () => {
    const registrations = ['Pending', 'Rejected']
    const first = await start()
    for (const registration of registrations) {
      await operate(first, 'PUT', `/charge-points/is-${registration}`, { registration })
      const before = await connectCharger(first.url, `is-${registration}`)
      const boot = await before.call('BootNotification', bootRequest('ocpp1.6'))
      assert.equal(boot.type === 3 && boot.payload.status, registration)
    }
    await first.close()
    const second = await start()
    for (const registration of registrations) {
      assert.equal((await stateOf(second, `is-${registration}`)).bootStatus, registration)
      const charger = await connectCharger(second.url, `is-${registration}`)
      const refused = await charger.call('Heartbeat')
      assert.equal(refused.type === 4 && refused.code, 'SecurityError')
    }
  })

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

  it('keeps everything that a charge point of any version reported', async () => {
    const first = await start()
    for (const { version, protocol, actions } of versions) {
      const charger = await connectCharger(first.url, `told-${version}`, { protocol, boot: true })
      for (const [action, { direction, messageType, request }] of Object.entries(actions)) {
        if (direction === 'csms' || messageType === 'SEND') continue
        assert.equal((await charger.call(action, maximal(request))).type, 3, `${version} ${action}`)
      }
      await charger.close()
    }
    const statesOf = async (server: TestServer) =>
      Promise.all(versions.map(async ({ version }) => withoutDurations(await stateOf(server, `told-${version}`))))
    // Writes down when it was last heard of.
    await first.close()
    const second = await start()
    const kept = await statesOf(second)
    await second.close()
    assert.deepEqual(await statesOf(await start()), kept)
    for (const { connectors, transactions, lastSeenAt } of kept) {
      assert.ok(connectors.length > 0 && transactions.length > 0)
      const sinceSeen = Date.now() - Date.parse(lastSeenAt)
      assert.ok(sinceSeen >= 0 && sinceSeen < 60_000)
    }
  })

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
