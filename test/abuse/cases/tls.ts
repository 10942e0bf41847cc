import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { CA } from '../../support/certificates.js'
import { answerOn, upgradeRequest } from '../../support/raw.js'
import { deferred, until, within } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { PATIENCE_MS, type Target } from '../kit.js'

/** The port of TLS as bare TCP. */
async function bare(target: Target): Promise<Socket> {
  return target.dial(target.address(), target.port, { encrypted: false })
}

/** The first bytes of a ClientHello; as many as are not enough. */
const HALF_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])

const GARBAGE: readonly { what: string; bytes: Buffer }[] = [
  { what: 'HTTP', bytes: Buffer.from(upgradeRequest({ target: '/ocpp/X' })) },
  { what: 'noise', bytes: Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 73) & 0xff)) },
  { what: 'zeros', bytes: Buffer.alloc(2000) },
  { what: 'a ClientHello of SSL 2', bytes: Buffer.from([0x80, 0x2e, 0x01, 0x00, 0x02, ...Array(43).fill(0)]) },
  { what: 'an alert', bytes: Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]) },
  { what: 'application data', bytes: Buffer.from([0x17, 0x03, 0x03, 0x00, 0x05, 1, 2, 3, 4, 5]) },
  {
    what: 'a record of 64 KiB',
    bytes: Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff]), Buffer.alloc(65_535)])
  }
]

const NO_TLS: Abuse = {
  name: 'what is no TLS is closed, and never answered as HTTP',
  async attack(target, scale) {
    for (let time = 0; time < scale.count(3); time++) {
      for (const { what, bytes } of GARBAGE) {
        const socket = await bare(target)
        let came = ''
        const over = deferred()
        socket.on('data', (chunk) => (came += chunk.toString('latin1'))).on('close', () => over.resolve())
        socket.write(bytes)
        await within(`the end after ${what}`, over.promise, PATIENCE_MS)
        assert.ok(!/HTTP\/1\.1 [123]/.test(came), `${what}: ${came.slice(0, 50)}`)
      }
    }
    return `${scale.count(3)} × ${GARBAGE.length} closed`
  }
}

const TO_PLAIN: Abuse = {
  name: 'TLS on the port of plain HTTP is answered 400',
  async attack(target, scale) {
    const port = Number(new URL(target.http).port)
    for (let time = 0; time < scale.count(20); time++) {
      const socket = await target.dial(target.address(), port)
      const { status } = await answerOn(socket, Buffer.concat([HALF_HELLO, Buffer.alloc(600)]), PATIENCE_MS)
      assert.equal(status, 400)
    }
    return `${scale.count(20)} × 400`
  }
}

const STALLED: Abuse = {
  name: 'handshakes that stop half-way, on many connections, keep nobody out',
  async attack(target, scale) {
    const sockets: Socket[] = []
    for (let index = 0; index < scale.count(300); index++) {
      const socket = await bare(target)
      socket.write(HALF_HELLO)
      sockets.push(socket)
    }
    await sleep(scale.time(500))
    const charger = await target.charger('BESIDE')
    assert.equal((await charger.roundTrip()).type, 3)
    await charger.close()
    return `${sockets.length} stalled`
  }
}

const HANDSHAKES: Abuse = {
  name: 'full handshakes, one after the other, from many connections',
  async attack(target, scale) {
    const count = scale.count(200)
    let next = 0
    const worker = async () => {
      while (next++ < count) (await target.dial()).destroy()
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    return `${count} handshakes`
  }
}

/** A TLS connection with these options, or what it failed with. */
async function secure(target: Target, options: ConnectionOptions): Promise<TLSSocket | Error> {
  const socket = connectTls({ socket: await bare(target), ca: CA.cert, host: '127.0.0.1', ...options })
  const outcome = deferred<TLSSocket | Error>()
  socket.once('secureConnect', () => outcome.resolve(socket)).on('error', outcome.resolve)
  socket.once('close', () => outcome.resolve(new Error('closed')))
  return within('a TLS handshake', outcome.promise, PATIENCE_MS)
}

const WEAK: readonly ConnectionOptions[] = [
  { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  { maxVersion: 'TLSv1.2', ciphers: 'eNULL@SECLEVEL=0' },
  { maxVersion: 'TLSv1.2', ciphers: 'aNULL@SECLEVEL=0' },
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' }
]

const DOWNGRADE: Abuse = {
  name: 'old versions and weak suites are refused [A00.FR.313, A00.FR.317]',
  async attack(target, scale) {
    for (let time = 0; time < scale.count(1); time++) {
      for (const options of WEAK) {
        const outcome = await secure(target, options)
        const shown = outcome instanceof Error ? '' : `${outcome.getProtocol()} ${outcome.getCipher().name}`
        assert.ok(outcome instanceof Error, `${JSON.stringify(options)} was let in: ${shown}`)
      }
    }
    return `${scale.count(1)} × ${WEAK.length} refused`
  }
}

const RENEGOTIATION: Abuse = {
  name: 'renegotiation again and again is cut',
  async attack(target) {
    const socket = await secure(target, { maxVersion: 'TLSv1.2' })
    if (socket instanceof Error) throw socket
    let times = 0
    while (!socket.destroyed && times < 50) {
      const done = deferred()
      socket.once('close', () => done.resolve())
      const isTried = socket.renegotiate({ rejectUnauthorized: false }, () => done.resolve())
      if (isTried === false) break
      await within('a renegotiation', done.promise, PATIENCE_MS)
      times++
    }
    await until('it is cut', () => socket.destroyed, PATIENCE_MS)
    assert.ok(times < 10, `${times} times`)
    return `cut at number ${times}`
  }
}

const TINY_RECORDS: Abuse = {
  name: 'an upgrade in records of one byte is served',
  async attack(target) {
    const password = await target.provision('TINY')
    const socket = await target.dial()
    socket.setNoDelay(true)
    const came = deferred<string>()
    socket.once('data', (bytes) => came.resolve(bytes.toString('latin1')))
    for (const byte of target.upgrade('TINY', password)) {
      await new Promise((resolve) => socket.write(byte, resolve))
    }
    assert.match(await within('an answer', came.promise, PATIENCE_MS), /^HTTP\/1\.1 101/)
    return '101'
  }
}

const CUT_OFF: Abuse = {
  name: 'connections that end without close_notify, in the middle of a record, leave nothing behind',
  async attack(target, scale) {
    for (let index = 0; index < scale.count(50); index++) {
      const { socket } = await target.raw(`CUT-${index}`)
      socket.write(Buffer.alloc(1000, 0x81))
      if (index % 2 === 0) socket.destroy()
      else target.hangUp()
    }
    return `${scale.count(50)} cut`
  }
}

export const TLS: Family = {
  name: 'TLS itself',
  over: ['TLS'],
  abuses: [NO_TLS, TO_PLAIN, STALLED, HANDSHAKES, DOWNGRADE, RENEGOTIATION, TINY_RECORDS, CUT_OFF]
}
