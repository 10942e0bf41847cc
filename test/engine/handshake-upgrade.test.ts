import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import { connectCharger } from '../support/charger.js'
import { rawFrame, rawUpgrade, type UpgradeRequest, upgradeRequest } from '../support/raw.js'
import { answerBasics, startServer } from '../support/server.js'

/** Sec-WebSocket-Protocol headers; the version that is chosen or the status of the refusal. */
const OFFERS: { header: string | undefined; enabled?: Protocol[]; expected: string | number }[] = [
  { header: 'ocpp1.6', expected: 'ocpp1.6' },
  { header: 'ocpp2.0.1', expected: 'ocpp2.0.1' },
  { header: 'ocpp2.1', expected: 'ocpp2.1' },
  { header: 'ocpp1.6, ocpp2.0.1, ocpp2.1', expected: 'ocpp1.6' },
  { header: 'ocpp2.0.1,ocpp1.6', expected: 'ocpp2.0.1' },
  { header: 'ocpp2.1 ,\tocpp1.6', expected: 'ocpp2.1' },
  { header: 'ocpp1.5, mqtt, ocpp2.0.1', expected: 'ocpp2.0.1' },
  { header: 'ocpp2.1, ocpp1.6', enabled: ['ocpp1.6'], expected: 'ocpp1.6' },
  { header: 'ocpp2.1', enabled: ['ocpp1.6'], expected: 400 },
  { header: undefined, expected: 400 },
  { header: '', expected: 400 },
  { header: 'ocpp1.5', expected: 400 },
  { header: 'OCPP1.6', expected: 400 },
  { header: 'ocpp1.6, ocpp1.6', expected: 400 },
  { header: 'ocpp1.6,', expected: 400 },
  { header: ',', expected: 400 },
  { header: 'ocpp1.6 ocpp2.1', expected: 400 },
  { header: 'ocpp1.6; q=1', expected: 400 },
  { header: '"ocpp1.6"', expected: 400 },
  { header: '__proto__', expected: 400 },
  { header: 'constructor', expected: 400 },
  { header: `${'x,'.repeat(2000)}y`, expected: 400 },
  { header: `ocpp1.6, ${Array.from({ length: 500 }, (_, index) => `v${index}`).join(', ')}`, expected: 'ocpp1.6' }
]

test('the first subprotocol of the charger that is enabled is chosen, else 400', async (t) => {
  for (const enabled of [undefined, ['ocpp1.6'] satisfies Protocol[]]) {
    const server = await startServer(enabled === undefined ? {} : { protocols: enabled })
    for (const { header, expected } of OFFERS.filter((offer) => String(offer.enabled) === String(enabled))) {
      await t.test(`${header?.slice(0, 60)}: ${expected}`, async () => {
        const headers = { 'Sec-WebSocket-Protocol': header }
        const answer = await rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/CP-1', headers }))
        if (typeof expected === 'number') {
          assert.equal(answer.status, expected)
          assert.equal(answer.headers['sec-websocket-protocol'], undefined)
        } else {
          assert.equal(answer.status, 101)
          assert.equal(answer.headers['sec-websocket-protocol'], expected)
        }
      })
    }
  }
})

const KEY = 'Sec-WebSocket-Key'
const VERSION = 'Sec-WebSocket-Version'

const REQUESTS: { name: string; request: Partial<UpgradeRequest>; expected: number }[] = [
  { name: 'a correct one', request: {}, expected: 101 },
  { name: 'version 8', request: { headers: { [VERSION]: '8' } }, expected: 400 },
  { name: 'no version', request: { headers: { [VERSION]: undefined } }, expected: 400 },
  { name: 'two versions', request: { lines: [`${VERSION}: 8`] }, expected: 400 },
  { name: 'version 013', request: { headers: { [VERSION]: '013' } }, expected: 400 },
  { name: 'no key', request: { headers: { [KEY]: undefined } }, expected: 400 },
  { name: 'an empty key', request: { headers: { [KEY]: '' } }, expected: 400 },
  { name: 'a short key', request: { headers: { [KEY]: 'c2hvcnQ=' } }, expected: 400 },
  { name: 'a key that is not base64', request: { headers: { [KEY]: '!'.repeat(24) } }, expected: 400 },
  { name: 'two keys', request: { lines: [`${KEY}: dGhlIHNhbXBsZSBub25jZQ==`] }, expected: 400 },
  { name: 'another upgrade', request: { headers: { Upgrade: 'h2c' } }, expected: 400 },
  { name: 'POST', request: { method: 'POST' }, expected: 404 },
  { name: 'HEAD', request: { method: 'HEAD' }, expected: 404 },
  { name: 'an absolute target', request: { target: 'http://127.0.0.1/ocpp/CP-1' }, expected: 101 },
  { name: 'an unknown extension', request: { headers: { 'Sec-WebSocket-Extensions': 'x-own; a=1' } }, expected: 101 },
  {
    name: 'an extension header that is garbage',
    request: { headers: { 'Sec-WebSocket-Extensions': ';;;=,,' } },
    expected: 101
  },
  {
    name: 'a garbage extension header with 2.x',
    request: { headers: { 'Sec-WebSocket-Protocol': 'ocpp2.1', 'Sec-WebSocket-Extensions': ';;;=,,' } },
    expected: 400
  },
  { name: 'headers of 100 kB', request: { headers: { 'X-Big': 'x'.repeat(100_000) } }, expected: 431 }
]

test('an invalid upgrade request gets the status of its error and no connection', async (t) => {
  const server = await startServer({}, answerBasics)
  const bystander = await connectCharger(server.url, 'BYSTANDER', { boot: true })
  for (const { name, request, expected } of REQUESTS) {
    await t.test(`${name}: ${expected}`, async () => {
      const answer = await rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/CP-1', ...request }))
      assert.equal(answer.status, expected)
      assert.equal((await bystander.roundTrip()).type, 3)
    })
  }
})

test('a wrong WebSocket version is answered with the supported one', async () => {
  const server = await startServer()
  const request = upgradeRequest({ target: '/ocpp/CP-1', headers: { [VERSION]: '8' } })
  const { headers } = await rawUpgrade(server.port, request)
  assert.equal(headers['sec-websocket-version'], '13')
})

test('a plain GET of the endpoint is answered 426', async () => {
  const server = await startServer()
  const response = await fetch(`http://127.0.0.1:${server.port}/ocpp/CP-1`)
  assert.deepEqual([response.status, response.headers.get('upgrade')], [426, 'websocket'])
  await response.text()
})

test('a rejection is one line of text and closes the connection', async () => {
  const server = await startServer()
  const headers = { 'Sec-WebSocket-Protocol': 'ocpp9' }
  const answer = await rawUpgrade(server.port, upgradeRequest({ target: '/ocpp/CP-1', headers }))
  assert.equal(answer.status, 400)
  assert.equal(answer.body, 'Sec-WebSocket-Protocol must offer one of ocpp2.1, ocpp2.0.1, ocpp1.6\n')
  assert.match(answer.headers['content-type'] ?? '', /^text\/plain/)
})

test('frames that come in one packet with the upgrade request are answered', async () => {
  const server = await startServer({}, answerBasics)
  const socket = connect(server.port, '127.0.0.1')
  const boot = '[2,"early","BootNotification",{"chargePointVendor":"Acme","chargePointModel":"One"}]'
  socket.write(Buffer.concat([Buffer.from(upgradeRequest({ target: '/ocpp/CP-1' })), rawFrame({ payload: boot })]))
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes('"early"')) break
  }
  socket.destroy()
  assert.match(text, /\[3,"early",\{"status":"Accepted"/)
})
