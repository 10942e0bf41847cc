import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { NodeAnswer } from './support.js'

/** What came of one call: how it was answered, and whether the charge point may have been called. */
interface Outcome {
  marker: string
  status: number
  sent: boolean
  text: string
}

/** Posts to the operator API, to another node each turn. */
export type Post = (turn: number, path: string, body: object) => Promise<Pick<NodeAnswer, 'status' | 'body'>>

/** An operator that calls all chargers all the time. */
export class BusyOperator {
  readonly outcomes: Outcome[] = []
  /** How often each call reached its charge point. */
  readonly received = new Map<string, number>()
  readonly #post: Post
  readonly #identities: readonly string[]
  #isStopping = false
  #lanes: Promise<void>[] = []

  constructor(post: Post, identities: readonly string[]) {
    this.#post = post
    this.#identities = identities
  }

  /** To be called by chargers with the `data` of a DataTransfer. */
  reached(marker: string): void {
    this.received.set(marker, 1 + (this.received.get(marker) ?? 0))
  }

  start(lanes = 4): void {
    this.#lanes = Array.from({ length: lanes }, (_, lane) => this.#run(lane))
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#lanes)
  }

  /** A success reached its charge point once, what was not sent did not, and nothing did twice. */
  check(): void {
    for (const { marker, status, sent, text } of this.outcomes) {
      const count = this.received.get(marker) ?? 0
      if (status === 200) assert.equal(count, 1, `a success that reached nobody: ${text}`)
      else if (!sent) assert.equal(count, 0, `it reached the charge point, and was told not to have been sent: ${text}`)
      else assert.ok(count <= 1, `it reached the charge point twice: ${text}`)
    }
  }

  async #run(lane: number): Promise<void> {
    for (let turn = lane; !this.#isStopping; turn++) {
      const identity = this.#identities[(7 * turn) % this.#identities.length]
      if (identity !== undefined) await this.#call(turn, identity)
    }
  }

  async #call(turn: number, identity: string): Promise<void> {
    const marker = randomUUID()
    const body = { vendorId: 'test', data: marker }
    try {
      const answer = await this.#post(turn, `/charge-points/${identity}/calls/DataTransfer?timeout=5000`, body)
      const sent = answer.body?.sent !== false && answer.status === 504
      this.outcomes.push({ marker, status: answer.status, sent, text: JSON.stringify(answer.body) })
    } catch (error) {
      // The node went away before it answered: nobody knows.
      this.outcomes.push({ marker, status: 0, sent: true, text: String(error) })
    }
  }
}
