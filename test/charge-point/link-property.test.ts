import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ChargePointClient } from 'fastify-ocpp/charge-point'
import { type Door, turns, VirtualClock, VirtualCsms } from './virtual.js'

const TIME = '2026-01-01T00:00:00Z'
const SETTINGS = {
  reconnect: { waitMinimum: 1000, randomRange: 0, repeatTimes: 2 },
  delivery: { attempts: 1000, retryInterval: 1000 },
  callTimeout: 3000,
  pingInterval: 0
}
/** Answers of a CSMS to a BootNotification; `none` runs into the time-out. */
const BOOTS = ['Accepted', 'Pending', 'Rejected', 'none', 'error'] as const

type Boot = (typeof BOOTS)[number]

const acts = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constantFrom('connect', 'close', 'keep', 'cut', 'stay') }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom('drop', 'hang up', 'breach', 'let in', 'turn away') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('door'),
      door: fc.constantFrom<Door[]>('accept', 'refuse', 'hang', 'hang open', 'accept and drop'),
      isPolite: fc.boolean()
    })
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('boot'), boot: fc.constantFrom(...BOOTS) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('answers'), areGiven: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('deliver') }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('time'), ms: fc.constantFrom(1, 500, 1000, 2000, 3000, 20_000) })
  }
)

type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never

/** A charge point, its CSMS, and what must hold between them. */
class World {
  readonly clock = new VirtualClock()
  readonly csms = new VirtualCsms()
  readonly client: ChargePointClient<'ocpp1.6'>
  readonly delivered: number[] = []
  readonly forgotten: number[] = []
  readonly booked: number[] = []
  #count = 0
  #boot: Boot = 'Accepted'
  #areAnswersGiven = true
  /** What the CSMS knows: whether the charge point may send anything but a BootNotification. */
  #isAccepted = true

  constructor() {
    this.csms.answer = (action, payload) => this.#answer(action, payload)
    this.client = this.csms.client(SETTINGS)
  }

  async do(step: Act): Promise<void> {
    const { client, csms } = this
    const [socket] = csms.live
    if (step.act === 'connect') client.connect().catch(() => undefined)
    if (step.act === 'close') void client.close()
    if (step.act === 'keep') void client.close(1000, 'reboot', { keepUndelivered: true })
    if (step.act === 'cut') void client.cut()
    if (step.act === 'stay') void client.cut({ reconnect: false })
    if (step.act === 'drop') socket?.end(1006)
    if (step.act === 'hang up') socket?.end(1001)
    if (step.act === 'breach') socket?.deliver('x', true)
    if (step.act === 'let in') csms.decide('accept')
    if (step.act === 'turn away') csms.decide('refuse')
    if ('door' in step) Object.assign(csms, { door: step.door, isPolite: step.isPolite })
    if ('areGiven' in step) this.#areAnswersGiven = step.areGiven
    if ('boot' in step) this.boot(step.boot)
    if (step.act === 'deliver') this.#deliver()
    if ('ms' in step) await this.clock.advance(step.ms)
    assert.ok(csms.live.length <= 1, 'two sockets at once')
    await turns(2)
    this.#check()
  }

  boot(answer: Boot): void {
    this.#boot = answer
    const payload = { chargePointVendor: 'Acme', chargePointModel: 'One' }
    this.client.call('BootNotification', payload).catch(() => undefined)
  }

  /** What holds whenever nothing happens but what waits for time or for the CSMS. */
  #check(): void {
    const { client, csms, clock } = this
    assert.ok(csms.live.length <= 1, 'two sockets at once')
    assert.equal(client.connected, client.state === 'open')
    if (client.state === 'waiting' || client.state === 'closing') assert.ok(clock.pending > 0, 'nothing ends the wait')
    if (client.state === 'opening') assert.ok(csms.hanging > 0, 'no attempt is under way')
  }

  /** From whatever has happened, with a CSMS that does everything right from now on, all goes on. */
  async recover(): Promise<void> {
    const { client, csms, clock } = this
    Object.assign(csms, { door: 'accept', isPolite: true })
    this.#areAnswersGiven = true
    const isResting = () => client.state === 'idle' || client.state === 'closed'
    await clock.advance(10_000)
    csms.decide('accept')
    await clock.advance(10_000)
    const connecting = isResting() ? client.connect() : Promise.resolve()
    await turns()
    assert.equal(client.state, 'open', 'nothing goes on')
    await connecting
    this.boot('Accepted')
    await clock.advance(20_000)
    assert.equal(client.undelivered, 0)
    const kept = Array.from({ length: this.#count }, (_, index) => index).filter((n) => !this.forgotten.includes(n))
    assert.deepEqual(this.delivered, kept, 'delivered in order')
    assert.deepEqual(
      kept.filter((n) => !this.booked.includes(n)),
      [],
      'acknowledged, but not booked'
    )
    assert.deepEqual(
      this.booked,
      this.booked.toSorted((a, b) => a - b),
      'booked in order'
    )
  }

  /** Closes it; nothing may be left behind then. */
  async end(): Promise<void> {
    const closed = this.client.close()
    await this.clock.advance(2000)
    this.clock.restore()
    assert.deepEqual([this.client.state, this.csms.live.length, this.clock.pending], ['closed', 0, 0])
    await closed
  }

  #deliver(): void {
    const number = this.#count++
    const meterValue = [{ timestamp: TIME, sampledValue: [{ value: String(number) }] }]
    this.client.deliver('MeterValues', { connectorId: 1, meterValue }).then(
      () => this.delivered.push(number),
      (error: { code: string }) => {
        assert.equal(error.code, 'OCPP_ERR_NOT_CONNECTED')
        this.forgotten.push(number)
      }
    )
  }

  #answer(action: string, payload: unknown): unknown {
    if (action === 'BootNotification') return this.#answerBoot()
    assert.ok(this.#isAccepted, 'a transaction message before acceptance')
    const { meterValue } = payload as { meterValue: { sampledValue: { value: string }[] }[] }
    const number = Number(meterValue[0]?.sampledValue[0]?.value)
    if (!this.booked.includes(number)) this.booked.push(number)
    return this.#areAnswersGiven ? {} : undefined
  }

  #answerBoot(): unknown {
    this.#isAccepted = this.#boot === 'Accepted'
    if (this.#boot === 'none') return undefined
    if (this.#boot === 'error') return new Error('no')
    return { status: this.#boot, currentTime: TIME, interval: 10 }
  }
}

test('after any sequence of faults everything is delivered, with one socket at a time and no timer left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 40 }), async (steps) => {
      const world = new World()
      try {
        for (const step of steps) await world.do(step)
        await world.recover()
      } finally {
        await world.end()
      }
    }),
    { numRuns: 300, includeErrorInReport: true }
  )
})
