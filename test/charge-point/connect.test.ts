import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import type { Handshake, Protocol } from 'fastify-ocpp'
import { ChargePointClient, connect, RefusedError, UnreachableError } from 'fastify-ocpp/charge-point'
import { WebSocket } from 'ws'
import { answerBasics, startServer } from '../support/server.js'
import { deferred, until, within } from '../support/wait.js'
import { answerHttp, chargePoint, QUICK, rejection, startCsms, startTcp } from './csms.js'

const ALL: Protocol[] = ['ocpp2.1', 'ocpp2.0.1', 'ocpp1.6']

for (const protocol of ALL) {
  test(`it speaks ${protocol} when that is all it offers`, async (t) => {
    const authenticate = () => ({ accept: true, registration: 'Accepted' }) as const
    const { url } = await startServer({ authenticate }, answerBasics)
    const client = await connect({ url: `${url}/ocpp`, identity: 'CP-1', protocols: [protocol] })
    t.after(() => client.close())
    assert.ok(client instanceof ChargePointClient)
    assert.deepEqual([client.protocol, client.connected], [protocol, true])
    assert.equal(typeof (await client.call('Heartbeat', {})).currentTime, 'string')
  })
}

test('of several versions the one that the CSMS chose is spoken', async () => {
  const { url } = await startServer({ protocols: ['ocpp1.6', 'ocpp2.0.1'] }, answerBasics)
  const client = chargePoint(`${url}/ocpp`, { protocols: ['ocpp2.1', 'ocpp1.6', 'ocpp2.0.1'] })
  assert.equal(client.protocol, undefined)
  await client.connect()
  assert.equal(client.protocol, 'ocpp1.6')
})

test('without a list all versions are offered, the newest first', async (t) => {
  const offered: (readonly string[])[] = []
  const authenticate = ({ offeredProtocols }: Handshake) => offered.push(offeredProtocols) > 0
  const { url } = await startServer({ authenticate })
  const client = await connect({ url: `${url}/ocpp/`, identity: 'CP-1' })
  t.after(() => client.close())
  assert.deepEqual(offered, [ALL])
  assert.equal(client.protocol, 'ocpp2.1')
})

test('identity and password arrive as they are: text in UTF-8, a key as its bytes', async () => {
  const seen: Pick<Handshake, 'identity' | 'username' | 'password'>[] = []
  const { url } = await startServer({
    authenticate: ({ identity, username, password }) => seen.push({ identity, username, password }) > 0
  })
  const key = Buffer.concat([Buffer.from([0, 255, 0x3a, 0x0a]), randomBytes(16)])
  for (const password of ['p:äß€ 1234567890', key, new Uint8Array(key)]) {
    const client = chargePoint(`${url}/ocpp`, { identity: 'RDAM 1|2@a', protocols: ['ocpp1.6'], password })
    await client.connect()
    const last = seen.at(-1)
    assert.deepEqual([last?.identity, last?.username], ['RDAM 1|2@a', 'RDAM 1|2@a'])
    assert.deepEqual(last?.password, Buffer.from(password))
    await client.close()
  }
})

test('every character of an identity is one of the last segment of the URL', async () => {
  const csms = await startCsms()
  const client = chargePoint(`${csms.url}//`, { identity: 'a/b?c#d%41 é', protocols: ['ocpp1.6'] })
  await client.connect()
  assert.equal(csms.connections[0]?.identity, '/ocpp/a%2Fb%3Fc%23d%2541%20%C3%A9')
})

test('the error of a rejected connection has status, text and Retry-After', async () => {
  const answers = {
    'CP-401': { accept: false, status: 401 },
    'CP-404': { accept: false, status: 404 },
    'CP-503': { accept: false, status: 503, retryAfter: 7 }
  } as const
  const { url } = await startServer({
    authenticate: ({ identity }) => answers[identity as keyof typeof answers] ?? false
  })
  for (const [identity, { status }] of Object.entries(answers)) {
    const error = await rejection(connect({ url: `${url}/ocpp`, identity, password: 'x' }))
    assert.ok(error instanceof RefusedError)
    assert.deepEqual(
      [error.code, error.status, error.retryAfter],
      ['OCPP_ERR_REFUSED', status, status === 503 ? 7 : undefined]
    )
    assert.match(error.message, new RegExp(`refused ${identity} with HTTP ${status}: .`))
  }
})

test('versions that the CSMS does not speak are a refusal with status 400', async () => {
  const { url } = await startServer({ protocols: ['ocpp1.6'] })
  const error = await rejection(connect({ url: `${url}/ocpp`, identity: 'CP-1', protocols: ['ocpp2.1'] }))
  assert.ok(error instanceof RefusedError)
  assert.equal(error.status, 400)
  assert.match(error.message, /ocpp1\.6/)
})

test('a long refusal is cut short, and one without end does not hold the attempt up', async () => {
  const head = 'HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nTransfer-Encoding: chunked\r\n\r\n'
  const long = await startTcp(answerHttp(`${head}186A0\r\n${'x'.repeat(100_000)}`))
  const endless = await startTcp(answerHttp(`${head}4\r\nbusy\r\n`))
  for (const { url } of [long, endless]) {
    const error = await rejection(connect({ url, identity: 'CP-1', handshakeTimeout: 100 }))
    assert.ok(error instanceof RefusedError)
    assert.deepEqual([error.status, error.retryAfter], [503, 3])
    assert.ok(error.message.length < 300)
  }
})

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const HANDSHAKE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'

test('connect() rejects with a clear error for every kind of server that does not speak WebSocket', async () => {
  const foreign = (protocols: () => string | false) => startCsms(undefined, { handleProtocols: protocols })
  const urls: [string, string, RegExp][] = [
    ['nobody listens', `ws://127.0.0.1:${await freePort()}/ocpp`, /ECONNREFUSED/],
    ['it closes at once', (await startTcp((socket) => socket.end())).url, /hang up|ECONNRESET/],
    ['it resets', (await startTcp((socket) => socket.resetAndDestroy())).url, /hang up|ECONNRESET/],
    [
      'it closes in the middle of the handshake',
      (await startTcp((socket) => socket.once('data', () => socket.end(HANDSHAKE)))).url,
      /hang up|ECONNRESET|Parse Error/
    ],
    ['it says nothing', (await startTcp()).url, /no answer within 100 ms/],
    ['it speaks something else', (await startTcp((socket) => socket.write('220 ESMTP\r\n'))).url, /Parse Error/],
    ['its key is wrong', (await startTcp(answerHttp(`${HANDSHAKE}Sec-WebSocket-Accept: x\r\n\r\n`))).url, /Accept/],
    ['it chose no subprotocol', (await foreign(() => false)).url, /subprotocol/],
    ['it chose another subprotocol', (await foreign(() => 'mqtt')).url, /subprotocol/],
    ['the URL is none', 'over there', /Invalid URL/],
    ['the URL is of something else', 'ftp://127.0.0.1/', /protocol/]
  ]
  for (const [what, url, reason] of urls) {
    const error = await rejection(connect({ url, identity: 'CP-1', protocols: ['ocpp1.6'], handshakeTimeout: 100 }))
    assert.ok(error instanceof UnreachableError, what)
    assert.equal(error.code, 'OCPP_ERR_UNREACHABLE')
    assert.match(error.message, reason, what)
  }
})

test('a server that drips its answer does not prolong the attempt', async () => {
  const { url, sockets } = await startTcp((socket) => {
    const drip = setInterval(() => socket.write('H'), 10)
    socket.on('close', () => clearInterval(drip))
    socket.write('HTTP/1.1 101 ')
  })
  const error = await rejection(connect({ url, identity: 'CP-1', handshakeTimeout: 150 }))
  assert.match(error.message, /no answer within 150 ms/)
  await until('the socket is closed', () => sockets.length === 1 && sockets.every(({ destroyed }) => destroyed))
})

test('invalid options are reported at once', async () => {
  for (const wrong of [{ protocols: ['ocpp1.5'] }, { callTimeout: -1 }, { pingInterval: 1.5 }, { protocols: [] }]) {
    const error = await rejection(connect({ url: 'ws://127.0.0.1:1', identity: 'CP-1', ...(wrong as object) }))
    assert.equal(error.code, 'OCPP_ERR_INVALID_OPTIONS')
    assert.match(error.message, new RegExp(Object.keys(wrong)[0] ?? '-'))
  }
})

test('a CALL in the same TCP segment as the 101 reaches a handler registered after connect()', async () => {
  const { url, sockets } = await startTcp((socket) => {
    socket.once('data', (chunk: Buffer) => {
      const key = /sec-websocket-key: (\S+)/i.exec(chunk.toString())?.[1] ?? ''
      const text = Buffer.from('[2,"first","Reset",{"type":"Soft"}]')
      const head = `${HANDSHAKE}Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0x81, text.length]), text]))
    })
  })
  const client = chargePoint(url, { protocols: ['ocpp1.6'] })
  await client.connect()
  const reset = new Promise((resolve) => {
    client.on('Reset', (request, { messageId }) => {
      resolve([messageId, request])
      return { status: 'Accepted' }
    })
  })
  assert.deepEqual(await within('the first CALL', reset), ['first', { type: 'Soft' }])
  assert.equal(sockets.length, 1)
})

function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

test('connecting twice at once is connecting once', async () => {
  const csms = await startCsms()
  const client = chargePoint(csms.url, { protocols: ['ocpp1.6'] })
  await Promise.all([client.connect(), client.connect()])
  await client.connect()
  assert.equal(csms.connections.length, 1)
})

test('connect() rejects when the connection is closed or lost before it resolves', async () => {
  const csms = await startCsms()
  for (const [index, reconnect] of [QUICK, QUICK].entries()) {
    const isOpen = deferred()
    const isChecked = deferred()
    const client = new ChargePointClient(
      { identity: 'CP-1', protocols: ['ocpp1.6'], reconnect, onRetry: () => assert.fail('it tries again') },
      async (accept) => {
        const socket = new WebSocket(csms.url, 'ocpp1.6')
        await once(socket, 'open')
        const connection = accept(socket, 'ocpp1.6')
        isOpen.resolve()
        await isChecked.promise
        return connection
      }
    )
    client.events.on('connect', () => assert.fail('it was never connected'))
    client.events.on('disconnect', () => assert.fail('it was never connected'))
    const connecting = rejection(client.connect())
    await within('the socket', isOpen.promise)
    const atCsms = await csms.connection(index)
    if (index === 0) await client.close()
    else {
      atCsms.ws.close()
      await atCsms.closed
    }
    isChecked.resolve()
    assert.equal((await connecting).code, 'OCPP_ERR_NOT_CONNECTED')
    await within('the end of the socket', atCsms.closed)
    assert.equal(client.connected, false)
  }
})

test('close() during an attempt to connect ends it, and connect() rejects', async () => {
  const { url, sockets } = await startTcp()
  const client = chargePoint(url, { protocols: ['ocpp1.6'] })
  const connecting = rejection(client.connect())
  await client.close()
  assert.equal((await connecting).code, 'OCPP_ERR_NOT_CONNECTED')
  await until('the socket is closed', () => sockets.every(({ destroyed }) => destroyed))
})
