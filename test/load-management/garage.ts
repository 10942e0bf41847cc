import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Protocol } from 'fastify-ocpp'
import type {} from '../../plugins/load-management.js'
import type { Charger } from '../../src/simulator/charger.js'
import type { Ev } from '../../src/simulator/model/ev.js'
import type { Quirk } from '../../src/simulator/model/quirks.js'
import { settle } from '../../src/simulator/model/station.js'
import { ManualScheduler } from '../../src/simulator/scheduler.js'
import { plug, unplug } from '../../src/simulator/sessions/cable.js'
import { operate } from '../app/support.js'
import { perform } from '../operations/support.js'
import { createCharger } from '../simulator/support.js'
import type { TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

export const PHASES = ['L1', 'L2', 'L3'] as const
type Currents = Record<(typeof PHASES)[number], number>

interface Stall {
  protocol: Protocol
  wiring?: string
  fallback?: number
  maximum?: number
  unit?: 'A' | 'W'
  quirks?: readonly Quirk[]
}

interface Options {
  id: string
  stalls: readonly Stall[]
  body: object
}

/** A site with simulated chargers, whose time passes only in `pass()`, for them and for the control of the load. */
export class Garage {
  readonly server: TestServer
  readonly id: string
  readonly time: ManualScheduler
  readonly chargers: Charger[] = []
  readonly stalls: readonly Stall[]
  /** Highest true current of each phase so far. */
  peak: Currents = { L1: 0, L2: 0, L3: 0 }
  /** Called at every second with the true currents. */
  watch: (currents: Currents) => void = () => undefined

  private constructor(server: TestServer, { id, stalls }: Options) {
    this.server = server
    this.id = id
    this.stalls = stalls
    this.time = new ManualScheduler(Math.floor(Date.now() / 1000) * 1000)
  }

  /** Chargers that are connected, with the mode and limits of `body`. */
  static async open(server: TestServer, options: Options): Promise<Garage> {
    const garage = new Garage(server, options)
    server.app.loadManagement.clock = () => garage.time.now()
    const { id, stalls, body } = options
    assert.equal((await operate(server, 'PUT', `/sites/${id}`, { name: id })).statusCode, 201)
    for (const [index, { protocol, quirks = [] }] of stalls.entries()) {
      const identity = `${id}-${index}`
      const { charger } = createCharger({ url: `${server.url}/ocpp` }, protocol, {
        ...{ identity, time: garage.time, layout: { quirks } }
      })
      // They are of one kind, and what is learned of one is believed of all.
      charger.firmware = ['1.0.0', ...quirks].join('-').slice(0, 50)
      garage.chargers.push(charger)
      await charger.connect()
      await until('the charger is accepted', () => charger.registration === 'Accepted')
      await operate(server, 'PUT', `/charge-points/${identity}`, { site: id })
    }
    await garage.configure(body)
    return garage
  }

  /** Puts the configuration with the stalls as they are, whatever charges, and lets the control follow it. */
  async configure(body: object, expected: readonly number[] = [200, 201]) {
    await this.put(body, expected)
    await this.run()
  }

  async put(body: object, expected: readonly number[] = [200, 201]) {
    const evses = this.stalls.map(({ protocol: _, quirks: _quirks, ...stall }, index) => {
      return { identity: `${this.id}-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 6, ...stall }
    })
    const answer = await operate(this.server, 'PUT', `/sites/${this.id}/load-management?force=true`, { evses, ...body })
    assert.ok(expected.includes(answer.statusCode), answer.body)
  }

  charger(index: number): Charger {
    const charger = this.chargers[index]
    assert.ok(charger)
    return charger
  }

  /** A car comes, and its driver starts by the app. */
  async arrive(index: number, ev: Partial<Ev> = {}, idToken = 'DRIVER'): Promise<void> {
    const charger = this.charger(index)
    await perform(this.server, charger.identity, 'operations/start', { idToken: { idToken }, evseId: 1 })
    plug(charger, 1, 1, { soc: 0.1, maxPower: 22_080, capacity: 60_000, ...ev })
    await until('the transaction is booked', async () => (await this.open(index)).length === 1)
    await this.run()
  }

  async leave(index: number): Promise<void> {
    unplug(this.charger(index), 1)
    await until('the transaction has ended', async () => (await this.open(index)).length === 0)
    await this.run()
  }

  async open(index: number): Promise<{ id: number }[]> {
    const answer = await operate(
      this.server,
      'GET',
      `/transactions?status=open&chargePoint=${this.charger(index).identity}`
    )
    return answer.json().items
  }

  /** Lets the control decide, send and hear the answers, until it sends nothing more. */
  async run(): Promise<void> {
    const { loadManagement } = this.server.app
    for (let round = 0; round < 3; round++) {
      await loadManagement.run(this.id)
      await loadManagement.idle()
      await nextTurn()
    }
  }

  /** Lets seconds pass, and looks at the true currents at each. */
  async pass(seconds: number, every = 5): Promise<void> {
    for (let second = 1; second <= seconds; second++) {
      this.time.advance(1000)
      this.look()
      if (second % every !== 0) continue
      await this.settled()
      await this.run()
      this.look()
    }
  }

  /** Lets time pass until the cars take this, for some seconds at most. */
  async reach(shares: readonly number[], most: number): Promise<void> {
    for (let passed = 0; passed < most && String(this.shares()) !== String(shares); passed += 5) await this.pass(5)
    assert.deepEqual(this.shares(), shares)
  }

  /** All that the chargers have sent has been handled. */
  async settled(): Promise<void> {
    for (let quiet = 0, frames = -1; quiet < 3; ) {
      await nextTurn()
      await this.server.app.database.writer.write(async () => undefined)
      await nextTurn()
      const now = this.chargers.reduce((sum, charger) => sum + charger.frames, 0)
      quiet = now === frames ? quiet + 1 : 0
      frames = now
    }
  }

  look(): Currents {
    const now = this.currents()
    for (const phase of PHASES) this.peak[phase] = Math.max(this.peak[phase], now[phase])
    this.watch(now)
    return now
  }

  /** The true currents of the cars, by the simulator. */
  currents(): Currents {
    const sum: Currents = { L1: 0, L2: 0, L3: 0 }
    for (const [index, charger] of this.chargers.entries()) {
      settle(charger.station, this.time.now())
      const wiring = this.stalls[index]?.wiring ?? 'L1L2L3'
      for (const [line, amperes] of currentsOf(charger).entries()) {
        const phase = wiring.slice(line * 2, line * 2 + 2) as keyof Currents
        if (phase in sum) sum[phase] += amperes
      }
    }
    return sum
  }

  /** A of each EVSE on the phase that it uses most. */
  shares(): number[] {
    return this.chargers.map((charger) => {
      settle(charger.station, this.time.now())
      return Math.round(Math.max(...currentsOf(charger)) * 10) / 10
    })
  }

  async state() {
    return (await operate(this.server, 'GET', `/sites/${this.id}/load-management/state`)).json()
  }

  resetPeak(): void {
    this.peak = { L1: 0, L2: 0, L3: 0 }
  }
}

export function currentsOf({ station }: Charger): number[] {
  const [evse] = station.evses
  const ev = evse?.transaction?.connector.ev
  if (evse === undefined || ev === undefined) return [0, 0, 0]
  const phases = Math.min(station.phases, ev.phases)
  return [0, 1, 2].map((line) => (line < phases ? evse.power / station.voltage / phases : 0))
}
