import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Charger, connectCharger, ErrorAnswer, NO_ANSWER, refusedCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { itemsOf, onSharedBackend, operate, stateOf } from './support.js'

const FUTURE = '2090-01-01T00:00:00.000Z'

/** Has an operator call the charge point, which answers so. */
async function call(
  server: TestServer,
  charger: Charger,
  action: string,
  { request = {}, answer }: { request?: object; answer: unknown }
) {
  charger.onCall(() => answer)
  const response = await operate(server, 'POST', `/charge-points/${charger.identity}/calls/${action}`, request)
  return { status: response.statusCode, ...response.json() }
}

/** The only row of a block. */
async function only(server: TestServer, { identity }: Charger, block: string) {
  const rows = (await stateOf(server, identity))[block]
  assert.equal(rows.length, 1, `${block}: ${JSON.stringify(rows)}`)
  return rows[0]
}

onSharedBackend('a call', (start) => {
  it('is stored with its operator, its answer and its duration', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'written', { boot: true })
    const began = performance.now()
    const asked = await call(server, charger, 'Reset', { request: { type: 'Soft' }, answer: { status: 'Rejected' } })
    const { createdAt, sentAt, answeredAt, duration, ...written } = (
      await operate(server, 'GET', `/calls/${asked.messageId}`)
    ).json()
    assert.deepEqual(written, {
      messageId: asked.messageId,
      identity: 'written',
      protocol: 'ocpp1.6',
      action: 'Reset',
      status: 'answered',
      request: { type: 'Soft' },
      response: { status: 'Rejected' },
      operator: 'operator'
    })
    for (const time of [createdAt, sentAt, answeredAt]) assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
    // In seconds, as everywhere.
    assert.ok(duration > 0 && duration < (performance.now() - began) / 1000, String(duration))
    assert.match(String(duration), /^\d+(?:\.\d{1,6})?$/)
  })

  it('is stored with its error when it failed', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'fails', { boot: true })
    const refusal = new ErrorAnswer('NotSupported', 'no such thing', { why: 'old' })
    await call(server, charger, 'ClearCache', { answer: refusal })
    await call(server, charger, 'ClearCache', { answer: { status: 'Perhaps' } })
    charger.onCall(() => NO_ANSWER)
    await operate(server, 'POST', '/charge-points/fails/calls/ClearCache?timeout=20')
    const { items } = (await operate(server, 'GET', '/charge-points/fails/calls')).json()
    assert.deepEqual(
      items.map((item: Record<string, unknown>) => [item.status, item.errorCode, item.errorDescription]),
      [
        ['timeout', 'timeout', undefined],
        ['error', 'invalid-response', 'answer to ClearCache: /status must be one of Accepted, Rejected'],
        ['error', 'NotSupported', 'no such thing']
      ]
    )
    assert.deepEqual(items[2].errorDetails, { why: 'old' })
  })

  it('leaves no record when the request is invalid or the charge point is not connected', async () => {
    const server = await start()
    await connectCharger(server.url, 'quiet', { boot: true })
    await operate(server, 'PUT', '/charge-points/away', {})
    const wrong = await operate(server, 'POST', '/charge-points/quiet/calls/Reset', { type: 'Medium' })
    const away = await operate(server, 'POST', '/charge-points/away/calls/ClearCache')
    const nobody = await operate(server, 'POST', '/charge-points/nobody/calls/ClearCache')
    assert.deepEqual([wrong.statusCode, away.statusCode, nobody.statusCode], [422, 409, 404])
    for (const identity of ['quiet', 'away']) {
      assert.deepEqual((await operate(server, 'GET', `/charge-points/${identity}/calls`)).json(), { items: [] })
    }
  })

  it('of the back-end itself has no operator', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'unbooted')
    charger.onCall(() => ({ status: 'Rejected' }))
    await charger.call('Heartbeat')
    const [item] = await itemsOf(server, '/charge-points/unbooted/calls?status=answered', 1)
    assert.deepEqual([item?.action, item?.operator], ['TriggerMessage', undefined])
  })

  it('is listed newest first, page by page, by action', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'pages', { boot: true })
    const answer = { status: 'Accepted' }
    for (const type of ['Soft', 'Hard', 'Soft']) await call(server, charger, 'Reset', { request: { type }, answer })
    await call(server, charger, 'ClearCache', { answer })
    const first = (await operate(server, 'GET', '/charge-points/pages/calls?limit=2&action=Reset')).json()
    const path = `/charge-points/pages/calls?limit=2&action=Reset&cursor=${first.nextCursor}`
    const second = (await operate(server, 'GET', path)).json()
    const types = [...first.items, ...second.items].map(({ request }) => request.type)
    assert.deepEqual(types, ['Soft', 'Hard', 'Soft'])
    assert.equal(second.nextCursor, undefined)
  })

  it('is answered 404 when its message id is unknown', async () => {
    const server = await start()
    assert.equal((await operate(server, 'GET', '/calls/no-such-call')).statusCode, 404)
  })
})

onSharedBackend('the back-end stores from calls, in 1.6:', (start) => {
  const connect = (server: TestServer, identity: string) => connectCharger(server.url, identity, { boot: true })
  const accepted = { status: 'Accepted' }

  it('the last of two configuration keys that are stored as the same', async () => {
    const server = await start()
    const charger = await connect(server, 'configuration-twice')
    const configurationKey = [
      { key: 'a\0', readonly: false, value: '1' },
      { key: 'a\ufffd', readonly: false, value: '2' }
    ]
    await call(server, charger, 'GetConfiguration', { answer: { configurationKey } })
    const { configuration } = await stateOf(server, charger.identity)
    assert.deepEqual(
      configuration.map(({ key, value }: Record<string, unknown>) => [key, value]),
      [['a\ufffd', '2']]
    )
  })

  it('configuration keys as read and as set', async () => {
    const server = await start()
    const charger = await connect(server, 'configuration-16')
    const configurationKey = [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'NumberOfConnectors', readonly: true, value: '2' },
      { key: 'AuthorizationKey', readonly: false, value: 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4' }
    ]
    await call(server, charger, 'GetConfiguration', { answer: { configurationKey } })
    const set = (value: string, status: string) =>
      call(server, charger, 'ChangeConfiguration', { request: { key: 'HeartbeatInterval', value }, answer: { status } })
    await set('60', 'Accepted')
    await set('90', 'Rejected')
    const { configuration } = await stateOf(server, charger.identity)
    const shown = configuration.map(({ key, value, readonly }: Record<string, unknown>) => [key, value, readonly])
    assert.deepEqual(shown, [
      ['AuthorizationKey', undefined, false],
      ['HeartbeatInterval', '60', false],
      ['NumberOfConnectors', '2', true]
    ])
  })

  it('reservations', async () => {
    const server = await start()
    const charger = await connect(server, 'reservations-16')
    const request = { connectorId: 1, expiryDate: FUTURE, idTag: 'TAG', parentIdTag: 'FLEET', reservationId: 5 }
    await call(server, charger, 'ReserveNow', { request, answer: { status: 'Occupied' } })
    assert.deepEqual((await stateOf(server, charger.identity)).reservations, [])
    await call(server, charger, 'ReserveNow', { request, answer: accepted })
    const { connectorId, expiresAt, idToken, groupId, status } = await only(server, charger, 'reservations')
    assert.deepEqual([connectorId, expiresAt, idToken, groupId, status], [1, FUTURE, 'TAG', 'FLEET', 'Accepted'])
    await call(server, charger, 'CancelReservation', { request: { reservationId: 5 }, answer: accepted })
    assert.equal((await only(server, charger, 'reservations')).status, 'Cancelled')
  })

  it('the local list, in whole and by its changes', async () => {
    const server = await start()
    const charger = await connect(server, 'local-list-16')
    const entry = (idTag: string) => ({ idTag, idTagInfo: { status: 'Accepted' } })
    const send = (listVersion: number, updateType: string, localAuthorizationList: object[]) =>
      call(server, charger, 'SendLocalList', {
        request: { listVersion, updateType, localAuthorizationList },
        answer: accepted
      })
    await send(1, 'Full', [entry('A'), entry('B')])
    await send(2, 'Differential', [{ idTag: 'a' }, entry('C')])
    const { localList } = await stateOf(server, charger.identity)
    assert.deepEqual([localList.version, localList.entries], [2, [entry('B'), entry('C')]])
    await call(server, charger, 'GetLocalListVersion', { answer: { listVersion: 2 } })
    assert.deepEqual((await stateOf(server, charger.identity)).localList.entries, [entry('B'), entry('C')])
    await call(server, charger, 'GetLocalListVersion', { answer: { listVersion: 9 } })
    const other = (await stateOf(server, charger.identity)).localList
    assert.deepEqual([other.version, other.entries], [9, undefined])
  })

  it('charging profiles', async () => {
    const server = await start()
    const charger = await connect(server, 'profiles-16')
    const profile = (chargingProfileId: number, stackLevel: number) => ({
      chargingProfileId,
      stackLevel,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1 }] }
    })
    const set = (csChargingProfiles: object, status: string) =>
      call(server, charger, 'SetChargingProfile', {
        request: { connectorId: 1, csChargingProfiles },
        answer: { status }
      })
    await set(profile(1, 0), 'Accepted')
    await set(profile(2, 0), 'Accepted')
    await set(profile(3, 1), 'Rejected')
    const { profileId, connectorId, payload } = await only(server, charger, 'chargingProfiles')
    assert.deepEqual([profileId, connectorId, payload], [2, 1, profile(2, 0)])
    await call(server, charger, 'ClearChargingProfile', { request: { stackLevel: 0 }, answer: { status: 'Unknown' } })
    assert.deepEqual((await stateOf(server, charger.identity)).chargingProfiles, [])
  })
})

for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
  onSharedBackend(`the back-end stores from calls, in ${protocol}:`, (start) => {
    const connect = (server: TestServer, identity: string) =>
      connectCharger(server.url, identity, { protocol, boot: true })
    const accepted = { status: 'Accepted' }
    const place = { component: { name: 'OCPPCommCtrlr' }, variable: { name: 'HeartbeatInterval' } }

    it('variables as read and as set', async () => {
      const server = await start()
      const charger = await connect(server, 'variables-2')
      const target = { component: { name: 'Other' }, variable: { name: 'Limit' }, attributeType: 'Target' }
      await call(server, charger, 'GetVariables', {
        request: { getVariableData: [place] },
        answer: { getVariableResult: [{ ...place, attributeStatus: 'Accepted', attributeValue: '300' }] }
      })
      await call(server, charger, 'SetVariables', {
        request: {
          setVariableData: [
            { ...place, attributeValue: '60' },
            { ...target, attributeValue: '7' }
          ]
        },
        // In another order.
        answer: {
          setVariableResult: [
            { ...target, attributeStatus: 'Rejected' },
            { ...place, attributeStatus: 'Accepted' }
          ]
        }
      })
      const { variable, value } = await only(server, charger, 'variables')
      assert.deepEqual([variable, value], ['HeartbeatInterval', '60'])
    })

    it('monitors', async () => {
      const server = await start()
      const charger = await connect(server, 'monitors-2')
      const monitor = { value: 5, type: 'Delta', severity: 8, ...place }
      await call(server, charger, 'SetVariableMonitoring', {
        request: { setMonitoringData: [monitor] },
        answer: { setMonitoringResult: [{ id: 4, status: 'Accepted', type: 'Delta', severity: 8, ...place }] }
      })
      const { monitorId, type, value, severity } = await only(server, charger, 'monitors')
      assert.deepEqual([monitorId, type, value, severity], [4, 'Delta', 5, 8])
      const clear = (status: string) =>
        call(server, charger, 'ClearVariableMonitoring', {
          request: { id: [4] },
          answer: { clearMonitoringResult: [{ id: 4, status }] }
        })
      await clear('Rejected')
      await only(server, charger, 'monitors')
      await clear('Accepted')
      assert.deepEqual((await stateOf(server, charger.identity)).monitors, [])
    })

    it('reservations', async () => {
      const server = await start()
      const charger = await connect(server, 'reservations-2')
      const request = { id: 5, expiryDateTime: FUTURE, idToken: { idToken: 'T', type: 'Central' }, evseId: 2 }
      await call(server, charger, 'ReserveNow', { request, answer: accepted })
      await charger.call('ReservationStatusUpdate', { reservationId: 5, reservationUpdateStatus: 'Expired' })
      const { evseId, idToken, idTokenType, status } = await only(server, charger, 'reservations')
      assert.deepEqual([evseId, idToken, idTokenType, status], [2, 'T', 'Central', 'Expired'])
    })

    it('charging profiles, also those of others', async () => {
      const server = await start()
      const charger = await connect(server, 'profiles-2')
      const profile = (id: number) => ({
        id,
        stackLevel: id,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: [{ id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1 }] }]
      })
      await call(server, charger, 'SetChargingProfile', {
        request: { evseId: 1, chargingProfile: profile(1) },
        answer: accepted
      })
      const report = { requestId: 1, chargingLimitSource: 'EMS', evseId: 1, chargingProfile: [profile(2)] }
      await charger.call('ReportChargingProfiles', report)
      const sources = async () =>
        (await stateOf(server, charger.identity)).chargingProfiles.map(({ source }: { source: string }) => source)
      assert.deepEqual(await sources(), ['CSO', 'EMS'])
      await charger.call('ClearedChargingLimit', { chargingLimitSource: 'EMS' })
      assert.deepEqual(await sources(), ['CSO'])
      await call(server, charger, 'ClearChargingProfile', { request: { chargingProfileId: 1 }, answer: accepted })
      assert.deepEqual(await sources(), [])
    })

    it('display messages', async () => {
      const server = await start()
      const charger = await connect(server, 'display-2')
      const message = { id: 3, priority: 'NormalCycle', message: { format: 'UTF8', content: 'Hello' } }
      await call(server, charger, 'SetDisplayMessage', { request: { message }, answer: accepted })
      assert.deepEqual((await only(server, charger, 'displayMessages')).payload, message)
      await call(server, charger, 'ClearDisplayMessage', { request: { id: 3 }, answer: accepted })
      assert.deepEqual((await stateOf(server, charger.identity)).displayMessages, [])
    })

    it('certificates', async () => {
      const server = await start()
      const charger = await connect(server, 'certificates-2')
      const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'name', issuerKeyHash: 'key', serialNumber: '0A' }
      const list = (chain: object[]) =>
        call(server, charger, 'GetInstalledCertificateIds', {
          answer: chain.length === 0 ? { status: 'NotFound' } : { status: 'Accepted', certificateHashDataChain: chain }
        })
      const root = { certificateType: 'V2GRootCertificate', certificateHashData: hash }
      await list([root, root])
      const { type, serialNumber } = await only(server, charger, 'certificates')
      assert.deepEqual([type, serialNumber], ['V2GRootCertificate', 'a'])
      const request = { certificateHashData: hash }
      await call(server, charger, 'DeleteCertificate', { request, answer: { status: 'Failed' } })
      await only(server, charger, 'certificates')
      await call(server, charger, 'DeleteCertificate', { request, answer: accepted })
      assert.deepEqual((await stateOf(server, charger.identity)).certificates, [])
      await list([root])
      await list([])
      assert.deepEqual((await stateOf(server, charger.identity)).certificates, [])
    })
  })
}

onSharedBackend('a new password, sent to a charge point,', (start) => {
  const OLD = 'correct-horse-battery'
  const NEW = 'a0b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4f5a6b7c8'

  async function change(server: TestServer, identity: string, answer: unknown) {
    await operate(server, 'PUT', `/charge-points/${identity}`, { password: OLD })
    const charger = await connectCharger(server.url, identity, { password: OLD, boot: true })
    const request = { key: 'AuthorizationKey', value: NEW }
    charger.onCall(() => answer)
    const timeout = answer === NO_ANSWER ? 50 : 20_000
    const path = `/charge-points/${identity}/calls/ChangeConfiguration?timeout=${timeout}`
    await operate(server, 'POST', path, request)
  }

  async function isLetIn(server: TestServer, identity: string, password: string | Buffer): Promise<boolean> {
    try {
      await connectCharger(server.url, identity, { password })
      return true
    } catch {
      return false
    }
  }

  for (const [name, answer, valid] of [
    ['accepted, is the only one', { status: 'Accepted' }, [false, true]],
    ['rejected, counts for nothing', { status: 'Rejected' }, [true, false]],
    ['refused with a CALLERROR, counts for nothing', new ErrorAnswer('InternalError'), [true, false]],
    ['not answered, counts beside the old one', NO_ANSWER, [true, true]],
    ['to be used after a reboot, counts beside the old one', { status: 'RebootRequired' }, [true, true]]
  ] as const) {
    it(`${name}`, async () => {
      const server = await start()
      const identity = `key-${name.slice(0, 10).replaceAll(/[^a-z]/g, '-')}`
      await change(server, identity, answer)
      const octets = Buffer.from(NEW, 'hex')
      assert.deepEqual([await isLetIn(server, identity, OLD), await isLetIn(server, identity, octets)], valid)
    })
  }

  it('and used, is the only one from then on', async () => {
    const server = await start()
    await change(server, 'used', NO_ANSWER)
    await connectCharger(server.url, 'used', { password: NEW })
    assert.equal((await refusedCharger(server.url, 'used', { password: OLD })).status, 401)
  })

  it('in 2.x counts from then on too, and is in no call, no message and no variable', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/key-2', { password: OLD })
    const charger = await connectCharger(server.url, 'key-2', { protocol: 'ocpp2.1', password: OLD, boot: true })
    const place = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } }
    await call(server, charger, 'SetVariables', {
      request: { setVariableData: [{ ...place, attributeValue: NEW }] },
      answer: { setVariableResult: [{ ...place, attributeStatus: 'Accepted' }] }
    })
    assert.deepEqual([await isLetIn(server, 'key-2', OLD), await isLetIn(server, 'key-2', NEW)], [false, true])
    const messages = await itemsOf(server, '/charge-points/key-2/messages?action=SetVariables', 2)
    assert.equal(messages.length, 2)
    const { items: calls } = (await operate(server, 'GET', '/charge-points/key-2/calls')).json()
    assert.equal(calls.length, 1)
    assert.ok(!JSON.stringify([messages, calls, await stateOf(server, 'key-2')]).includes(NEW))
  })
})
