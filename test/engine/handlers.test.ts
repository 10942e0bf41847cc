import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import fastifyOcpp, { type AuthenticatedEndpoint, CallError, type Protocol, type ViolationEvent } from 'fastify-ocpp'
import { type Charger, connectCharger, ErrorAnswer } from '../support/charger.js'
import { listen, startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'

const VERSIONS: Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
const currentTime = '2026-01-01T00:00:00Z'

/** Lets everybody in as accepted, so that a test is about its handler only. */
const ACCEPTED: AuthenticatedEndpoint = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }

async function codeOf(charger: Charger, action: string, payload: unknown = {}): Promise<string> {
  const answer = await charger.call(action, payload)
  return answer.type === 3 ? 'CALLRESULT' : answer.code
}

test('a handler answers with what it returns or resolves to', async () => {
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
    app.ocpp.v16.on('Authorize', async ({ idTag }) => {
      return { idTagInfo: { status: idTag === 'good' ? 'Accepted' : 'Invalid' } }
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  assert.deepEqual(await charger.call('Heartbeat', {}, 'a'), { type: 3, id: 'a', payload: { currentTime } })
  const answer = await charger.call('Authorize', { idTag: 'good' }, 'b')
  assert.deepEqual(answer, { type: 3, id: 'b', payload: { idTagInfo: { status: 'Accepted' } } })
})

test('a handler gets the charge point, the message id, a logger and a signal', async () => {
  const lines: string[] = []
  const server = await startServer(
    ACCEPTED,
    (app) => {
      app.ocpp.v16.on('Heartbeat', (_request, { chargePoint, messageId, log, signal }) => {
        log.info('in the handler')
        assert.equal(signal.aborted, false)
        assert.deepEqual([chargePoint.identity, chargePoint.protocol, messageId], ['CP-1', 'ocpp1.6', 'm-1'])
        assert.equal(chargePoint, app.ocpp.chargePoints.get('CP-1'))
        return { currentTime }
      })
    },
    { logger: { stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal((await charger.call('Heartbeat', {}, 'm-1')).type, 3)
  const line = JSON.parse(lines.find((text) => text.includes('in the handler')) ?? '{}')
  assert.deepEqual([line.chargePoint, line.protocol, line.messageId], ['CP-1', 'ocpp1.6', 'm-1'])
})

for (const protocol of VERSIONS) {
  test(`${protocol}: an exception is InternalError, tells nothing, and the connection stays`, async () => {
    const thrown: (() => unknown)[] = [
      () => {
        throw new Error('password=hunter2')
      },
      () => Promise.reject(new Error('password=hunter2')),
      () => {
        throw undefined
      },
      () => Promise.reject('password=hunter2'),
      () => {
        throw Object.create(null)
      }
    ]
    const server = await startServer(ACCEPTED, (app) => {
      const version = protocol === 'ocpp1.6' ? app.ocpp.v16 : protocol === 'ocpp2.0.1' ? app.ocpp.v201 : app.ocpp.v21
      version.fallback((action) => (action === 'Heartbeat' ? thrown.shift()?.() : { status: 'Accepted' }))
    })
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    while (thrown.length > 0) {
      const answer = await charger.call('Heartbeat')
      assert.deepEqual(answer.type === 4 && [answer.code, answer.description, answer.details], [
        'InternalError',
        '',
        {}
      ])
    }
    assert.equal(await codeOf(charger, 'DataTransfer', { vendorId: 'Acme' }), 'CALLRESULT')
  })
}

const SPELLINGS: { code: string; v16: string; v2: string }[] = [
  { code: 'FormatViolation', v16: 'FormationViolation', v2: 'FormatViolation' },
  { code: 'FormationViolation', v16: 'FormationViolation', v2: 'FormatViolation' },
  { code: 'OccurrenceConstraintViolation', v16: 'OccurenceConstraintViolation', v2: 'OccurrenceConstraintViolation' },
  { code: 'OccurenceConstraintViolation', v16: 'OccurenceConstraintViolation', v2: 'OccurrenceConstraintViolation' },
  { code: 'SecurityError', v16: 'SecurityError', v2: 'SecurityError' },
  { code: 'NotSupported', v16: 'NotSupported', v2: 'NotSupported' },
  { code: 'RpcFrameworkError', v16: 'FormationViolation', v2: 'RpcFrameworkError' },
  { code: 'MessageTypeNotSupported', v16: 'NotSupported', v2: 'MessageTypeNotSupported' },
  { code: 'Teapot', v16: 'GenericError', v2: 'GenericError' },
  { code: '__proto__', v16: 'GenericError', v2: 'GenericError' },
  { code: '"],[', v16: 'GenericError', v2: 'GenericError' }
]

for (const protocol of VERSIONS) {
  test(`${protocol}: a CallError goes out in the spelling of the version`, async () => {
    let code = ''
    const server = await startServer(ACCEPTED, (app) => {
      for (const version of [app.ocpp.v16, app.ocpp.v201, app.ocpp.v21]) {
        version.fallback(() => {
          throw new CallError(code, 'because', { hint: [1] })
        })
      }
    })
    const charger = await connectCharger(server.url, 'CP-1', { protocol })
    for (const spelling of SPELLINGS) {
      code = spelling.code
      const answer = await charger.call('Heartbeat', {}, 'i')
      const expected = protocol === 'ocpp1.6' ? spelling.v16 : spelling.v2
      assert.deepEqual(answer, { type: 4, id: 'i', code: expected, description: 'because', details: { hint: [1] } })
    }
  })
}

test('a CallError with too long a description or details that are no JSON still goes out', async () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const errors = [
    new CallError('GenericError', 'x'.repeat(1000)),
    new CallError('GenericError', 'circular', circular),
    new CallError('GenericError', 'bigint', { big: 1n })
  ]
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', () => {
      throw errors.shift()
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  const descriptions = []
  while (errors.length > 0) {
    const answer = await charger.call('Heartbeat')
    descriptions.push(answer.type === 4 && answer.code === 'GenericError' && answer.description)
  }
  assert.deepEqual(descriptions, ['x'.repeat(255), 'circular', 'bigint'])
})

test('a handler never times out before handlerTimeout, wherever in a tick of the clock it begins', async () => {
  const server = await startServer({ ...ACCEPTED, handlerTimeout: 400 }, (app) => {
    app.ocpp.v16.on('Heartbeat', () => new Promise(() => undefined))
  })
  const durations = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const charger = await connectCharger(server.url, `CP-${index}`)
      await new Promise((resolve) => setTimeout(resolve, index * 11))
      const startedAt = performance.now()
      const answer = await charger.call('Heartbeat')
      assert.equal(answer.type === 4 && answer.code, 'InternalError')
      return performance.now() - startedAt
    })
  )
  assert.deepEqual(
    durations.filter((duration) => duration < 400),
    []
  )
})

test('a handler that times out is answered InternalError and aborted; its late result is dropped and logged', async () => {
  const lines: string[] = []
  const late = deferred<{ currentTime: string }>()
  const aborted = deferred()
  const server = await startServer(
    { ...ACCEPTED, handlerTimeout: 40 },
    (app) => {
      app.ocpp.v16.on('Heartbeat', (_request, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve())
        return late.promise
      })
      app.ocpp.v16.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
    },
    { logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  const behind = charger.answerTo('behind')
  const hanging = charger.call('Heartbeat', {}, 'slow')
  charger.send(2, 'behind', 'Authorize', { idTag: 'x' })
  const answer = await hanging
  assert.equal(answer.type === 4 && answer.code, 'InternalError')
  await within('the signal', aborted.promise)
  assert.equal((await behind).type, 3, 'the slot is free')
  const before = charger.received.length
  late.resolve({ currentTime })
  await late.promise
  assert.equal(await codeOf(charger, 'Authorize', { idTag: 'x' }), 'CALLRESULT')
  assert.equal(charger.received.length, before + 1)
  const logged = lines.map((line) => JSON.parse(line)).filter(({ action }) => action === 'Heartbeat')
  assert.deepEqual(
    logged.map(({ msg, messageId }) => [msg, messageId]),
    [
      ['a handler ran out of time', 'slow'],
      ['a handler ended after its time, and its result is dropped', 'slow']
    ]
  )
})

test('the signal of a handler is aborted when its charger disconnects', async () => {
  const started = deferred()
  const aborted = deferred()
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', (_request, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve())
      started.resolve()
      return new Promise(() => undefined)
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.send(2, 'a', 'Heartbeat', {})
  await within('the handler', started.promise)
  charger.ws.terminate()
  await within('the signal', aborted.promise)
})

test('CALLs of one charger are answered in order, and a slow handler delays nobody else', async () => {
  const slow = deferred()
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', async (_request, { chargePoint }) => {
      if (chargePoint.identity === 'SLOW') await slow.promise
      return { currentTime }
    })
    app.ocpp.v16.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
  })
  const charger = await connectCharger(server.url, 'SLOW')
  const other = await connectCharger(server.url, 'OTHER')
  const answers = [charger.call('Heartbeat', {}, '1'), charger.call('Authorize', { idTag: 'x' }, '2')]
  assert.equal(await codeOf(other, 'Heartbeat'), 'CALLRESULT')
  assert.equal(charger.received.length, 0)
  slow.resolve()
  await Promise.all(answers)
  assert.deepEqual(
    charger.received.map((text) => JSON.parse(text)[1]),
    ['1', '2']
  )
})

for (const flood of [0, 30, 60]) {
  test(`a handler that calls its charge point does not deadlock with ${flood} CALLs behind it`, async () => {
    const server = await startServer({ ...ACCEPTED, maxWaitingCalls: 2 }, (app) => {
      app.ocpp.v16.on('Authorize', async (_request, { chargePoint }) => {
        const { status } = await chargePoint.call('ClearCache', {})
        return { idTagInfo: { status: status === 'Accepted' ? 'Accepted' : 'Invalid' } }
      })
      app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
    })
    const charger = await connectCharger(server.url, 'CP-1')
    const answer = charger.call('Authorize', { idTag: 'x' })
    const others = Array.from({ length: flood }, () => charger.call('Heartbeat'))
    charger.onCall(() => ({ status: 'Accepted' }))
    const accepted = await answer
    assert.deepEqual(accepted.type === 3 && accepted.payload, { idTagInfo: { status: 'Accepted' } })
    for (const other of await Promise.all(others)) assert.equal(other.type, 3)
  })
}

test('a CallError of an outbound call that a handler does not catch is answered InternalError', async () => {
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', async (_request, { chargePoint }) => {
      await chargePoint.call('ClearCache', {})
      return { currentTime }
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => new ErrorAnswer('SecurityError', 'go away'))
  assert.equal(await codeOf(charger, 'Heartbeat'), 'InternalError')
})

test('after runs when the answer has been sent, and may call the charge point', async () => {
  const result = deferred<unknown>()
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', async () => ({ currentTime }))
    app.ocpp.v16.after('Heartbeat', async (request, response, { chargePoint }) => {
      assert.deepEqual([request, response], [{}, { currentTime }])
      result.resolve(await chargePoint.call('TriggerMessage', { requestedMessage: 'Heartbeat' }))
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => ({ status: 'Rejected' }))
  await charger.call('Heartbeat', {}, 'first')
  assert.deepEqual(await within('the call of after', result.promise), { status: 'Rejected' })
  const types = charger.received.map((text) => JSON.parse(text)[0])
  assert.deepEqual(types, [3, 2])
})

test('after that fails is logged and changes nothing', async () => {
  const lines: string[] = []
  let isAsync = false
  const server = await startServer(
    ACCEPTED,
    (app) => {
      app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
      app.ocpp.v16.after('Heartbeat', () => {
        if (isAsync) return Promise.reject(new Error('after, later'))
        throw new Error('after, at once')
      })
    },
    { logger: { stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal(await codeOf(charger, 'Heartbeat'), 'CALLRESULT')
  isAsync = true
  assert.equal(await codeOf(charger, 'Heartbeat'), 'CALLRESULT')
  await until('both are logged', () => lines.filter((line) => line.includes('after, ')).length === 2)
})

test('after does not run when the CALL was answered with a CALLERROR', async () => {
  let ran = 0
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', () => {
      throw new CallError('NotSupported')
    })
    app.ocpp.v16.after('Heartbeat', () => {
      ran++
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal(await codeOf(charger, 'Heartbeat'), 'NotSupported')
  assert.equal(await codeOf(charger, 'Heartbeat', { extra: 1 }), 'FormationViolation')
  assert.equal(ran, 0)
})

test('without a handler an action is NotImplemented, with a fallback the fallback answers', async () => {
  const server = await startServer(ACCEPTED)
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal(await codeOf(charger, 'Heartbeat'), 'NotImplemented')
  const seen: unknown[] = []
  server.app.ocpp.v16.fallback((action, request, { messageId }) => {
    seen.push(action, request, messageId)
    return { idTagInfo: { status: 'Blocked' } }
  })
  const answer = await charger.call('Authorize', { idTag: 'x' }, 'f')
  assert.deepEqual(answer, { type: 3, id: 'f', payload: { idTagInfo: { status: 'Blocked' } } })
  assert.deepEqual(seen, ['Authorize', { idTag: 'x' }, 'f'])
  assert.equal(await codeOf(charger, 'Heartbeat'), 'InternalError', 'the answer of the fallback is validated, too')
  assert.equal(await codeOf(charger, 'Nonsense'), 'NotImplemented', 'an unknown action is none for the fallback')
})

test('a handler that returns what its schema forbids is InternalError and a violation', async () => {
  const answers: unknown[] = [
    {},
    { currentTime: 5 },
    { currentTime, extra: 1 },
    { currentTime: 'yesterday' },
    undefined,
    null,
    'text',
    [],
    Number.NaN
  ]
  const events: ViolationEvent[] = []
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.fallback(() => answers.shift())
    app.ocpp.events.on('violation', (event) => events.push(event))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  const wanted = answers.length
  while (answers.length > 0) assert.equal(await codeOf(charger, 'Heartbeat'), 'InternalError')
  assert.equal(events.length, wanted)
  assert.ok(events.every(({ direction, delivered }) => direction === 'outbound' && !delivered))
  assert.equal(events[0]?.violation.pointer, '/currentTime')
})

test('registering twice is an error, and so is an action that is not for the charge point to send', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, { securityProfile: 0 })
  const { v16 } = app.ocpp
  const heartbeat = () => ({ currentTime })
  v16.on('Heartbeat', heartbeat).after('Heartbeat', () => undefined)
  v16.on('DataTransfer', () => ({ status: 'Accepted' })).fallback(() => ({}))
  v16.onDataTransfer({ vendorId: 'Acme' }, () => ({ status: 'Accepted' }))
  v16.onDataTransfer({ vendorId: 'Acme', messageId: 'm' }, () => ({ status: 'Accepted' }))
  const twice = { code: 'OCPP_ERR_HANDLER_EXISTS', statusCode: 500 }
  assert.throws(() => v16.on('Heartbeat', heartbeat), twice)
  assert.doesNotThrow(() => v16.after('Heartbeat', () => undefined))
  assert.throws(() => v16.on('DataTransfer', () => ({ status: 'Accepted' })), twice)
  assert.throws(() => v16.fallback(() => ({})), twice)
  assert.throws(() => v16.onDataTransfer({ vendorId: 'ACME' }, () => ({ status: 'Accepted' })), twice)
  assert.throws(() => v16.onDataTransfer({ vendorId: 'acme', messageId: 'm' }, () => ({ status: 'Accepted' })), twice)
  app.ocpp.v201.on('Heartbeat', heartbeat)
  const loose = v16 as unknown as { on(action: string, handler: () => unknown): void; after: typeof loose.on }
  for (const action of ['Reset', 'TransactionEvent', 'heartbeat', '__proto__', 'constructor', '']) {
    assert.throws(() => loose.on(action, () => ({})), { code: 'OCPP_ERR_UNKNOWN_ACTION', statusCode: 422 })
    assert.throws(() => loose.after(action, () => ({})), { code: 'OCPP_ERR_UNKNOWN_ACTION' })
  }
  await app.close()
})

test('handlers may be registered by any plugin, before and after the app is ready', async () => {
  const app = Fastify()
  await app.register(fastifyOcpp, ACCEPTED)
  app.register(async (scope) => {
    scope.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
  })
  const server = await listen(app)
  const charger = await connectCharger(server.url, 'CP-1')
  assert.equal(await codeOf(charger, 'Heartbeat'), 'CALLRESULT')
  assert.equal(await codeOf(charger, 'Authorize', { idTag: 'x' }), 'NotImplemented')
  app.ocpp.v16.on('Authorize', () => ({ idTagInfo: { status: 'Accepted' } }))
  assert.equal(await codeOf(charger, 'Authorize', { idTag: 'x' }), 'CALLRESULT')
})

test('a handler that disconnects its charger sends no answer and causes no error', async () => {
  const server = await startServer(ACCEPTED, (app) => {
    app.ocpp.v16.on('Heartbeat', (_request, { chargePoint }) => {
      chargePoint.disconnect(4001, 'out')
      return { currentTime }
    })
  })
  const charger = await connectCharger(server.url, 'CP-1')
  charger.sendText('[2,"a","Heartbeat",{}]')
  assert.deepEqual(await within('the close', charger.closed), { code: 4001, reason: 'out' })
  assert.equal(charger.received.length, 0)
})
