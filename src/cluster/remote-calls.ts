import { randomUUID } from 'node:crypto'
import { fold } from '../charge-points.js'
import { AbortedError, DisconnectedError, InvalidTimeoutError, NotConnectedError } from '../errors.js'
import type { CallOptions } from '../types/charge-point.js'
import { type Bus, textOf } from './bus.js'
import { fromWire, TooLargeError, UnreachableError } from './errors.js'
import { type Ask, MAX_NAME, Reply, reader, token, type Word } from './messages.js'
import type { Peers } from './peers.js'

/** Interval at which a request is sent again until another node is ready for it. Milliseconds. */
const AGAIN_EVERY = 1000
/** Timeout of `ready` from the other node, if the caller has none. Milliseconds. */
const READY_WITHIN = 30_000
/** Maximum timeout of a timer. Milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1
/** Time that an aborted caller waits to learn whether its CALL was sent. Milliseconds. */
const CANCELLED_WITHIN = 1000
/** Interval between two checks whether a request is still being carried out. Milliseconds. */
const CHECK_EVERY = 2000
/** Maximum number of outstanding requests. */
const MAX_WAITING = 10_000

const BUS_AWAY = 'the bus of the cluster is away'
const LEFT = 'this node leaves the cluster'

/** A request to the node to which a charge point is connected. */
export type Question = Pick<Ask, 'kind' | 'protocol' | 'action' | 'payload' | 'code' | 'reason'> & {
  identity: string
  /** With the timeout: how long the other node may take until it is ready, and its CALL once it was sent. */
  options?: CallOptions
}

/** Requests for charge points that are connected to other nodes. */
export class RemoteCalls {
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #read = reader(Reply)
  readonly #waiting = new Set<Waiting>()
  /** A part of the ids: this node may have had the same name before a restart. */
  readonly #start = randomUUID().slice(0, 8)
  #lastId = 0

  constructor(bus: Bus, peers: Peers) {
    this.#bus = bus
    this.#peers = peers
  }

  start(): void {
    this.#peers.onLost((node) => {
      for (const waiting of this.#waiting) waiting.lost(node)
    })
    const timer = setInterval(() => {
      for (const waiting of this.#waiting) waiting.check()
    }, CHECK_EVERY).unref()
    this.#bus.onClose(() => {
      clearInterval(timer)
      for (const waiting of this.#waiting) waiting.lost()
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
    this.#check(question, action)
    const { messageId, signal, priority } = options
    const timeout = options.timeout === undefined ? undefined : Math.min(options.timeout, MAX_TIMEOUT)
    const ask = { from: this.#bus.node, identity, ...rest, timeout, messageId, priority }
    const waiting = new Waiting(this.#bus, {
      identity,
      kind: rest.kind,
      action,
      signal,
      patience: timeout ?? READY_WITHIN,
      read: this.#read,
      hear: (node) => this.#peers.hear(node),
      nextId: () => `${this.#start}-${++this.#lastId}`,
      text: (id) => this.#text(action, { ...ask, id })
    })
    this.#bus.counters.asked++
    this.#waiting.add(waiting)
    try {
      return await waiting.send()
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  #check({ identity, options = {} }: Question, action: string): void {
    const { signal, timeout } = options
    if (signal?.aborted) throw new AbortedError(action, { sent: false })
    if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0)) throw new InvalidTimeoutError()
    // No charge point has such an identity, and the bus no such subject.
    if (identity === '' || identity.length > MAX_NAME) throw new NotConnectedError(identity)
    if (this.#bus.isClosed) throw new UnreachableError(identity, LEFT)
    if (!this.#bus.cluster.isConnected) throw new UnreachableError(identity, BUS_AWAY)
    if (this.#waiting.size >= MAX_WAITING) throw new UnreachableError(identity, 'too many requests wait')
  }

  #text(action: string, ask: object): string {
    const text = textOf(ask)
    const { maxPayload } = this.#bus.cluster
    if (Buffer.byteLength(text) > maxPayload) throw new TooLargeError(action, maxPayload, { sent: false })
    return text
  }
}

interface Terms {
  identity: string
  kind: Ask['kind']
  action: string
  signal: AbortSignal | undefined
  /** Timeout of `ready`. Milliseconds. */
  patience: number
  read(text: string): Reply | undefined
  /** Called for each message of a node: it is alive. */
  hear(node: string): void
  nextId(): string
  /** The request with this id. */
  text(id: string): string
}

/** One request and its caller. */
class Waiting {
  readonly #bus: Bus
  readonly #terms: Terms
  readonly #subject: string
  readonly #deadline: number
  /** The node that was ready and has been sent `go`, and the id under which it knows the request. */
  #holder: { node: string; id: string } | undefined
  #hasGivenUp = false
  readonly #ends: (() => void)[] = []
  #endCheck: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #settled: { resolve(result: unknown): void; reject(error: Error): void } | undefined

  constructor(bus: Bus, terms: Terms) {
    this.#bus = bus
    this.#terms = terms
    this.#subject = `call.${token(fold(terms.identity))}`
    this.#deadline = performance.now() + terms.patience
  }

  async send(): Promise<unknown> {
    const { signal } = this.#terms
    const giveUp = () => this.#giveUp()
    try {
      return await new Promise((resolve, reject) => {
        this.#settled = { resolve, reject }
        signal?.addEventListener('abort', giveUp, { once: true })
        this.#try()
      })
    } finally {
      for (const end of this.#ends) end()
      this.#endCheck?.()
      clearTimeout(this.#timer)
      signal?.removeEventListener('abort', giveUp)
      this.#settled = undefined
    }
  }

  /** Called when a node is lost, or, without a name, when this node leaves. */
  lost(node?: string): void {
    if (node !== undefined && node !== this.#holder?.node) return
    const { action, identity } = this.#terms
    if (this.#holder === undefined) this.#settled?.reject(new UnreachableError(identity, LEFT))
    else this.#settled?.reject(new DisconnectedError(action, `node ${this.#holder.node} was lost`, { sent: true }))
  }

  /** Asks whether the request is still being carried out, because the message with its outcome may be lost. */
  check(): void {
    const { cluster } = this.#bus
    if (this.#holder === undefined || !cluster.isConnected) return
    const { node, id } = this.#holder
    this.#endCheck?.()
    this.#endCheck = cluster.request(inboxOf(node), textOf(this.#word('check', id)), {
      reply: (answer) => this.#reply(id, answer),
      nobody: () => this.lost()
    })
  }

  /**
   * Sends the request, and sends it again until a node is ready: that node may be busy, or the message lost. Nothing is
   * carried out before `go`, which is said once.
   */
  #try(): void {
    const { cluster } = this.#bus
    const { identity, nextId, text } = this.#terms
    const left = this.#deadline - performance.now()
    if (!cluster.isConnected || (left <= 0 && this.#ends.length > 0)) {
      const reason = cluster.isConnected ? 'it does not answer' : BUS_AWAY
      this.#settled?.reject(new UnreachableError(identity, reason))
      return
    }
    const id = nextId()
    this.#timer = setTimeout(() => this.#try(), Math.min(AGAIN_EVERY, Math.max(0, left)))
    this.#ends.push(
      cluster.request(this.#subject, text(id), {
        nobody: () => this.#nobody(),
        reply: (answer) => this.#reply(id, answer)
      })
    )
  }

  #nobody(): void {
    if (this.#holder === undefined) this.#settled?.reject(new NotConnectedError(this.#terms.identity))
  }

  #reply(id: string, answer: string): void {
    const reply = this.#terms.read(answer)
    if (reply?.ready !== undefined) this.#ready(reply.ready, id)
    // Nothing is carried out before `go`, so that anything else is no answer of a node.
    else if (reply === undefined || this.#holder === undefined) this.#bus.ignore(this.#subject)
    else this.#end(reply, this.#holder.node)
  }

  #end(reply: Reply, node: string): void {
    this.#terms.hear(node)
    // A result that is `undefined` is not in the message. That of a call is never so.
    const isResult = reply.result !== undefined || this.#terms.kind !== 'call'
    if (reply.error !== undefined) this.#settled?.reject(fromWire(reply.error))
    else if (reply.running !== undefined) return
    else if (isResult) this.#settled?.resolve(reply.result)
    else this.#bus.ignore(this.#subject)
  }

  #ready(node: string, id: string): void {
    if (this.#settled === undefined) return
    if (this.#holder !== undefined) {
      // The answer to the same request, sent at another time.
      if (this.#holder.id !== id) this.#bus.tell(inboxOf(node), this.#word('cancel', id))
      return
    }
    clearTimeout(this.#timer)
    this.#terms.hear(node)
    if (this.#bus.tell(inboxOf(node), this.#word('go', id))) this.#holder = { node, id }
    else this.#settled.reject(new UnreachableError(this.#terms.identity, BUS_AWAY))
  }

  /** The caller aborts. The CALL is not sent any more, unless the other node, which alone knows that, has sent it. */
  #giveUp(): void {
    const { action } = this.#terms
    if (this.#holder === undefined) {
      this.#settled?.reject(new AbortedError(action, { sent: false }))
    } else if (!this.#hasGivenUp) {
      this.#hasGivenUp = true
      this.#bus.tell(inboxOf(this.#holder.node), this.#word('cancel', this.#holder.id))
      const unknown = () => this.#settled?.reject(new AbortedError(action, { sent: true }))
      this.#timer = setTimeout(unknown, CANCELLED_WITHIN)
    }
  }

  #word(word: Word['word'], id: string) {
    return { from: this.#bus.node, id, word }
  }
}

function inboxOf(node: string): string {
  return `inbox.${token(node)}`
}
