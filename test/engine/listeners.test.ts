import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyOcppOptions } from 'fastify-ocpp'
import { connectCharger, ErrorAnswer } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'

// Whatever a listener or an after handler does, the others run, and the charge point is answered.

const ACCEPTED: FastifyOcppOptions = { authenticate: () => ({ accept: true, registration: 'Accepted' }) }
const currentTime = '2026-01-01T00:00:00Z'

/** A value whose every use throws. */
function hostile(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

class HostileError extends Error {
  override get message(): string {
    throw new Error('message is not for you')
  }
  override get stack(): string {
    throw new Error('stack is not for you')
  }
}

function raise(value: unknown): never {
  throw value
}

/** A promise of a foreign library. */
function thenable(then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): object {
  return Object.fromEntries([['then', then]])
}

/** Ways in which foreign code fails; returned as `unknown` because a listener may return anything. */
const FAULTS: readonly [name: string, fail: () => unknown][] = [
  ['throws an error', () => raise(new Error('thrown'))],
  ['throws null', () => raise(null)],
  ['throws undefined', () => raise(undefined)],
  ['throws a revoked proxy', () => raise(hostile())],
  ['throws an error that cannot be read', () => raise(new HostileError())],
  ['rejects', async () => raise(new Error('rejected'))],
  ['rejects with null', async () => raise(null)],
  ['rejects with a revoked proxy', async () => raise(hostile())],
  ['returns a thenable that rejects', () => thenable((_resolve, reject) => reject(new Error('thenable')))],
  ['returns a thenable that throws', () => thenable(() => raise(new Error('then throws')))],
  ['returns an object whose then throws when it is read', () => hostile()]
]

test('a listener that fails in any way is logged and counted, and the next one still runs', async (t) => {
  for (const [name, fail] of FAULTS) {
    await t.test(name, async () => {
      const lines: string[] = []
      const heard: string[] = []
      const server = await startServer(
        ACCEPTED,
        (app) => {
          app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
          app.ocpp.events
            .on('handled', fail)
            .once('handled', fail)
            .on('handled', ({ action }) => heard.push(action))
        },
        { logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } }
      )
      const charger = await connectCharger(server.url, 'CP-1')
      for (let round = 0; round < 2; round++) assert.equal((await charger.roundTrip()).type, 3)
      await until('all are counted', () => server.app.ocpp.events.failures.get('handled') === 3)
      assert.deepEqual(heard, ['Heartbeat', 'Heartbeat'])
      assert.deepEqual([...server.app.ocpp.events.failures], [['handled', 3]])
      assert.equal(lines.length, 3)
      for (const line of lines) {
        const { event, msg } = JSON.parse(line)
        assert.deepEqual([event, msg], ['handled', 'an OCPP event listener failed'])
      }
    })
  }
})

test('an after handler that fails in any way is logged, and the next one still runs', async (t) => {
  for (const [name, fail] of FAULTS) {
    await t.test(name, async () => {
      const lines: string[] = []
      const ran: unknown[] = []
      const server = await startServer(
        ACCEPTED,
        (app) => {
          app.ocpp.v16
            .on('Heartbeat', () => ({ currentTime }))
            .after('Heartbeat', fail)
            .after('Heartbeat', (request, response) => ran.push(request, response))
        },
        { logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } }
      )
      const charger = await connectCharger(server.url, 'CP-1')
      assert.equal((await charger.roundTrip()).type, 3)
      await until('it is logged', () => lines.length === 1)
      assert.match(lines[0] ?? '', /an after handler failed/)
      assert.equal((await charger.roundTrip()).type, 3)
      assert.deepEqual(ran, [{}, { currentTime }, {}, { currentTime }])
    })
  }
})

test('what a charge point does to a call of an after handler is a warning, and no error of ours', async () => {
  const lines: string[] = []
  const server = await startServer(
    ACCEPTED,
    (app) => {
      app.ocpp.v16
        .on('Heartbeat', () => ({ currentTime }))
        .after('Heartbeat', (_request, _response, { chargePoint }) => chargePoint.call('ClearCache', {}))
    },
    { logger: { level: 'warn', stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  charger.onCall(() => new ErrorAnswer('NotSupported'))
  assert.equal((await charger.roundTrip()).type, 3)
  await until('it is logged', () => lines.some((line) => line.includes('an after handler failed')))
  const levels = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'an after handler failed')
  assert.deepEqual(
    levels.map(({ level, err }) => [level, err.code]),
    [[40, 'NotSupported']]
  )
})

test('a handler that fails in any way is one CALL that failed, and the next is answered', async (t) => {
  for (const [name, fail] of FAULTS) {
    await t.test(name, async () => {
      const server = await startServer(ACCEPTED, (app) => {
        app.ocpp.v16.on('Heartbeat', () => ({ currentTime })).on('Authorize', fail as () => never)
      })
      const charger = await connectCharger(server.url, 'CP-1')
      const answer = await charger.call('Authorize', { idTag: 'x' })
      assert.equal(answer.type === 4 && answer.code, 'InternalError')
      assert.equal((await charger.roundTrip()).type, 3)
    })
  }
})

test('after handlers are started in order of registration, and none waits for another', async () => {
  const log: string[] = []
  let release = () => {}
  const server = await startServer(ACCEPTED, (app) => {
    const { v16 } = app.ocpp
    v16.on('Heartbeat', () => ({ currentTime }))
    v16.after('Heartbeat', async () => {
      log.push('first')
      await new Promise<void>((resolve) => {
        release = resolve
      })
      log.push('first is done')
    })
    v16.after('Heartbeat', () => log.push('second'))
    v16.after('DataTransfer', () => log.push('data 1')).after('DataTransfer', () => log.push('data 2'))
  })
  const charger = await connectCharger(server.url, 'CP-1')
  await charger.roundTrip()
  assert.deepEqual(log, ['first', 'second'])
  release()
  await until('the first is done', () => log.length === 3)
  await charger.call('DataTransfer', { vendorId: 'x' })
  assert.deepEqual(log.slice(3), ['data 1', 'data 2'])
})

test('a listener that fails as often as a charge point likes does not fill the log', async () => {
  const lines: string[] = []
  const server = await startServer(
    ACCEPTED,
    (app) => {
      app.ocpp.v16.on('Heartbeat', () => ({ currentTime }))
      app.ocpp.events.on('handled', () => raise(new Error('again')))
    },
    { logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } } }
  )
  const charger = await connectCharger(server.url, 'CP-1')
  const count = 60
  await Promise.all(Array.from({ length: count }, () => charger.roundTrip()))
  assert.equal(server.app.ocpp.events.failures.get('handled'), count)
  assert.ok(lines.length < count, `${lines.length} lines`)
})
