import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Protocol, RegistrationStatus } from 'fastify-ocpp'
import { bootRequest, connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'

const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
const currentTime = '2026-01-01T00:00:00Z'

/** Answers boots with what `status` says at that moment. */
function bootWith(status: () => RegistrationStatus) {
  return (app: FastifyInstance) => {
    const answer = () => ({ status: status(), currentTime, interval: 300 })
    for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21] as const) {
      version.fallback((action) => (action === 'Heartbeat' ? { currentTime } : {}))
    }
    app.ocpp.v16.on('BootNotification', answer)
    app.ocpp.v201.on('BootNotification', answer)
    app.ocpp.v21.on('BootNotification', answer)
  }
}

for (const protocol of VERSIONS) {
  test(`${protocol}: everything but BootNotification is a SecurityError until a boot was accepted`, async () => {
    let status: RegistrationStatus = 'Pending'
    const server = await startServer(
      {},
      bootWith(() => status)
    )
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    const registration = () => server.app.ocpp.chargePoints.get('CP-1')?.registration
    const heartbeat = async () => {
      const answer = await charger.roundTrip()
      return answer.type === 3 ? 'answered' : answer.code
    }
    assert.deepEqual([await heartbeat(), registration()], ['SecurityError', undefined])
    await charger.call('BootNotification', bootRequest(protocol))
    assert.deepEqual([await heartbeat(), registration()], ['SecurityError', 'Pending'])
    status = 'Rejected'
    await charger.call('BootNotification', bootRequest(protocol))
    assert.deepEqual([await heartbeat(), registration()], ['SecurityError', 'Rejected'])
    status = 'Accepted'
    await charger.call('BootNotification', bootRequest(protocol))
    assert.deepEqual([await heartbeat(), registration()], ['answered', 'Accepted'])
    status = 'Pending'
    await charger.call('BootNotification', bootRequest(protocol))
    assert.deepEqual([await heartbeat(), registration()], ['SecurityError', 'Pending'])
  })

  test(`${protocol}: before acceptance even an unknown action and a wrong payload are a SecurityError`, async () => {
    const events: string[] = []
    const server = await startServer()
    server.app.ocpp.events.on('security', ({ type, detail }) => events.push(`${type} ${detail}`))
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    for (const [action, payload] of [
      ['Nonsense', {}],
      ['Heartbeat', { extra: 1 }]
    ] as const) {
      const answer = await charger.call(action, payload)
      assert.equal(answer.type === 4 && answer.code, 'SecurityError')
    }
    assert.deepEqual(events, ['not-accepted Nonsense', 'not-accepted Heartbeat'])
  })

  test(`${protocol}: a boot that is refused for its schema accepts nobody`, async () => {
    const server = await startServer(
      {},
      bootWith(() => 'Accepted')
    )
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    await charger.call('BootNotification', { ...bootRequest(protocol), extra: 1 })
    const answer = await charger.roundTrip()
    assert.equal(answer.type === 4 && answer.code, 'SecurityError')
  })

  test(`${protocol}: acceptance survives a reconnect without a boot`, async () => {
    const server = await startServer(
      {},
      bootWith(() => 'Accepted')
    )
    const first = await connectCharger(server.url, 'CP-1', { protocol, boot: true })
    await first.close()
    await until('it is gone', () => !server.app.ocpp.chargePoints.has('CP-1'))
    const second = await connectCharger(server.url, 'CP-1', { protocol })
    assert.equal((await second.roundTrip()).type, 3)
    const third = await connectCharger(server.url, 'CP-1', { protocol })
    assert.equal((await third.roundTrip()).type, 3, 'and a take-over')
    const other = await connectCharger(server.url, 'CP-2', { protocol })
    assert.equal((await other.roundTrip()).type, 4, 'but not for another charger')
  })

  test(`${protocol}: the registration that authenticate supplies counts`, async () => {
    for (const registration of ['Accepted', 'Pending', 'Rejected'] as const) {
      const server = await startServer(
        { authenticate: () => ({ accept: true, registration }) },
        bootWith(() => 'Accepted')
      )
      const charger = await connectCharger(server.url, 'CP-1', { protocol })
      assert.equal(server.app.ocpp.chargePoints.get('CP-1')?.registration, registration)
      assert.equal((await charger.roundTrip()).type, registration === 'Accepted' ? 3 : 4)
    }
  })

  test(`${protocol}: what we trigger while it is Pending is let through, nothing else is`, async () => {
    const server = await startServer(
      {},
      bootWith(() => 'Pending')
    )
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    charger.onCall(() => ({ status: 'Accepted' }))
    await charger.call('BootNotification', bootRequest(protocol))
    assert.equal((await charger.roundTrip()).type, 4)
    await server.app.ocpp.call('CP-1', 'TriggerMessage', { requestedMessage: 'Heartbeat' })
    assert.equal((await charger.roundTrip()).type, 3)
    const other = await charger.call('DataTransfer', { vendorId: 'Acme' })
    assert.equal(other.type === 4 && other.code, 'SecurityError')
  })
}

test('a Rejected charger may not even send what was triggered', async () => {
  let status: RegistrationStatus = 'Pending'
  const server = await startServer(
    {},
    bootWith(() => status)
  )
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  await server.app.ocpp.call('CP-1', 'TriggerMessage', { requestedMessage: 'Heartbeat' })
  assert.equal((await charger.roundTrip()).type, 3)
  status = 'Rejected'
  await charger.call('BootNotification', bootRequest('ocpp1.6'))
  assert.equal((await charger.roundTrip()).type, 4)
})

/** What a CALL of ours entitles a Pending charger to send. */
const SOLICITED: {
  protocol: Protocol
  action: string
  request: object
  answer: object
  allowed: string
  by: object
}[] = [
  {
    protocol: 'ocpp2.0.1',
    action: 'GetBaseReport',
    request: { requestId: 1, reportBase: 'FullInventory' },
    answer: { status: 'Accepted' },
    allowed: 'NotifyReport',
    by: { requestId: 1, generatedAt: currentTime, seqNo: 0 }
  },
  {
    protocol: 'ocpp2.1',
    action: 'GetReport',
    request: { requestId: 1 },
    answer: { status: 'Accepted' },
    allowed: 'NotifyReport',
    by: { requestId: 1, generatedAt: currentTime, seqNo: 0 }
  },
  {
    protocol: 'ocpp1.6',
    action: 'ExtendedTriggerMessage',
    request: { requestedMessage: 'FirmwareStatusNotification' },
    answer: { status: 'Accepted' },
    allowed: 'SignedFirmwareStatusNotification',
    by: { status: 'Idle' }
  },
  {
    protocol: 'ocpp1.6',
    action: 'ExtendedTriggerMessage',
    request: { requestedMessage: 'SignChargePointCertificate' },
    answer: { status: 'Accepted' },
    allowed: 'SignCertificate',
    by: { csr: 'x' }
  },
  {
    protocol: 'ocpp2.0.1',
    action: 'TriggerMessage',
    request: { requestedMessage: 'SignChargingStationCertificate' },
    answer: { status: 'Accepted' },
    allowed: 'SignCertificate',
    by: { csr: 'x' }
  }
]

for (const { protocol, action, request, answer, allowed, by } of SOLICITED) {
  test(`${protocol}: ${action} ${JSON.stringify(request)} lets a Pending charger send ${allowed}`, async () => {
    const server = await startServer({ authenticate: () => ({ accept: true, registration: 'Pending' }) }, (app) => {
      for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21]) {
        version.fallback(() => (allowed === 'SignCertificate' ? { status: 'Accepted' } : {}))
      }
    })
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    charger.onCall(() => answer)
    assert.equal((await charger.call(allowed, by)).type, 4)
    await server.app.ocpp.call('CP-1', action, request)
    assert.equal((await charger.call(allowed, by)).type, 3)
  })
}
