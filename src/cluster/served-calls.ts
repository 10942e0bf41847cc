import { DisconnectedError } from '../errors.js'
import { logFailure } from '../failure.js'
import { type Bus, textOf } from './bus.js'
import { TooLargeError, toWire } from './errors.js'
import { Ask, type Reply, reader, token, Word } from './messages.js'
import type { Peers } from './peers.js'

/** Timeout of `go` from the caller. Milliseconds. */
const GO_WITHIN = 10_000
/** Maximum number of requests that wait for `go` or for their charge point. */
const MAX_SERVED = 20_000

const SHARED = { shared: true }

/** Carries out a request of another node. `signal` aborts when its caller gives up. */
export type Perform = (ask: Ask, signal: AbortSignal) => Promise<unknown>

interface Served {
  readonly ask: Ask
  readonly reply: (reply: Omit<Reply, 'v'>) => void
  readonly controller: AbortController
  isRunning: boolean
  /** Timeout of `go`. `undefined` after it has arrived. */
  timer: NodeJS.Timeout | undefined
}

/** Requests of other nodes for charge points that are connected to this one. */
export class ServedCalls {
  readonly #bus: Bus
  readonly #peers: Peers
  readonly #perform: Perform
  readonly #read = reader(Ask)
  /** The requests, by the node of the caller and the id of the request. */
  readonly #served = new Map<string, Served>()

  constructor(bus: Bus, peers: Peers, perform: Perform) {
    this.#bus = bus
    this.#peers = peers
    this.#perform = perform
  }

  start(): void {
    this.#bus.listen(`inbox.${token(this.#bus.node)}`, Word, (word, reply) => this.#heard(word, reply))
    this.#peers.onLost((node) => {
      for (const { ask, controller } of this.#served.values()) if (ask.from === node) controller.abort()
    })
    this.#bus.onClose(() => {
      for (const { timer } of this.#served.values()) clearTimeout(timer)
      this.#served.clear()
    })
  }

  /** Receives the requests for a charge point until the returned function is called. */
  serve(subject: string): () => void {
    return this.#bus.cluster.subscribe(subject, this.#receive, SHARED)
  }

  /** One function for all charge points, because a node has many. */
  readonly #receive = (text: string, reply: (text: string) => void): void => {
    const ask = this.#read(text)
    if (ask === undefined) this.#bus.ignore('call.*')
    else this.#bus.attempt('call.*', () => this.#ask(ask, reply))
  }

  #ask(ask: Ask, send: (text: string) => void): void {
    const key = keyOf(ask)
    // A caller that receives no `ready` knows that its request is not carried out.
    if (this.#served.has(key) || this.#served.size >= MAX_SERVED) return
    this.#peers.hear(ask.from)
    const reply = (message: Omit<Reply, 'v'>) => send(this.#text(ask, message))
    const forget = () => this.#served.delete(key)
    const timer = setTimeout(forget, GO_WITHIN).unref()
    this.#served.set(key, { ask, reply, controller: new AbortController(), isRunning: false, timer })
    reply({ ready: this.#bus.node })
  }

  #heard(word: Word, reply: (answer: Omit<Reply, 'v'>) => void): void {
    this.#peers.hear(word.from)
    const served = this.#served.get(keyOf(word))
    if (word.word === 'go') {
      if (served !== undefined && !served.isRunning) this.#run(served)
    } else if (word.word === 'cancel') this.#cancel(served)
    else if (served !== undefined) reply({ running: true })
    // The request has ended, but the message with its outcome was lost.
    else reply({ error: toWire(new DisconnectedError(word.id, 'its outcome was lost between nodes', { sent: true })) })
  }

  #cancel(served: Served | undefined): void {
    served?.controller.abort()
    if (served === undefined || served.isRunning) return
    clearTimeout(served.timer)
    this.#served.delete(keyOf(served.ask))
  }

  #run(served: Served): void {
    const { ask, reply, controller, timer } = served
    clearTimeout(timer)
    served.isRunning = true
    this.#bus.counters.served++
    const end = (outcome: Omit<Reply, 'v'>) => {
      this.#served.delete(keyOf(ask))
      reply(outcome)
    }
    this.#perform(ask, controller.signal).then(
      (result) => end({ result }),
      (error: unknown) => end({ error: toWire(error) })
    )
  }

  #text({ action, kind }: Ask, message: Omit<Reply, 'v'>): string {
    const text = this.#textOf(message)
    const { maxPayload } = this.#bus.cluster
    if (Buffer.byteLength(text) <= maxPayload) return text
    return textOf({ error: toWire(new TooLargeError(`the answer to ${action ?? kind}`, maxPayload, { sent: true })) })
  }

  /** The answer of an application may be something that JSON cannot hold. */
  #textOf(message: Omit<Reply, 'v'>): string {
    try {
      return textOf(message)
    } catch (error) {
      logFailure(this.#bus.log, error, {}, NO_JSON)
      return textOf({ error: { code: 'INTERNAL_ERROR', message: NO_JSON, statusCode: 500, sent: true } })
    }
  }
}

const NO_JSON = 'the answer to a request of another node cannot be sent, because it is not JSON'

function keyOf({ from, id }: { from: string; id: string }): string {
  return `${from} ${id}`
}
