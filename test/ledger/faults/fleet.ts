import assert from 'node:assert/strict'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ChargePointClient, createChargePoint } from 'fastify-ocpp/charge-point'
import { NINE } from '../support.js'

/** A transaction message that was answered: from then on it has to be in the books. */
export type Acknowledged =
  | { kind: 'start'; connectorId: number; timestamp: number; transactionId: number }
  | { kind: 'stop'; transactionId: number; meterStop: number }
  | { kind: 'meter'; transactionId: string; timestamp: number; samples: number }
  | { kind: 'event'; transactionId: string; eventType: string; seqNo: number; timestamp: number; samples: number }

/** Random numbers that a seed repeats. [mulberry32] */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The clocks of the fleet: right, never set, and far ahead. */
const CLOCKS = [NINE, 0, Date.UTC(2099, 0)]
const FAST = { waitMinimum: 30, randomRange: 30, repeatTimes: 2 }
const MEASURANDS = ['Energy.Active.Import.Register', 'Power.Active.Import', 'Current.Import'] as const

export interface FleetOptions {
  size: number
  seed: number
  /**
   * Milliseconds between two messages of a charger whose connection does not break by itself. Default: no pause, and
   * connections break.
   */
  calm?: number
}

/** A test charger that charges all the time, and writes down every message that was answered. */
export class TestCharger {
  readonly identity: string
  readonly acknowledged: Acknowledged[] = []
  readonly client: ChargePointClient<'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1'>
  readonly #random: () => number
  readonly #is16: boolean
  #clock: number
  #sessions = 0
  #messages = 0
  #isStopping = false
  #run: Promise<void> | undefined

  readonly #calm: number | undefined

  constructor(url: string, index: number, { seed, calm }: Pick<FleetOptions, 'seed' | 'calm'>) {
    this.#calm = calm
    this.identity = `LEDGER-${index}`
    this.#random = randomOf(seed + index)
    this.#clock = CLOCKS[index % CLOCKS.length] ?? NINE
    this.#is16 = index % 2 === 0
    this.client = createChargePoint({
      url,
      identity: this.identity,
      protocols: [this.#is16 ? 'ocpp1.6' : index % 4 === 1 ? 'ocpp2.0.1' : 'ocpp2.1'],
      reconnect: calm === undefined ? FAST : { waitMinimum: 200, randomRange: 400, repeatTimes: 2 },
      delivery: { attempts: 10_000, retryInterval: 10 },
      callTimeout: calm === undefined ? 1500 : 20_000,
      pingInterval: 0
    })
    this.client.fallback(() => ({ status: 'Rejected' }))
  }

  async start(): Promise<void> {
    await this.client.connect()
    const boot = this.#is16
      ? { chargePointVendor: 'Test', chargePointModel: 'Fleet' }
      : { reason: 'PowerUp', chargingStation: { vendorName: 'Test', model: 'Fleet' } }
    const { status } = await this.client.call('BootNotification', boot as never)
    assert.equal(status, 'Accepted')
    this.#run = this.#charge()
    // Read by stop().
    this.#run.catch(() => undefined)
  }

  /** Ends the session that it is in, and waits until everything is answered. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#run
    await this.client.close()
  }

  async #charge(): Promise<void> {
    while (!this.#isStopping) {
      this.#sessions++
      await (this.#is16 ? this.#session16() : this.#session2())
    }
  }

  async #session16(): Promise<void> {
    const connectorId = 1 + (this.#sessions % 2)
    const { timestamp, dateTime } = this.#now()
    const meterStart = this.#sessions
    const { transactionId } = (await this.#deliver('StartTransaction', {
      connectorId,
      idTag: 'LEDGER',
      meterStart,
      timestamp: dateTime
    })) as { transactionId: number }
    this.acknowledged.push({ kind: 'start', connectorId, timestamp, transactionId })
    const { timestamp: measuredAt, dateTime: measured } = this.#now()
    const sampledValue = MEASURANDS.map((measurand) => ({ value: '7', measurand }))
    const meterValue = [{ timestamp: measured, sampledValue }]
    await this.#deliver('MeterValues', { connectorId, transactionId, meterValue })
    const samples = sampledValue.length
    this.acknowledged.push({ kind: 'meter', transactionId: String(transactionId), timestamp: measuredAt, samples })
    const meterStop = meterStart + 1000
    await this.#deliver('StopTransaction', { transactionId, meterStop, timestamp: this.#now().dateTime })
    this.acknowledged.push({ kind: 'stop', transactionId, meterStop })
  }

  async #session2(): Promise<void> {
    const transactionId = `${this.identity}-${this.#sessions}`
    for (const [seqNo, eventType] of (['Started', 'Updated', 'Updated', 'Ended'] as const).entries()) {
      const { timestamp, dateTime } = this.#now()
      const sampledValue = MEASURANDS.map((measurand) => ({ value: 7 + seqNo, measurand }))
      await this.#deliver('TransactionEvent', {
        eventType,
        seqNo,
        timestamp: dateTime,
        triggerReason: 'MeterValuePeriodic',
        transactionInfo: { transactionId },
        evse: { id: 1, connectorId: 1 },
        meterValue: [{ timestamp: dateTime, sampledValue }]
      })
      const samples = sampledValue.length
      this.acknowledged.push({ kind: 'event', transactionId, eventType, seqNo, timestamp, samples })
    }
  }

  /** Now and then the connection breaks before the answer, or the answer is forgotten and asked for again. */
  async #deliver(action: string, payload: object): Promise<unknown> {
    if (this.#calm !== undefined) await sleep(this.#calm * (0.5 + this.#random()))
    const delivered = this.#send(action, payload)
    if (this.#calm === undefined && this.#random() < 0.05) await Promise.all([delivered, this.#cut(5 * this.#random())])
    const answer = await delivered
    if (this.#random() < 0.1)
      assert.deepEqual(await this.#send(action, payload), answer, `${action} was answered twice`)
    return answer
  }

  /** Message ids come again and again, with other content. */
  #send(action: string, payload: object): Promise<unknown> {
    const messageId = String(this.#messages++ % 5)
    return this.client.deliver(action as never, payload as never, { messageId })
  }

  async #cut(after: number): Promise<void> {
    await sleep(after)
    await this.client.cut()
  }

  #now(): { timestamp: number; dateTime: string } {
    this.#clock += 1000
    return { timestamp: this.#clock, dateTime: new Date(this.#clock).toISOString() }
  }
}

export class Fleet {
  readonly chargers: readonly TestCharger[]
  #nudge: NodeJS.Timeout

  constructor(url: string, { size, seed, ...calm }: FleetOptions) {
    this.chargers = Array.from({ length: size }, (_, index) => new TestCharger(url, index, { seed, ...calm }))
    // A charger that was told to come back in half a minute would be no test of what happens meanwhile.
    this.#nudge = setInterval(() => {
      for (const { client } of this.chargers) if (!client.connected) client.connect().catch(() => undefined)
    }, 250)
    after(() => this.#end())
  }

  get acknowledged(): number {
    return this.chargers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
  }

  async start(): Promise<void> {
    await Promise.all(this.chargers.map((charger) => charger.start()))
  }

  async stop(): Promise<void> {
    await Promise.all(this.chargers.map((charger) => charger.stop()))
    await this.#end()
  }

  async #end(): Promise<void> {
    clearInterval(this.#nudge)
    await Promise.all(this.chargers.map(({ client }) => client.close()))
  }
}
