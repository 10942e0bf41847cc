import { connect } from 'node:net'
import { CallFrame } from './call-frame.mjs'
import { BOOT } from './messages.mjs'

const TIMEOUT = 60_000
const OPCODE = 0x0f
const TEXT = 0x1
const PING = 0x9
const LONG_LENGTH = 126
const EMPTY_PONG = Buffer.from([0x8a, 0x80, 1, 2, 3, 4])
/** The example of RFC 6455 §1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
/** Loopback addresses that chargers come from: an address has some 28 000 ports. */
const ADDRESSES = 8
const NONE = Buffer.alloc(0)

/** Read into by all sockets, one after the other. */
const inbox = Buffer.alloc(65_536)

/** A charge point on a bare TCP socket, so light that the server is what is measured. */
export class Charger {
  /** Gets the place of every text message in a buffer. @type {(buffer: Buffer, start: number, end: number) => void} */
  onText = () => {}
  /** @type {(error: Error) => void} */
  onFailure = () => {}
  #socket
  #isOpen = false
  #rest = NONE
  #onOpen = () => {}

  /**
   * @param {number} port
   * @param {number} index
   * @param {string} [password]
   */
  constructor(port, index, password) {
    const credentials = password === undefined ? '' : `Authorization: Basic ${btoa(`CP-${index}:${password}`)}\r\n`
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      localAddress: `127.0.0.${2 + (index % ADDRESSES)}`,
      noDelay: true,
      onread: {
        buffer: inbox,
        callback: (length) => {
          this.#read(length)
          return true
        }
      }
    })
    this.#socket.on('error', (error) => this.onFailure(error))
    this.#socket.on('close', () => this.onFailure(new Error('closed by the server')))
    this.#socket.write(
      `GET /ocpp/CP-${index} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Protocol: ocpp1.6\r\n${credentials}\r\n`
    )
  }

  /** Resolves when the server has switched to OCPP. */
  async opened() {
    if (this.#isOpen) return
    await this.#settle((resolve) => {
      this.#onOpen = resolve
    })
  }

  /**
   * Sends a CALL once and checks the answer in full.
   *
   * @param {import('./messages.mjs').Message} message
   * @param {{ isConstant?: boolean }} [options] whether the answer is a constant, with another id
   */
  async call(message, { isConstant = false } = {}) {
    const frame = new CallFrame(message)
    frame.next()
    const text = await this.#settle((resolve) => {
      this.onText = (buffer, start, end) => resolve(buffer.toString('utf8', start, end))
      this.write(frame.bytes)
    })
    const [type, id, payload] = JSON.parse(text)
    const isRight = type === 3 && (isConstant || (id === frame.id && message.isAnswer(payload)))
    if (!isRight) throw new Error(`wrong answer to ${message.action}: ${text}`)
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    this.#socket.write(bytes)
  }

  /** Leaves without a word, and without a port in TIME_WAIT. */
  leave() {
    this.onFailure = () => {}
    this.#socket.resetAndDestroy()
  }

  /** @param {(resolve: (value?: any) => void) => void} start */
  #settle(start) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(reject, TIMEOUT, new Error('no answer'))
      this.onFailure = (error) => {
        clearTimeout(timer)
        reject(error)
      }
      start((value) => {
        clearTimeout(timer)
        resolve(value)
      })
    })
  }

  /** @param {number} length */
  #read(length) {
    if (this.#rest === NONE && this.#isOpen) {
      this.#keep(inbox, this.#frames(inbox, length), length)
      return
    }
    const buffer = Buffer.concat([this.#rest, inbox.subarray(0, length)])
    const start = this.#isOpen ? 0 : this.#handshake(buffer)
    const bytes = buffer.subarray(start)
    this.#keep(bytes, this.#isOpen ? this.#frames(bytes, bytes.length) : 0, bytes.length)
  }

  /**
   * Keeps what is no whole frame yet.
   *
   * @param {Buffer} buffer
   * @param {number} start
   * @param {number} end
   */
  #keep(buffer, start, end) {
    this.#rest = start === end ? NONE : Buffer.from(buffer.subarray(start, end))
  }

  /** @param {Buffer} buffer */
  #handshake(buffer) {
    const end = buffer.indexOf('\r\n\r\n')
    if (end === -1) return 0
    const head = buffer.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(ACCEPT) || !/protocol: ocpp1\.6/i.test(head)) {
      this.onFailure(new Error(head.slice(0, head.indexOf('\r\n'))))
      this.leave()
      return 0
    }
    this.#isOpen = true
    this.#onOpen()
    return end + 4
  }

  /**
   * Hands out the whole frames; returns where they end.
   *
   * @param {Buffer} buffer
   * @param {number} end
   */
  #frames(buffer, end) {
    let at = 0
    while (end - at >= 2) {
      const isLong = buffer[at + 1] === LONG_LENGTH
      const start = at + (isLong ? 4 : 2)
      if (start > end) break
      const next = start + (isLong ? buffer.readUInt16BE(at + 2) : buffer[at + 1])
      if (next > end) break
      const opcode = buffer[at] & OPCODE
      if (opcode === TEXT) this.onText(buffer, start, next)
      else if (opcode === PING) this.write(EMPTY_PONG)
      else this.onFailure(new Error(`frame with opcode ${opcode}`))
      at = next
    }
    return at
  }
}

/**
 * Connects charge points, so many at a time, and boots them.
 *
 * @param {import('./server-process.mjs').ServerProcess} server
 * @param {number} count
 * @param {number} concurrency
 */
export async function connectFleet(server, count, concurrency) {
  /** @type {Charger[]} */
  const chargers = []
  /** @type {Map<string, number>} */
  const failures = new Map()
  const worker = async () => {
    while (chargers.length < count) {
      const charger = new Charger(server.port, chargers.length, server.password)
      chargers.push(charger)
      try {
        await bootCharger(charger, server)
      } catch (error) {
        failures.set(error.message, (failures.get(error.message) ?? 0) + 1)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker))
  return { chargers, failures: Object.fromEntries(failures) }
}

/**
 * @param {Charger} charger
 * @param {import('./server-process.mjs').ServerProcess} server
 */
async function bootCharger(charger, server) {
  await charger.opened()
  await charger.call(BOOT, { isConstant: server.name === 'bare' })
}

/** @param {Charger[]} chargers */
export function dismiss(chargers) {
  for (const charger of chargers) charger.leave()
}
