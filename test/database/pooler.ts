import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after } from 'node:test'

// As much of a connection pooler as it takes to be one: clients never see the connections to the server, which are
// lent to them for a session or for a transaction. No TLS, no passwords.

const READY_FOR_QUERY = 0x5a
const TERMINATE = 0x58
const IN_NO_TRANSACTION = 0x49

/** A message of the protocol: its type, its length without the type, its body. */
function message(type: string, ...body: readonly number[]): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, Buffer.from(body)])
}

/** AuthenticationOk, a number of its own for the connection, and ReadyForQuery. */
const WELCOME = Buffer.concat([
  message('R', 0, 0, 0, 0),
  message('K', 0x7f, 0, 0, 1, 0, 0, 0, 1),
  message('Z', IN_NO_TRANSACTION)
])

/** Cuts a stream into messages, and tells of each. */
function onMessages(socket: Socket, told: (type: number, whole: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const whole = rest.subarray(0, 1 + rest.readUInt32BE(1))
      rest = rest.subarray(whole.length)
      told(whole[0] ?? 0, whole)
    }
  })
}

/** A connection to the server, and to whom its answers go. */
interface Upstream {
  socket: Socket
  client: Client | undefined
}

interface Client {
  socket: Socket
  upstream: Upstream | undefined
}

/** A pooler in front of this database until the calling test is over; answers its URL. */
export async function pooler(url: string, mode: 'session' | 'transaction'): Promise<string> {
  const { hostname, port } = new URL(url)
  const idle: Upstream[] = []
  const sockets = new Set<Socket>()

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  }

  /** Answers once the server is ready for the first query. */
  async function open(startup: Buffer): Promise<Upstream> {
    const upstream: Upstream = { socket: keep(connect(Number(port === '' ? 5432 : port), hostname)), client: undefined }
    const ready = new Promise<void>((resolve) => {
      onMessages(upstream.socket, (type, whole) => {
        const { client } = upstream
        client?.socket.write(whole)
        if (type !== READY_FOR_QUERY) return
        if (client === undefined) resolve()
        else if (mode === 'transaction' && whole[5] === IN_NO_TRANSACTION) giveBack(client)
      })
    })
    upstream.socket.write(startup)
    await ready
    return upstream
  }

  function giveBack(client: Client): void {
    const { upstream } = client
    if (upstream === undefined) return
    client.upstream = undefined
    upstream.client = undefined
    idle.push(upstream)
  }

  async function serve(socket: Socket): Promise<void> {
    const [startup] = (await once(socket, 'data')) as [Buffer]
    const client: Client = { socket, upstream: undefined }
    let work: Promise<unknown> = Promise.resolve()
    onMessages(socket, (type, whole) => {
      if (type === TERMINATE) return
      work = work.then(async () => {
        client.upstream ??= idle.pop() ?? (await open(startup))
        client.upstream.client = client
        client.upstream.socket.write(whole)
      })
    })
    // All that a session has left behind goes with its connection.
    socket.on('close', () => client.upstream?.socket.destroy())
    socket.write(WELCOME)
  }

  const server = createServer((socket) => {
    serve(keep(socket)).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const own = new URL(url)
  const address = server.address()
  own.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return own.href
}
