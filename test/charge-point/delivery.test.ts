import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChargePointClient, DeliveryRules } from 'fastify-ocpp/charge-point'
import { type CallHandler, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { deferred, until, within } from '../support/wait.js'
import { chargePoint, rejection, startCsms } from './csms.js'

const TIME = '2026-01-01T00:00:00Z'
const QUICKLY: DeliveryRules = { attempts: 3, retryInterval: 10 }

/** A charge point that is not connected yet, and a CSMS. */
async function offline(answer?: CallHandler, delivery: DeliveryRules = QUICKLY, callTimeout = 1000) {
  const csms = await startCsms(answer)
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'], delivery, callTimeout })
  return { csms, client }
}

async function online(...options: Parameters<typeof offline>) {
  const { csms, client } = await offline(...options)
  await client.connect()
  return { csms, client }
}

/** A transaction message that carries a number. */
function meter(client: ChargePointClient<'ocpp1.6'>, value: number) {
  const sampledValue = [{ value: String(value) }]
  return client.deliver('MeterValues', { connectorId: 1, meterValue: [{ timestamp: TIME, sampledValue }] })
}

function numberOf(payload: unknown): number {
  const { meterValue } = payload as { meterValue: { sampledValue: { value: string }[] }[] }
  return Number(meterValue[0]?.sampledValue[0]?.value)
}

test('messages without a connection are sent in order when there is one', async () => {
  const came: number[] = []
  const { client } = await offline((_action, payload) => {
    came.push(numberOf(payload))
    return {}
  })
  const answers = Promise.all([1, 2, 3, 4].map((value) => meter(client, value)))
  assert.equal(client.undelivered, 4)
  await client.connect()
  assert.deepEqual(await within('the answers', answers), [{}, {}, {}, {}])
  assert.deepEqual([came, client.undelivered], [[1, 2, 3, 4], 0])
})

test('a rejected message is sent again after n x interval, and the others wait', async () => {
  const came: [number, number][] = []
  const { client } = await online(
    (_action, payload) => {
      came.push([numberOf(payload), performance.now()])
      return came.length < 3 ? new ErrorAnswer('InternalError') : {}
    },
    { attempts: 5, retryInterval: 40 }
  )
  await within('the answers', Promise.all([meter(client, 1), meter(client, 2)]))
  assert.deepEqual(
    came.map(([value]) => value),
    [1, 1, 1, 2]
  )
  const waits = came.map(([, time], index) => time - (came[index - 1]?.[1] ?? time))
  assert.ok((waits[1] ?? 0) >= 39, `first wait ${waits[1]}`)
  assert.ok((waits[2] ?? 0) >= 79, `second wait ${waits[2]}`)
})

test('a message without answer is sent again, and the late answer to the first one is ignored', async () => {
  const ids: string[] = []
  const { client, csms } = await online(
    (_action, _payload, id) => {
      ids.push(id)
      return NO_ANSWER
    },
    // Repeated until the test answers, however slow the machine is.
    { attempts: 1000, retryInterval: 10 },
    100
  )
  const start = { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: TIME }
  const answer = client.deliver('StartTransaction', start)
  await until('it is sent again', () => ids.length > 1)
  csms.open[0]?.send(3, ids[0], { transactionId: 1, idTagInfo: { status: 'Accepted' } })
  csms.open[0]?.onCall(() => ({ transactionId: 2, idTagInfo: { status: 'Accepted' } }))
  assert.equal((await within('the answer', answer)).transactionId, 2)
})

test('it is given up after its attempts, and the next one is sent', async () => {
  const came: number[] = []
  const { client } = await online((_action, payload) => {
    came.push(numberOf(payload))
    return came.at(-1) === 1 ? new ErrorAnswer('GenericError', 'never') : {}
  })
  const [first, second] = [rejection(meter(client, 1)), meter(client, 2)]
  assert.equal((await first).code, 'GenericError')
  assert.deepEqual(await within('the second', second), {})
  assert.deepEqual(came, [1, 1, 1, 2])
})

test('an answer that breaks its schema counts as none', async () => {
  let sent = 0
  const { client } = await online(() => (++sent < 2 ? { surplus: true } : {}))
  assert.deepEqual(await within('the answer', meter(client, 1)), {})
  assert.equal(sent, 2)
})

test('a message that is invalid on our side is not retried', async () => {
  const { client, csms } = await online(() => ({}), { retryInterval: 3_600_000 })
  const wrong = client.deliver('MeterValues', { connectorId: -1, meterValue: [] })
  const foreign = client.deliver('TransactionEvent' as never, {} as never)
  const thrown = client.deliver('StopTransaction', () => {
    throw new Error('there is no transaction')
  })
  const right = meter(client, 1)
  assert.equal((await rejection(wrong)).code, 'OCPP_ERR_INVALID_PAYLOAD')
  assert.equal((await rejection(foreign)).code, 'OCPP_ERR_UNKNOWN_ACTION')
  assert.equal((await rejection(thrown)).message, 'there is no transaction')
  await within('the right one', right)
  assert.equal(csms.connections[0]?.received.length, 1)
})

test('a payload can be made when it is sent, from the answer to the previous message', async () => {
  const came: unknown[] = []
  const { client } = await offline((action, payload) => {
    came.push([action, (payload as { transactionId?: number }).transactionId])
    return action === 'StartTransaction' ? { transactionId: 42, idTagInfo: { status: 'Accepted' } } : {}
  })
  let transactionId = 0
  const started = client
    .deliver('StartTransaction', { connectorId: 1, idTag: 'A', meterStart: 0, timestamp: TIME })
    .then((answer) => {
      transactionId = answer.transactionId
    })
  const stopped = client.deliver('StopTransaction', () => ({ transactionId, meterStop: 9, timestamp: TIME }))
  await client.connect()
  await within('both', Promise.all([started, stopped]))
  assert.deepEqual(came, [
    ['StartTransaction', undefined],
    ['StopTransaction', 42]
  ])
})

test('a lost answer is no failure: the message is sent again on the next connection, at once', async () => {
  let sent = 0
  const rules = { attempts: 1, retryInterval: 3_600_000 }
  const { client, csms } = await online(() => {
    if (++sent < 4) {
      csms.open[0]?.ws.terminate()
      return NO_ANSWER
    }
    return {}
  }, rules)
  assert.deepEqual(await within('the answer', meter(client, 1)), {})
  assert.deepEqual([sent, csms.connections.length], [4, 4])
})

test('a wait between two attempts ends with a new connection', async () => {
  let sent = 0
  const { client, csms } = await online(() => (++sent === 1 ? new ErrorAnswer('InternalError') : {}), {
    retryInterval: 3_600_000
  })
  const answer = meter(client, 1)
  await until('it was refused', () => sent === 1)
  await client.cut()
  assert.deepEqual(await within('the answer', answer), {})
  assert.equal(csms.connections.length, 2)
})

test('cutting and connecting at once never has one message on its way twice', async () => {
  const { client, csms } = await online(() => NO_ANSWER)
  const answer = meter(client, 1)
  for (let times = 0; times < 5; times++) {
    await until('it is sent', () => csms.connections.at(-1)?.received.length === 1)
    const cut = client.cut()
    await client.connect()
    await cut
  }
  await until('it is sent', () => csms.connections.at(-1)?.received.length === 1)
  assert.ok(csms.connections.every(({ received }) => received.length === 1))
  const last = csms.connections.at(-1)
  last?.send(3, JSON.parse(last.received[0] ?? '')[1], {})
  assert.deepEqual(await within('the answer', answer), {})
})

test('close() rejects all remaining messages, including the one on the wire', async () => {
  const { client, csms } = await online(() => NO_ANSWER)
  const left = [meter(client, 1), meter(client, 2)].map(rejection)
  await until('the first is sent', () => csms.connections[0]?.received.length === 1)
  await client.close()
  for (const error of await Promise.all(left)) assert.equal(error.code, 'OCPP_ERR_NOT_CONNECTED')
  assert.equal(client.undelivered, 0)
})

test('close() can keep undelivered messages for the next connect()', async () => {
  let isThere = false
  const { client, csms } = await online(() => (isThere ? {} : NO_ANSWER))
  const answers = [meter(client, 1), meter(client, 2)]
  await until('the first is sent', () => csms.connections[0]?.received.length === 1)
  await client.close(1000, 'reboot', { keepUndelivered: true })
  assert.equal((await csms.connections[0]?.closed)?.reason, 'reboot')
  assert.equal(client.undelivered, 2)
  isThere = true
  await client.connect()
  assert.deepEqual(await within('the answers', Promise.all(answers)), [{}, {}])
})

test('after a cut that stays, messages wait for the next connect()', async () => {
  const { client } = await online(() => ({}))
  await client.cut({ reconnect: false })
  const answer = meter(client, 1)
  assert.equal(client.undelivered, 1)
  await client.connect()
  assert.deepEqual(await within('the answer', answer), {})
})

test('an aborted signal gives a message up: in the queue, on its way and between two attempts', async () => {
  const { client, csms } = await offline(
    (_action, payload) => (numberOf(payload) === 1 ? new ErrorAnswer('InternalError') : NO_ANSWER),
    { retryInterval: 3_600_000 }
  )
  const request = (value: number) => ({
    connectorId: 1,
    meterValue: [{ timestamp: TIME, sampledValue: [{ value: String(value) }] }]
  })
  const controllers = [1, 2, 3].map(() => new AbortController())
  const errors = controllers.map(({ signal }, index) =>
    rejection(client.deliver('MeterValues', request(index + 1), { signal }))
  )
  controllers[2]?.abort(new Error('in the queue'))
  const inTheQueue = await errors[2]
  assert.deepEqual([inTheQueue?.sent, String(inTheQueue?.cause)], [false, 'Error: in the queue'])
  assert.equal(client.undelivered, 2)
  await client.connect()
  const connection = await csms.connection(0)
  await until('the first is refused', () => connection.received.length === 1)
  await connection.call('ClearCache')
  controllers[0]?.abort()
  await until('the second is sent', () => connection.received.length === 3)
  controllers[1]?.abort()
  assert.deepEqual(
    (await Promise.all(errors)).map(({ code }) => code),
    ['OCPP_ERR_ABORTED', 'OCPP_ERR_ABORTED', 'OCPP_ERR_ABORTED']
  )
  const late = client.deliver('MeterValues', request(4), { signal: AbortSignal.abort() })
  assert.equal((await rejection(late)).code, 'OCPP_ERR_ABORTED')
  assert.equal(client.undelivered, 0)
})

test('a message that could not be sent does not count as an attempt', async () => {
  const heartbeat = deferred<unknown>()
  const csms = await startCsms((action) => (action === 'Heartbeat' ? heartbeat.promise : {}))
  const client = chargePoint(csms.url, {
    protocols: ['ocpp1.6'],
    callQueueLimit: 0,
    delivery: { attempts: 1, retryInterval: 5 }
  })
  await client.connect()
  const call = client.call('Heartbeat', {})
  const answer = meter(client, 1)
  await client.call('Heartbeat', {}).catch(({ code }) => assert.equal(code, 'OCPP_ERR_QUEUE_FULL'))
  heartbeat.resolve({ currentTime: TIME })
  await call
  assert.deepEqual(await within('the answer', answer), {})
})

test('nothing overtakes a BootNotification, and nothing is sent until one is accepted', async () => {
  const came: string[] = []
  const statuses = ['Pending', 'Accepted']
  const { client } = await offline((action) => {
    came.push(action)
    if (action !== 'BootNotification') return {}
    return { status: statuses.shift(), currentTime: TIME, interval: 1 }
  })
  const boot = () => client.call('BootNotification', { chargePointVendor: 'Acme', chargePointModel: 'One' })
  const answers = [meter(client, 1), meter(client, 2)]
  const booted = deferred<unknown>()
  client.events.on('connect', () => booted.resolve(boot()))
  await client.connect()
  await within('the first boot', booted.promise)
  assert.deepEqual([came, client.registration], [['BootNotification'], 'Pending'])
  await boot()
  await within('the answers', Promise.all(answers))
  assert.deepEqual(came, ['BootNotification', 'BootNotification', 'MeterValues', 'MeterValues'])
})
