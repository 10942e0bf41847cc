import { type Channel, channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { FastifyBaseLogger } from 'fastify'
import { isPromiseLike, logFailure } from './failure.js'
import { parseJson } from './frame.js'
import { LogThrottle } from './limits/log-throttle.js'
import { redact } from './redact.js'
import type { ChargePoint } from './types/charge-point.js'
import type { EventName, FrameEvent, OcppEvents, OcppEventsApi, OcppListener } from './types/events.js'
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

/** Publishes events to listeners and to `node:diagnostics_channel`. An event without a listener costs one look-up. */
export class EventHub implements OcppEventsApi {
  /** Rate limit for log lines caused by remote input. */
  readonly lines = new LogThrottle()
  readonly #emitter = new EventEmitter()
  readonly #channels: ReadonlyMap<EventName, Channel>
  readonly #failures = new Map<EventName, number>()
  readonly #log: FastifyBaseLogger

  /** @param prefix the prefix of the diagnostics channels */
  constructor(log: FastifyBaseLogger, prefix = 'fastify-ocpp') {
    this.#log = log
    this.#channels = new Map(NAMES.map((name) => [name, channel(`${prefix}:${name}`)]))
    this.#emitter.setMaxListeners(0)
  }

  get failures(): ReadonlyMap<EventName, number> {
    return this.#failures
  }

  on<E extends EventName>(event: E, listener: OcppListener<E>): this {
    this.#emitter.on(event, listener as (...args: unknown[]) => void)
    return this
  }

  once<E extends EventName>(event: E, listener: OcppListener<E>): this {
    this.#emitter.once(event, listener as (...args: unknown[]) => void)
    return this
  }

  off<E extends EventName>(event: E, listener: OcppListener<E>): this {
    this.#emitter.off(event, listener as (...args: unknown[]) => void)
    return this
  }

  /** Whether there is a listener. Without one the event need not be created. */
  observes(event: EventName): boolean {
    return this.#emitter.listenerCount(event) > 0 || this.#channels.get(event)?.hasSubscribers === true
  }

  /** Never throws, even if a listener does. */
  publish<E extends EventName>(event: E, ...args: OcppEvents[E]): void {
    if (this.#emitter.listenerCount(event) > 0) {
      // Listeners are called one by one, so that an error of one does not stop the others.
      for (const listener of this.#emitter.rawListeners(event)) this.#run(event, listener as AnyListener, args)
    }
    const diagnostics = this.#channels.get(event)
    if (diagnostics?.hasSubscribers) diagnostics.publish(args[0])
  }

  #run(event: EventName, listener: AnyListener, args: unknown[]): void {
    const failed = (error: unknown) => this.#failed(event, error)
    try {
      const result: unknown = Reflect.apply(listener, this.#emitter, args)
      // Wrapped in a native promise, because the `then` of another kind of promise may throw.
      if (isPromiseLike(result)) Promise.resolve(result).then(undefined, failed)
    } catch (error) {
      failed(error)
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

  constructor(chargePoint: ChargePoint, direction: Direction, text: string) {
    this.chargePoint = chargePoint
    this.direction = direction
    this.text = text
  }

  get length(): number {
    return this.text.length
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
