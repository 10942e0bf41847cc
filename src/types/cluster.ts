import type { Protocol } from './protocol.js'

/** Receives a message. `reply` answers it if its sender waits for replies, otherwise it does nothing. */
export type MessageListener = (text: string, reply: (text: string) => void) => void

/** Contents of a request. */
export interface ReplyListener {
  /** A reply. There may be several. */
  reply(text: string): void
  /** Nobody subscribes to the subject: there will be no reply. */
  nobody(): void
}

/**
 * How the nodes of a cluster reach each other: a bus of short texts. A message is delivered at most once, and only to
 * those that subscribe to its subject when it is published; the messages of one node arrive in the order in which it
 * published them. A subject has at most four parts, divided by dots; in a subscription `*` stands for any one of them.
 * `natsCluster` of `fastify-ocpp/nats` and `memoryCluster` of `fastify-ocpp/cluster` make one.
 */
export interface Cluster {
  /** The name of this node: no other node has it, and it has another one after a restart. */
  readonly node: string
  /** Version of the application, which other nodes are told. */
  readonly version: string | undefined
  /** Maximum size of a message, in bytes. */
  readonly maxPayload: number
  /** Whether messages can be sent at present. */
  readonly isConnected: boolean
  publish(subject: string, text: string): void
  /** Publishes a message and passes the replies on until the returned function is called. */
  request(subject: string, text: string, listener: ReplyListener): () => void
  /**
   * Returns a function that ends the subscription.
   *
   * @param options `shared`: of all nodes that share the subject, one gets each message
   */
  subscribe(subject: string, listener: MessageListener, options?: { shared?: boolean }): () => void
  /** Resolves when the bus has received what was published so far. */
  flush(): Promise<void>
  /** Calls `listener` when the bus is lost and when it is back. Returns a function that removes the listener. */
  onStatus(listener: (isConnected: boolean) => void): () => void
  /**
   * Calls `listener` when the bus does not let this node publish or subscribe to a subject. Returns a function that removes
   * the listener.
   */
  onRefused?(listener: (error: Error) => void): () => void
}

/** A node, as it last described itself. */
export interface ClusterNode {
  readonly node: string
  /** Version of the application on it. */
  readonly version?: string
  /** When it joined, by its own clock. */
  readonly since: Date
  /** Charge points that are connected to it. */
  readonly connections: number
  /** How busy its event loop was in the last second, from 0 to 1. */
  readonly load: number
  /** Whether it is this node. */
  readonly isLocal: boolean
}

/** The events that nodes pass on to each other. */
export type ClusterEventName =
  | 'connect'
  | 'disconnect'
  | 'call'
  | 'violation'
  | 'security'
  | 'refused'
  | 'limited'
  | 'malformed'

/** An event of any node. Its order is that of its node. */
export interface ClusterEvent {
  readonly type: ClusterEventName
  /** Where it happened. */
  readonly node: string
  /** Absent when the identity could not be read. */
  readonly identity?: string
  readonly protocol?: Protocol
  /** The members of the event of `app.ocpp.events` that JSON can hold, without the charge point. */
  readonly data: Readonly<Record<string, unknown>>
}

export type ClusterEventListener = (event: ClusterEvent) => unknown

/** Events of all nodes, this one included. The error of a listener is logged, and the other listeners still run. */
export interface ClusterEventsApi {
  on(type: ClusterEventName, listener: ClusterEventListener): this
  off(type: ClusterEventName, listener: ClusterEventListener): this
}

/** Numbers since the node joined. */
export interface ClusterCounters {
  /** Requests for charge points of other nodes. */
  asked: number
  /** Requests of other nodes for charge points of this one. */
  served: number
  /** Messages that are not ours or of another version, and were ignored. */
  ignored: number
  /** Events that other nodes did not get because the bus was away or slow. */
  dropped: number
  /** Connections that were closed because the charge point connected to another node. */
  superseded: number
}

/** A request of the application that another node passed on. */
export interface ForwardedRequest {
  /** The charge point, which is connected to this node. */
  readonly identity: string
  readonly request: unknown
  /** Aborts when whoever asked gives up. */
  readonly signal: AbortSignal
}

export interface ForwardOptions {
  signal?: AbortSignal
  timeout?: number
}

/** Returns the answer, which JSON can hold. */
export type ForwardHandler = (forwarded: ForwardedRequest) => unknown

/** `app.ocpp.cluster`: this node and the others. */
export interface ClusterApi {
  readonly node: string
  /** Whether other nodes can be reached at present. */
  readonly isConnected: boolean
  readonly counters: Readonly<ClusterCounters>
  readonly events: ClusterEventsApi
  /** This node and those that were heard of in the last three seconds. */
  nodes(): readonly ClusterNode[]
  /**
   * Whether the charge point is connecting to another node, so that its connection to this one is not used. It is closed
   * when the newer one works, and used again when the newer one ends before that.
   */
  isSuspended(identity: string): boolean
  /**
   * Passes a request of the application on to the handler of the node that the charge point is connected to, and resolves
   * with its answer. Both must be something that JSON can hold. It is carried out at most once, like a call.
   *
   * @param options `timeout`: how long the other node may take until it is ready for the request, in milliseconds.
   * Default: 30 000. How long it then takes is not limited
   * @throws `OCPP_ERR_NOT_CONNECTED` if no other node has the charge point, `OCPP_ERR_NODE_UNREACHABLE`,
   * `OCPP_ERR_TOO_LARGE`, `OCPP_ERR_ABORTED`; `OCPP_ERR_DISCONNECTED` with `sent: true` when that node is lost meanwhile;
   * or what the handler threw
   */
  forward(identity: string, request: unknown, options?: ForwardOptions): Promise<unknown>
  /** Handles the requests that other nodes forward. There is one handler; a second one replaces the first. */
  onForward(handler: ForwardHandler): void
}
