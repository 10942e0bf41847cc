import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TSchema } from '@sinclair/typebox'
import { maximal } from '../schemas/samples.js'
import { versions } from '../schemas/versions.js'
import { connectCharger } from '../support/charger.js'
import { inLong } from '../support/long.js'
import { itemsOf, onBothBackends, stateOf } from './support.js'

/** Where in the state of a charge point a message is seen. */
const BLOCKS: Readonly<Record<string, string>> = {
  BootNotification: 'boot',
  StatusNotification: 'connectors',
  MeterValues: 'readings',
  StartTransaction: 'transactions',
  TransactionEvent: 'transactions',
  DiagnosticsStatusNotification: 'diagnostics',
  FirmwareStatusNotification: 'firmware',
  SignedFirmwareStatusNotification: 'firmware',
  LogStatusNotification: 'log',
  PublishFirmwareStatusNotification: 'publishFirmware',
  SecurityEventNotification: 'securityEvents',
  NotifyReport: 'variables',
  NotifyMonitoringReport: 'monitors',
  NotifyEvent: 'deviceEvents',
  NotifyCustomerInformation: 'reports',
  ReportChargingProfiles: 'chargingProfiles',
  ReservationStatusUpdate: 'reservations',
  NotifyDisplayMessages: 'displayMessages'
}

/** The largest numbers are no values that could be measured. */
function payloadOf(action: string, request: TSchema, protocol: string): object {
  if (action !== 'MeterValues') return maximal(request) as object
  const place = protocol === 'ocpp1.6' ? { connectorId: 1 } : { evseId: 1 }
  const value = protocol === 'ocpp1.6' ? '7.5' : 7.5
  return { ...place, meterValue: [{ timestamp: '2026-01-01T00:00:00Z', sampledValue: [{ value }] }] }
}

/** What is answered and leaves nothing but its line in the log. */
const LOGGED_ONLY = new Set(['Authorize', 'DataTransfer', 'Heartbeat', 'SignCertificate', 'StopTransaction'])

onBothBackends('a message of a charge point', (start) => {
  for (const { version, protocol, actions } of versions) {
    // 2.1 has all messages of 2.0.1.
    const options = version === '2.0.1' ? inLong : {}
    it(`is visible in its resource and in the message log, in OCPP ${version}`, options, async () => {
      const server = await start()
      // At once, because the log of messages is written a little later.
      const own = Object.entries(actions).filter(([, { direction }]) => direction !== 'csms')
      const tries = own.map(async ([action, { messageType, request }]) => {
        const identity = `${action}-${version}`
        const charger = await connectCharger(server.url, identity, { protocol, boot: action !== 'BootNotification' })
        if (messageType === 'SEND') {
          charger.send(6, 'a-send', action, payloadOf(action, request, protocol))
          await charger.roundTrip()
        } else {
          assert.equal((await charger.call(action, payloadOf(action, request, protocol))).type, 3, action)
        }
        await assertVisible(await stateOf(server, identity), action)
        const wanted = messageType === 'SEND' ? [6] : [3, 2]
        const path = `/charge-points/${identity}/messages?action=${action}`
        const types = (await itemsOf(server, path, wanted.length)).map((item) => item.messageType)
        assert.deepEqual(types, wanted, action)
      })
      await Promise.all(tries)
    })
  }
})

async function assertVisible(state: Record<string, unknown>, action: string): Promise<void> {
  if (LOGGED_ONLY.has(action)) return
  const block = BLOCKS[action]
  if (block === undefined) {
    const notifications = state.notifications as { action: string }[]
    assert.deepEqual(
      notifications.map((notification) => notification.action),
      [action]
    )
    return
  }
  const found = state[block]
  assert.ok(Array.isArray(found) ? found.length > 0 : found !== undefined, `${action} in ${block}`)
}
