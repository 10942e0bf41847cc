import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import Fastify from 'fastify'
import type { WebSocket } from 'ws'
import { ActionTable } from '../../src/action-table.js'
import { ChargePoints } from '../../src/charge-points.js'
import { Connection } from '../../src/connection/connection.js'
import type { ConnectionSettings } from '../../src/connection/settings.js'
import { EventHub } from '../../src/events.js'
import { Handlers } from '../../src/handlers.js'
import { type EndpointOptions, resolveOptions } from '../../src/options.js'
import { PROTOCOLS } from '../../src/protocol.js'
import { TickClock } from '../../src/tick-clock.js'

/** A socket whose other end does nothing by itself. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1
  readonly readyState = 1
  readonly sent: string[] = []
  readonly log: string[] = []
  bufferedAmount = 0

  send(text: string): void {
    this.sent.push(text)
  }

  ping(): void {
    this.log.push('ping')
  }

  pause(): void {
    this.log.push('pause')
  }

  resume(): void {
    this.log.push('resume')
  }

  close(): void {
    this.log.push('close')
  }

  terminate(): void {
    this.log.push('terminate')
  }
}

/** A connection that ticks by hand. */
function connect(options: EndpointOptions) {
  const { connection: settings, tick } = resolveOptions({ ...options, securityProfile: 0 })
  return connectWith(settings, new TickClock(tick))
}

function connectWith(settings: ConnectionSettings, clock: TickClock) {
  const { log } = Fastify()
  const socket = new FakeSocket()
  const events = new EventHub(log)
  const limited: string[] = []
  events.on('limited', ({ rule }) => limited.push(rule))
  const closed: string[] = []
  const handlers = new Handlers('ocpp1.6', 'chargePoint')
  handlers.on('Heartbeat', () => ({ currentTime: '2026-01-01T00:00:00Z' }))
  const connection = new Connection({
    socket: socket as unknown as WebSocket,
    owner: {
      settings,
      events,
      log,
      clock,
      closed: (_connection, reason) => closed.push(reason),
      gone: () => undefined
    },
    treatment: {
      table: new ActionTable(PROTOCOLS['ocpp1.6'], 'csms', {}),
      validation: undefined,
      pings: undefined
    },
    handlers,
    identity: 'CP-1',
    remoteAddress: '',
    registration: undefined,
    context: undefined
  })
  const ticks = (count: number) => {
    for (let left = count; left > 0; left--) connection.tick()
  }
  const receive = (text: string) => connection.message(Buffer.from(text), false)
  return { connection, socket, handlers, events, limited, closed, ticks, receive, settings, tick: clock.tick }
}

const HEARTBEAT = '[2,"h","Heartbeat",{}]'

test('a time-out in ticks is never early and at most one tick late, wherever in a tick it begins', () => {
  const now = mock.method(performance, 'now', () => 0)
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 10, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (milliseconds, tick, part) => {
          const clock = new TickClock(tick)
          let at = 1000
          now.mock.mockImplementation(() => at)
          const stop = clock.every(() => undefined)
          at += tick
          mock.timers.tick(tick)
          at += part * tick
          const passed = clock.ticksFor(milliseconds) * tick - part * tick
          stop()
          assert.ok(passed >= milliseconds, `${passed} ms`)
          assert.ok(passed <= milliseconds + tick + 1, `${passed} ms`)
        }
      )
    )
  } finally {
    mock.timers.reset()
    now.mock.restore()
  }
})

test('a clock ticks while somebody listens, and no longer', () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const clock = new TickClock(100)
    let ticks = 0
    const stops = [clock.every(() => ticks++), clock.every(() => ticks++)]
    mock.timers.tick(250)
    assert.equal(ticks, 4)
    for (const stop of stops) stop()
    mock.timers.tick(1000)
    assert.equal(ticks, 4)
    clock.every(() => ticks++)
    mock.timers.tick(100)
    assert.equal(ticks, 5)
  } finally {
    mock.timers.reset()
  }
})

test('the tick is a quarter of the shortest time-out, in whole milliseconds, from 10 to 1000', () => {
  const tick = (options: EndpointOptions) => resolveOptions({ ...options, securityProfile: 0 }).tick
  assert.equal(tick({}), 500)
  assert.equal(tick({ takeoverTimeout: 0 }), 1000)
  assert.equal(tick({ takeoverTimeout: 75 }), 19)
  assert.equal(tick({ handlerTimeout: 1, takeoverTimeout: 75 }), 10)
})

test('a quiet peer is pinged after a whole interval, not a tick before, and cut after two', () => {
  for (const pingInterval of [1000, 1001, 30_000]) {
    const { socket, ticks, receive, closed, tick } = connect({ pingInterval, takeoverTimeout: 1000 })
    receive(HEARTBEAT)
    // The frame came in the middle of a tick.
    const before = Math.ceil(pingInterval / tick)
    ticks(before)
    assert.deepEqual(socket.log, [])
    ticks(1)
    assert.deepEqual(socket.log, ['ping'])
    ticks(Math.ceil((2 * pingInterval) / tick) - before - 1)
    assert.deepEqual([socket.log, closed], [['ping'], []])
    ticks(1)
    assert.deepEqual([socket.log, closed], [['ping', 'terminate'], ['ping-timeout']])
  }
})

test('any sign of life begins the interval anew', () => {
  const signs = [
    ({ receive }: ReturnType<typeof connect>) => receive(HEARTBEAT),
    ({ socket }: ReturnType<typeof connect>) => socket.emit('pong'),
    ({ socket }: ReturnType<typeof connect>) => socket.emit('ping')
  ]
  for (const live of signs) {
    const all = connect({ pingInterval: 1000, takeoverTimeout: 1000 })
    live(all)
    all.ticks(4)
    live(all)
    all.ticks(4)
    assert.deepEqual(all.socket.log, [])
    all.ticks(1)
    assert.deepEqual(all.socket.log, ['ping'])
    live(all)
    all.ticks(8)
    assert.deepEqual([all.socket.log, all.closed], [['ping', 'ping'], []])
  }
})

test('peers that connect at once and are silent are pinged at different times, and none is cut early', () => {
  const firsts = new Set<number>()
  for (let peer = 0; peer < 200; peer++) {
    const { socket, connection, closed } = connect({ pingInterval: 30_000, takeoverTimeout: 0 })
    for (let tick = 1; tick <= 60; tick++) {
      connection.tick()
      if (socket.log.length === 1) firsts.add(tick)
    }
    assert.deepEqual([socket.log, closed], [['ping'], []])
    connection.tick()
    assert.deepEqual(closed, ['ping-timeout'])
  }
  assert.ok(firsts.size > 5, `${firsts.size} different times`)
})

test('a peer that does not read is cut after slowReaderTimeout, and one that reads in between is not', () => {
  const { socket, ticks, closed, limited, settings, tick } = connect({ slowReaderTimeout: 1000, pingInterval: 0 })
  const before = Math.ceil(1000 / tick)
  for (let times = 0; times < 5; times++) {
    socket.bufferedAmount = settings.maxBufferedAmount + 1
    ticks(before + 1)
    socket.bufferedAmount = settings.maxBufferedAmount
    ticks(1)
  }
  assert.deepEqual(closed, [])
  socket.bufferedAmount = settings.maxBufferedAmount + 1
  ticks(before + 1)
  assert.deepEqual(closed, [])
  ticks(2)
  assert.deepEqual([closed, socket.log.at(-1)], [['slow-reader'], 'terminate'])
  assert.equal(limited.at(-1), 'slow-reader')
})

test('a peer that does not answer a close frame is cut after three seconds, however short a tick is', () => {
  for (const takeoverTimeout of [40, 1000, 4000]) {
    const { connection, socket, ticks, tick } = connect({ takeoverTimeout })
    connection.disconnect()
    ticks(Math.ceil(3000 / tick))
    assert.deepEqual(socket.log, ['close'])
    ticks(2)
    assert.ok(socket.log.includes('terminate'))
  }
})

test('a socket that was paused is resumed when it is closed: the answer to the close frame has to be read', () => {
  const { connection, socket, receive, limited } = connect({ maxMessageRate: 1, maxMessageBurst: 1 })
  receive(HEARTBEAT)
  assert.deepEqual([socket.log, limited], [['pause'], ['message-rate']])
  connection.disconnect()
  assert.deepEqual(socket.log, ['pause', 'close', 'resume'])
})

test('a CALL that waits because too much is to be written is handled once that is written, with no further event', () => {
  const { socket, ticks, receive, settings } = connect({ pingInterval: 0 })
  socket.bufferedAmount = settings.maxBufferedAmount + 1
  receive(HEARTBEAT)
  receive('[2,"waits","Heartbeat",{}]')
  assert.equal(socket.sent.length, 1)
  ticks(1)
  assert.equal(socket.sent.length, 1)
  socket.bufferedAmount = 0
  ticks(1)
  assert.equal(socket.sent.length, 2)
  assert.equal(socket.log.at(-1), 'resume')
})

test('maxMessageRate allows the burst and then its number of messages per second, whatever the tick', () => {
  for (const takeoverTimeout of [40, 500, 0]) {
    for (const [rate, burst] of [
      [1, 1],
      [1, 3],
      [3, 1],
      [10, 10]
    ] as const) {
      const options = { takeoverTimeout, pingInterval: 0, maxMessageRate: rate, maxMessageBurst: burst }
      const { connection, socket, receive, tick } = connect(options)
      let isPaused = false
      let passed = 0
      const send = () => {
        for (; !isPaused && passed < 1000; passed++) {
          receive(HEARTBEAT)
          isPaused = socket.log.at(-1) === 'pause'
        }
      }
      send()
      assert.equal(passed, burst, `burst of ${burst}`)
      const seconds = 10
      for (let time = tick; time <= seconds * 1000; time += tick) {
        connection.tick()
        isPaused = socket.log.at(-1) === 'pause'
        send()
      }
      const most = burst + rate * seconds
      assert.ok(passed <= most, `${passed} of at most ${most} with a tick of ${tick}`)
      assert.ok(passed >= most - rate - burst, `${passed} of ${most} with a tick of ${tick}`)
    }
  }
})

test('a silent peer saves up no more messages than maxMessageBurst, however long it is silent', () => {
  const { ticks, receive, limited, tick } = connect({ pingInterval: 0, maxMessageRate: 10, maxMessageBurst: 20 })
  ticks(Math.ceil(600_000 / tick))
  for (let count = 1; count < 20; count++) receive(HEARTBEAT)
  assert.deepEqual(limited, [])
  receive(HEARTBEAT)
  assert.deepEqual(limited, ['message-rate'])
})

test('while a CALL of ours waits for its answer, the socket is paused only for more than 64 waiting CALLs', async () => {
  const { connection, handlers, receive, limited } = connect({ maxWaitingCalls: 1, maxMessageBurst: 1000 })
  handlers.on('BootNotification', () => new Promise(() => undefined))
  const boot = { chargePointVendor: 'V', chargePointModel: 'M' }
  const call = connection.call('ClearCache', {})
  receive(JSON.stringify([2, 'boot', 'BootNotification', boot]))
  for (let waiting = 1; waiting <= 64; waiting++) receive(HEARTBEAT)
  assert.deepEqual(limited, [])
  receive(HEARTBEAT)
  assert.deepEqual(limited, ['waiting-calls'])
  connection.terminate()
  await assert.rejects(call, { code: 'OCPP_ERR_DISCONNECTED' })
})

test('only ticks of its own endpoint count for the take-over of a silent new connection', () => {
  const { connection: settings, tick } = resolveOptions({ takeoverTimeout: 1000, securityProfile: 0 })
  const clock = new TickClock(tick)
  const other = new TickClock(tick)
  const chargePoints = new ChargePoints()
  const replaced: boolean[] = []
  const terms = { timeout: 1000, clock, replaced: () => replaced.push(true) }
  const old = connectWith(settings, clock)
  chargePoints.take(old.connection, terms)
  chargePoints.take(connectWith(settings, clock).connection, terms)
  for (let times = 0; times < 100; times++) chargePoints.tick(other)
  assert.deepEqual([old.closed, replaced], [[], []])
  for (let times = 0; times <= Math.ceil(1000 / tick) + 1; times++) chargePoints.tick(clock)
  assert.deepEqual([old.closed, replaced], [['replaced'], [true]])
})
