import { fold } from '../charge-points.js'
import type { Bus } from './bus.js'
import { Claim, token } from './messages.js'
import type { Peers } from './peers.js'

/** The part of a connection that claims need. */
export interface Claimant {
  readonly identity: string
}

/** The effects that claims of other nodes have on this node. */
export interface ClaimEffects {
  /** Starts to receive requests for a charge point. Returns a function that stops it. */
  serve(identity: string): () => void
  /** Closes the connections of a charge point to this node, because it has a newer one to another node. */
  supersede(identity: string): void
}

/** The order of a connection among those of its charge point. */
interface Terms {
  epoch: number
  readonly isCounted: boolean
  /** Whether the connection works. */
  isConfirmed: boolean
}

/** The claim of this node on a charge point. */
interface Held {
  identity: string
  /** Of the current connection. */
  terms: Terms
  /** The newer connection to another node, until it is confirmed. Until then ours stays open, but is not used. */
  suspendedBy: { node: string; epoch: number } | undefined
  stopServing: (() => void) | undefined
}

/** Number of claims that are announced in one turn of the event loop after the bus is connected again. */
const ANNOUNCED_AT_ONCE = 500

/**
 * Decides which node serves a charge point. A node claims each new connection with an epoch. A node with a lower epoch
 * stops using its connection, closes it when the newer one is confirmed, and uses it again when the newer one ends
 * before that. The application gives the epochs, or the nodes count them: each one is higher than all that its node
 * knows.
 */
export class Claims {
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #effects: ClaimEffects
  /** The claims of this node, by folded identity. */
  readonly #held = new Map<string, Held>()
  /** The terms of the connections to this node: one that was replaced may become the current one again. */
  readonly #terms = new WeakMap<Claimant, Terms>()
  #highest = 0

  constructor(bus: Bus, peers: Peers, effects: ClaimEffects) {
    this.#bus = bus
    this.#peers = peers
    this.#effects = effects
  }

  /** The highest epoch that this node knows. */
  get highest(): number {
    return this.#highest
  }

  start(): void {
    this.#bus.listen('claim.*', Claim, (claim) => this.#heard(claim))
    this.#peers.onLost((node) => this.#lost(node))
    this.#peers.onStall(() => this.announce())
    this.#peers.onReturn(() => this.announce())
    this.#bus.onClose(() => {
      for (const { stopServing } of this.#held.values()) stopServing?.()
      this.#held.clear()
    })
  }

  /** Called with an epoch of another node: epochs that this node counts are higher from now on. */
  raise(epoch: number): void {
    this.#highest = Math.max(this.#highest, epoch)
  }

  /** Whether the connection must not be used, because another node has a newer one that is not confirmed yet. */
  isSuspended(identity: string): boolean {
    return this.#held.get(fold(identity))?.suspendedBy !== undefined
  }

  /** Claims a new connection. @param given epoch of the application, e.g. from a sequence of its database */
  claim(connection: Claimant, given: number | undefined): void {
    const isCounted = given === undefined
    const epoch = given ?? this.#highest + 1
    this.raise(epoch)
    const terms = { epoch, isCounted, isConfirmed: false }
    this.#terms.set(connection, terms)
    this.#hold(connection.identity, terms)
    this.#tell(connection.identity, 'claim')
  }

  /** The connection works: nodes with an older one close it. */
  confirm(connection: Claimant): void {
    const terms = this.#terms.get(connection)
    if (terms === undefined || terms.isConfirmed) return
    terms.isConfirmed = true
    // If it has been replaced itself, the others are told when it is current again.
    if (this.#held.get(fold(connection.identity))?.terms === terms) this.#tell(connection.identity, 'confirm')
  }

  /** Releases the claim of a connection that has ended. @param next a replaced one that becomes current again */
  release({ identity }: Claimant, next: Claimant | undefined): void {
    const key = fold(identity)
    const held = this.#held.get(key)
    if (held === undefined) return
    if (!held.terms.isConfirmed) this.#tell(identity, 'release')
    const earlier = next && this.#terms.get(next)
    if (earlier !== undefined) {
      this.#hold(identity, earlier)
      this.#tell(identity, earlier.isConfirmed ? 'announce' : 'claim')
      return
    }
    held.stopServing?.()
    this.#held.delete(key)
  }

  /**
   * Publishes all confirmed claims again, because this node or others may have missed some. Of two connections the
   * older one is closed then.
   */
  announce(): void {
    for (const held of this.#held.values()) if (held.suspendedBy !== undefined) this.#resume(held, held.suspendedBy)
    const confirmed = [...this.#held.values()].filter(({ terms }) => terms.isConfirmed)
    const identities = confirmed.map(({ identity }) => identity)
    const next = () => {
      for (const identity of identities.splice(0, ANNOUNCED_AT_ONCE)) this.#tell(identity, 'announce')
      if (identities.length > 0 && this.#bus.cluster.isConnected) setImmediate(next)
    }
    next()
  }

  #hold(identity: string, terms: Terms): void {
    const key = fold(identity)
    const stopServing = this.#held.get(key)?.stopServing ?? this.#effects.serve(identity)
    this.#held.set(key, { identity, terms, suspendedBy: undefined, stopServing })
  }

  #tell(identity: string, phase: Claim['phase'], more: { to?: string } = {}): void {
    const held = this.#held.get(fold(identity))
    if (held === undefined) return
    const { epoch, isCounted } = held.terms
    const claim = { identity, node: this.#bus.node, epoch, isCounted, phase, ...more }
    this.#bus.tell(`claim.${token(fold(identity))}`, claim)
  }

  #heard(claim: Claim): void {
    if (claim.node === this.#bus.node) return
    this.#peers.hear(claim.node)
    this.raise(claim.epoch)
    const held = this.#held.get(fold(claim.identity))
    if (held === undefined) return
    if (claim.phase === 'release') this.#resume(held, claim)
    else if (claim.phase === 'outdated') this.#reclaim(held, claim)
    else if (isNewer(claim, { epoch: held.terms.epoch, node: this.#bus.node })) this.#yield(held, claim)
    else this.#defend(held, claim)
  }

  /** Stops using our connection, and closes it once the newer one on another node is confirmed. */
  #yield(held: Held, { node, epoch, phase }: Claim): void {
    held.stopServing?.()
    held.stopServing = undefined
    held.suspendedBy = { node, epoch }
    if (phase === 'claim') return
    this.#held.delete(fold(held.identity))
    this.#bus.counters.superseded++
    this.#effects.supersede(held.identity)
  }

  /** Answers the claim of another node whose epoch is lower than ours. */
  #defend(held: Held, { node, phase, isCounted }: Claim): void {
    // The connection of that node is newer than ours: its epoch is lower only because the node did not know ours.
    const { terms } = held
    if (phase === 'claim' && isCounted && terms.isCounted) this.#tell(held.identity, 'outdated', { to: node })
    else if (phase !== 'claim') this.#tell(held.identity, terms.isConfirmed ? 'announce' : 'claim')
  }

  /** Claims our connection again with a higher epoch, because the epochs of this node were too low. */
  #reclaim(held: Held, { to, epoch }: Claim): void {
    const { terms } = held
    if (to !== this.#bus.node || held.suspendedBy !== undefined || terms.epoch > epoch) return
    terms.epoch = ++this.#highest
    this.#tell(held.identity, 'claim')
    if (terms.isConfirmed) this.#tell(held.identity, 'confirm')
  }

  /** Uses our connection again, because the newer one ended before it was confirmed. */
  #resume(held: Held, { node }: Pick<Claim, 'node'>): void {
    if (held.suspendedBy?.node !== node) return
    held.suspendedBy = undefined
    held.stopServing ??= this.#effects.serve(held.identity)
  }

  #lost(node: string): void {
    for (const held of this.#held.values()) this.#resume(held, { node })
  }
}

interface Order {
  readonly epoch: number
  readonly node: string
}

/** The name of the node decides between two claims with the same epoch. */
function isNewer(one: Order, other: Order): boolean {
  return one.epoch === other.epoch ? one.node > other.node : one.epoch > other.epoch
}
