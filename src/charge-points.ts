import type { Connection } from './connection/connection.js'
import type { TickClock } from './tick-clock.js'
import type { ChargePoint, ChargePointsApi } from './types/charge-point.js'
import type { RegistrationStatus } from './types/protocol.js'

/** Registrations remembered of charge points that are away. */
const MAX_REMEMBERED = 100_000
/** Close code of a connection that a newer one replaced. [RFC 6455 §7.4.2: for private use] */
const REPLACED = 4000
/** [RFC 6455 §7.4.2, IANA: Service Restart] */
const SERVICE_RESTART = 1012

/** How long a newcomer may be silent, and what follows when it has replaced the connection before it. */
export interface TakeOverTerms {
  /** Milliseconds. */
  readonly timeout: number
  readonly clock: TickClock
  replaced(newcomer: Connection, predecessor: Connection): void
}

/** Told of what happens to connections, so that other nodes learn it. */
export interface ClaimsOfNode {
  /** @param epoch the order of the connections of this charge point, if the application knows it */
  claim(connection: Connection, epoch: number | undefined): void
  confirm(connection: Connection): void
  release(connection: Connection, next: Connection | undefined): void
}

/** The state of a newcomer that has not yet shown that it works. */
interface TakeOver {
  /** The connection that was current before. Absent when there is none in this process. */
  predecessor: Connection | undefined
  /** Ticks until the newcomer replaces its predecessor though it is silent. */
  ticksLeft: number
  readonly terms: TakeOverTerms
}

/**
 * The live connections by identity. A newcomer is current at once. The connection that it takes over from is closed
 * when the newcomer has sent its first frame or the take-over time is over, and is current again when the newcomer
 * leaves before that. Connections are compared, never only their identities.
 */
export class ChargePoints implements ChargePointsApi {
  readonly #current = new Map<string, Connection>()
  readonly #registrations = new Map<string, RegistrationStatus>()
  /** By newcomer. */
  readonly #takeOvers = new Map<Connection, TakeOver>()
  #claims: ClaimsOfNode | undefined

  /** From now on other nodes are told of the connections. */
  share(claims: ClaimsOfNode): void {
    this.#claims = claims
  }

  get size(): number {
    return this.#current.size
  }

  get(identity: string): ChargePoint | undefined {
    return this.#current.get(fold(identity))?.chargePoint
  }

  has(identity: string): boolean {
    return this.#current.has(fold(identity))
  }

  *[Symbol.iterator](): Iterator<ChargePoint> {
    for (const connection of this.#current.values()) yield connection.chargePoint
  }

  connection(identity: string): Connection | undefined {
    return this.#current.get(fold(identity))
  }

  /** The registration last known of a charge point, live or away: it belongs to the charge point, not to a socket. */
  registration(identity: string): RegistrationStatus | undefined {
    const key = fold(identity)
    return this.#current.get(key)?.registration ?? this.#registrations.get(key)
  }

  /** Makes the connection current. If another one was, a take-over begins. */
  take(connection: Connection, terms: TakeOverTerms, epoch?: number): void {
    const key = fold(connection.identity)
    const predecessor = this.#current.get(key)
    this.#current.set(key, connection)
    this.#claims?.claim(connection, epoch)
    // Other nodes, too, may have a connection that the newcomer takes over from.
    if (predecessor === undefined && this.#claims === undefined) return
    this.#takeOvers.set(connection, { predecessor, ticksLeft: terms.clock.ticksFor(terms.timeout), terms })
    connection.onceFrame(() => this.complete(connection))
  }

  /** How many connections of the identity may still take over from another one. */
  countNewcomers(identity: string): number {
    let count = 0
    let takeOver = this.#takeOverOf(this.#current.get(fold(identity)))
    while (takeOver?.predecessor !== undefined) {
      count++
      takeOver = this.#takeOverOf(takeOver.predecessor)
    }
    return count
  }

  /** One tick of this clock: silent newcomers whose time is over replace their predecessors. */
  tick(clock: TickClock): void {
    for (const [newcomer, takeOver] of this.#takeOvers) {
      if (takeOver.terms.clock === clock && --takeOver.ticksLeft <= 0) this.complete(newcomer)
    }
  }

  /** The newcomer works, if it is one: closes the connection that it takes over from, and those before that one. */
  complete(newcomer: Connection): void {
    const takeOver = this.#end(newcomer)
    if (takeOver === undefined) return
    this.#claims?.confirm(newcomer)
    const { predecessor, terms } = takeOver
    if (predecessor === undefined) return
    this.#replace(predecessor)
    terms.replaced(newcomer, predecessor)
  }

  /** The charge point has connected to another node: closes its connections to this one. */
  supersede(identity: string): void {
    const current = this.#current.get(fold(identity))
    if (current !== undefined) this.#replace(current)
  }

  /** Closes all connections: they may be others' by now. */
  giveUp(): void {
    for (const connection of [...this.#current.values(), ...this.#takeOvers.keys()]) {
      connection.close('stalled', SERVICE_RESTART, 'this node stood still, connect again')
    }
  }

  /** Closes a connection that is replaced, and those that it was taking over from. */
  #replace(connection: Connection): void {
    let next: Connection | undefined = connection
    while (next !== undefined) {
      const replaced: Connection = next
      next = this.#end(replaced)?.predecessor
      replaced.close('replaced', REPLACED, 'replaced by a newer connection')
    }
  }

  /** Forgets a connection that is over. */
  release(connection: Connection): void {
    const key = fold(connection.identity)
    const predecessor = this.#end(connection)?.predecessor
    if (this.#current.get(key) === connection) {
      if (connection.registration !== undefined) this.#remember(key, connection.registration)
      if (predecessor === undefined) this.#current.delete(key)
      else this.#current.set(key, predecessor)
      this.#claims?.release(connection, predecessor)
      return
    }
    this.#relink(key, connection, predecessor)
  }

  /** A connection that was not current is over: its newcomer takes over from the one before it, if there is one. */
  #relink(key: string, gone: Connection, predecessor: Connection | undefined): void {
    let newcomer = this.#current.get(key)
    while (newcomer !== undefined) {
      const takeOver = this.#takeOverOf(newcomer)
      const next = takeOver?.predecessor
      if (takeOver !== undefined && next === gone) {
        if (predecessor === undefined && this.#claims === undefined) this.#end(newcomer)
        else takeOver.predecessor = predecessor
        return
      }
      newcomer = next
    }
  }

  #takeOverOf(newcomer: Connection | undefined): TakeOver | undefined {
    return newcomer && this.#takeOvers.get(newcomer)
  }

  #end(newcomer: Connection): TakeOver | undefined {
    const takeOver = this.#takeOvers.get(newcomer)
    if (takeOver === undefined) return undefined
    this.#takeOvers.delete(newcomer)
    newcomer.onceFrame(undefined)
    return takeOver
  }

  #remember(key: string, registration: RegistrationStatus): void {
    this.#registrations.delete(key)
    this.#registrations.set(key, registration)
    if (this.#registrations.size <= MAX_REMEMBERED) return
    for (const oldest of this.#registrations.keys()) {
      this.#registrations.delete(oldest)
      break
    }
  }
}

/** identifierString does not regard case. [2.x Part 2] */
export function fold(identity: string): string {
  return identity.toLowerCase()
}
