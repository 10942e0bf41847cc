import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger } from 'fastify'
import { logFailure } from '../failure.js'
import type { LogThrottle } from '../limits/log-throttle.js'
import type { Cluster, ClusterCounters } from '../types/cluster.js'
import { reader, VERSION } from './messages.js'

type Listener<S extends TSchema> = (message: Static<S>, reply: (answer: object) => void) => void

/** The bus of a cluster for the parts of a {@link Member}: publishes and receives typed messages instead of texts. */
export class Bus {
  readonly cluster: Cluster
  readonly log: FastifyBaseLogger
  readonly lines: LogThrottle
  readonly counters: ClusterCounters = { asked: 0, served: 0, ignored: 0, dropped: 0, superseded: 0 }
  readonly #ends: (() => void)[] = []
  #isClosed = false

  constructor(cluster: Cluster, log: FastifyBaseLogger, lines: LogThrottle) {
    this.cluster = cluster
    this.log = log
    this.lines = lines
  }

  get node(): string {
    return this.cluster.node
  }

  /** Whether this node has left the cluster. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Publishes a message. Returns `false` if the bus is not connected: the message is dropped then. */
  tell(subject: string, message: object): boolean {
    return this.cluster.isConnected && this.publish(subject, textOf(message))
  }

  /** {@link tell} with the text of a message. */
  publish(subject: string, text: string): boolean {
    if (!this.cluster.isConnected) return false
    this.cluster.publish(subject, text)
    return true
  }

  /** Subscribes until {@link close}. Messages that do not match the schema are counted and ignored. */
  listen<S extends TSchema>(subject: string, schema: S, listener: Listener<S>): void {
    const read = reader(schema)
    this.#ends.push(
      this.cluster.subscribe(subject, (text, reply) => {
        const message = read(text)
        if (message === undefined) this.ignore(subject)
        else this.attempt(subject, () => listener(message, (answer) => reply(textOf(answer))))
      })
    )
  }

  ignore(subject: string): void {
    this.counters.ignored++
    this.lines.line('foreign cluster message', (more) => {
      this.log.warn({ ...more, subject }, 'ignored a message on the bus of the cluster that is not ours')
    })
  }

  /** Runs `work` and catches its errors, because an error must not end the subscription that received the message. */
  attempt(subject: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.lines.line('cluster message failed', (more) => {
        logFailure(this.log, error, { ...more, subject }, 'a message of the cluster could not be handled')
      })
    }
  }

  /** Calls `end` when this node leaves the cluster. */
  onClose(end: () => void): void {
    this.#ends.push(end)
  }

  close(): void {
    this.#isClosed = true
    for (const end of this.#ends.splice(0)) end()
  }
}

/** The text of a message on the bus. */
export function textOf(message: object): string {
  return JSON.stringify({ v: VERSION, ...message })
}
