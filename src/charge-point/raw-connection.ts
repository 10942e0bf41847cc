import type { WebSocket } from 'ws'
import { type OpenOptions, open } from './open.js'

const CALL = 2
const CALLRESULT = 3
const CALLERROR = 4
/** The id of an answer to a CALL whose id could not be read. [2.x Part 4 §4.2.3] */
const UNREADABLE_ID = '-1'
/** Timeout of one attempt to connect, the same as that of the client. Milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000
const MAX_PAYLOAD = 1024 * 1024

interface Pending {
  id: unknown
  resolve(frame: unknown[]): void
  reject(error: Error): void
}

/** Answers a CALL of the CSMS with the type and the content of a frame, without its message id. */
type Answerer = (action: string) => [type: unknown, ...content: unknown[]]

/** A connection that sends any frame, valid or not, one at a time. */
export class RawConnection {
  readonly #socket: WebSocket
  readonly #timeout: number
  readonly #answer: Answerer
  readonly #closed: Promise<void>
  #pending: Pending | undefined

  /** @throws `OCPP_ERR_REFUSED`, `OCPP_ERR_UNREACHABLE` */
  static open(
    target: Pick<OpenOptions, 'url' | 'identity' | 'password' | 'tls' | 'protocols'>,
    timeout: number,
    answer: Answerer
  ): Promise<RawConnection> {
    const { signal } = new AbortController()
    const options = { ...target, timeout: HANDSHAKE_TIMEOUT, maxPayload: MAX_PAYLOAD, signal }
    return open(options, (socket) => new RawConnection(socket, timeout, answer))
  }

  private constructor(socket: WebSocket, timeout: number, answer: Answerer) {
    this.#socket = socket
    this.#timeout = timeout
    this.#answer = answer
    socket.on('message', (data) => this.#receive(data.toString()))
    this.#closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#pending?.reject(new Error('the connection was closed'))
        resolve()
      })
    })
  }

  /** Sends a frame. `false`: the connection is not open. */
  send(frame: unknown[]): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false
    this.#socket.send(JSON.stringify(frame))
    return true
  }

  /** Sends a CALL and resolves with the frame that answers it. */
  async call(frame: unknown[]): Promise<unknown[]> {
    if (!this.send(frame)) throw new Error('not connected')
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<unknown[]>((resolve, reject) => {
        this.#pending = { id: frame[1], resolve, reject }
        timer = setTimeout(reject, this.#timeout, new Error(`no answer within ${this.#timeout} ms`))
      })
    } finally {
      clearTimeout(timer)
      this.#pending = undefined
    }
  }

  async close(): Promise<void> {
    this.#socket.close()
    await this.#closed
  }

  #receive(text: string): void {
    const frame = parse(text)
    if (!Array.isArray(frame)) return
    const [type, id, action] = frame
    if (type === CALL) {
      const [answer, ...content] = this.#answer(String(action))
      this.send([answer, id, ...content])
    } else if ((type === CALLRESULT || type === CALLERROR) && this.#isAwaited(id)) this.#pending?.resolve(frame)
  }

  // A CSMS may answer a numeric message id with a string.
  #isAwaited(id: unknown): boolean {
    return this.#pending !== undefined && (String(id) === String(this.#pending.id) || id === UNREADABLE_ID)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
