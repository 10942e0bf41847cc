import type { Connection } from './connection/connection.js'
import type { ChargePoint, ChargePointsApi, RegistrationStatus } from './types.js'

/** Registrations remembered of charge points that are away. */
const MAX_REMEMBERED = 100_000
/** Close code of a connection that a newer one replaced. [RFC 6455 §7.4.2: for private use] */
const REPLACED = 4000

/**
 * The live connections by identity. A newcomer is current at once, but the connection it takes over from is
 * closed only when the newcomer has sent its first frame or the takeover time is over, and is current again
 * when the newcomer leaves before. What is compared is the connection, never only the name.
 */
export class ChargePoints implements ChargePointsApi {
  readonly #current = new Map<string, Connection>()
  readonly #registrations = new Map<string, RegistrationStatus>()

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

  /** The registration last known of a charge point, live or away: it belongs to the charger, not to a socket. */
  registration(identity: string): RegistrationStatus | undefined {
    const key = fold(identity)
    return this.#current.get(key)?.registration ?? this.#registrations.get(key)
  }

  /** Makes the connection current. Returns the one it takes over from. */
  take(connection: Connection): Connection | undefined {
    const key = fold(connection.identity)
    connection.predecessor = this.#current.get(key)
    this.#current.set(key, connection)
    return connection.predecessor
  }

  /** How many connections of the identity may still take over from another one. */
  countNewcomers(identity: string): number {
    let count = 0
    for (let one = this.#current.get(fold(identity)); one?.predecessor !== undefined; one = one.predecessor) count++
    return count
  }

  /** The newcomer works: closes what it took over from. */
  replace(newcomer: Connection): void {
    let predecessor = newcomer.predecessor
    newcomer.predecessor = undefined
    while (predecessor !== undefined) {
      const replaced = predecessor
      predecessor = replaced.predecessor
      replaced.predecessor = undefined
      replaced.close('replaced', REPLACED, 'replaced by a newer connection')
    }
  }

  /** Forgets a connection that is over. */
  release(connection: Connection): void {
    const key = fold(connection.identity)
    const { predecessor } = connection
    connection.predecessor = undefined
    const current = this.#current.get(key)
    if (current === connection) {
      if (connection.registration !== undefined) this.#remember(key, connection.registration)
      if (predecessor === undefined) this.#current.delete(key)
      else this.#current.set(key, predecessor)
      return
    }
    for (let newer = current; newer !== undefined; newer = newer.predecessor) {
      if (newer.predecessor === connection) newer.predecessor = predecessor
    }
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
