import type { FastifyBaseLogger } from 'fastify'
import type { WebSocket } from 'ws'
import { ActionTable } from './action-table.js'
import { type ChargePoints, fold, type TakeOverTerms } from './charge-points.js'
import { Connection, type ConnectionOwner } from './connection/connection.js'
import type { ConnectionSettings } from './connection/settings.js'
import type { Treatment } from './connection/treatment.js'
import type { Deviation } from './deviations/names.js'
import type { EventHub } from './events.js'
import type { Handlers } from './handlers.js'
import { addressKey } from './limits/address.js'
import { ConnectionCounter } from './limits/connection-counter.js'
import { MemoryWatch } from './limits/memory-watch.js'
import { type Flapping, TakeoverLimiter } from './limits/takeover-limiter.js'
import { checkTraits, type EndpointSettings, pingTicks } from './options.js'
import { PROTOCOLS } from './protocol.js'
import { Registration } from './registration.js'
import { TickClock } from './tick-clock.js'
import type { DisconnectReason } from './types/charge-point.js'
import type { Protocol, RegistrationStatus, Role } from './types/protocol.js'
import type { ConnectionTraits, Leniency, TraitsOf } from './types/validation.js'

/** State that all endpoints of an application share. */
export interface Shared {
  readonly role: Role
  readonly chargePoints: ChargePoints
  readonly events: EventHub
  handlers(protocol: Protocol): Handlers
  /** On several nodes: closes all connections if this process stood still for too long. */
  checkStall(): void
}

/** An upgrade that was accepted. */
export interface Admitted {
  identity: string
  protocol: Protocol
  remoteAddress: string
  registration: RegistrationStatus | undefined
  context: unknown
  traits: ConnectionTraits | undefined
  /** The order among the connections of the charge point, if the application knows it. */
  epoch: number | undefined
  /** The named deviations of the handshake. */
  deviations: readonly Deviation[]
}

const SERVICE_RESTART = 1012
/** Maximum time per socket when sockets are closed one after the other, in milliseconds. */
const CLOSE_PACE = 5
const POLL = 20
/**
 * Maximum number of cached validation tables: versions times sets of deviations. Each table compiles the schemas that
 * it uses.
 */
const MAX_TABLES = 64
/** How long a charge point may take to answer our close frame, in milliseconds. After it the socket is destroyed. */
export const CLOSE_TIMEOUT = 2000
/**
 * When memory is short: charge points with more bytes than this waiting to be written are disconnected, at most this
 * many per tick.
 */
const CUTTABLE = 16 * 1024
const MAX_CUT_AT_ONCE = 100

/** One registration of the plugin: its settings, its connections and the clock that drives them. */
export class Endpoint implements ConnectionOwner {
  readonly settings: ConnectionSettings
  readonly events: EventHub
  readonly log: FastifyBaseLogger
  readonly clock: TickClock
  /** Counts connections and handshakes by address. */
  readonly arrivals = new ConnectionCounter()
  readonly memory: MemoryWatch
  readonly #takeovers: TakeoverLimiter
  readonly #takeOver: TakeOverTerms
  readonly #endpoint: EndpointSettings
  readonly #shared: Shared
  /** Validation tables by version and leniency. */
  readonly #tables = new Map<string, ActionTable>()
  readonly traitsOf: TraitsOf | undefined
  readonly #connections = new Set<Connection>()
  #stopClock: (() => void) | undefined
  #isDraining = false

  constructor(shared: Shared, endpoint: EndpointSettings, log: FastifyBaseLogger) {
    this.#shared = shared
    this.#endpoint = endpoint
    this.settings = endpoint.connection
    this.traitsOf = endpoint.traits
    this.clock = new TickClock(endpoint.tick)
    this.#takeovers = new TakeoverLimiter(endpoint.maxTakeovers)
    this.#takeOver = {
      timeout: endpoint.takeoverTimeout,
      clock: this.clock,
      replaced: (newcomer, predecessor) => this.#replaced(newcomer, predecessor)
    }
    this.memory = new MemoryWatch(endpoint.maxHeapUsage / 100)
    this.events = shared.events
    this.log = log
  }

  get protocols(): readonly Protocol[] {
    return this.#endpoint.protocols
  }

  get isMemoryCritical(): boolean {
    return this.memory.level === 'critical'
  }

  /** Whether a new connection of this identity would replace a live one. */
  isConnected(identity: string): boolean {
    return this.#shared.chargePoints.has(identity)
  }

  /**
   * Returns how long a new connection of this identity has to wait, because its connections keep replacing each other.
   */
  refuseTakeover(identity: string): Flapping | undefined {
    return this.#takeovers.refuse(fold(identity), this.#shared.chargePoints.countNewcomers(identity))
  }

  /**
   * Makes a connection of a socket. Runs in the same turn of the event loop as the upgrade, otherwise its first frame
   * would be lost.
   */
  accept(socket: WebSocket, admitted: Admitted): Connection {
    const { chargePoints } = this.#shared
    this.#stopClock ??= this.clock.every(() => this.#tick())
    const connection = new Connection({
      socket,
      owner: this,
      treatment: this.treat(admitted.protocol, admitted.traits ?? {}),
      handlers: this.#shared.handlers(admitted.protocol),
      identity: admitted.identity,
      remoteAddress: admitted.remoteAddress,
      registration: new Registration(admitted.registration ?? chargePoints.registration(admitted.identity)),
      context: admitted.context
    })
    this.#connections.add(connection)
    this.arrivals.enter(addressKey(connection.remoteAddress))
    chargePoints.take(connection, this.#takeOver, admitted.epoch)
    this.events.publish('connect', { chargePoint: connection.chargePoint, deviations: admitted.deviations })
    // A listener may already have disconnected the charge point.
    if (this.#takeOver.timeout === 0) chargePoints.complete(connection)
    // A hook of the host may have delayed the upgrade until the shutdown began.
    if (this.#isDraining) this.#leave(connection)
    return connection
  }

  #replaced({ identity, remoteAddress }: Connection, predecessor: Connection): void {
    const detail = `was connected from ${predecessor.remoteAddress}`
    this.#takeovers.count(fold(identity))
    this.events.publish('security', { type: 'connection-replaced', identity, remoteAddress, detail })
  }

  beforeMessage(): void {
    this.#shared.checkStall()
  }

  closed(connection: Connection, reason: DisconnectReason, code: number): void {
    this.#shared.chargePoints.release(connection)
    this.events.publish('disconnect', { chargePoint: connection.chargePoint, reason, code })
  }

  gone(connection: Connection): void {
    this.#connections.delete(connection)
    this.arrivals.leave(addressKey(connection.remoteAddress))
    if (this.#connections.size > 0) return
    this.#stopClock?.()
    this.#stopClock = undefined
  }

  /** Closes the connections one after the other, each when its outstanding calls have ended. */
  async drain(): Promise<void> {
    const { drainTimeout, drainSpread } = this.#endpoint
    this.#isDraining = true
    const deadline = performance.now() + drainTimeout + drainSpread
    const connections = [...this.#connections]
    const pace = Math.min(CLOSE_PACE, drainSpread / Math.max(1, connections.length))
    await Promise.all(connections.map((connection, index) => this.#closeLater(connection, index * pace, deadline)))
    await this.#until(() => this.#connections.size === 0, CLOSE_TIMEOUT)
    for (const connection of this.#connections) connection.terminate()
  }

  /** Messages that arrived while other connections were closed are answered first. */
  async #closeLater(connection: Connection, delay: number, deadline: number): Promise<void> {
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
    await this.#until(() => connection.isIdle || !connection.connected, deadline - performance.now())
    this.#leave(connection)
  }

  #leave(connection: Connection): void {
    if (connection.connected) connection.close('draining', SERVICE_RESTART, 'shutting down, connect again')
  }

  async #until(isDone: () => boolean, timeout: number): Promise<void> {
    const deadline = performance.now() + timeout
    while (!isDone() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL))
  }

  #tick(): void {
    for (const connection of this.#connections) connection.tick()
    this.#shared.chargePoints.tick(this.clock)
    if (this.isMemoryCritical) this.#makeRoom()
  }

  /** Disconnects the charge points with the most bytes waiting to be written. [PROTOCOL P8] */
  #makeRoom(): void {
    const slow = [...this.#connections].filter(
      ({ connected, bufferedAmount }) => connected && bufferedAmount > CUTTABLE
    )
    slow.sort((one, other) => other.bufferedAmount - one.bufferedAmount)
    for (const connection of slow.slice(0, MAX_CUT_AT_ONCE)) connection.cutForMemory()
  }

  /** How a charge point with these traits is treated. @throws `OCPP_ERR_INVALID_OPTIONS` */
  treat(protocol: Protocol, traits: ConnectionTraits): Treatment {
    const { leniency, validation, pingInterval } = checkTraits(traits)
    return {
      table: this.#table(protocol, leniency ?? this.#endpoint.leniency),
      validation,
      pings: pingInterval === undefined ? undefined : pingTicks(pingInterval, this.#endpoint.tick)
    }
  }

  #table(protocol: Protocol, leniency: Leniency): ActionTable {
    const key = leniency === this.#endpoint.leniency ? protocol : `${protocol} ${nameOf(leniency)}`
    const known = this.#tables.get(key)
    if (known !== undefined) return known
    const table = new ActionTable(PROTOCOLS[protocol], this.#shared.role, leniency)
    this.#tables.set(key, table)
    // Open connections keep the table that they use.
    const [oldest] = this.#tables.keys()
    if (this.#tables.size > MAX_TABLES && oldest !== undefined) this.#tables.delete(oldest)
    return table
  }
}

/** The same for the same deviations in another order. */
function nameOf(leniency: Leniency): string {
  const deviations = leniency.deviations === undefined ? undefined : [...leniency.deviations].sort()
  return JSON.stringify({ ...leniency, deviations })
}
