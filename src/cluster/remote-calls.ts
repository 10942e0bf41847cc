import { fold } from '../charge-points.js'
import { AbortedError, DisconnectedError, NotConnectedError } from '../errors.js'
import type { CallOptions } from '../types/charge-point.js'
import { type Bus, textOf } from './bus.js'
import { fromWire, TooLargeError, UnreachableError } from './errors.js'
import { type Ask, Reply, reader, token, type Word } from './messages.js'
import type { Peers } from './peers.js'

/** Timeout of `ready` from the other node. Milliseconds. */
const READY_WITHIN = 1000
/** Time that an aborted caller waits to learn whether its CALL was sent. Milliseconds. */
const CANCELLED_WITHIN = 1000
/** Interval between two checks whether a request is still being carried out. Milliseconds. */
const CHECK_EVERY = 2000
/** Maximum number of outstanding requests. */
const MAX_WAITING = 10_000

/** A request to the node to which a charge point is connected. */
export type Question = Pick<Ask, 'kind' | 'protocol' | 'action' | 'payload' | 'code' | 'reason'> & {
  identity: string
  options?: CallOptions
}

/** Requests for charge points that are connected to other nodes. */
export class RemoteCalls {
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #read = reader(Reply)
  readonly #waiting = new Map<string, Waiting>()
  #lastId = 0

  constructor(bus: Bus, peers: Peers) {
    this.#bus = bus
    this.#peers = peers
  }

  start(): void {
    this.#peers.onLost((node) => {
      for (const waiting of this.#waiting.values()) waiting.lost(node)
    })
    const timer = setInterval(() => {
      for (const waiting of this.#waiting.values()) waiting.check()
    }, CHECK_EVERY).unref()
    this.#bus.onClose(() => {
      clearInterval(timer)
      for (const waiting of this.#waiting.values()) waiting.lost()
    })
  }

  /**
   * Resolves with the outcome. Rejects as the call would on the node that holds the connection, or with
   * `OCPP_ERR_NOT_CONNECTED`, `OCPP_ERR_NODE_UNREACHABLE`, `OCPP_ERR_TOO_LARGE`. If that node is lost after it was sent
   * `go`, the error is `OCPP_ERR_DISCONNECTED` with `sent: true`, because the CALL may have been sent.
   */
  async ask(question: Question): Promise<unknown> {
    const { identity, options = {}, ...rest } = question
    const action = rest.action ?? rest.kind
    if (options.signal?.aborted) throw new AbortedError(action, { sent: false })
    if (!this.#bus.cluster.isConnected) throw new UnreachableError(identity, 'the bus of the cluster is away')
    if (this.#waiting.size >= MAX_WAITING) throw new UnreachableError(identity, 'too many requests wait')
    const id = String(++this.#lastId)
    const { timeout, messageId } = options
    const text = this.#text(action, { from: this.#bus.node, id, identity, ...rest, timeout, messageId })
    this.#bus.counters.asked++
    const hear = (node: string) => this.#peers.hear(node)
    const waiting = new Waiting(this.#bus, { id, identity, action, signal: options.signal, read: this.#read, hear })
    this.#waiting.set(id, waiting)
    try {
      return await waiting.send(text)
    } finally {
      this.#waiting.delete(id)
    }
  }

  #text(action: string, ask: object): string {
    const text = textOf(ask)
    const { maxPayload } = this.#bus.cluster
    if (Buffer.byteLength(text) > maxPayload) throw new TooLargeError(action, maxPayload, { sent: false })
    return text
  }
}

interface Terms {
  id: string
  identity: string
  action: string
  signal: AbortSignal | undefined
  read(text: string): Reply | undefined
  /** Called for each message of a node: it is alive. */
  hear(node: string): void
}

/** One request and its caller. */
class Waiting {
  readonly #bus: Bus
  readonly #terms: Terms
  /** The node that was ready and has been sent `go`. */
  #node: string | undefined
  #hasGivenUp = false
  #endCheck: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #settled: { resolve(result: unknown): void; reject(error: Error): void } | undefined

  constructor(bus: Bus, terms: Terms) {
    this.#bus = bus
    this.#terms = terms
  }

  async send(text: string): Promise<unknown> {
    const { identity, signal } = this.#terms
    const subject = `call.${token(fold(identity))}`
    const giveUp = () => this.#giveUp()
    let end: (() => void) | undefined
    try {
      return await new Promise((resolve, reject) => {
        this.#settled = { resolve, reject }
        const silent = () => reject(new UnreachableError(identity, 'it does not answer'))
        this.#timer = setTimeout(silent, READY_WITHIN)
        signal?.addEventListener('abort', giveUp, { once: true })
        end = this.#bus.cluster.request(subject, text, {
          nobody: () => reject(new NotConnectedError(identity)),
          reply: (answer) => this.#reply(subject, answer)
        })
      })
    } finally {
      end?.()
      this.#endCheck?.()
      clearTimeout(this.#timer)
      signal?.removeEventListener('abort', giveUp)
      this.#settled = undefined
    }
  }

  /** Called when a node is lost, or, without a name, when this node leaves. */
  lost(node?: string): void {
    if (node !== undefined && node !== this.#node) return
    const { action, identity } = this.#terms
    if (this.#node === undefined) this.#settled?.reject(new UnreachableError(identity, 'this node leaves the cluster'))
    else this.#settled?.reject(new DisconnectedError(action, `node ${this.#node} was lost`, { sent: true }))
  }

  /** Asks whether the request is still being carried out, because the message with its outcome may be lost. */
  check(): void {
    const { cluster } = this.#bus
    if (this.#node === undefined || !cluster.isConnected) return
    const subject = `inbox.${token(this.#node)}`
    this.#endCheck?.()
    this.#endCheck = cluster.request(subject, textOf(this.#word('check')), {
      reply: (answer) => this.#reply(subject, answer),
      nobody: () => this.lost()
    })
  }

  #reply(subject: string, answer: string): void {
    const reply = this.#terms.read(answer)
    if (reply === undefined) {
      this.#bus.ignore(subject)
      return
    }
    if (this.#node !== undefined) this.#terms.hear(this.#node)
    if (reply.ready !== undefined) this.#ready(reply.ready)
    else if (reply.error !== undefined) this.#settled?.reject(fromWire(reply.error))
    else if (reply.running === undefined) this.#settled?.resolve(reply.result)
  }

  #ready(node: string): void {
    if (this.#node !== undefined || this.#settled === undefined) return
    clearTimeout(this.#timer)
    this.#node = node
    if (this.#say('go')) return
    this.#settled.reject(new UnreachableError(this.#terms.identity, 'the bus of the cluster is away'))
  }

  /** The caller aborts. The CALL is not sent any more, unless the other node, which alone knows that, has sent it. */
  #giveUp(): void {
    const { action } = this.#terms
    if (this.#node === undefined) {
      this.#settled?.reject(new AbortedError(action, { sent: false }))
    } else if (!this.#hasGivenUp) {
      this.#hasGivenUp = true
      this.#say('cancel')
      const unknown = () => this.#settled?.reject(new AbortedError(action, { sent: true }))
      this.#timer = setTimeout(unknown, CANCELLED_WITHIN)
    }
  }

  #say(word: Word['word']): boolean {
    return this.#bus.tell(`inbox.${token(this.#node ?? '')}`, this.#word(word))
  }

  #word(word: Word['word']) {
    return { from: this.#bus.node, id: this.#terms.id, word }
  }
}
