import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deviation, MalformedEvent, RefusedEvent, ViolationEvent } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { rawUpgrade, upgradeRequest } from '../support/raw.js'
import { type ServerOptions, startServer } from '../support/server.js'

async function start(deviations: readonly Deviation[], options: ServerOptions = {}) {
  const violations: ViolationEvent[] = []
  const malformed: MalformedEvent[] = []
  const refused: RefusedEvent[] = []
  const server = await startServer(
    {
      authenticate: () => ({ accept: true, registration: 'Accepted' }),
      protocols: ['ocpp1.6', 'ocpp2.1'],
      leniency: { deviations },
      ...options
    },
    ({ ocpp }) => {
      ocpp.on('Heartbeat', () => ({ currentTime: '2026-01-01T00:00:00Z' }))
      ocpp.events.on('violation', (event) => violations.push(event))
      ocpp.events.on('malformed', (event) => malformed.push(event))
      ocpp.events.on('refused', (event) => refused.push(event))
    }
  )
  return { server, violations, malformed, refused }
}

/** The first frame that a charge point gets for what it sends, as text. */
async function answerTo(url: string, text: string): Promise<string> {
  const charger = await connectCharger(url, `CP-${++chargers}`)
  const answer = new Promise<string>((resolve) => charger.ws.once('message', (data) => resolve(String(data))))
  charger.ws.send(text)
  charger.ws.send('[2,"last","Heartbeat",{}]')
  return answer
}

let chargers = 0

const ANSWER = '{"currentTime":"2026-01-01T00:00:00Z"}'
const LAST = `[3,"last",${ANSWER}]`

test('a message id that is a number is answered with the same number', async (t) => {
  const strict = await start([])
  const lenient = await start(['numeric-message-ids'])
  t.after(() => Promise.all([strict.server.app.close(), lenient.server.app.close()]))
  assert.equal(await answerTo(strict.server.url, '[2,12,"Heartbeat",{}]'), LAST)
  assert.deepEqual(
    strict.malformed.map(({ suggestion }) => suggestion),
    ['numeric-message-ids']
  )
  // Beyond 2^53, where a number would lose digits.
  for (const id of ['12', '-7', '12345678901234567890', '1.50']) {
    assert.equal(await answerTo(lenient.server.url, `[2,${id},"Heartbeat",{}]`), `[3,${id},${ANSWER}]`)
  }
  assert.match(await answerTo(lenient.server.url, '[2,13,"Nonsense",{}]'), /^\[4,13,"NotImplemented"/)
  assert.match(await answerTo(lenient.server.url, '[2,14,"Heartbeat",{"x":1}]'), /^\[4,14,"FormationViolation"/)
  assert.match(await answerTo(lenient.server.url, '[2,15,"Heartbeat"]'), /^\[4,15,"FormationViolation"/)
  assert.ok(
    lenient.violations.some(({ deviation, action }) => deviation === 'numeric-message-ids' && action === 'Heartbeat')
  )
})

test('a CALL or CALLRESULT with more elements than it has is read when that is accepted', async (t) => {
  const strict = await start([])
  const lenient = await start(['extra-elements'])
  t.after(() => Promise.all([strict.server.app.close(), lenient.server.app.close()]))
  assert.match(await answerTo(strict.server.url, '[2,"1","Heartbeat",{},null]'), /^\[4,"1","FormationViolation"/)
  assert.deepEqual(
    strict.malformed.map(({ suggestion }) => suggestion),
    ['extra-elements']
  )
  assert.equal(await answerTo(lenient.server.url, '[2,"1","Heartbeat",{},null]'), `[3,"1",${ANSWER}]`)

  for (const { server, accepts } of [
    { ...strict, accepts: false },
    { ...lenient, accepts: true }
  ]) {
    const charger = await connectCharger(server.url, 'CP-2')
    charger.ws.on('message', (data) => {
      const [type, id] = JSON.parse(String(data)) as [number, string]
      if (type === 2) charger.ws.send(JSON.stringify([3, id, { status: 'Accepted' }, {}]))
    })
    const result = server.app.ocpp.call('CP-2', 'ClearCache', {})
    if (accepts) assert.deepEqual(await result, { status: 'Accepted' })
    else await assert.rejects(result, { code: 'OCPP_ERR_INVALID_RESPONSE' })
  }
})

test('a CALLERROR with missing members ends the call that it is for', async (t) => {
  const { server } = await start([])
  t.after(() => server.app.close())
  const charger = await connectCharger(server.url, 'CP-1')
  charger.ws.on('message', (data) => {
    const [type, id] = JSON.parse(String(data)) as [number, string]
    if (type === 2) charger.ws.send(JSON.stringify([4, id, 'NotSupported']))
  })
  await assert.rejects(server.app.ocpp.call('CP-1', 'ClearCache', {}), { code: 'NotSupported' })
})

test('a loose list of subprotocols is read when that is accepted, and answered in its spelling', async (t) => {
  const strict = await start([])
  const lenient = await start(['loose-subprotocols'])
  t.after(() => Promise.all([strict.server.app.close(), lenient.server.app.close()]))
  for (const [header, spelling] of [
    ['ocpp1.6,', 'ocpp1.6'],
    ['OCPP1.6', 'OCPP1.6'],
    [', ocpp9, Ocpp2.1', 'Ocpp2.1']
  ] as const) {
    const request = (identity: string) =>
      upgradeRequest({ target: `/ocpp/${identity}`, headers: { 'Sec-WebSocket-Protocol': header } })
    assert.equal((await rawUpgrade(strict.server.port, request('CP-1'))).status, 400, header)
    const accepted = await rawUpgrade(lenient.server.port, request('CP-1'))
    assert.equal(accepted.status, 101, header)
    assert.equal(accepted.headers['sec-websocket-protocol'], spelling)
  }
  assert.deepEqual(
    strict.refused.map(({ identity, suggestion }) => ({ identity, suggestion })),
    [1, 2, 3].map(() => ({ identity: 'CP-1', suggestion: 'loose-subprotocols' }))
  )
})

test('an identity that is encoded twice is decoded twice when that is accepted', async (t) => {
  const strict = await start([])
  const lenient = await start(['encoded-identities'])
  t.after(() => Promise.all([strict.server.app.close(), lenient.server.app.close()]))
  const request = upgradeRequest({ target: '/ocpp/RDAM%2520123', headers: { 'Sec-WebSocket-Protocol': 'ocpp1.6' } })
  assert.equal((await rawUpgrade(strict.server.port, request)).status, 400)
  const connected: string[] = []
  lenient.server.app.ocpp.events.on('connect', ({ chargePoint }) => connected.push(chargePoint.identity))
  assert.equal((await rawUpgrade(lenient.server.port, request)).status, 101)
  assert.deepEqual(connected, ['RDAM 123'])
  // Decoded a third time it would be another charge point.
  const thrice = upgradeRequest({ target: '/ocpp/A%25252DB', headers: { 'Sec-WebSocket-Protocol': 'ocpp1.6' } })
  assert.equal((await rawUpgrade(lenient.server.port, thrice)).status, 400)
})

test('a deviation accepted for one charge point in the handshake is not accepted for another one', async (t) => {
  const { server } = await start([], {
    authenticate: ({ identity }) => ({
      accept: true,
      registration: 'Accepted',
      ...(identity === 'CP-1' && { traits: { leniency: { deviations: ['loose-subprotocols'] as const } } })
    })
  })
  t.after(() => server.app.close())
  const status = async (identity: string) => {
    const headers = { 'Sec-WebSocket-Protocol': 'ocpp1.6,' }
    return (await rawUpgrade(server.port, upgradeRequest({ target: `/ocpp/${identity}`, headers }))).status
  }
  assert.equal(await status('CP-1'), 101)
  assert.equal(await status('CP-2'), 400)
})
