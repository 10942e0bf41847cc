import type { Charger } from '../charger.js'
import { drive } from '../driver.js'
import type { SimulatorEvent } from '../event.js'
import { seeded } from '../random.js'
import type { Recorder } from '../recording.js'
import type { Scheduler } from '../scheduler.js'
import { SimulatedCharger } from '../simulated-charger.js'
import type { Arguments } from './arguments.js'
import { EXIT, type ExitCode } from './exit-code.js'
import { details, type Output } from './output.js'

interface Counts {
  started: number
  booted: number
  problems: number
  retries: number
  lost: number
  transactions: number
}

const SECOND = 1000

/** Many chargers. They connect during the ramp, and a line per second reports their state. */
export class Fleet {
  readonly #arguments: Arguments
  readonly #time: Scheduler
  readonly #output: Output
  readonly #recorder: Recorder | undefined
  readonly #chargers: Charger[] = []
  readonly #counts: Counts = { started: 0, booted: 0, problems: 0, retries: 0, lost: 0, transactions: 0 }
  readonly #startedAt = performance.now()
  /** Identities whose boot was accepted at least once. */
  readonly #accepted = new Set<string>()
  #frames = { total: 0, at: performance.now() }
  #allBootedAt: number | undefined
  #lastProblem = ''
  #clock: NodeJS.Timeout | undefined

  constructor(options: Arguments, time: Scheduler, output: Output, recorder: Recorder | undefined) {
    this.#arguments = options
    this.#time = time
    this.#output = output
    this.#recorder = recorder
  }

  start(): void {
    const { count, ramp, speed } = this.#arguments
    const now = this.#time.now()
    for (let index = 0; index < count; index++) {
      this.#time.at(now + (index * ramp * speed) / count, () => this.#startOne(index))
    }
    this.#clock = setInterval(() => this.#report(), SECOND)
  }

  async stop(): Promise<ExitCode> {
    clearInterval(this.#clock)
    this.#report()
    await Promise.allSettled(this.#chargers.map((charger) => charger.close()))
    return this.#accepted.size > 0 ? EXIT.done : EXIT.unreachable
  }

  #startOne(index: number): void {
    const { prefix, protocols, url, password, tls, seed, runsSessions, quirksEvery } = this.#arguments
    const { quirks = [], ...hardware } = this.#arguments.layout
    const layout = { ...hardware, quirks: (index + 1) % quirksEvery === 0 ? quirks : [] }
    const protocol = protocols[index % protocols.length] ?? protocols[0]
    const charger = new SimulatedCharger({
      identity: `${prefix}${index + 1}`,
      protocols: [protocol],
      url,
      tls,
      layout,
      time: this.#time,
      random: seeded(seed + index),
      retryFirst: true,
      autoPlug: true,
      // Compression would take most of the memory of a connection.
      compression: false,
      observe: (event) => this.#observe(charger, event),
      ...(password !== undefined && { password })
    })
    this.#counts.started++
    this.#chargers.push(charger)
    this.#recorder?.attach(charger.client)
    charger.background(charger.connect())
    if (runsSessions) drive(charger)
  }

  #observe(charger: Charger, event: SimulatorEvent): void {
    switch (event.event) {
      case 'boot':
        if (event.status === 'Accepted') this.#booted(charger.identity)
        break
      case 'disconnected':
        this.#counts.lost++
        if (event.reason !== 'disconnected') this.#lastProblem = lost(event)
        break
      case 'retry':
        this.#counts.retries++
        if (typeof event.message === 'string') this.#lastProblem = event.message
        break
      case 'transaction-started':
        this.#counts.transactions++
        break
      case 'problem':
        this.#counts.problems++
        this.#lastProblem = [charger.identity, event.action, event.message].join(' ')
    }
  }

  #booted(identity: string): void {
    this.#accepted.add(identity)
    if (this.#accepted.size === this.#arguments.count) this.#allBootedAt ??= performance.now() - this.#startedAt
  }

  #report(): void {
    const now = performance.now()
    const total = this.#chargers.reduce((sum, { frames }) => sum + frames, 0)
    const rate = Math.round(((total - this.#frames.total) * SECOND) / Math.max(1, now - this.#frames.at))
    this.#frames = { total, at: now }
    const summary = {
      event: 'summary',
      seconds: Math.round((now - this.#startedAt) / SECOND),
      started: this.#counts.started,
      connected: this.#chargers.filter(({ client }) => client.connected).length,
      booted: this.#accepted.size,
      charging: this.#chargers.filter(isCharging).length,
      transactions: this.#counts.transactions,
      messages: total,
      messagesPerSecond: rate,
      problems: this.#counts.problems,
      retries: this.#counts.retries,
      lost: this.#counts.lost,
      allBootedAfter: this.#allBootedAt && Math.round(this.#allBootedAt),
      memory: Math.round(process.memoryUsage().rss / 2 ** 20),
      lastProblem: this.#lastProblem || undefined
    }
    this.#output.result(summary, text(summary, this.#arguments.count))
  }
}

function lost({ identity, reason, code, closeReason }: SimulatorEvent): string {
  return `${identity} ${details({ disconnected: reason, code, closeReason })}`
}

function isCharging({ station }: Charger): boolean {
  return station.evses.some(({ transaction }) => transaction !== undefined)
}

function text(summary: Record<string, unknown>, count: number): string {
  const { seconds, connected, booted, charging, messagesPerSecond, problems, retries, memory, lastProblem } = summary
  const done = Math.round((20 * Number(booted)) / count)
  const bar = `${'█'.repeat(done)}${'░'.repeat(20 - done)}`
  const numbers = `${connected}/${count} connected · ${booted} booted · ${charging} charging · ${messagesPerSecond} msgs/s`
  const trouble = `${problems} errors · ${retries} retries · ${memory} MB`
  return `${String(seconds).padStart(4)} s ${bar} ${numbers} · ${trouble}${lastProblem === undefined ? '' : ` · last: ${lastProblem}`}`
}
