import assert from 'node:assert/strict'
import { createServer as createNetServer, type LookupFunction, type Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { AddressRules } from '../../lib/webhooks/addresses.js'
import { Sender } from '../../lib/webhooks/sender.js'
import { newSecret } from '../../lib/webhooks/signature.js'
import type { TargetRules } from '../../lib/webhooks/target.js'
import { SERVER, STRANGER } from '../support/certificates.js'
import { deferred, within } from '../support/wait.js'
import { openReceiver } from './receiver.js'

const SECRET = newSecret()
const MESSAGE = { id: '1', body: '{"id":"1"}' }

interface Options {
  allowedNetworks?: string[]
  allowHttp?: boolean
  timeout?: number
}

function openSender({ allowedNetworks = ['127.0.0.0/8'], allowHttp = true, timeout = 20_000 }: Options = {}): Sender {
  const addresses = new AddressRules({ allowPrivate: false, allowedNetworks })
  const sender = new Sender({ rules: { addresses, allowHttp }, timeout })
  after(() => sender.close())
  return sender
}

function targetOf(url: string) {
  return { url, secrets: [SECRET] }
}

/** A server that does with every connection what it is told. */
async function openServer(serve: (socket: Socket, count: number) => void): Promise<string> {
  let count = 0
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    serve(socket, ++count)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}

describe('an attempt', () => {
  for (const [status, isOk] of [
    [200, true],
    [204, true],
    [299, true],
    [300, false],
    [400, false],
    [410, false],
    [500, false]
  ] as const) {
    it(`${isOk ? 'succeeds' : 'fails'} with the answer ${status}`, async () => {
      const receiver = await openReceiver()
      receiver.answer(() => status)
      const answer = await openSender().send(targetOf(receiver.url), MESSAGE)
      assert.deepEqual(answer, { isOk, status, ...(!isOk && { error: `HTTP_${status}` }) })
      assert.equal(receiver.requests[0]?.body, MESSAGE.body)
    })
  }

  it('follows no redirect', async () => {
    const [receiver, elsewhere] = [await openReceiver(), await openReceiver()]
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((_request, response) => void response.writeHead(status, { location: elsewhere.url }).end())
      assert.equal((await openSender().send(targetOf(receiver.url), MESSAGE)).error, `HTTP_${status}`)
    }
    assert.equal(elsewhere.requests.length, 0)
  })

  it('waits as long as the receiver asks', async () => {
    const receiver = await openReceiver()
    receiver.answer((_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end())
    const answer = await openSender().send(targetOf(receiver.url), MESSAGE)
    assert.deepEqual(answer, { isOk: false, status: 503, error: 'HTTP_503', retryAfter: 7_000 })
  })

  it('times out without an answer', async () => {
    const receiver = await openReceiver()
    receiver.answer(() => undefined)
    const answer = await openSender({ timeout: 100 }).send(targetOf(receiver.url), MESSAGE)
    assert.deepEqual(answer, { isOk: false, error: 'TIMEOUT' })
  })

  it('times out when the head of the answer arrives byte by byte', async () => {
    const url = await openServer((socket) => {
      const timer = setInterval(() => socket.write('H'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const answer = await openSender({ timeout: 300 }).send(targetOf(url), MESSAGE)
    assert.equal(answer.isOk, false)
  })

  it('fails with the connection', async () => {
    const refused = await openReceiver()
    await refused.close()
    assert.equal((await openSender().send(targetOf(refused.url), MESSAGE)).error, 'ECONNREFUSED')
    const reset = await openServer((socket) => socket.on('data', () => socket.resetAndDestroy()))
    assert.equal((await openSender().send(targetOf(reset), MESSAGE)).error, 'ECONNRESET')
    const nonsense = await openServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    assert.match(String((await openSender().send(targetOf(nonsense), MESSAGE)).error), /^HPE_/)
  })

  it('is not held up by an endless body, of which it reads a limited part', async () => {
    const closed = deferred()
    const url = await openServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const timer = setInterval(() => socket.writableNeedDrain || socket.write(Buffer.alloc(65_536)), 1)
      socket.on('close', () => {
        clearInterval(timer)
        closed.resolve()
      })
    })
    assert.equal((await openSender().send(targetOf(url), MESSAGE)).isOk, true)
    await within('the connection to be closed', closed.promise)
  })

  it('is repeated once when its kept connection had been closed', async () => {
    const url = await openServer((socket, count) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 204 No Content\r\n\r\n')
        // The first connection is kept, and reset when it is used again.
        if (count === 1) socket.once('data', () => socket.resetAndDestroy())
      })
    })
    const sender = openSender()
    assert.equal((await sender.send(targetOf(url), MESSAGE)).status, 204)
    assert.equal((await sender.send(targetOf(url), MESSAGE)).status, 204)
  })
})

describe('an error of an attempt', () => {
  it('is told by its code only, because its text may name an internal address', async () => {
    const failing = (error: Error): TargetRules['addresses'] => {
      const rules = new AddressRules({ allowPrivate: true, allowedNetworks: [] })
      return Object.assign(rules, { lookup: ((_host, _options, callback) => callback(error, [])) as LookupFunction })
    }
    for (const [error, expected] of [
      [new Error('10.0.0.1 does not answer'), 'FAILED'],
      [Object.assign(new Error('getaddrinfo EAI_AGAIN intern.example'), { code: 'EAI_AGAIN' }), 'EAI_AGAIN']
    ] as const) {
      const sender = new Sender({ rules: { addresses: failing(error), allowHttp: true } })
      after(() => sender.close())
      const answer = await sender.send(targetOf('http://receiver.example/'), MESSAGE)
      assert.deepEqual(answer, { isOk: false, error: expected })
    }
  })
})

describe('an address that is not allowed', () => {
  it('gets no connection, whether it is in the URL or found by DNS', async () => {
    const receiver = await openReceiver()
    const sender = openSender({ allowedNetworks: [] })
    for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')]) {
      assert.deepEqual(await sender.send(targetOf(url), MESSAGE), { isOk: false, error: 'ADDRESS_NOT_ALLOWED' })
    }
    assert.equal(receiver.requests.length, 0)
  })

  it('includes any over http, unless that is allowed', async () => {
    const receiver = await openReceiver()
    const answer = await openSender({ allowHttp: false }).send(targetOf(receiver.url), MESSAGE)
    assert.deepEqual(answer, { isOk: false, error: 'HTTP_NOT_ALLOWED' })
    assert.equal(receiver.requests.length, 0)
  })

  it('of a name is skipped, and another address that is allowed is used', async () => {
    const receiver = await openReceiver()
    const answer = await openSender().send(targetOf(receiver.url.replace('127.0.0.1', 'localhost')), MESSAGE)
    assert.deepEqual(answer, { isOk: true, status: 204 })
  })
})

describe('a receiver without a certificate that we trust', () => {
  for (const [who, tls] of [
    ['of an unknown authority', SERVER],
    ['of its own making', STRANGER]
  ] as const) {
    it(`gets no event: one ${who}`, async () => {
      const receiver = await openReceiver({ tls })
      const answer = await openSender().send(targetOf(receiver.url), MESSAGE)
      assert.equal(answer.isOk, false)
      assert.match(String(answer.error), /CERT|SIGNATURE|VERIFY|ALTNAME/)
      assert.equal(receiver.requests.length, 0)
    })
  }
})
