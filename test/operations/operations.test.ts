import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onBothBackends, operate, stateOf } from '../app/support.js'
import { type Charger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { within } from '../support/wait.js'
import { AN_ID, assertIs, PROTOCOLS, perform, play } from './support.js'

const ACCEPTED = { status: 'Accepted' }

async function begin16(charger: Charger, connectorId: number): Promise<string> {
  const request = { connectorId, idTag: 'DRIVER', meterStart: 0, timestamp: new Date().toISOString() }
  const answer = await charger.call('StartTransaction', request)
  assert.equal(answer.type, 3)
  return String(answer.type === 3 && answer.payload.transactionId)
}

onBothBackends('an operation', (start) => {
  it('is for charge points that are known and connected', async () => {
    const server = await start()
    await operate(server, 'PUT', '/charge-points/AWAY', {})
    const nobody = await perform(server, 'NOBODY', 'operations/clear-cache')
    assert.deepEqual([nobody.status, nobody.body.code], [404, 'OCPP_ERR_UNKNOWN_CHARGE_POINT'])
    const away = await perform(server, 'AWAY', 'operations/clear-cache')
    assert.deepEqual([away.status, away.body.code], [409, 'OCPP_ERR_NOT_CONNECTED'])
  })

  it('is one that there is, with a request that fits it', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', () => ACCEPTED)
    assert.equal((await perform(server, charger.identity, 'operations/dance')).status, 404)
    for (const [name, request] of [
      ['clear-cache', { now: true }],
      ['start', {}],
      ['start', { idToken: { idToken: '' } }],
      ['reset', { type: 'Soft' }],
      ['charging-limit', { limit: -1, unit: 'W' }],
      ['update-firmware', { location: 'file:///etc/passwd' }],
      ['upload-log', { location: 'http://' }],
      ['upload-log', { location: 'http://a.example\\@b.example/' }]
    ] as const) {
      const { status, body } = await perform(server, charger.identity, `operations/${name}`, request)
      assert.equal(status, 400, `${name} ${JSON.stringify(body)}`)
    }
    const wrong = await perform(server, charger.identity, 'operations/clear-cache', {}, { query: '?timeout=0' })
    assert.deepEqual([wrong.status, wrong.body.code], [400, 'INVALID_QUERY'])
    assert.deepEqual(asked, [])
  })

  it('is stored with the operator, call by call', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const { body } = await perform(server, charger.identity, 'operations/clear-cache')
    const call = (await operate(server, 'GET', `/calls/${body.calls[0].messageId}`)).json()
    assert.deepEqual([call.action, call.status, typeof call.operator], ['ClearCache', 'answered', 'string'])
  })

  it('is a problem with the CALLERROR when the charge point answers with one', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', () => new ErrorAnswer('NotSupported', 'too old'))
    const { status, headers, body } = await perform(server, charger.identity, 'operations/reset')
    assert.equal(status, 502)
    assert.match(String(headers['content-type']), /^application\/problem\+json/)
    assert.deepEqual([body.code, body.callError.code], ['OCPP_CALLERROR', 'NotSupported'])
    const [{ action, error }] = body.calls
    assert.deepEqual([action, error], ['Reset', { code: 'NotSupported', detail: 'too old' }])
  })

  it('reports the calls that were made when it fails in the middle', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', (action) =>
      action === 'GetLocalListVersion' ? { listVersion: 1 } : NO_ANSWER
    )
    const request = { entries: [{ idToken: 'A' }] }
    const query = '?timeout=3000'
    const { status, body } = await perform(server, charger.identity, 'operations/send-local-list', request, { query })
    assert.deepEqual([status, body.code, body.sent], [504, 'OCPP_ERR_TIMEOUT', true])
    const calls = body.calls.map(({ action, result, error }: Record<string, unknown>) => [
      action,
      result,
      error !== undefined
    ])
    assert.deepEqual(calls, [
      ['GetLocalListVersion', { listVersion: 1 }, false],
      ['SendLocalList', undefined, true]
    ])
  })

  it('with an Idempotency-Key is done once', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const headers = { 'idempotency-key': `key of ${charger.identity}`.replaceAll(' ', '-') }
    const first = await perform(server, charger.identity, 'operations/reset', {}, { headers })
    const second = await perform(server, charger.identity, 'operations/reset', {}, { headers })
    assert.deepEqual([second.status, second.body], [first.status, first.body])
    assert.equal(asked.length, 1)
  })

  it('needs a token that may call', async () => {
    const server = await start()
    const url = '/api/v1/charge-points/ANY/operations/clear-cache'
    assert.equal((await server.app.inject({ method: 'POST', url, payload: {} })).statusCode, 401)
  })
})

onBothBackends('to stop a transaction', (start) => {
  it('any of its ids will do, or its place', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const [first, second] = [await begin16(charger, 1), await begin16(charger, 2)]
    const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${charger.identity}`)).json()
    const own = items.find(({ transactionId }: { transactionId: string }) => transactionId === second)
    for (const request of [{ transactionId: second }, { id: own.id }, { connectorId: 2 }, { evseId: 2 }]) {
      const { body } = await perform(server, charger.identity, 'operations/stop', request)
      assert.deepEqual([body.status, body.transactionId], ['accepted', second])
      assert.deepEqual(asked.at(-1), ['RemoteStopTransaction', { transactionId: Number(second) }])
    }
    const several = await perform(server, charger.identity, 'operations/stop')
    assert.deepEqual([several.status, several.body.code], [409, 'SEVERAL_TRANSACTIONS'])
    assert.ok(several.body.detail.includes(first) && several.body.detail.includes(second))
    const none = await perform(server, charger.identity, 'operations/stop', { connectorId: 3 })
    assert.deepEqual([none.status, none.body.code], [409, 'NO_OPEN_TRANSACTION'])
    assert.equal(asked.length, 4)
  })

  it('it has to be of the charge point', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const other = await play(server, 'ocpp1.6', () => ACCEPTED)
    const transactionId = await begin16(charger, 1)
    const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${charger.identity}`)).json()
    for (const name of ['stop', 'charging-limit']) {
      for (const which of [{ transactionId }, { id: items[0].id }]) {
        const request = name === 'stop' ? which : { ...which, limit: 0, unit: 'A' }
        const { status, body } = await perform(server, other.charger.identity, `operations/${name}`, request)
        assert.deepEqual([status, body.code], [404, 'UNKNOWN_TRANSACTION'])
      }
    }
    assert.deepEqual(other.asked, [])
  })
})

onBothBackends('a request to a charge point', (start) => {
  it('can be found by the transaction that follows a remote start', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp2.1', () => ACCEPTED)
    const { body } = await perform(server, charger.identity, 'operations/start', { idToken: { idToken: 'DRIVER' } })
    await charger.call('TransactionEvent', {
      eventType: 'Started',
      timestamp: new Date().toISOString(),
      triggerReason: 'RemoteStart',
      seqNo: 0,
      transactionInfo: { transactionId: 'TX-REMOTE', remoteStartId: body.remoteStartId }
    })
    const path = `/transactions?chargePoint=${charger.identity}&remoteStartId=${body.remoteStartId}`
    const { items } = (await operate(server, 'GET', path)).json()
    assert.deepEqual(
      items.map(({ transactionId }: { transactionId: string }) => transactionId),
      ['TX-REMOTE']
    )
  })

  it('names an id token as it is known', async () => {
    const server = await start()
    await operate(server, 'PUT', '/id-tokens/CARD', { type: 'ISO14443', groupId: 'FAMILY' })
    const { charger, asked } = await play(server, 'ocpp2.0.1', () => ACCEPTED)
    await perform(server, charger.identity, 'operations/start', { idToken: { idToken: 'card' } })
    assertIs(asked[0]?.[1], {
      idToken: { idToken: 'card', type: 'ISO14443' },
      groupIdToken: { idToken: 'FAMILY', type: 'Central' },
      remoteStartId: AN_ID
    })
    await operate(server, 'DELETE', '/id-tokens/CARD')
  })

  it('replaces a limit by the next one of its kind, and clears it', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const limit = (request: object) => perform(server, charger.identity, 'operations/charging-limit', request)
    const first = await limit({ limit: 16, unit: 'A', evseId: 1 })
    const second = await limit({ limit: 6, unit: 'A', evseId: 1 })
    const other = await limit({ limit: 6, unit: 'A', evseId: 2 })
    const level = await limit({ limit: 8, unit: 'A', evseId: 1, stackLevel: 1 })
    assert.equal(first.body.profileId, second.body.profileId)
    const ids = [first, other, level].map(({ body }) => body.profileId)
    assert.equal(new Set(ids).size, 3)
    const { chargingProfiles } = await stateOf(server, charger.identity)
    assert.equal(chargingProfiles.length, 3)
    await perform(server, charger.identity, 'operations/clear-charging-limit', { evseId: 1 })
    assert.equal((await stateOf(server, charger.identity)).chargingProfiles.length, 1)
  })

  it('clears a limit by its id only where the other members match, too', async () => {
    const server = await start()
    for (const protocol of PROTOCOLS) {
      const { charger, asked } = await play(server, protocol, () => ACCEPTED)
      const set = await perform(server, charger.identity, 'operations/charging-limit', {
        ...{ limit: 16, unit: 'A', evseId: 1, stackLevel: 2 }
      })
      const { profileId } = set.body
      const clear = async (more: object) => {
        const { body } = await perform(server, charger.identity, 'operations/clear-charging-limit', {
          profileId,
          ...more
        })
        return body.status
      }
      const before = asked.length
      for (const more of [{ evseId: 2 }, { stackLevel: 1 }, { purpose: 'transaction' }, { purpose: 'station' }])
        assert.equal(await clear(more), 'not-found', JSON.stringify(more))
      assert.equal(asked.length, before, 'nothing is sent')
      assert.equal((await stateOf(server, charger.identity)).chargingProfiles.length, 1)
      assert.equal(await clear({ evseId: 1, stackLevel: 2, purpose: 'default' }), 'accepted')
      const id = protocol === 'ocpp1.6' ? { id: profileId } : { chargingProfileId: profileId }
      assert.deepEqual(asked.at(-1)?.slice(1, 2), [id])
      assert.equal((await stateOf(server, charger.identity)).chargingProfiles.length, 0)
    }
  })

  it('limits a transaction when one is named', async () => {
    const server = await start()
    const { charger, asked } = await play(server, 'ocpp2.1', () => ACCEPTED)
    const request = { limit: 6, unit: 'A', purpose: 'default', transactionId: 'TX-1' }
    const { status, body } = await perform(server, charger.identity, 'operations/charging-limit', request)
    assert.deepEqual([status, body.code, asked], [422, 'INVALID_OPERATION', []])
  })

  it('reserves with a new id each time, and never for a past time', async () => {
    const server = await start()
    const { charger } = await play(server, 'ocpp1.6', () => ACCEPTED)
    const request = { idToken: { idToken: 'DRIVER' }, evseId: 1, expiresAt: '2090-01-01T00:00:00Z' }
    const ids = new Set<number>()
    for (let count = 0; count < 3; count++) {
      ids.add((await perform(server, charger.identity, 'operations/reserve', request)).body.reservationId)
    }
    assert.equal(ids.size, 3)
    assert.equal((await stateOf(server, charger.identity)).reservations.length, 3)
    const over = { ...request, expiresAt: '2020-01-01T00:00:00Z' }
    assert.equal((await perform(server, charger.identity, 'operations/reserve', over)).status, 422)
  })

  it('can be limited to certain hosts, and passwords in locations are hidden', async () => {
    const server = await start({ FILE_TRANSFER_HOSTS: 'files.example,127.0.0.1' })
    const { charger, asked } = await play(server, 'ocpp2.1', () => ACCEPTED)
    const upload = (location: string) => perform(server, charger.identity, 'operations/upload-log', { location })
    for (const location of [
      'http://evil.example/',
      'http://files.example@evil.example/',
      'ftp://files.example.evil/'
    ]) {
      const { status, body } = await upload(location)
      assert.deepEqual([status, body.code], [422, 'INVALID_OPERATION'], location)
    }
    assert.equal((await upload('ftp://user:correct-horse@FILES.example:21/logs')).body.status, 'accepted')
    assert.equal(asked.length, 1)
    const calls = await operate(server, 'GET', `/charge-points/${charger.identity}/calls`)
    assert.ok(!calls.body.includes('correct-horse'))
  })

  it('continues when the client does not wait for it', async () => {
    const server = await start()
    let isSent: () => void = () => undefined
    const sent = new Promise<void>((resolve) => (isSent = resolve))
    const { charger } = await play(server, 'ocpp1.6', (action) => {
      if (action === 'SendLocalList') isSent()
      return action === 'GetLocalListVersion' ? { listVersion: 0 } : ACCEPTED
    })
    const client = new AbortController()
    const url = `http://127.0.0.1:${server.port}/api/v1/charge-points/${charger.identity}/operations/send-local-list`
    const headers = { ...BEARER, 'content-type': 'application/json' }
    const body = JSON.stringify({ entries: [{ idToken: 'A' }] })
    const request = fetch(url, { method: 'POST', headers, body, signal: client.signal }).catch(() => undefined)
    await within('the list', sent)
    client.abort()
    await request
    await within('the list at the charge point', listOf(charger.identity))

    async function listOf(identity: string): Promise<void> {
      while ((await stateOf(server, identity)).localList?.version !== 1)
        await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })
})
