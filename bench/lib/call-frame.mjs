import { randomBytes } from 'node:crypto'

/** Message ids have the 36 characters of a UUID; the last 8 count. */
const ID_PREFIX = '00000000-0000-4000-8000-0000'
const DIGITS = 8
const ZERO = 0x30
const TEXT = 0x81
const IS_MASKED = 0x80
const LONG_LENGTH = 126

/** The WebSocket frame of one CALL, masked beforehand: sending it again changes eight bytes. */
export class CallFrame {
  /** The digits of the message id, as they must come back. */
  digits = Buffer.alloc(DIGITS, ZERO)
  #mask = randomBytes(4)
  #digitsAt

  /** @param {import('./messages.mjs').Message} message */
  constructor({ action, payload }) {
    // A mask of zeros would spare the server its work.
    this.#mask[0] ||= 1
    const text = `[2,"${ID_PREFIX}${this.digits}","${action}",${JSON.stringify(payload)}]`
    const body = Buffer.from(text)
    const header = body.length < LONG_LENGTH ? Buffer.alloc(2) : Buffer.alloc(4)
    header[0] = TEXT
    if (header.length === 2) header[1] = IS_MASKED | body.length
    else {
      header[1] = IS_MASKED | LONG_LENGTH
      header.writeUInt16BE(body.length, 2)
    }
    for (let index = 0; index < body.length; index++) body[index] ^= this.#mask[index & 3]
    this.bytes = Buffer.concat([header, this.#mask, body])
    this.#digitsAt = '[2,"'.length + ID_PREFIX.length
    this.#bodyAt = header.length + this.#mask.length
  }

  #bodyAt

  get id() {
    return ID_PREFIX + this.digits.toString('latin1')
  }

  /** Counts the message id up. */
  next() {
    for (let index = DIGITS - 1; index >= 0; index--) {
      const carries = this.digits[index] === ZERO + 9
      this.digits[index] = carries ? ZERO : this.digits[index] + 1
      const at = this.#digitsAt + index
      this.bytes[this.#bodyAt + at] = this.digits[index] ^ this.#mask[at & 3]
      if (!carries) return
    }
  }

  /**
   * Whether the text is a CALLRESULT with the id of this CALL.
   *
   * @param {Buffer} buffer
   * @param {number} start where the text starts
   */
  isAnsweredBy(buffer, start) {
    // [3,"
    if (buffer[start + 1] !== ZERO + 3) return false
    const at = start + this.#digitsAt
    for (let index = 0; index < DIGITS; index++) {
      if (buffer[at + index] !== this.digits[index]) return false
    }
    return true
  }
}
