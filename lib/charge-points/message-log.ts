import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FrameEvent } from 'fastify-ocpp'
import { InsertShape, type ShapedRow } from '../database/shape.js'

/** The rows of the log, in the order of the messages. */
export const MESSAGES = new InsertShape({
  table: 'messages',
  own: {
    charge_point_id: 'bigint',
    created_at: 'bigint',
    direction: 'text',
    message_type: 'bigint',
    message_id: 'text',
    action: 'text',
    payload: 'text',
    error_code: 'text'
  }
})

export interface MessageLogOptions {
  /** Stores rows of {@link MESSAGES}. */
  append(rows: readonly ShapedRow[]): Promise<void>
  chargePointId(identity: string): number | Promise<number>
  /** Called with the number of frames that were not logged and, if known, the error. */
  onDrop(count: number, error?: unknown): void
  /** Maximum number of frames that wait to be stored. Default: 10 000. */
  maxWaiting?: number
}

interface Message {
  direction: 'in' | 'out'
  type: number
  messageId: string
  action: string
  /** JSON. */
  payload: string
  errorCode: string | null
}

interface Waiting {
  frame: FrameEvent
  at: number
}

const MAX_WAITING = 10_000
/** Maximum number of rows in one commit. */
const BATCH = 2_000
/**
 * How long a frame waits for others at most. Each commit changes a page of the index for each charge point, so few large
 * commits cost much less than many small ones. Milliseconds.
 */
const LINGER_MS = 200
/** Maximum number of frames, and of characters in them, that are prepared in one turn of the event loop. */
const TURN = 100
const TURN_LENGTH = 65_536
/** Maximum number of CALLs whose action is remembered until the answer comes. */
const MAX_ACTIONS = 10_000
/** Characters; a longer payload is cut. */
const MAX_PAYLOAD = 65_536
const MAX_ID = 255
const MAX_ACTION = 64
const MAX_CODE = 64

/** Stores frames with the lowest priority: if the database is too slow, frames are dropped and counted. */
export class MessageLog {
  readonly #options: MessageLogOptions
  readonly #maxWaiting: number
  readonly #actions = new Map<string, string>()
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  /** Whether somebody waits until all frames are stored. */
  #isHasty = false
  /** Ends the wait for more frames. */
  #flush: (() => void) | undefined
  readonly counters = { dropped: 0, queued: 0 }

  constructor(options: MessageLogOptions) {
    this.#options = options
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING
  }

  add(frame: FrameEvent): void {
    if (this.#waiting.length >= this.#maxWaiting) {
      this.#drop(1)
      return
    }
    this.#waiting.push({ frame, at: Date.now() })
    this.counters.queued = this.#waiting.length
    this.#running ??= this.#run()
    if (this.#waiting.length >= BATCH) this.#flush?.()
  }

  /** Resolves when all frames are stored, as soon as possible. */
  async idle(): Promise<void> {
    for (this.#isHasty = true; this.#running !== undefined; ) {
      this.#flush?.()
      await this.#running
    }
    this.#isHasty = false
  }

  async #run(): Promise<void> {
    do {
      await this.#gather()
      const batch = this.#waiting.splice(0, BATCH)
      this.counters.queued = this.#waiting.length
      try {
        await this.#options.append(await this.#rows(batch))
      } catch (error) {
        this.#drop(batch.length, error)
      }
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  async #gather(): Promise<void> {
    if (this.#isHasty || this.#waiting.length >= BATCH) return nextTurn()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LINGER_MS)
      this.#flush = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#flush = undefined
  }

  #drop(count: number, error?: unknown): void {
    this.counters.dropped += count
    this.#options.onDrop(count, error)
  }

  async #rows(batch: readonly Waiting[]): Promise<ShapedRow[]> {
    const rows: ShapedRow[] = []
    let frames = 0
    let length = 0
    for (const { frame, at } of batch) {
      if (frames === TURN || length > TURN_LENGTH) {
        await nextTurn()
        frames = 0
        length = 0
      }
      frames++
      length += frame.length
      const { identity } = frame.chargePoint
      const id = this.#options.chargePointId(identity)
      const chargePointId = typeof id === 'number' ? id : await id
      const { direction, type, messageId, action, payload, errorCode } = this.#message(frame, identity.toLowerCase())
      rows.push([chargePointId, at, direction, type, messageId, action, payload, errorCode])
    }
    return rows
  }

  #message(frame: FrameEvent, key: string): Message {
    const direction = frame.direction === 'inbound' ? 'in' : 'out'
    const plain = frame.plain()
    if (plain === undefined) return this.#redacted(frame, direction, key)
    const { messageType: type, messageId, payload } = plain
    const action = plain.action.slice(0, MAX_ACTION)
    if (type === 2) this.#remember(`${key} ${direction} ${messageId}`, action)
    else if (type === 3) this.#actionOf(key, direction, messageId)
    return { direction, type, messageId, action, payload: cut(payload), errorCode: null }
  }

  /**
   * A frame that is no OCPP message gets type 0, and only its length is stored, because secrets in it cannot be found.
   */
  #redacted(frame: FrameEvent, direction: 'in' | 'out', key: string): Message {
    const [type, sentId, third, fourth, fifth] = elementsOf(frame)
    const messageId = idOf(sentId)
    const message = { direction, messageId, errorCode: null }
    switch (type) {
      case 2:
      case 6: {
        const action = typeof third === 'string' ? third.slice(0, MAX_ACTION) : ''
        if (type === 2) this.#remember(`${key} ${direction} ${messageId}`, action)
        return { ...message, type, action, payload: write(fourth) }
      }
      case 3:
        return { ...message, type, action: this.#actionOf(key, direction, messageId), payload: write(third) }
      case 4:
      case 5: {
        const action = this.#actionOf(key, direction, messageId)
        const payload = write({ description: fourth, details: fifth })
        const errorCode = typeof third === 'string' ? third.slice(0, MAX_CODE) : null
        return { ...message, type, action, payload, errorCode }
      }
      default:
        return { ...message, type: 0, action: '', payload: write({ length: frame.length }) }
    }
  }

  /** Two CALLs with the same message id and different actions leave the action of the answer unknown. */
  #remember(key: string, action: string): void {
    const earlier = this.#actions.get(key)
    this.#actions.set(key, earlier === undefined || earlier === action ? action : '')
    if (this.#actions.size <= MAX_ACTIONS) return
    for (const oldest of this.#actions.keys()) {
      this.#actions.delete(oldest)
      return
    }
  }

  /** The action of the CALL that was sent in the other direction. */
  #actionOf(key: string, direction: 'in' | 'out', id: string): string {
    const call = `${key} ${direction === 'in' ? 'out' : 'in'} ${id}`
    const action = this.#actions.get(call) ?? ''
    this.#actions.delete(call)
    return action
  }
}

/** The elements of a frame without secrets; empty if the frame is no array or cannot be redacted. */
function elementsOf(frame: FrameEvent): readonly unknown[] {
  try {
    const content = frame.redacted()
    return Array.isArray(content) ? content : []
  } catch {
    return []
  }
}

/** A charge point may send any value as the message id, even an object that cannot be converted to text. */
function idOf(sent: unknown): string {
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent).slice(0, MAX_ID) : ''
}

function write(value: unknown): string {
  return cut(JSON.stringify(value) ?? 'null')
}

function cut(text: string): string {
  return text.length <= MAX_PAYLOAD ? text : JSON.stringify({ cut: text.slice(0, MAX_PAYLOAD) })
}
