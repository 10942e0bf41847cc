import { type Channel, channel } from 'node:diagnostics_channel'
import type { FastifyBaseLogger } from 'fastify'
import { isPromiseLike, logFailure } from './failure.js'
import { type Head, parseJson, payloadText } from './frame.js'
import { LogThrottle } from './limits/log-throttle.js'
import { hasNothingToRedact, redact } from './redact.js'
import type { ChargePoint } from './types/charge-point.js'
import type { EventName, FrameEvent, OcppEvents, OcppEventsApi, OcppListener, PlainFrame } from './types/events.js'
import type { Direction } from './types/protocol.js'

const NAMES = [
  'connect',
  'disconnect',
  'frame',
  'handled',
  'sent',
  'call',
  'violation',
  'security',
  'refused',
  'limited',
  'malformed'
] as const satisfies readonly EventName[]

type AnyListener = (...args: unknown[]) => unknown

interface Registered {
  /** As it was given. */
  readonly listener: AnyListener
  /** Calls it. */
  readonly run: AnyListener
}

/** Publishes events to listeners and to `node:diagnostics_channel`. An event without a listener costs one look-up. */
export class EventHub implements OcppEventsApi {
  /** Rate limit for log lines caused by remote input. */
  readonly lines = new LogThrottle()
  /** Never changed in place: a listener may add and remove listeners. */
  readonly #listeners = new Map<EventName, readonly Registered[]>()
  readonly #channels: ReadonlyMap<EventName, Channel>
  readonly #failures = new Map<EventName, number>()
  readonly #log: FastifyBaseLogger

  /** @param prefix the prefix of the diagnostics channels */
  constructor(log: FastifyBaseLogger, prefix = 'fastify-ocpp') {
    this.#log = log
    this.#channels = new Map(NAMES.map((name) => [name, channel(`${prefix}:${name}`)]))
  }

  get failures(): ReadonlyMap<EventName, number> {
    return this.#failures
  }

  on<E extends EventName>(event: E, listener: OcppListener<E>): this {
    this.#add(event, { listener: listener as AnyListener, run: listener as AnyListener })
    return this
  }

  once<E extends EventName>(event: E, listener: OcppListener<E>): this {
    const registered: Registered = {
      listener: listener as AnyListener,
      run: (...args) => {
        this.#remove(event, registered)
        return (listener as AnyListener)(...args)
      }
    }
    this.#add(event, registered)
    return this
  }

  off<E extends EventName>(event: E, listener: OcppListener<E>): this {
    const registered = this.#listeners.get(event)?.findLast((each) => each.listener === listener)
    if (registered !== undefined) this.#remove(event, registered)
    return this
  }

  /** Whether there is a listener. Without one the event need not be created. */
  observes(event: EventName): boolean {
    return this.#listeners.has(event) || this.#channels.get(event)?.hasSubscribers === true
  }

  /** Never throws, even if a listener does. */
  publish<E extends EventName>(event: E, ...args: OcppEvents[E]): void {
    const listeners = this.#listeners.get(event)
    // Listeners are called one by one, so that an error of one does not stop the others.
    if (listeners !== undefined) for (const { run } of listeners) this.#run(event, run, args)
    const diagnostics = this.#channels.get(event)
    if (diagnostics?.hasSubscribers) diagnostics.publish(args[0])
  }

  /** Publishes a frame if there is a listener. */
  publishFrame(chargePoint: ChargePoint, direction: Direction, text: string, head?: Head): Frame | undefined {
    if (!this.observes('frame')) return undefined
    const frame = new Frame(chargePoint, direction, text, head)
    this.publish('frame', frame)
    return frame
  }

  #add(event: EventName, registered: Registered): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), registered])
  }

  #remove(event: EventName, registered: Registered): void {
    const others = this.#listeners.get(event)?.filter((each) => each !== registered) ?? []
    if (others.length > 0) this.#listeners.set(event, others)
    else this.#listeners.delete(event)
  }

  #run(event: EventName, listener: AnyListener, args: unknown[]): void {
    try {
      const result = listener(...args)
      // Wrapped in a native promise, because the `then` of another kind of promise may throw.
      if (isPromiseLike(result)) Promise.resolve(result).then(undefined, (error) => this.#failed(event, error))
    } catch (error) {
      this.#failed(event, error)
    }
  }

  #failed(event: EventName, error: unknown): void {
    this.#failures.set(event, (this.#failures.get(event) ?? 0) + 1)
    // A charge point can cause most events as often as it likes.
    this.lines.line(`listener of ${event}`, (more) => {
      logFailure(this.#log, error, { ...more, event }, 'an OCPP event listener failed')
    })
  }
}

/** A frame event that parses the frame only when asked. */
export class Frame implements FrameEvent {
  readonly chargePoint: ChargePoint
  readonly direction: Direction
  readonly text: string
  /** Set once the frame was read. */
  head: Head | undefined

  constructor(chargePoint: ChargePoint, direction: Direction, text: string, head?: Head) {
    this.head = head
    this.chargePoint = chargePoint
    this.direction = direction
    this.text = text
  }

  get length(): number {
    return this.text.length
  }

  plain(): PlainFrame | undefined {
    if (this.head === undefined || !hasNothingToRedact(this.text)) return undefined
    const payload = payloadText(this.text, this.head)
    if (payload === undefined) return undefined
    const { type, id, action } = this.head
    return { messageType: type, messageId: id, action, payload }
  }

  parsed(): unknown {
    try {
      return parseJson(this.text)
    } catch {
      return undefined
    }
  }

  redacted(): unknown {
    return redact(this.parsed())
  }
}
