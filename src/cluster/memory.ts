import { randomUUID } from 'node:crypto'
import type { Cluster, MessageListener, ReplyListener } from '../types/cluster.js'

/** Maximum size of a message. Bytes. The default of NATS. */
const MAX_PAYLOAD = 1024 * 1024

interface Subscription {
  readonly node: string
  readonly parts: readonly string[]
  readonly isShared: boolean
  readonly listener: MessageListener
}

/**
 * Returns a function that makes one more node of a cluster in this process, for tests of applications that run on
 * several nodes:
 *
 * ```ts
 * const join = memoryCluster()
 * await one.register(fastifyOcpp, { ...options, cluster: join() })
 * await other.register(fastifyOcpp, { ...options, cluster: join() })
 * ```
 */
export function memoryCluster({ maxPayload = MAX_PAYLOAD } = {}): (node?: string) => MemoryNode {
  const hub = new Hub()
  return (node = randomUUID()) => new MemoryNode(hub, node, maxPayload)
}

/** Delivers texts to the subscriptions of all nodes, each one in its own turn of the event loop. */
class Hub {
  readonly #subscriptions = new Set<Subscription>()
  readonly #away = new Set<string>()

  add(subscription: Subscription): () => void {
    this.#subscriptions.add(subscription)
    return () => this.#subscriptions.delete(subscription)
  }

  isAway(node: string): boolean {
    return this.#away.has(node)
  }

  cut(node: string, isAway: boolean): void {
    if (isAway) this.#away.add(node)
    else this.#away.delete(node)
  }

  /** Returns whether there is a subscription to the subject. */
  deliver(from: string, subject: string, text: string, reply: (text: string) => void): boolean {
    const parts = subject.split('.')
    const found = [...this.#subscriptions].filter((each) => !this.isAway(each.node) && matches(each.parts, parts))
    const shared = found.filter(({ isShared }) => isShared)
    const one = shared[Math.floor(Math.random() * shared.length)]
    for (const subscription of found) {
      if (subscription.isShared && subscription !== one) continue
      setImmediate(() => {
        const isThere = this.#subscriptions.has(subscription) && !this.isAway(subscription.node) && !this.isAway(from)
        if (isThere) subscription.listener(text, (answer) => this.#answer(subscription.node, from, answer, reply))
      })
    }
    return found.length > 0
  }

  #answer(from: string, to: string, text: string, reply: (text: string) => void): void {
    if (this.isAway(from)) return
    setImmediate(() => {
      if (!this.isAway(to)) reply(text)
    })
  }
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return pattern.length === parts.length && pattern.every((part, index) => part === '*' || part === parts[index])
}

/** A node of {@link memoryCluster}. */
export class MemoryNode implements Cluster {
  readonly node: string
  readonly version = undefined
  readonly maxPayload: number
  readonly #hub: Hub
  readonly #statusListeners = new Set<(isConnected: boolean) => void>()

  constructor(hub: Hub, node: string, maxPayload: number) {
    this.#hub = hub
    this.node = node
    this.maxPayload = maxPayload
  }

  get isConnected(): boolean {
    return !this.#hub.isAway(this.node)
  }

  /** For tests: `false` disconnects the node from the others, `true` connects it again. */
  set isConnected(isConnected: boolean) {
    if (isConnected === this.isConnected) return
    this.#hub.cut(this.node, !isConnected)
    for (const listener of this.#statusListeners) listener(isConnected)
  }

  publish(subject: string, text: string): void {
    if (this.isConnected) this.#hub.deliver(this.node, subject, text, ignore)
  }

  request(subject: string, text: string, { reply, nobody }: ReplyListener): () => void {
    let isOver = false
    const receive = (answer: string) => {
      if (!isOver) reply(answer)
    }
    const isDelivered = this.isConnected && this.#hub.deliver(this.node, subject, text, receive)
    const tellNobody = () => {
      if (!isOver) nobody()
    }
    if (this.isConnected && !isDelivered) setImmediate(tellNobody)
    return () => {
      isOver = true
    }
  }

  subscribe(subject: string, listener: MessageListener, { shared = false } = {}): () => void {
    return this.#hub.add({ node: this.node, parts: subject.split('.'), isShared: shared, listener })
  }

  async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }

  onStatus(listener: (isConnected: boolean) => void): () => void {
    this.#statusListeners.add(listener)
    return () => this.#statusListeners.delete(listener)
  }
}

function ignore(): void {
  // Only requests have replies.
}
