import { randomUUID } from 'node:crypto'
import type { Protocol } from 'fastify-ocpp'
import { bootRequest, type Charger, connectCharger } from '../support/charger.js'
import { deferred, within } from '../support/wait.js'

/** For what should come at once, on a machine that is busy with something else. */
export const PATIENCE_MS = 60_000

/** What answers a CALL of the back-end: whole texts, in this order. */
export type Answerer = (id: string, action: string) => readonly string[]

export const refuse: Answerer = (id) => [JSON.stringify([4, id, 'NotSupported', '', {}])]

/** A charge point that sends texts, and knows what came back for them. */
export class Peer {
  readonly protocol: Protocol
  readonly #charger: Charger
  #frames: unknown[][] = []
  #answerer: Answerer = refuse
  #awaited = new Map<string, (frame: unknown[]) => void>()

  private constructor(charger: Charger, protocol: Protocol) {
    this.#charger = charger
    this.protocol = protocol
    charger.ws.removeAllListeners('message')
    charger.ws.on('message', (data) => this.#receive(data.toString()))
  }

  static async connect(url: string, identity: string, protocol: Protocol): Promise<Peer> {
    const peer = new Peer(await connectCharger(url, identity, { protocol }), protocol)
    await peer.call('BootNotification', bootRequest(protocol))
    return peer
  }

  get identity(): string {
    return this.#charger.identity
  }

  /** How CALLs of the back-end are answered from now on. Default: {@link refuse}. */
  answerWith(answerer: Answerer): void {
    this.#answerer = answerer
  }

  /** Sends a CALL, and resolves with the payload of its answer. */
  async call(action: string, payload: unknown = {}): Promise<Record<string, unknown>> {
    const id = randomUUID()
    const answered = deferred<unknown[]>()
    this.#awaited.set(id, answered.resolve)
    this.#charger.send(2, id, action, payload)
    const [type, , result] = await this.#while(`the answer to ${action}`, answered.promise)
    if (type !== 3) throw new Error(`${action} of ${this.identity} was answered ${result}`)
    return result as Record<string, unknown>
  }

  /** Sends all of it, and resolves with what was answered when all of it is dealt with. */
  async exchange(texts: readonly string[]): Promise<unknown[][]> {
    for (const text of texts) this.#charger.sendText(text)
    await this.call('Heartbeat')
    return this.#frames.splice(0)
  }

  close(): Promise<void> {
    return this.#charger.close()
  }

  async #while<T>(what: string, promise: Promise<T>): Promise<T> {
    const closed = this.#charger.gone.then(({ code }) => {
      throw new Error(`${this.identity} was closed with ${code} before ${what}`)
    })
    return within(`${what} of ${this.identity}`, Promise.race([promise, closed]), PATIENCE_MS)
  }

  #receive(text: string): void {
    const frame = JSON.parse(text) as unknown[]
    const [type, id, action] = frame
    const awaited = this.#awaited.get(String(id))
    if (type === 2) for (const answer of this.#answerer(String(id), String(action))) this.#charger.sendText(answer)
    else if (awaited !== undefined) {
      this.#awaited.delete(String(id))
      awaited(frame)
    } else this.#frames.push(frame)
  }
}
