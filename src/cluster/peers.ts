import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import type { ClusterNode } from '../types/cluster.js'
import type { Bus } from './bus.js'
import { Beat, token } from './messages.js'

/** Interval of the ticks. Milliseconds. */
const TICK = 500
/** A node sends a beat every second. */
const TICKS_PER_BEAT = 2
/** A node that is silent for this long is lost: three seconds. */
const SILENT_TICKS = 6
/** Delay of a tick from which this process counts as having stood still. Milliseconds. */
const STALL = 2000
/**
 * Delay from which other nodes may have taken this one for dead, and may serve its charge points. What those have sent
 * meanwhile must not be handled here: they send it again to the node that they are connected to. Milliseconds.
 */
const GIVEN_UP = 10_000

interface Peer {
  beat: Beat
  /** Ticks of this process since the last message of the node. They do not advance while this process stands still. */
  silentTicks: number
}

/** The content of the beats of this node. It is read for each beat. */
export interface Self {
  connections(): number
  epoch(): number
  listens(): string[]
  /** Called with the highest epoch that another node knows. */
  learn(epoch: number): void
}

/** The other nodes, as their beats describe them. */
export class Peers {
  readonly #bus: Bus
  readonly #self: Self
  readonly #since = new Date()
  readonly #peers = new Map<string, Peer>()
  readonly #lost: ((node: string) => void)[] = []
  readonly #stalled: (() => void)[] = []
  readonly #returned: (() => void)[] = []
  readonly #givenUp: (() => void)[] = []
  #beatIn = TICKS_PER_BEAT
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  #load = 0
  #tickedAt = performance.now()

  constructor(bus: Bus, self: Self) {
    this.#bus = bus
    this.#self = self
  }

  start(): void {
    this.#bus.listen('beat.*', Beat, (beat) => this.#heard(beat))
    this.#tickedAt = performance.now()
    const timer = setInterval(() => this.#tick(), TICK).unref()
    this.#bus.onClose(() => clearInterval(timer))
    this.beat({ isNew: true })
  }

  /** Calls `listener` for each node that leaves, or that has been silent for too long. */
  onLost(listener: (node: string) => void): void {
    this.#lost.push(listener)
  }

  /** Calls `listener` after this process stood still for so long that other nodes may have given it up. */
  onStall(listener: () => void): void {
    this.#stalled.push(listener)
  }

  /**
   * Calls `listener` when a node is heard that was lost, or that this node does not know yet: neither may have heard of the
   * claims of the other, though the bus was there for both, e.g. because servers of the bus could not reach each other.
   */
  onReturn(listener: () => void): void {
    this.#returned.push(listener)
  }

  /** Calls `listener` after this process stood still for so long that its charge points may be connected elsewhere. */
  onGivenUp(listener: () => void): void {
    this.#givenUp.push(listener)
  }

  /** Messages that arrived while this process stood still come before its timers. */
  checkStall(): void {
    const now = performance.now()
    if (now - this.#tickedAt < GIVEN_UP) return
    this.#tickedAt = now
    for (const listener of this.#givenUp) listener()
  }

  isAlive(node: string): boolean {
    return this.#peers.has(node)
  }

  /** Called for each message of a node: it is alive. */
  hear(node: string): void {
    const peer = this.#peers.get(node)
    if (peer !== undefined) peer.silentTicks = 0
  }

  /** Whether another node wants events of this type. */
  wants(type: string): boolean {
    for (const { beat } of this.#peers.values()) if (beat.listens.includes(type)) return true
    return false
  }

  list(): ClusterNode[] {
    const own = { ...this.#describe(), isLocal: true }
    const others = [...this.#peers.values()].map(({ beat }) => ({ ...beat, isLocal: false }))
    return [own, ...others].map(({ node, version, since, connections, load, isLocal }) => {
      return { node, ...(version !== undefined && { version }), since: new Date(since), connections, load, isLocal }
    })
  }

  /** Sends a beat, which describes this node to the others. */
  beat(more: Pick<Beat, 'isNew' | 'isLast'> = {}): void {
    this.#bus.tell(`beat.${token(this.#bus.node)}`, { ...this.#describe(), ...more })
  }

  #describe() {
    const { connections, epoch, listens } = this.#self
    const { node, version } = this.#bus.cluster
    return {
      node,
      ...(version !== undefined && { version }),
      since: this.#since.toISOString(),
      connections: connections(),
      load: this.#load,
      epoch: epoch(),
      listens: listens()
    }
  }

  #heard(beat: Beat): void {
    if (beat.node === this.#bus.node) this.#checkName(beat)
    else if (beat.isLast) this.#lose(beat.node)
    else this.#note(beat)
  }

  #note(beat: Beat): void {
    this.#self.learn(beat.epoch)
    const isKnown = this.#peers.has(beat.node)
    this.#peers.set(beat.node, { beat, silentTicks: 0 })
    if (beat.isNew) this.beat()
    // A node that is new has no claims, or announces them itself.
    else if (!isKnown) for (const listener of this.#returned) listener()
  }

  /** Two nodes with one name take the messages of the other for their own. */
  #checkName({ node, since }: Beat): void {
    if (since === this.#since.toISOString()) return
    this.#bus.lines.line('cluster name taken', (more) => {
      this.#bus.log.error({ ...more, node }, 'another node of the cluster has the name of this one: each needs its own')
    })
  }

  #tick(): void {
    const late = performance.now() - this.#tickedAt
    this.checkStall()
    this.#tickedAt = performance.now()
    if (late > STALL) for (const listener of this.#stalled) listener()
    for (const [node, peer] of this.#peers) {
      if (++peer.silentTicks > SILENT_TICKS) this.#lose(node)
    }
    if (--this.#beatIn > 0) return
    this.#beatIn = TICKS_PER_BEAT
    const utilization = performance.eventLoopUtilization()
    this.#load = performance.eventLoopUtilization(utilization, this.#utilization).utilization
    this.#utilization = utilization
    this.beat()
  }

  #lose(node: string): void {
    if (!this.#peers.delete(node)) return
    for (const listener of this.#lost) listener(node)
  }
}
