import { fold } from '../charge-points.js'
import type { EventHub } from '../events.js'
import { isPromiseLike, logFailure } from '../failure.js'
import type { ChargePoint } from '../types/charge-point.js'
import type { ClusterEvent, ClusterEventListener, ClusterEventName, ClusterEventsApi } from '../types/cluster.js'
import type { Protocol } from '../types/protocol.js'
import { type Bus, textOf } from './bus.js'
import { EventMessage, token } from './messages.js'
import type { Peers } from './peers.js'

export const EVENT_NAMES: readonly ClusterEventName[] = [
  'connect',
  'disconnect',
  'call',
  'violation',
  'security',
  'refused',
  'limited',
  'malformed'
]
/** Stands for the identity in the subject of an event that belongs to no charge point. */
const NOBODY = '-'

type Raw = Readonly<Record<string, unknown>> & { chargePoint?: ChargePoint; identity?: unknown }

/** The events of all nodes. A node sends an event only if another one listens to its type. */
export class ClusterEvents implements ClusterEventsApi {
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #listeners = new Map<ClusterEventName, readonly ClusterEventListener[]>()
  #isSlow: () => boolean

  constructor(bus: Bus, peers: Peers, isSlow: () => boolean) {
    this.#bus = bus
    this.#peers = peers
    this.#isSlow = isSlow
  }

  /** The types of events for which this node has listeners. */
  get listened(): ClusterEventName[] {
    return [...this.#listeners.keys()]
  }

  start(events: EventHub): void {
    this.#bus.listen('event.*.*', EventMessage, (message) => this.#heard(message))
    for (const type of EVENT_NAMES) {
      const tell = (event: unknown) => this.#tell(type, event as Raw)
      events.on(type, tell)
      this.#bus.onClose(() => events.off(type, tell))
    }
  }

  on(type: ClusterEventName, listener: ClusterEventListener): this {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
    this.#peers.beat()
    return this
  }

  off(type: ClusterEventName, listener: ClusterEventListener): this {
    const others = this.#listeners.get(type)?.filter((each) => each !== listener) ?? []
    if (others.length > 0) this.#listeners.set(type, others)
    else this.#listeners.delete(type)
    return this
  }

  #tell(type: ClusterEventName, raw: Raw): void {
    const isListened = this.#listeners.has(type)
    const isWanted = this.#peers.wants(type)
    if (!isListened && !isWanted) return
    const event = describe(type, this.#bus.node, raw)
    if (isListened) this.#publish(event)
    if (isWanted) this.#send(event)
  }

  #send(event: ClusterEvent): void {
    const subject = `event.${event.type}.${event.identity === undefined ? NOBODY : token(fold(event.identity))}`
    const text = textOf(event)
    const fits = Buffer.byteLength(text) <= this.#bus.cluster.maxPayload
    const isSent = !this.#isSlow() && this.#bus.publish(subject, fits ? text : textOf({ ...event, data: {} }))
    if (!isSent) this.#bus.counters.dropped++
  }

  #heard({ type, node, identity, protocol, data }: EventMessage): void {
    if (node === this.#bus.node) return
    this.#peers.hear(node)
    this.#publish({
      type: type as ClusterEventName,
      node,
      ...(identity !== undefined && { identity }),
      ...(protocol !== undefined && { protocol: protocol as Protocol }),
      data
    })
  }

  #publish(event: ClusterEvent): void {
    for (const listener of this.#listeners.get(event.type) ?? []) {
      try {
        const result = listener(event)
        if (isPromiseLike(result)) Promise.resolve(result).then(undefined, (error) => this.#failed(event, error))
      } catch (error) {
        this.#failed(event, error)
      }
    }
  }

  #failed({ type }: ClusterEvent, error: unknown): void {
    this.#bus.lines.line(`cluster listener of ${type}`, (more) => {
      logFailure(this.#bus.log, error, { ...more, event: type }, 'a listener of events of the cluster failed')
    })
  }
}

function describe(type: ClusterEventName, node: string, { chargePoint, identity, ...members }: Raw): ClusterEvent {
  const about = chargePoint?.identity ?? identity
  const data: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) if (typeof value !== 'function') data[name] = value
  return {
    type,
    node,
    ...(typeof about === 'string' && { identity: about }),
    ...(chargePoint !== undefined && { protocol: chargePoint.protocol }),
    data
  }
}
