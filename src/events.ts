import { type Channel, channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { FastifyBaseLogger } from 'fastify'
import { parseJson } from './frame.js'
import { LogThrottle } from './limits/log-throttle.js'
import { redact } from './redact.js'
import type { ChargePoint, Direction, FrameEvent, OcppEvents, OcppEventsApi } from './types.js'

const NAMES = [
  'connect',
  'disconnect',
  'frame',
  'call',
  'violation',
  'security',
  'refused',
  'limited',
  'malformed'
] as const

type EventName = (typeof NAMES)[number]
type AnyListener = (...args: unknown[]) => unknown

/** Publishes to listeners and to `node:diagnostics_channel`; what nobody listens to costs a look-up. */
export class EventHub implements OcppEventsApi {
  /** What the log is told of what comes from outside. */
  readonly lines = new LogThrottle()
  readonly #emitter = new EventEmitter()
  readonly #channels: ReadonlyMap<EventName, Channel>
  readonly #frameChannel: Channel
  readonly #log: FastifyBaseLogger

  /** `prefix` is that of the diagnostics channels. */
  constructor(log: FastifyBaseLogger, prefix = 'fastify-ocpp') {
    this.#log = log
    this.#channels = new Map(NAMES.map((name) => [name, channel(`${prefix}:${name}`)]))
    this.#frameChannel = channel(`${prefix}:frame`)
    this.#emitter.setMaxListeners(0)
  }

  on<E extends keyof OcppEvents>(event: E, listener: (...args: OcppEvents[E]) => void): this {
    this.#emitter.on(event, listener as (...args: unknown[]) => void)
    return this
  }

  once<E extends keyof OcppEvents>(event: E, listener: (...args: OcppEvents[E]) => void): this {
    this.#emitter.once(event, listener as (...args: unknown[]) => void)
    return this
  }

  off<E extends keyof OcppEvents>(event: E, listener: (...args: OcppEvents[E]) => void): this {
    this.#emitter.off(event, listener as (...args: unknown[]) => void)
    return this
  }

  publish<E extends keyof OcppEvents>(event: E, ...args: OcppEvents[E]): void {
    // One by one: what one listener throws is no concern of the next.
    for (const listener of this.#emitter.rawListeners(event)) this.#run(event, listener as AnyListener, args)
    const diagnostics = this.#channels.get(event)
    if (diagnostics?.hasSubscribers) diagnostics.publish(args[0])
  }

  #run(event: EventName, listener: AnyListener, args: unknown[]): void {
    const failed = (error: unknown) => this.#log.error({ err: error, event }, 'an OCPP event listener failed')
    try {
      const result: unknown = Reflect.apply(listener, this.#emitter, args)
      if (result instanceof Promise) result.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  /** Whether making a frame event is worth while. */
  get observesFrames(): boolean {
    return this.#frameChannel.hasSubscribers || this.#emitter.listenerCount('frame') > 0
  }
}

/** A frame event that parses only on demand. */
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
