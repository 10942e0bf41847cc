import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Protocol } from 'fastify-ocpp'
import { PROTOCOLS } from '../../src/protocol.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { connectRaw, rawUpgrade, upgradeRequest } from '../support/raw.js'
import { startServer, type TestServer } from '../support/server.js'
import { within } from '../support/wait.js'
import { anyFrames, anyText, anyUpgrade, CANARY, OUTSTANDING } from './inputs.js'

export interface FuzzOptions {
  seed: number
  /** For all properties together. */
  seconds: number
  /** For each property; default: as many as fit into the time. */
  runs?: number
}

const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
const PROPERTIES = VERSIONS.length + 2
const currentTime = '2026-01-01T00:00:00Z'

/** Declares the tests. What they promise: the process lives, a bystander is served, answers are of the version. */
export function fuzz({ seed, seconds, runs = Number.MAX_SAFE_INTEGER }: FuzzOptions): void {
  const parameters = {
    seed,
    numRuns: runs,
    interruptAfterTimeLimit: (seconds * 1000) / PROPERTIES,
    markInterruptAsFailure: false
  }

  for (const protocol of VERSIONS) {
    test(`${protocol}: any texts are answered with valid frames that repeat nothing (seed ${seed})`, async () => {
      const { server, bystander } = await start()
      const identity = 'FUZZ'
      const charger = await connectCharger(server.url, identity, { protocol })
      const texts = fc.array(anyText(protocol), { minLength: 1, maxLength: 15 })
      const property = fc.asyncProperty(texts, async (batch) => {
        await exchange(server, charger, batch)
        assert.equal((await bystander.roundTrip()).type, 3)
        forget(bystander)
      })
      await fc.assert(property, parameters)
      assert.equal(server.app.ocpp.chargePoints.get(identity)?.connected, true)
    })
  }

  test(`any frames of RFC 6455 leave the others alone (seed ${seed})`, async () => {
    const { server, bystander } = await start()
    const property = fc.asyncProperty(anyFrames, async (frames) => {
      const raw = await connectRaw(server.port, 'FUZZ')
      raw.write(...frames)
      raw.socket.end()
      await within('the end of the connection', raw.closed)
      for (const text of raw.texts) checkFrame('ocpp1.6', JSON.parse(text))
      assert.equal((await bystander.roundTrip()).type, 3)
      forget(bystander)
    })
    await fc.assert(property, parameters)
  })

  test(`any upgrade request is granted or refused, never a failure of ours (seed ${seed})`, async () => {
    const { server, bystander } = await start()
    const property = fc.asyncProperty(anyUpgrade, async (request) => {
      const answer = await rawUpgrade(server.port, Buffer.from(upgradeRequest(request), 'latin1'))
      assert.ok(answer.status === 101 || (answer.status >= 400 && answer.status < 500), answer.statusLine)
      assert.equal((await bystander.roundTrip()).type, 3)
      forget(bystander)
    })
    await fc.assert(property, parameters)
  })
}

async function start(): Promise<{ server: TestServer; bystander: Charger }> {
  const accept = { accept: true, registration: 'Accepted' } as const
  const server = await startServer({ authenticate: () => accept, pingInterval: 0, drainTimeout: 50 }, (app) => {
    const boot = { status: 'Accepted', currentTime, interval: 300 }
    const answers = new Map<string, unknown>([
      ['BootNotification', boot],
      ['Heartbeat', { currentTime }],
      ['DataTransfer', { status: 'Accepted' }]
    ])
    for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21]) {
      version.fallback((action) => answers.get(action) ?? {})
    }
  })
  return { server, bystander: await connectCharger(server.url, 'BYSTANDER') }
}

/** Sends the texts, among them answers to a CALL of ours, and checks everything that comes back. */
async function exchange(server: TestServer, charger: Charger, texts: string[]): Promise<void> {
  const messageId = OUTSTANDING
  const call = server.app.ocpp.call(charger.identity, 'ClearCache', {}, { messageId }).then(
    () => 'answered',
    (error: { code?: string }) => error.code ?? String(error)
  )
  for (const text of texts) charger.sendText(text)
  assert.equal((await charger.roundTrip()).type, 3)
  charger.send(3, messageId, { status: 'Accepted' })
  const outcome = await within('the end of our call', call)
  assert.ok(outcome !== 'OCPP_ERR_DISCONNECTED' && outcome !== 'OCPP_ERR_TIMEOUT', outcome)
  for (const frame of charger.takeUnread()) checkFrame(charger.protocol as Protocol, frame)
  forget(charger)
}

function checkFrame(protocol: Protocol, frame: unknown): void {
  const shown = JSON.stringify(frame).slice(0, 300)
  assert.ok(Array.isArray(frame), shown)
  const [type, id, ...rest] = frame as unknown[]
  assert.ok(typeof id === 'string' && id.length <= 36, shown)
  assert.ok(!JSON.stringify(rest).includes(CANARY), `the input comes back: ${shown}`)
  if (type === 2) return
  if (type === 3) {
    assert.ok(rest.length === 1 && isObject(rest[0]), shown)
    return
  }
  assert.ok(type === 4 || (type === 5 && protocol === 'ocpp2.1'), shown)
  const [code, description, details] = rest
  assert.equal(rest.length, 3, shown)
  assert.ok(typeof code === 'string' && PROTOCOLS[protocol].codes.has(code), shown)
  assert.ok(typeof description === 'string' && description.length <= 255, shown)
  assert.ok(isObject(details), shown)
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A long run would fill the memory of the test with what came in it. */
function forget(charger: Charger): void {
  charger.received.length = 0
}
