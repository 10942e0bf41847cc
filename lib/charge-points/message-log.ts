import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FrameEvent } from 'fastify-ocpp'
import type { Row } from '../database/insert.js'

export interface MessageLogOptions {
  append(rows: readonly Row<'messages'>[]): Promise<void>
  chargePointId(identity: string): Promise<number>
  /** Told how many frames were not logged, and why, when that is known. */
  onDrop(count: number, error?: unknown): void
  /** Frames that may wait to be written. Default: 10 000. */
  maxWaiting?: number
}

interface Waiting {
  frame: FrameEvent
  at: number
}

const MAX_WAITING = 10_000
/** Rows of one commit. */
const BATCH = 1_000
/** Frames, and characters of frames, that are prepared in one turn of the event loop. */
const TURN = 100
const TURN_LENGTH = 65_536
/** CALLs whose action is remembered until the answer comes. */
const MAX_ACTIONS = 10_000
/** Characters; what is longer is cut. */
const MAX_PAYLOAD = 65_536
const MAX_ID = 255
const MAX_ACTION = 64
const MAX_CODE = 64

/** Writes frames down, behind everything else: when the database is too slow for that, frames are dropped and counted. */
export class MessageLog {
  readonly #options: MessageLogOptions
  readonly #maxWaiting: number
  readonly #actions = new Map<string, string>()
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
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
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      await nextTurn()
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

  #drop(count: number, error?: unknown): void {
    this.counters.dropped += count
    this.#options.onDrop(count, error)
  }

  async #rows(batch: readonly Waiting[]): Promise<Row<'messages'>[]> {
    const rows: Row<'messages'>[] = []
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
      const charge_point_id = await this.#options.chargePointId(identity)
      rows.push({ charge_point_id, created_at: at, ...this.#message(frame, identity.toLowerCase()) })
    }
    return rows
  }

  /** What is no OCPP message has type 0, and only its length is kept: secrets in it cannot be told apart. */
  #message(frame: FrameEvent, key: string) {
    const direction = frame.direction === 'inbound' ? ('in' as const) : ('out' as const)
    const [type, sentId, third, fourth, fifth] = elementsOf(frame)
    const id = idOf(sentId)
    const message = { direction, message_id: id, error_code: null }
    switch (type) {
      case 2:
      case 6: {
        const action = typeof third === 'string' ? third.slice(0, MAX_ACTION) : ''
        if (type === 2) this.#remember(`${key} ${direction} ${id}`, action)
        return { ...message, message_type: type, action, payload: write(fourth) }
      }
      case 3:
        return { ...message, message_type: type, action: this.#actionOf(key, direction, id), payload: write(third) }
      case 4:
      case 5: {
        const action = this.#actionOf(key, direction, id)
        const payload = write({ description: fourth, details: fifth })
        const error_code = typeof third === 'string' ? third.slice(0, MAX_CODE) : null
        return { ...message, message_type: type, action, payload, error_code }
      }
      default:
        return { ...message, message_type: 0, action: '', payload: write({ length: frame.length }) }
    }
  }

  /** Of two CALLs with one id nobody can tell which an answer belongs to, unless they have the same action. */
  #remember(key: string, action: string): void {
    const earlier = this.#actions.get(key)
    this.#actions.set(key, earlier === undefined || earlier === action ? action : '')
    if (this.#actions.size <= MAX_ACTIONS) return
    for (const oldest of this.#actions.keys()) {
      this.#actions.delete(oldest)
      return
    }
  }

  /** The action of the CALL that went the other way. */
  #actionOf(key: string, direction: 'in' | 'out', id: string): string {
    const call = `${key} ${direction === 'in' ? 'out' : 'in'} ${id}`
    const action = this.#actions.get(call) ?? ''
    this.#actions.delete(call)
    return action
  }
}

/** The elements of a frame without secrets; none when it is no array, or cannot be redacted. */
function elementsOf(frame: FrameEvent): readonly unknown[] {
  try {
    const content = frame.redacted()
    return Array.isArray(content) ? content : []
  } catch {
    return []
  }
}

/** A charge point may put anything where the id should be; an object need not even be convertible to a text. */
function idOf(sent: unknown): string {
  return typeof sent === 'string' || typeof sent === 'number' ? String(sent).slice(0, MAX_ID) : ''
}

function write(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length <= MAX_PAYLOAD ? text : JSON.stringify({ cut: text.slice(0, MAX_PAYLOAD) })
}
