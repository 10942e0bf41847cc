import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import type { Charger } from '../../src/simulator/charger.js'
import type { SimulatorEvent } from '../../src/simulator/event.js'
import { settle } from '../../src/simulator/model/station.js'
import { allow } from '../../src/simulator/sessions/authorization.js'
import { plug } from '../../src/simulator/sessions/cable.js'
import { createCharger } from '../simulator/support.js'
import { until } from '../support/wait.js'
import { currentsOf, PHASES } from './garage.js'

const PROTOCOLS: readonly Protocol[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']
const PATIENCE = 120_000
const WRITES: readonly string[] = ['SetChargingProfile', 'ClearChargingProfile', 'UpdateDynamicSchedule']

export interface LiveOptions {
  id: string
  /** How many chargers. */
  count: number
  /** A of each phase. */
  limit: number
  /** Seconds. */
  lease: number
  /** A. Default: 6 */
  fallback?: number
  /** More of the circuit. */
  more?: object
  /** Where chargers connect to. */
  url: string
  /** Asks the operator API, of whichever process is there. */
  ask: (method: string, path: string, body?: object) => Promise<{ status: number; body: unknown }>
}

/** A site with simulated chargers in real time, whose back-end is in processes that may die. True currents are looked at all the time. */
export class LiveSite {
  readonly options: LiveOptions
  readonly chargers: Charger[] = []
  /** Moments at which a phase carried more than its limit. */
  readonly violations: string[] = []
  /** The calls by which profiles of chargers were changed, as the chargers got them. */
  readonly writes: { at: number; identity: string; action: string }[] = []
  #looks = 0

  private constructor(options: LiveOptions) {
    this.options = options
    const watch = setInterval(() => this.#look(), 250)
    after(() => clearInterval(watch))
  }

  /** With all chargers connected, and under control. */
  static async open(options: LiveOptions): Promise<LiveSite> {
    const site = new LiveSite(options)
    const { id, count, limit, lease, url, fallback = 6, more = {} } = options
    await site.put(`/sites/${id}`, { name: id })
    for (let index = 0; index < count; index++) {
      const protocol = PROTOCOLS[index % PROTOCOLS.length] ?? 'ocpp1.6'
      const reconnect = { waitMinimum: 500, randomRange: 500, repeatTimes: 1 }
      const observe = (event: SimulatorEvent) => site.#observe(event)
      const { charger } = createCharger({ url }, protocol, { identity: `${id}-${index}`, reconnect, observe })
      site.chargers.push(charger)
      await charger.connect()
      await until('the charger is accepted', () => charger.registration === 'Accepted', PATIENCE)
      charger.settings.set(charger.dialect.names.sampleInterval, '10')
      await site.put(`/charge-points/${charger.identity}`, { site: id })
    }
    const evses = site.chargers.map(({ identity }) => {
      return { identity, evseId: 1, circuit: 'main', maximum: 32, fallback }
    })
    const circuits = [{ id: 'main', limit: { A: limit }, margin: 1, ...more }]
    const times = { lease, raiseDelay: 0, settle: 6 }
    await site.put(`/sites/${id}/load-management`, { mode: 'control', ...times, circuits, evses })
    await site.until('the fallbacks hold', (shown) => shown.evses.every(({ reserved }) => reserved === fallback))
    return site
  }

  async put(path: string, body: object): Promise<void> {
    const { status, body: answer } = await this.options.ask('PUT', path, body)
    assert.ok(status < 300, `${path}: ${status} ${JSON.stringify(answer)}`)
  }

  async state() {
    const { status, body } = await this.options.ask('GET', `/sites/${this.options.id}/load-management/state`)
    assert.equal(status, 200, JSON.stringify(body))
    return body as { evses: { reserved: number; limit?: number; identity: string }[] }
  }

  /** Waits for something in the state; a process that is not there yet is asked again. */
  until(what: string, isTrue: (state: Awaited<ReturnType<LiveSite['state']>>) => boolean): Promise<void> {
    return until(what, async () => isTrue(await this.state().catch(() => ({ evses: [] }))), PATIENCE)
  }

  /** A car comes that takes all that it may, and its driver starts at the charger, which needs nobody for that. */
  arrive(index: number): void {
    const charger = this.chargers[index]
    const evse = charger?.station.evses[0]
    assert.ok(charger !== undefined && evse !== undefined)
    plug(charger, 1, 1, { soc: 0.1, maxPower: 100_000, capacity: 1e6 })
    const token = { idToken: `DRIVER-${index}`, type: 'ISO14443' } as const
    allow(charger, evse, { token, groupId: undefined, cause: 'Local', remoteStartId: undefined, profile: undefined })
  }

  /** A of each charger on the phase that it uses most. */
  shares(): number[] {
    return this.chargers.map((charger) => {
      settle(charger.station, charger.time.now())
      return Math.round(Math.max(...currentsOf(charger)) * 10) / 10
    })
  }

  async reach(isReached: (all: readonly number[]) => boolean, what: string): Promise<void> {
    await until(what, () => isReached(this.shares()), PATIENCE).catch(async (cause) => {
      throw new Error(`${cause.message}: ${this.shares()} ${JSON.stringify(await this.state())}`, { cause })
    })
  }

  /** What was sent to chargers since some moment, besides mere renewals in one process. */
  async sentSince(moment: number) {
    const { body } = await this.options.ask('GET', `/sites/${this.options.id}/load-management/history?limit=500`)
    const { items } = body as { items: { at: string; identity: string; kind: string; amperes: number }[] }
    return items.filter(({ at }) => Date.parse(at) >= moment)
  }

  /** Writes since some moment to chargers whose last one was not half a lease ago. */
  earlyWrites(moment: number) {
    const { writes } = this
    return writes.filter(({ at, identity }, index) => {
      const before = writes.slice(0, index).findLast((other) => other.identity === identity)
      return at >= moment && before !== undefined && at - before.at < (this.options.lease / 2 - 2) * 1000
    })
  }

  #observe({ event, identity, action }: SimulatorEvent): void {
    if (event !== 'request' || !WRITES.includes(String(action))) return
    this.writes.push({ at: Date.now(), identity, action: String(action) })
  }

  #look(): void {
    const sums = PHASES.map((_, line) => {
      return this.chargers.reduce((sum, charger) => {
        settle(charger.station, charger.time.now())
        return sum + (currentsOf(charger)[line] ?? 0)
      }, 0)
    })
    this.#looks++
    if (Math.max(...sums) > this.options.limit + 1e-6) this.violations.push(`${this.#looks / 4} s: ${sums}`)
  }
}

/** Real seconds. */
export function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
