import type { FastifyBaseLogger } from 'fastify'
import { fold } from '../charge-points.js'
import type { EventHub } from '../events.js'
import { logFailure } from '../failure.js'
import type { CallOptions } from '../types/charge-point.js'
import type {
  Cluster,
  ClusterApi,
  ClusterCounters,
  ClusterNode,
  ForwardHandler,
  ForwardOptions
} from '../types/cluster.js'
import type { Protocol } from '../types/protocol.js'
import { Bus } from './bus.js'
import { type Claimant, Claims } from './claims.js'
import { ClusterEvents } from './cluster-events.js'
import { token } from './messages.js'
import { Peers } from './peers.js'
import { type Question, RemoteCalls } from './remote-calls.js'
import { type Perform, ServedCalls } from './served-calls.js'

/** The part of the application that its member of the cluster uses. */
export interface Host {
  readonly log: FastifyBaseLogger
  readonly events: EventHub
  connections(): number
  /** Carries out a request of another node for a charge point that is connected to this node. */
  readonly perform: Perform
  /** Closes the connections of a charge point to this node, because it has a newer one to another node. */
  supersede(identity: string): void
  /** Closes all connections to this node, because other nodes may have taken it for dead. */
  giveUp(): void
}

/** Interval between two checks whether the bus has received everything that was published. Milliseconds. */
const FLUSH_EVERY = 1000

/** This node as a member of the cluster. */
export class Member implements ClusterApi {
  readonly events: ClusterEvents
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #claims: Claims
  readonly #calls: RemoteCalls
  readonly #served: ServedCalls
  readonly #host: Host
  /** Handler of the application for requests of other nodes. */
  forwardHandler: ForwardHandler | undefined
  /** Whether the bus takes too long to receive what was published. */
  #isSlow = false

  constructor(cluster: Cluster, host: Host) {
    this.#host = host
    this.#bus = new Bus(cluster, host.log, host.events.lines)
    this.#peers = new Peers(this.#bus, {
      connections: () => host.connections(),
      epoch: () => this.#claims.highest,
      listens: () => this.events.listened,
      learn: (epoch) => this.#claims.raise(epoch)
    })
    this.#served = new ServedCalls(this.#bus, this.#peers, host.perform)
    this.#claims = new Claims(this.#bus, this.#peers, {
      serve: (identity) => this.#served.serve(`call.${token(fold(identity))}`),
      supersede: (identity) => host.supersede(identity)
    })
    this.#calls = new RemoteCalls(this.#bus, this.#peers)
    this.events = new ClusterEvents(this.#bus, this.#peers, () => this.#isSlow)
  }

  get node(): string {
    return this.#bus.node
  }

  get cluster(): Cluster {
    return this.#bus.cluster
  }

  get isConnected(): boolean {
    return this.#bus.cluster.isConnected
  }

  get counters(): Readonly<ClusterCounters> {
    return this.#bus.counters
  }

  nodes(): readonly ClusterNode[] {
    return this.#peers.list()
  }

  start(): void {
    this.#peers.onGivenUp(() => this.#host.giveUp())
    this.#claims.start()
    this.#served.start()
    this.#calls.start()
    this.events.start(this.#host.events)
    this.#peers.start()
    const { cluster } = this.#bus
    this.#bus.onClose(cluster.onStatus((isConnected) => this.#status(isConnected)))
    const endRefused = cluster.onRefused?.((error) => this.#refused(error))
    if (endRefused !== undefined) this.#bus.onClose(endRefused)
    this.#watchBus()
  }

  /** Leaves the cluster. Outstanding requests of this node reject. */
  close(): void {
    this.#peers.beat({ isLast: true })
    // The application may close the connection to the bus at once.
    this.#bus.cluster.flush().catch(() => undefined)
    this.#bus.close()
  }

  claim(connection: Claimant, epoch: number | undefined): void {
    this.#claims.claim(connection, epoch)
  }

  confirm(connection: Claimant): void {
    this.#claims.confirm(connection)
  }

  release(connection: Claimant, next: Claimant | undefined): void {
    this.#claims.release(connection, next)
  }

  /** To be called before a message of a charge point is handled: if this process stood still, its connections are closed. */
  checkStall(): void {
    this.#peers.checkStall()
  }

  isSuspended(identity: string): boolean {
    return this.#claims.isSuspended(identity)
  }

  /** @throws the errors of {@link RemoteCalls.ask} */
  ask(question: Question): Promise<unknown> {
    return this.#calls.ask(question)
  }

  /** @throws the errors of {@link RemoteCalls.ask} */
  call(
    identity: string,
    call: { protocol?: Protocol; action: string; payload: unknown },
    options: CallOptions = {}
  ): Promise<unknown> {
    return this.#calls.ask({ kind: 'call', identity, ...call, options })
  }

  forward(identity: string, request: unknown, options: ForwardOptions = {}): Promise<unknown> {
    return this.#calls.ask({ kind: 'forward', identity, payload: request, options })
  }

  onForward(handler: ForwardHandler): void {
    this.forwardHandler = handler
  }

  #status(isConnected: boolean): void {
    const { log } = this.#host
    if (!isConnected) {
      log.warn('the bus of the cluster is away: charge points of other nodes cannot be reached')
      return
    }
    log.info('the bus of the cluster is back')
    this.#peers.beat({ isNew: true })
    this.#claims.announce()
  }

  #refused(error: Error): void {
    this.#bus.lines.line('cluster refused', (more) => {
      const rights =
        'the bus of the cluster refuses a subject of this node: give its user the right to publish and subscribe'
      logFailure(this.#host.log, error, more, rights)
    })
  }

  /** Drops events while the bus takes longer than a second to receive what was published. */
  #watchBus(): void {
    let isFlushing = false
    const timer = setInterval(() => {
      this.#isSlow = isFlushing
      if (isFlushing || !this.isConnected) return
      isFlushing = true
      const end = () => {
        isFlushing = false
      }
      this.#bus.cluster.flush().then(end, end)
    }, FLUSH_EVERY).unref()
    this.#bus.onClose(() => clearInterval(timer))
  }
}
