import { EventEmitter } from 'node:events'
import { ChargePointClient, type ChargePointOptions, RefusedError } from 'fastify-ocpp/charge-point'
import type { WebSocket } from 'ws'
import { type Deferred, deferred } from '../support/wait.js'

interface Timer {
  readonly run: () => void
  readonly every: number | undefined
  dueAt: number
}

type Handle = Timer & { unref(): Handle }

const GLOBALS = ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] as const

/** Timers that fire when the test says so, and that can be counted. */
export class VirtualClock {
  readonly #timers = new Set<Timer>()
  readonly #real = GLOBALS.map((name) => [name, globalThis[name]] as const)
  #now = 0

  constructor() {
    const start = (
      run: (...args: unknown[]) => void,
      ms: number,
      every: number | undefined,
      args: unknown[]
    ): Handle => {
      const timer: Handle = { run: () => run(...args), every, dueAt: this.#now + ms, unref: () => timer }
      this.#timers.add(timer)
      return timer
    }
    const stop = (timer: Timer) => void this.#timers.delete(timer)
    type Run = (...args: unknown[]) => void
    Object.assign(globalThis, {
      setTimeout: (run: Run, ms = 0, ...args: unknown[]) => start(run, ms, undefined, args),
      setInterval: (run: Run, ms = 0, ...args: unknown[]) => start(run, ms, ms, args),
      clearTimeout: stop,
      clearInterval: stop
    })
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets time pass; what a timer sets off is done before the next one fires. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.dueAt - b.dueAt).find(({ dueAt }) => dueAt <= end)
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.dueAt)
      if (next.every === undefined) this.#timers.delete(next)
      else next.dueAt += next.every
      next.run()
      await turns(3)
    }
    this.#now = end
    await turns()
  }

  /** Gives the real timers back. */
  restore(): void {
    for (const [name, real] of this.#real) Object.assign(globalThis, { [name]: real })
  }
}

/** Lets everything happen that waits for no timer. */
export async function turns(count = 6): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Both ends of a WebSocket, without a network. */
export class VirtualSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  /** Whether the CSMS answers a close frame. */
  readonly isPolite: boolean
  readonly #received: (socket: VirtualSocket, frame: unknown[]) => void

  constructor(isPolite: boolean, received: (socket: VirtualSocket, frame: unknown[]) => void) {
    super()
    this.isPolite = isPolite
    this.#received = received
    // As @fastify/websocket and open() have one.
    this.on('error', () => {})
  }

  get isClosed(): boolean {
    return this.readyState === 3
  }

  // --- the charge point's end ---

  send(text: string): void {
    this.#received(this, JSON.parse(text) as unknown[])
  }

  close(code: number): void {
    if (this.readyState !== 1) return
    this.readyState = 2
    if (this.isPolite) setImmediate(() => this.end(code))
  }

  terminate(): void {
    if (this.readyState === 3) return
    this.readyState = 2
    setImmediate(() => this.end(1006))
  }

  ping(): void {}
  pause(): void {}
  resume(): void {}

  // --- the CSMS's end ---

  deliver(data: string, isBinary = false): void {
    if (this.readyState === 1) this.emit('message', Buffer.from(data), isBinary)
  }

  end(code: number): void {
    if (this.readyState === 3) return
    this.readyState = 3
    this.emit('close', code)
  }
}

/**
 * What a virtual CSMS does with an attempt to connect. `hang`: it is let in or refused later. `hang open`: the same,
 * but the socket is open already.
 */
export type Door = 'accept' | 'refuse' | 'hang' | 'hang open' | 'accept and drop'

/** A CSMS without a network, for one charge point. */
export class VirtualCsms {
  readonly sockets: VirtualSocket[] = []
  door: Door = 'accept'
  isPolite = true
  /** Answers a CALL; `undefined` leaves it without an answer. */
  answer: (action: string, payload: unknown) => unknown = () => undefined
  readonly #hanging = new Set<Deferred<'accept' | 'refuse'>>()

  /** Sockets that are not closed. */
  get live(): VirtualSocket[] {
    return this.sockets.filter(({ isClosed }) => !isClosed)
  }

  /** Attempts that are neither let in nor refused. */
  get hanging(): number {
    return this.#hanging.size
  }

  /** Ends the attempts that hang. */
  decide(door: 'accept' | 'refuse'): void {
    for (const attempt of this.#hanging) attempt.resolve(door)
    this.#hanging.clear()
  }

  client(options: Omit<ChargePointOptions<'ocpp1.6'>, 'identity' | 'protocols'>): ChargePointClient<'ocpp1.6'> {
    return new ChargePointClient({ identity: 'CP-1', protocols: ['ocpp1.6'], ...options }, async (accept, signal) => {
      const door = this.door === 'hang' ? await this.#hang(signal) : this.door
      if (door === 'refuse') throw new RefusedError('CP-1', 503, 'busy')
      const socket = new VirtualSocket(this.isPolite, (from, frame) => this.#receive(from, frame))
      this.sockets.push(socket)
      const connection = accept(socket as unknown as WebSocket, 'ocpp1.6')
      if (door === 'accept and drop') socket.end(1006)
      if (door === 'hang open' && (await this.#hang(signal)) === 'refuse') throw new RefusedError('CP-1', 503, 'busy')
      return connection
    })
  }

  #hang(signal: AbortSignal): Promise<'accept' | 'refuse'> {
    const attempt = deferred<'accept' | 'refuse'>()
    this.#hanging.add(attempt)
    signal.addEventListener('abort', () => {
      this.#hanging.delete(attempt)
      attempt.reject(new Error('given up'))
    })
    return attempt.promise
  }

  #receive(socket: VirtualSocket, [type, id, action, payload]: unknown[]): void {
    if (type !== 2) return
    const answer = this.answer(String(action), payload)
    if (answer === undefined) return
    const frame = answer instanceof Error ? [4, id, 'InternalError', '', {}] : [3, id, answer]
    setImmediate(() => socket.deliver(JSON.stringify(frame)))
  }
}
