import { connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** A TCP port in front of a server, which is shut at first. */
export interface Proxy {
  readonly port: number
  /** Milliseconds that everything takes in each direction. Default: 0. */
  delay: number
  open(): Promise<void>
  /** Refuses, and cuts who is through. */
  shut(): Promise<void>
}

/** A port that nobody listens on, for now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Stands in front of `target`; gone when the calling test is over. */
export async function createProxy(target: { host: string; port: number }): Promise<Proxy> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const server = createServer((inner) => {
    const outer = connect(target)
    keep(inner)
    keep(outer)
    pass(inner, outer, () => proxy.delay)
    pass(outer, inner, () => proxy.delay)
  })
  const shut = async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  after(shut)
  const proxy: Proxy = {
    port,
    delay: 0,
    shut,
    async open() {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    }
  }
  return proxy
}

/** Passes on what comes from one side, in its order, after a delay. */
function pass(from: Socket, to: Socket, delay: () => number): void {
  let passed = Promise.resolve()
  const later = (work: () => void) => {
    const due = performance.now() + delay()
    passed = passed.then(async () => {
      const left = due - performance.now()
      if (left > 0) await sleep(left)
      work()
    })
  }
  from.on('data', (chunk) => later(() => to.write(chunk)))
  from.on('end', () => later(() => to.end()))
  from.on('close', () => to.destroy())
}
