import type { ConnectionSettings } from './settings.js'

export type Pings = Pick<ConnectionSettings, 'pingTicks' | 'cutTicks'>

/** Action for a peer that has been quiet. */
export type QuietMeasure = 'ping' | 'cut' | undefined

/** Detects peers that are gone although their TCP connection is open. [RFC 6455 §5.5.2; J-errata 3.11] */
export class Liveness {
  #pings: Pings
  /** Ticks since the last sign of life. */
  #quietTicks = 0
  /** The quiet tick at which the peer is pinged. */
  #pingTick: number
  #lastSeenAt = Date.now()

  constructor(settings: Pings) {
    this.#pings = settings
    // Random at first: a fleet that connects at the same moment is not pinged at the same moment.
    this.#pingTick = 1 + Math.floor(Math.random() * settings.pingTicks)
  }

  /** Time of the last sign of life, in milliseconds since 1970. */
  get lastSeenAt(): number {
    return this.#lastSeenAt
  }

  /** Changes the times. The peer counts as heard now, so that its earlier silence does not count by the new times. */
  adapt(pings: Pings): void {
    this.#pings = pings
    this.#quietTicks = 0
    this.#pingTick = pings.pingTicks
  }

  /** Records a sign of life: a message, a ping or a pong. */
  heard(): void {
    this.#quietTicks = 0
    this.#pingTick = this.#pings.pingTicks
    this.#lastSeenAt = Date.now()
  }

  /** Counts one quiet tick. Not called while the socket is paused, because a pong could not be read. */
  tick(): QuietMeasure {
    const { pingTicks, cutTicks } = this.#pings
    if (pingTicks === 0) return undefined
    this.#quietTicks++
    if (this.#quietTicks === this.#pingTick) return 'ping'
    return this.#quietTicks >= cutTicks ? 'cut' : undefined
  }
}
