import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CallError,
  type CallEvent,
  type ChargePoint,
  type FastifyOcppOptions,
  type HandledEvent,
  type SentEvent
} from 'fastify-ocpp'
import { type Charger, connectCharger, ErrorAnswer, NO_ANSWER } from '../support/charger.js'
import { answerBasics, startServer, type TestServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

// What `handled`, `sent` and `call` tell, against what was on the wire.

const ACCEPTED: FastifyOcppOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const currentTime = '2026-01-01T00:00:00Z'

type Setup = Parameters<typeof startServer>[1]

/** A server whose `handled` events are kept, and a charger. */
async function handling(setup: NonNullable<Setup>, options = ACCEPTED, protocol = 'ocpp1.6') {
  const events: HandledEvent[] = []
  const server = await startServer(options, async (app) => {
    app.ocpp.events.on('handled', (event) => events.push(event))
    await setup(app)
  })
  const charger = await connectCharger(server.url, 'CP-1', { protocol })
  return { events, server, charger, app: server.app }
}

/** The only event, without what differs from run to run. */
function single(events: HandledEvent[]): Omit<HandledEvent, 'chargePoint' | 'duration'> {
  assert.equal(events.length, 1)
  const [event] = events
  assert.ok(event)
  const { chargePoint, duration, ...rest } = event
  assert.equal(chargePoint.identity, 'CP-1')
  assert.ok(duration >= 0 && Number.isFinite(duration))
  return rest
}

test('a CALL that was answered is published with its normalised request and its response', async () => {
  const { events, charger, app } = await handling((app) => {
    app.ocpp.v16.on('StatusNotification', () => ({}))
  })
  const status = { connectorId: 1, errorCode: 'NoError', status: 'Available' }
  const answer = await charger.call(
    'StatusNotification',
    { ...status, timestamp: '2026-01-01T00:00:00', info: null },
    's'
  )
  assert.equal(answer.type, 3)
  assert.deepEqual(single(events), {
    messageId: 's',
    messageType: 'CALL',
    action: 'StatusNotification',
    request: { ...status, timestamp: '2026-01-01T00:00:00Z' },
    response: {},
    error: undefined
  })
  assert.equal(events[0]?.chargePoint, app.ocpp.chargePoints.get('CP-1'))
})

const NEVER = () => new Promise<never>(() => undefined)
const heartbeat = () => ({ currentTime })

const REFUSALS: {
  name: string
  options?: FastifyOcppOptions
  protocol?: string
  setup?: NonNullable<Setup>
  send?: [action: string, payload: unknown]
  request?: unknown
}[] = [
  { name: 'an unknown action', send: ['Nonsense', {}] },
  { name: 'an action of ours', send: ['Reset', { type: 'Hard' }] },
  {
    name: 'a payload that breaks its schema',
    setup: (app) => void app.ocpp.v16.on('Heartbeat', heartbeat),
    send: ['Heartbeat', { a: 1 }]
  },
  { name: 'an action that nothing handles', send: ['Heartbeat', null], request: {} },
  { name: 'a charge point that is not accepted', options: { securityProfile: 0 } },
  {
    name: 'a handler that throws a CallError with details',
    setup: (app) =>
      void app.ocpp.v16.on('Heartbeat', () => {
        throw new CallError('FormatViolation', 'x'.repeat(300), { why: ['so'] })
      }),
    request: {}
  },
  {
    name: 'a handler that throws a CallError whose details are no JSON',
    setup: (app) =>
      void app.ocpp.v16.on('Heartbeat', () => {
        throw new CallError('NotSupported', 'no', { big: 1n })
      }),
    request: {}
  },
  {
    name: 'a handler that throws a code of another version',
    protocol: 'ocpp2.0.1',
    setup: (app) =>
      void app.ocpp.v201.on('Heartbeat', async () => {
        throw new CallError('OccurenceConstraintViolation')
      }),
    request: {}
  },
  {
    name: 'a handler that fails',
    setup: (app) => void app.ocpp.v16.on('Heartbeat', () => Promise.reject(new Error('secret'))),
    request: {}
  },
  {
    name: 'a handler with an invalid response',
    setup: (app) => void app.ocpp.v16.on('Heartbeat', () => ({ currentTime: 'never' })),
    request: {}
  },
  {
    name: 'a handler that runs out of time',
    options: { ...ACCEPTED, handlerTimeout: 50 },
    setup: (app) => void app.ocpp.v16.on('Heartbeat', NEVER),
    request: {}
  }
]

test('a CALL that was rejected is published with the CALLERROR as it was sent', async (t) => {
  for (const { name, options, protocol, setup = () => {}, send, request } of REFUSALS) {
    await t.test(name, async () => {
      const { events, charger } = await handling(setup, options, protocol)
      const [action, payload] = send ?? ['Heartbeat', {}]
      const answer = await charger.call(action, payload, 'r')
      assert.equal(answer.type, 4)
      const { code, description, details } = answer as Extract<typeof answer, { type: 4 }>
      assert.deepEqual(single(events), {
        messageId: 'r',
        messageType: 'CALL',
        action,
        request,
        response: undefined,
        error: { code, description, details }
      })
    })
  }
})

test('a SEND is published, too, whether it was accepted or rejected', async () => {
  const { events, charger } = await handling(
    (app) => {
      answerBasics(app)
      app.ocpp.v21.on('NotifyPeriodicEventStream', () => undefined)
    },
    ACCEPTED,
    'ocpp2.1'
  )
  const message = { id: 1, pending: 0, basetime: currentTime, data: [{ t: 0, v: '1' }] }
  charger.send(6, 's1', 'NotifyPeriodicEventStream', message)
  charger.send(6, 's2', 'NotifyPeriodicEventStream', {})
  await charger.roundTrip()
  const [accepted, refused] = events
  assert.deepEqual([accepted?.messageType, accepted?.request, accepted?.error], ['SEND', message, undefined])
  assert.deepEqual([refused?.messageType, refused?.request], ['SEND', undefined])
  assert.equal(refused?.error?.code, 'OccurrenceConstraintViolation')
})

test('the duration counts from receipt, so a CALL that waits for another is charged for it', async () => {
  const gate = deferred()
  const { events, charger, app } = await handling((app) => {
    app.ocpp.v16.on('Heartbeat', heartbeat)
    app.ocpp.v16.on('Authorize', async () => {
      await gate.promise
      return { idTagInfo: { status: 'Accepted' } }
    })
  })
  const slow = charger.call('Authorize', { idTag: 'x' }, 'slow')
  const quick = charger.call('Heartbeat', {}, 'quick')
  await until('both have come', () => [...app.ocpp.chargePoints].some(({ counters }) => counters.callsReceived === 2))
  const since = performance.now()
  await until('30 ms have passed', () => performance.now() - since > 30)
  gate.resolve()
  await Promise.all([slow, quick])
  assert.deepEqual(
    events.map(({ messageId }) => messageId),
    ['slow', 'quick']
  )
  // Timers and the clock may differ by a millisecond.
  for (const { duration, messageId } of events) assert.ok(duration > 25, `${messageId}: ${duration}`)
})

test('a CALL whose answer could not be sent, and messages that are no CALLs, are not published', async () => {
  const gate = deferred()
  const { events, charger, app } = await handling((app) => {
    app.ocpp.v16.on('Heartbeat', async () => {
      await gate.promise
      return { currentTime }
    })
  })
  for (const text of ['{{{', '[]', '[2,"1","Heartbeat",{oops', '[2,"1","Heartbeat"]', '[3,"1",{}]'])
    charger.sendText(text)
  charger.send(2, 'h', 'Heartbeat', {})
  charger.send(2, 'waits', 'Heartbeat', {})
  await until('both wait', () => app.ocpp.chargePoints.get('CP-1')?.counters.callsReceived === 2)
  await charger.close()
  await until('it is gone', () => !app.ocpp.chargePoints.has('CP-1'))
  gate.resolve()
  await new Promise(setImmediate)
  assert.deepEqual(events, [])
})

test('handled comes after the answer and before the after handlers', async () => {
  const log: string[] = []
  const { charger } = await handling((app) => {
    app.ocpp.v16.on('Heartbeat', heartbeat).after('Heartbeat', () => log.push('after'))
    app.ocpp.events.on('frame', ({ direction }) => log.push(direction)).on('handled', () => log.push('handled'))
  })
  await charger.call('Heartbeat')
  assert.deepEqual(log, ['inbound', 'outbound', 'handled', 'after'])
})

/** A server, a charger and what is told of a ClearCache with message id `c`. */
async function calling(answer: (charger: Charger) => unknown, call: (server: TestServer) => Promise<unknown>) {
  const sent: SentEvent[] = []
  const ended: CallEvent[] = []
  const server = await startServer({ ...ACCEPTED, callQueueLimit: 1 }, (app) => {
    app.ocpp.events.on('sent', (event) => sent.push(event)).on('call', (event) => ended.push(event))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => answer(charger))
  const result = await call(server).then(
    () => undefined,
    (error: Error & { code: string }) => error
  )
  await until('the call has ended', () => ended.length > 0)
  return { sent, ended, result }
}

const given = new AbortController()

function silentAfter(act: (charger: Charger) => void) {
  return (charger: Charger) => {
    act(charger)
    return NO_ANSWER
  }
}

const ENDINGS: {
  outcome: CallEvent['outcome']
  answer: (charger: Charger) => unknown
  options?: { timeout?: number; signal?: AbortSignal }
  response?: unknown
  error?: unknown
}[] = [
  { outcome: 'result', answer: () => ({ status: 'Accepted' }), response: { status: 'Accepted' } },
  {
    outcome: 'callerror',
    answer: () => new ErrorAnswer('NotSupported', 'not here', { a: 1 }),
    error: { code: 'NotSupported', description: 'not here', details: { a: 1 } }
  },
  { outcome: 'invalid-response', answer: () => ({ status: 'Perhaps' }) },
  { outcome: 'timeout', answer: () => NO_ANSWER, options: { timeout: 30 } },
  { outcome: 'disconnected', answer: silentAfter((charger) => charger.ws.terminate()) },
  { outcome: 'aborted', answer: silentAfter(() => given.abort()), options: { signal: given.signal } }
]

test('sent and call carry the request; call the response, or the error that the caller gets', async (t) => {
  for (const { outcome, answer, options, response, error } of ENDINGS) {
    await t.test(outcome, async () => {
      const { sent, ended, result } = await calling(answer, ({ app }) =>
        app.ocpp.v16.call('CP-1', 'ClearCache', {}, { messageId: 'c', ...options })
      )
      const expected = error ?? (result && { code: result.code, description: result.message })
      assert.deepEqual(
        sent.map(({ messageId, action, request }) => ({ messageId, action, request })),
        [{ messageId: 'c', action: 'ClearCache', request: {} }]
      )
      assert.deepEqual(
        ended.map(({ chargePoint: _, duration: __, ...rest }) => rest),
        [{ messageId: 'c', action: 'ClearCache', request: {}, outcome, response, error: expected }]
      )
    })
  }
})

test('a call that was never sent is published by the event call only', async () => {
  const { sent, ended, result } = await calling(
    () => NO_ANSWER,
    ({ app }) => app.ocpp.v16.call('CP-1', 'ClearCache', {}, { signal: AbortSignal.abort() })
  )
  assert.equal(result?.code, 'OCPP_ERR_ABORTED')
  assert.deepEqual(sent, [])
  assert.deepEqual([ended[0]?.outcome, ended[0]?.error?.code], ['aborted', 'OCPP_ERR_ABORTED'])
})

test('the response in the event call is normalised as for the caller', async () => {
  const { ended } = await calling(
    () => ({ status: 'Accepted', filename: null }),
    ({ app }) =>
      app.ocpp.v16.call('CP-1', 'GetLog', {
        logType: 'SecurityLog',
        requestId: 1,
        log: { remoteLocation: 'ftp://a/b' }
      })
  )
  assert.deepEqual([ended[0]?.outcome, ended[0]?.response], ['result', { status: 'Accepted' }])
})

test('a listener of sent that closes the connection ends the call, and nothing is written', async () => {
  const server = await startServer(ACCEPTED)
  server.app.ocpp.events.on('sent', ({ chargePoint }) => chargePoint.disconnect())
  const charger = await connectCharger(server.url, 'CP-1')
  const call = server.app.ocpp.v16.call('CP-1', 'ClearCache', {})
  await assert.rejects(within('the call', call), { code: 'OCPP_ERR_DISCONNECTED' })
  await charger.closed
  assert.deepEqual(charger.received, [])
})

test('the charge point of an event is the live connection, with the registration that the answer gave it', async () => {
  const seen: [string, ChargePoint['registration']][] = []
  const server = await startServer({ securityProfile: 0 }, (app) => {
    app.ocpp.v16.on('BootNotification', () => ({ status: 'Pending', currentTime, interval: 1 }))
    app.ocpp.events.on('handled', ({ action, chargePoint }) => seen.push([action, chargePoint.registration]))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  await charger.call('Heartbeat')
  await charger.call('BootNotification', { chargePointVendor: 'a', chargePointModel: 'b' })
  assert.deepEqual(seen, [
    ['Heartbeat', undefined],
    ['BootNotification', 'Pending']
  ])
})

test('a charge point is booting from the receipt of its BootNotification to the answer, also while that waits', async () => {
  const gates = { Heartbeat: deferred(), BootNotification: deferred() }
  const seen: boolean[] = []
  const { charger, app } = await handling(({ ocpp }) => {
    ocpp.events.on('handled', ({ chargePoint }) => seen.push(chargePoint.booting))
    ocpp.v16.on('Heartbeat', async () => {
      await gates.Heartbeat.promise
      return { currentTime }
    })
    ocpp.v16.on('BootNotification', async () => {
      await gates.BootNotification.promise
      return { status: 'Accepted', currentTime, interval: 1 }
    })
  })
  const chargePoint = app.ocpp.chargePoints.get('CP-1')
  assert.equal(chargePoint?.booting, false)
  const beat = charger.call('Heartbeat')
  await until('it came', () => chargePoint?.counters.callsReceived === 1)
  assert.equal(chargePoint?.booting, false)
  const boot = charger.call('BootNotification', { chargePointVendor: 'a', chargePointModel: 'b' })
  await until('it came', () => chargePoint?.counters.callsReceived === 2)
  assert.equal(chargePoint?.booting, true)
  gates.Heartbeat.resolve()
  await beat
  assert.equal(chargePoint?.booting, true)
  gates.BootNotification.resolve()
  await boot
  assert.equal(chargePoint?.booting, false)
  assert.deepEqual(seen, [true, false])
})

test('malformed carries the CALLERROR that the message is answered with, if any', async () => {
  const told: unknown[] = []
  const server = await startServer(ACCEPTED, (app) => {
    answerBasics(app)
    app.ocpp.events.on('malformed', ({ rule, error }) => told.push([rule, error]))
  })
  const charger = await connectCharger(server.url, 'CP-1', { protocol: 'ocpp2.0.1' })
  charger.sendText('{{{')
  const [, , code, description, details] = await charger.nextFrame()
  charger.send(3, 'nobody', {})
  await charger.roundTrip()
  assert.deepEqual(told, [
    ['not valid JSON', { code, description, details }],
    ['response that nobody waits for', undefined]
  ])
})
