import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Cluster } from 'fastify-ocpp'
import type { EventType, PublishedEvent } from '../events/event.js'

/** The version of these messages. */
const VERSION = 1
/** How often nodes tell each other their position, and whether the bus keeps up is looked at. Milliseconds. */
const BEAT_MS = 1_000
/** A node that is silent for so many beats, without a farewell, may have ended before it told its last events. */
const LOST_BEATS = 5
/** Positions of nodes that are gone are forgotten after so many beats. */
const MAX_SILENT_BEATS = 60

/** `published.<node>`: an event, or with `position` only how many there have been, or that no more will come. */
const Message = Type.Object({
  v: Type.Literal(VERSION),
  node: Type.String({ minLength: 1 }),
  /** The number of this event among those of the node, from 1. */
  position: Type.Integer({ minimum: 0 }),
  isLast: Type.Optional(Type.Boolean()),
  event: Type.Optional(
    Type.Object({
      id: Type.String(),
      // A later version may have others.
      type: Type.String(),
      chargePoint: Type.String(),
      at: Type.String(),
      data: Type.Object({}, { additionalProperties: true }),
      whole: Type.Optional(Type.Unknown())
    })
  )
})
type Message = Static<typeof Message>
const message = TypeCompiler.Compile(Message)

export interface EventRelayOptions {
  cluster: Cluster
  /** An event of another node. */
  onEvent(event: PublishedEvent): void
  /** Events of other nodes were lost. */
  onGap(): void
  /** A message that is none of ours. */
  onForeign(): void
}

interface Peer {
  position: number
  silentBeats: number
}

/** Passes published events on to the other nodes, and notices when some did not arrive. */
export class EventRelay {
  readonly #options: EventRelayOptions
  readonly #subject: string
  readonly #peers = new Map<string, Peer>()
  readonly #ends: (() => void)[] = []
  #position = 0
  #isSlow = false
  #isFlushing = false

  constructor(options: EventRelayOptions) {
    this.#options = options
    const { cluster } = options
    this.#subject = `published.${encodeURIComponent(cluster.node).replaceAll('.', '%2E').replaceAll('*', '%2A')}`
    this.#ends.push(cluster.subscribe('published.*', (text) => this.#heard(text)))
    this.#ends.push(cluster.onStatus((isConnected) => isConnected && this.#returned()))
    const timer = setInterval(() => this.#beat(), BEAT_MS).unref()
    this.#ends.push(() => clearInterval(timer))
  }

  /** Passes an event on, unless the bus is away or slow; then the others notice that it is missing. */
  send({ id, type, chargePoint, at, data, whole }: PublishedEvent): void {
    this.#position++
    if (this.#isSlow) return
    this.#tell({ event: { id, type, chargePoint, at, data, ...(whole !== undefined && { whole }) } })
  }

  close(): void {
    this.#tell({ isLast: true })
    for (const end of this.#ends.splice(0)) end()
  }

  #tell(more: { event?: object; isLast?: true } = {}): void {
    const { cluster } = this.#options
    if (!cluster.isConnected) return
    const text = JSON.stringify({ v: VERSION, node: cluster.node, position: this.#position, ...more })
    if (Buffer.byteLength(text) <= cluster.maxPayload) cluster.publish(this.#subject, text)
  }

  #heard(text: string): void {
    const told = read(text)
    if (told === undefined) {
      this.#options.onForeign()
      return
    }
    const { node, position, isLast = false, event } = told
    if (node === this.#options.cluster.node) return
    const known = this.#peers.get(node)
    const expected = (known?.position ?? 0) + (event === undefined ? 0 : 1)
    if (isLast) this.#peers.delete(node)
    else this.#peers.set(node, { position, silentBeats: 0 })
    // A node that is new has told nothing before; of one that was away, or is older than we are, something was missed.
    if (expected !== position) this.#options.onGap()
    if (event !== undefined) this.#options.onEvent(event as PublishedEvent & { type: EventType })
  }

  /** While the bus was away, nobody knows what the others told. */
  #returned(): void {
    this.#peers.clear()
    this.#options.onGap()
  }

  #beat(): void {
    for (const [node, peer] of this.#peers) {
      peer.silentBeats++
      // What it committed, it may not have told.
      if (peer.silentBeats === LOST_BEATS) this.#options.onGap()
      if (peer.silentBeats > MAX_SILENT_BEATS) this.#peers.delete(node)
    }
    // The bus has not received within a beat what was published before.
    this.#isSlow = this.#isFlushing
    if (this.#isSlow || !this.#options.cluster.isConnected) return
    this.#tell()
    this.#isFlushing = true
    const end = () => {
      this.#isFlushing = false
    }
    this.#options.cluster.flush().then(end, end)
  }
}

function read(text: string): Message | undefined {
  try {
    const told: unknown = JSON.parse(text)
    return message.Check(told) ? told : undefined
  } catch {
    return undefined
  }
}
