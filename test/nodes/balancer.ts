import { get } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'

/** Milliseconds between two checks of a port. */
const CHECK_MS = 500

const MAX_FAILURES = 3

/** Passes each new connection on to one of several ports, the next one each time, as a load balancer does. */
export class Balancer {
  readonly #server = createServer((inner) => this.#pass(inner, this.ports.length))
  readonly #sockets = new Set<Socket>()
  /** The ports of the nodes that take new connections. */
  ports: readonly number[]
  #turn = 0
  #isChecking = false
  /** Checks in a row that a port failed. */
  readonly #failures = new Map<number, number>()

  private constructor(ports: readonly number[]) {
    this.ports = ports
  }

  /** @param options `isChecking`: whether only nodes get connections that say that they are ready */
  static async start(ports: readonly number[], { isChecking = false } = {}): Promise<Balancer> {
    const balancer = new Balancer(ports)
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve))
    after(() => {
      balancer.#server.close()
      for (const socket of balancer.#sockets) socket.destroy()
    })
    if (isChecking) {
      const timer = setInterval(() => balancer.#check(ports), CHECK_MS)
      after(() => clearInterval(timer))
    }
    return balancer
  }

  /** A node that shuts down or is gone gets nothing new at once; one that is too busy to answer, after three checks. */
  async #check(ports: readonly number[]): Promise<void> {
    if (this.#isChecking) return
    this.#isChecking = true
    const states = await Promise.all(ports.map(stateOf))
    this.ports = ports.filter((port, index) => {
      const failures = states[index] === 'ready' ? 0 : states[index] === 'leaving' ? MAX_FAILURES : this.#failed(port)
      this.#failures.set(port, failures)
      return failures < MAX_FAILURES
    })
    this.#isChecking = false
  }

  #failed(port: number): number {
    return 1 + (this.#failures.get(port) ?? 0)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #pass(inner: Socket, attempts: number): void {
    const port = this.ports[this.#turn++ % this.ports.length]
    if (port === undefined || attempts === 0) {
      inner.destroy()
      return
    }
    inner.on('error', () => undefined)
    const outer = connect(port, '127.0.0.1')
    outer.once('connect', () => {
      for (const socket of [inner, outer]) this.#keep(socket)
      inner.pipe(outer).on('close', () => inner.destroy())
      outer.pipe(inner).on('close', () => outer.destroy())
    })
    outer.once('error', () => this.#pass(inner, attempts - 1))
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket))
  }
}

function stateOf(port: number): Promise<'ready' | 'leaving' | 'late'> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => (text += part))
      response.once('end', () => {
        if (response.statusCode === 200) resolve('ready')
        else resolve(text.includes('draining') ? 'leaving' : 'late')
      })
    })
    request.once('error', () => resolve('leaving'))
  })
}
