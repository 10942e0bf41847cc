import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import type { Cluster, MessageListener, ReplyListener } from '../types/cluster.js'

export interface NatsClusterOptions {
  /** The first part of all subjects. Clusters that share a server have different ones. Default: `ocpp`. */
  prefix?: string
  /** Name of this node, unique in the cluster. Default: the host name and a random part. */
  node?: string
  /** Version of your application. Other nodes can read it. */
  version?: string
}

/** Maximum size of a message until the NATS server has reported its own. Bytes. */
const DEFAULT_MAX_PAYLOAD = 1024 * 1024
/** Status of the message that NATS sends if nobody subscribes to the subject of a request. */
const NO_RESPONDERS = 503
/** Name of the error when the user may not publish or subscribe to a subject. */
const NO_PERMISSION = 'PermissionViolationError'

/**
 * A cluster of the nodes that are connected to the same NATS server, or to servers of the same NATS cluster, with the
 * same prefix. It uses core NATS only. The connection stays yours: open it with `maxReconnectAttempts: -1`, and close it
 * after the application.
 *
 * ```ts
 * const connection = await connect({ servers: 'nats://127.0.0.1:4222', maxReconnectAttempts: -1 })
 * await app.register(fastifyOcpp, { ...options, cluster: natsCluster(connection) })
 * ```
 *
 * @throws `TypeError` when the prefix is no subject
 */
export function natsCluster(connection: NatsConnection, options: NatsClusterOptions = {}): Cluster {
  const { prefix = 'ocpp', node = `${hostname()}-${randomUUID().slice(0, 8)}`, version } = options
  if (!/^[\w-]+(?:\.[\w-]+)*$/.test(prefix)) {
    throw new TypeError('prefix must be words of letters, digits, _ and -, divided by dots')
  }
  return new NatsCluster(connection, prefix, { node, version })
}

interface Outgoing {
  readonly subject: string
  readonly text: string
  readonly options?: { reply: string }
}

class NatsCluster implements Cluster {
  readonly node: string
  readonly version: string | undefined
  readonly #connection: NatsConnection
  readonly #prefix: string
  readonly #statusListeners = new Set<(isConnected: boolean) => void>()
  readonly #refusalListeners = new Set<(error: Error) => void>()
  /** Requests that wait for replies, by the last part of the subject for replies. */
  readonly #requests = new Map<string, ReplyListener>()
  readonly #inbox: string
  /**
   * Messages of this turn of the event loop. They are written to the socket together, because a write costs more than the
   * rest of a message, and the client writes in every microtask.
   */
  #outgoing: Outgoing[] = []
  #lastRequest = 0
  #isConnected = true

  constructor(connection: NatsConnection, prefix: string, { node, version }: Pick<Cluster, 'node' | 'version'>) {
    this.#connection = connection
    this.#prefix = prefix
    this.node = node
    this.version = version
    // Below the prefix, so that one permission is enough; a random part, so that no other node knows it.
    this.#inbox = `${prefix}.reply.${randomUUID()}`
    connection.subscribe(`${this.#inbox}.*`, {
      // With an error, e.g. a missing permission, there is no message.
      callback: (error, message) => {
        if (error === null) this.#replied(message)
      }
    })
    this.#watch().catch(() => this.#changed(false))
  }

  get isConnected(): boolean {
    return this.#isConnected && this.#isOpen
  }

  /** Whether the connection takes messages. One that is being drained throws instead. */
  get #isOpen(): boolean {
    return !this.#connection.isClosed() && !this.#connection.isDraining()
  }

  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? DEFAULT_MAX_PAYLOAD
  }

  publish(subject: string, text: string): void {
    this.#send({ subject: `${this.#prefix}.${subject}`, text })
  }

  request(subject: string, text: string, listener: ReplyListener): () => void {
    if (!this.#isOpen) return () => undefined
    const id = String(++this.#lastRequest)
    this.#requests.set(id, listener)
    this.#send({ subject: `${this.#prefix}.${subject}`, text, options: { reply: `${this.#inbox}.${id}` } })
    return () => this.#requests.delete(id)
  }

  subscribe(subject: string, listener: MessageListener, { shared = false } = {}): () => void {
    const callback = (error: Error | null, message: Msg) => {
      if (error === null) listener(message.string(), (answer) => this.#reply(message, answer))
    }
    const queue = shared ? { queue: 'holders' } : {}
    const subscription = this.#connection.subscribe(`${this.#prefix}.${subject}`, { callback, ...queue })
    return () => {
      if (this.#isOpen) subscription.unsubscribe()
    }
  }

  flush(): Promise<void> {
    this.#sendAll()
    return this.#connection.flush()
  }

  onStatus(listener: (isConnected: boolean) => void): () => void {
    this.#statusListeners.add(listener)
    return () => this.#statusListeners.delete(listener)
  }

  onRefused(listener: (error: Error) => void): () => void {
    this.#refusalListeners.add(listener)
    return () => this.#refusalListeners.delete(listener)
  }

  #reply(message: Msg, answer: string): void {
    if (message.reply !== undefined) this.#send({ subject: message.reply, text: answer })
  }

  #send(message: Outgoing): void {
    this.#outgoing.push(message)
    if (this.#outgoing.length === 1) setImmediate(() => this.#sendAll())
  }

  #sendAll(): void {
    const messages = this.#outgoing
    this.#outgoing = []
    for (const { subject, text, options } of messages) {
      if (!this.#isOpen) return
      try {
        this.#connection.publish(subject, text, options)
      } catch (error) {
        // E.g. a server that the connection has changed to takes smaller messages.
        this.#refused(error as Error)
      }
    }
  }

  #refused(error: Error): void {
    for (const listener of this.#refusalListeners) listener(error)
  }

  #replied(message: Msg): void {
    const listener = this.#requests.get(message.subject.slice(this.#inbox.length + 1))
    if (listener === undefined) return
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS) listener.nobody()
    else listener.reply(message.string())
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#changed(false)
      else if (status.type === 'reconnect') this.#changed(true)
      else if (status.type === 'error' && status.error.name === NO_PERMISSION) this.#refused(status.error)
    }
    this.#changed(false)
  }

  #changed(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return
    this.#isConnected = isConnected
    for (const listener of this.#statusListeners) listener(isConnected)
  }
}
