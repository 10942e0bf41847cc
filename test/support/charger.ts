import { randomUUID } from 'node:crypto'
import { after } from 'node:test'
import type { Protocol } from 'fastify-ocpp'
import WebSocket, { type ClientOptions } from 'ws'
import { CLOSE_PATIENCE, deferred, within } from './wait.js'

export interface ChargerOptions {
  /** Subprotocols that the charger offers. Default: `ocpp1.6`. */
  protocol?: Protocol | string | string[]
  /** User name of HTTP Basic. Default: the identity, if there is a password. */
  username?: string
  password?: string | Buffer
  headers?: Record<string, string>
  /** Default: `/ocpp`. */
  path?: string
  /** Whether the charger first sends a BootNotification, which must be accepted. */
  boot?: boolean
  ws?: ClientOptions
}

/** The answer to a CALL: a CALLRESULT (3) or a CALLERROR (4). */
export type Answer =
  | { type: 3; id: string; payload: Record<string, unknown> }
  | { type: 4; id: string; code: string; description: string; details: unknown }

export type CallHandler = (action: string, payload: unknown, id: string) => unknown

/** A handler of {@link Charger.onCall} returns this to send no answer. */
export const NO_ANSWER = Symbol('no answer')

/** A handler of {@link Charger.onCall} returns this to answer with a CALLERROR. */
export class ErrorAnswer {
  readonly code: string
  readonly description: string
  readonly details: unknown

  constructor(code: string, description = '', details: unknown = {}) {
    this.code = code
    this.description = description
    this.details = details
  }
}

/** The server rejected the WebSocket upgrade with a plain HTTP answer. */
export class UpgradeRefused extends Error {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string

  constructor(status: number, headers: Record<string, string | string[] | undefined>, body: string) {
    super(`upgrade refused with ${status}: ${body}`)
    this.status = status
    this.headers = headers
    this.body = body
  }
}

/** The smallest BootNotification request of each version. */
export function bootRequest(protocol: string): Record<string, unknown> {
  if (protocol === 'ocpp1.6') return { chargePointVendor: 'Acme', chargePointModel: 'One' }
  return { reason: 'PowerUp', chargingStation: { vendorName: 'Acme', model: 'One' } }
}

/** A minimal charge point. It validates nothing, so a test can make it break every rule. */
export class Charger {
  readonly ws: WebSocket
  readonly identity: string
  /** Resolves when the connection is closed, however long that takes. */
  readonly gone: Promise<{ code: number; reason: string }>
  /** All text frames that the charger has received. */
  readonly received: string[] = []
  readonly #answers = new Map<string, (frame: unknown[]) => void>()
  readonly #frames: unknown[][] = []
  readonly #readers: ((frame: unknown[]) => void)[] = []
  #onCall: CallHandler | undefined

  constructor(ws: WebSocket, identity: string) {
    this.ws = ws
    this.identity = identity
    const gone = deferred<{ code: number; reason: string }>()
    this.gone = gone.promise
    ws.on('close', (code, reason) => gone.resolve({ code, reason: reason.toString() }))
    ws.on('error', () => undefined)
    ws.on('message', (data) => this.#receive(data.toString()))
  }

  /** Resolves when the connection is closed, and rejects when that takes too long from now on. */
  get closed(): Promise<{ code: number; reason: string }> {
    return within(`the close of ${this.identity}`, this.gone, CLOSE_PATIENCE)
  }

  get protocol(): string {
    return this.ws.protocol
  }

  sendText(text: string): void {
    this.ws.send(text)
  }

  send(...frame: unknown[]): void {
    this.sendText(JSON.stringify(frame))
  }

  /** Sends a CALL and resolves with its answer. */
  async call(action: string, payload: unknown = {}, id: string = randomUUID()): Promise<Answer> {
    const answered = this.answerTo(id, action)
    this.send(2, id, action, payload)
    return answered
  }

  /** Waits for the answer to a CALL that was not sent by {@link call}. */
  async answerTo(id: string, what = 'a CALL'): Promise<Answer> {
    const answer = deferred<unknown[]>()
    this.#answers.set(id, answer.resolve)
    const closed = this.gone.then(({ code }) => {
      throw new Error(`${this.identity} was closed with ${code} before the answer to ${what}`)
    })
    const frame = await within(`the answer to ${what} of ${this.identity}`, Promise.race([answer.promise, closed]))
    return readAnswer(frame)
  }

  /** The next frame that is neither an answer to {@link call} nor a CALL that {@link onCall} handles. */
  nextFrame(timeout?: number): Promise<unknown[]> {
    const frame = this.#frames.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    const next = deferred<unknown[]>()
    this.#readers.push(next.resolve)
    return within(`a frame for ${this.identity}`, next.promise, timeout)
  }

  /** Frames that {@link nextFrame} has not returned yet. */
  get unread(): readonly unknown[][] {
    return this.#frames
  }

  /** Removes and returns the frames that {@link nextFrame} has not returned yet. */
  takeUnread(): unknown[][] {
    return this.#frames.splice(0)
  }

  /** Answers the CALLs of the CSMS with the result of `handler`. */
  onCall(handler: CallHandler): this {
    this.#onCall = handler
    for (const frame of this.#frames.splice(0)) this.#deliver(frame)
    return this
  }

  /** Sends a Heartbeat and waits for its answer. The server has then handled everything that was sent before. */
  async roundTrip(): Promise<Answer> {
    return this.call('Heartbeat')
  }

  async boot(): Promise<void> {
    const answer = await this.call('BootNotification', bootRequest(this.protocol))
    if (answer.type !== 3 || answer.payload.status !== 'Accepted') {
      throw new Error(`boot was answered ${JSON.stringify(answer)}`)
    }
  }

  /** Closes in an orderly way. */
  async close(code = 1000): Promise<void> {
    this.ws.close(code)
    await this.closed
  }

  #receive(text: string): void {
    this.received.push(text)
    this.#deliver(JSON.parse(text) as unknown[])
  }

  #deliver(frame: unknown[]): void {
    const [type, id, action, payload] = frame
    const onAnswer = this.#answers.get(String(id))
    if ((type === 3 || type === 4) && onAnswer !== undefined) {
      this.#answers.delete(String(id))
      onAnswer(frame)
    } else if (type === 2 && this.#onCall !== undefined) {
      void this.#answerCall(this.#onCall, String(id), String(action), payload)
    } else {
      const reader = this.#readers.shift()
      if (reader === undefined) this.#frames.push(frame)
      else reader(frame)
    }
  }

  async #answerCall(handler: CallHandler, id: string, action: string, payload: unknown): Promise<void> {
    const answer = await handler(action, payload, id)
    if (answer === NO_ANSWER) return
    if (answer instanceof ErrorAnswer) this.send(4, id, answer.code, answer.description, answer.details)
    else this.send(3, id, answer)
  }
}

function readAnswer(frame: unknown[]): Answer {
  const id = String(frame[1])
  if (frame[0] === 3) return { type: 3, id, payload: frame[2] as Record<string, unknown> }
  return { type: 4, id, code: String(frame[2]), description: String(frame[3]), details: frame[4] }
}

/** The value of an Authorization header. */
export function basic(username: string, password: string | Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${username}:`), Buffer.from(password)])
  return `Basic ${bytes.toString('base64')}`
}

/**
 * Connects a charger; its socket is cut when the calling test is over.
 *
 * @param url of the server, without a path
 * @param identity is percent-encoded; to write it otherwise give the whole path with `path`
 * @throws {UpgradeRefused}
 */
export async function connectCharger(url: string, identity: string, options: ChargerOptions = {}): Promise<Charger> {
  const { protocol = 'ocpp1.6', password, username = identity, path = '/ocpp' } = options
  const authorization = password === undefined ? {} : { authorization: basic(username, password) }
  const offered = typeof protocol === 'string' ? [protocol] : protocol
  const ws = new WebSocket(`${url}${path}/${encodeURIComponent(identity)}`, offered, {
    ...options.ws,
    headers: { ...authorization, ...options.headers }
  })
  after(() => ws.terminate())
  const charger = new Charger(ws, identity)
  await within(`the upgrade of ${identity}`, opened(ws))
  if (options.boot === true) await charger.boot()
  return charger
}

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
    ws.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        reject(new UpgradeRefused(response.statusCode ?? 0, response.headers, body))
        ws.terminate()
      })
    })
  })
}

/** Connects a charger that the server must reject, and resolves with the rejection. */
export async function refusedCharger(url: string, identity: string, options?: ChargerOptions): Promise<UpgradeRefused> {
  const charger = await connectCharger(url, identity, options).catch((error: unknown) => error)
  if (charger instanceof UpgradeRefused) return charger
  if (!(charger instanceof Charger)) throw charger
  charger.ws.terminate()
  throw new Error(`${identity} was let in`)
}
