import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'

/** Passes each new connection on to one of several ports, the next one each time, as a load balancer does. */
export class Balancer {
  readonly #server = createServer((inner) => this.#pass(inner, this.ports.length))
  readonly #sockets = new Set<Socket>()
  /** The ports of the nodes that take new connections. */
  ports: readonly number[]
  #turn = 0

  private constructor(ports: readonly number[]) {
    this.ports = ports
  }

  static async start(ports: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(ports)
    await new Promise<void>((resolve) => balancer.#server.listen(0, '127.0.0.1', resolve))
    after(() => {
      balancer.#server.close()
      for (const socket of balancer.#sockets) socket.destroy()
    })
    return balancer
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
