import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChargePointClient } from 'fastify-ocpp/charge-point'
import { type CallHandler, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import { chargePoint, rejection, startCsms } from './csms.js'

const TIME = '2026-01-01T00:00:00Z'
const START = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: TIME }
const ACCEPTED = { status: 'Accepted', currentTime: TIME, interval: 10 }
/** One attempt only: a message that is sent too early is lost. */
const ONCE = { attempts: 1, retryInterval: 3_600_000 }

/** What a CSMS does that knows no charge point until it has accepted its BootNotification. */
function strictCsms(boots: unknown[]): { came: string[]; answer: CallHandler } {
  const came: string[] = []
  let isAccepted = false
  const answer: CallHandler = (action) => {
    came.push(action)
    if (action === 'BootNotification') {
      const boot = boots.shift() ?? ACCEPTED
      isAccepted = boot === ACCEPTED
      return boot
    }
    if (!isAccepted) return new ErrorAnswer('SecurityError')
    return action === 'StartTransaction' ? { transactionId: 7, idTagInfo: { status: 'Accepted' } } : {}
  }
  return { came, answer }
}

function boot(client: ChargePointClient<'ocpp1.6'>) {
  return client.call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' })
}

async function connected(answer: CallHandler, isAnswered: boolean) {
  const csms = await startCsms(answer)
  // The next CALL is sent when this one has run out of time.
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'], delivery: ONCE, callTimeout: isAnswered ? 5000 : 500 })
  const failures: unknown[] = []
  client.events.once('connect', () => void boot(client).catch((error) => failures.push(error)))
  const started = client.deliver('StartTransaction', START)
  await client.connect()
  await until('the first boot has failed', () => failures.length === 1)
  return { csms, client, started }
}

const FAILURES: [string, unknown][] = [
  ['is not answered', NO_ANSWER],
  ['is answered with a CALLERROR', new ErrorAnswer('InternalError')],
  ['gets an answer that breaks its schema', { status: 'Perhaps' }]
]

for (const [what, first] of FAILURES) {
  test(`a BootNotification that ${what} does not let transaction messages go`, async () => {
    const { came, answer } = strictCsms([first])
    const { client, started } = await connected(answer, first !== NO_ANSWER)
    const stopped = client.deliver('StopTransaction', { transactionId: 7, meterStop: 1, timestamp: TIME })
    // Whatever was sent before this CALL has arrived when it is answered.
    await rejection(client.call('Heartbeat', {}))
    assert.deepEqual([came, client.undelivered], [['BootNotification', 'Heartbeat'], 2])
    await boot(client)
    assert.equal((await within('the start', started)).transactionId, 7)
    await within('the stop', stopped)
    assert.deepEqual(came.slice(2), ['BootNotification', 'StartTransaction', 'StopTransaction'])
  })
}

test('a BootNotification whose connection is lost holds transaction messages on the next one, too', async () => {
  const { came, answer } = strictCsms([])
  const csms = await startCsms((action, payload, id) => {
    if (csms.connections.length > 1) return answer(action, payload, id)
    csms.open[0]?.ws.terminate()
    return NO_ANSWER
  })
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'], delivery: ONCE })
  await client.connect()
  const lost = rejection(boot(client))
  const started = client.deliver('StartTransaction', START)
  assert.equal((await lost).code, 'OCPP_ERR_DISCONNECTED')
  await until('it is connected again', () => client.connected)
  await rejection(client.call('Heartbeat', {}))
  assert.deepEqual(came, ['Heartbeat'])
  await boot(client)
  await within('the start', started)
})

test('a BootNotification that never left changes nothing', async () => {
  const { answer } = strictCsms([])
  const csms = await startCsms(answer)
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'], delivery: ONCE })
  await client.connect()
  await boot(client)
  assert.equal((await rejection(client.call('BootNotification', {} as never))).code, 'OCPP_ERR_INVALID_PAYLOAD')
  const aborted = client.call(
    'BootNotification',
    { chargePointVendor: 'Acme', chargePointModel: 'One' },
    { signal: AbortSignal.abort() }
  )
  assert.equal((await rejection(aborted)).sent, false)
  assert.equal(client.registration, 'Accepted')
  assert.equal((await within('the start', client.deliver('StartTransaction', START))).transactionId, 7)
})

test('of two BootNotifications on their way the later answer counts', async () => {
  const { came, answer } = strictCsms([ACCEPTED, { ...ACCEPTED, status: 'Pending' }])
  const csms = await startCsms(answer)
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'], delivery: ONCE })
  await client.connect()
  const boots = Promise.all([boot(client), boot(client)])
  const started = client.deliver('StartTransaction', START)
  await within('both boots', boots)
  await rejection(client.call('Heartbeat', {}))
  assert.deepEqual(came, ['BootNotification', 'BootNotification', 'Heartbeat'])
  await boot(client)
  await within('the start', started)
})
