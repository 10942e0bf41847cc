import { connect } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const LENGTH = /content-length: (\d+)/i
const CLOSE = /connection: close/i

/**
 * One kept connection, one request at a time, so light that the server is what is measured. Another one when the server
 * says that it closes this, which it does after so many requests.
 */
export class HttpClient {
  #port
  #socket
  #rest = Buffer.alloc(0)
  /** @type {(answer: { status: number, body: string }) => void} */
  #onAnswer = () => {}
  /** @type {(error: Error) => void} */
  #onFailure = () => {}

  /** @param {number} port */
  constructor(port) {
    this.#port = port
    this.#socket = this.#connect()
  }

  #connect() {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    const fail = (/** @type {Error} */ error) => {
      if (socket === this.#socket) this.#onFailure(error)
    }
    socket.on('data', (data) => this.#read(data))
    socket.on('error', fail)
    return socket.on('close', () => fail(new Error('closed by the server')))
  }

  /**
   * @param {string} path
   * @param {string} body
   * @param {string} token
   * @returns {Promise<{ status: number, body: string }>}
   */
  post(path, body, token) {
    return new Promise((resolve, reject) => {
      this.#onAnswer = resolve
      this.#onFailure = reject
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${token}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      )
    })
  }

  close() {
    this.#onFailure = () => {}
    this.#socket.destroy()
  }

  /** @param {Buffer} data */
  #read(data) {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data])
    const end = this.#rest.indexOf(HEAD_END)
    if (end === -1) return
    const head = this.#rest.latin1Slice(0, end)
    const start = end + HEAD_END.length
    const length = Number(LENGTH.exec(head)?.[1] ?? 0)
    if (this.#rest.length < start + length) return
    const body = this.#rest.latin1Slice(start, start + length)
    this.#rest = this.#rest.subarray(start + length)
    if (CLOSE.test(head)) {
      const closing = this.#socket
      this.#socket = this.#connect()
      closing.end()
    }
    this.#onAnswer({ status: Number(head.slice(9, 12)), body })
  }
}
