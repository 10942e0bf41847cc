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

/** The claim of this node on a charge point. */
interface Held {
  identity: string
  epoch: number
  isCounted: boolean
  isConfirmed: boolean
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
  /** The epochs of the connections to this node: one that was replaced may become the current one again. */
  readonly #epochs = new WeakMap<Claimant, { epoch: number; isCounted: boolean }>()
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
    this.#epochs.set(connection, { epoch, isCounted })
    this.#hold(connection.identity, { epoch, isCounted, isConfirmed: false })
    this.#tell(connection.identity, 'claim')
  }

  /** The connection works: nodes with an older one close it. */
  confirm({ identity }: Claimant): void {
    const held = this.#held.get(fold(identity))
    if (held === undefined || held.isConfirmed) return
    held.isConfirmed = true
    this.#tell(identity, 'confirm')
  }

  /** Releases the claim of a connection that has ended. @param next a replaced one that becomes current again */
  release({ identity }: Claimant, next: Claimant | undefined): void {
    const key = fold(identity)
    const held = this.#held.get(key)
    if (held === undefined) return
    if (!held.isConfirmed) this.#tell(identity, 'release')
    const earlier = next && this.#epochs.get(next)
    if (earlier !== undefined) {
      this.#hold(identity, { ...earlier, isConfirmed: true })
      this.#tell(identity, 'announce')
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
    const identities = [...this.#held.values()].filter(({ isConfirmed }) => isConfirmed).map(({ identity }) => identity)
    const next = () => {
      for (const identity of identities.splice(0, ANNOUNCED_AT_ONCE)) this.#tell(identity, 'announce')
      if (identities.length > 0 && this.#bus.cluster.isConnected) setImmediate(next)
    }
    next()
  }

  #hold(identity: string, terms: Pick<Held, 'epoch' | 'isCounted' | 'isConfirmed'>): void {
    const key = fold(identity)
    const stopServing = this.#held.get(key)?.stopServing ?? this.#effects.serve(identity)
    this.#held.set(key, { identity, ...terms, suspendedBy: undefined, stopServing })
  }

  #tell(identity: string, phase: Claim['phase'], more: { to?: string } = {}): void {
    const held = this.#held.get(fold(identity))
    if (held === undefined) return
    const { epoch, isCounted } = held
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
    else if (isNewer(claim, { epoch: held.epoch, node: this.#bus.node })) this.#yield(held, claim)
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
    if (phase === 'claim' && isCounted && held.isCounted) this.#tell(held.identity, 'outdated', { to: node })
    else if (phase !== 'claim') this.#tell(held.identity, held.isConfirmed ? 'announce' : 'claim')
  }

  /** Claims our connection again with a higher epoch, because the epochs of this node were too low. */
  #reclaim(held: Held, { to, epoch }: Claim): void {
    if (to !== this.#bus.node || held.suspendedBy !== undefined || held.epoch > epoch) return
    held.epoch = ++this.#highest
    this.#tell(held.identity, 'claim')
    if (held.isConfirmed) this.#tell(held.identity, 'confirm')
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
