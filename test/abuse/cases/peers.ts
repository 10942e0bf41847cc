import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { rawFrame, upgradeRequest } from '../../support/raw.js'
import { until } from '../../support/wait.js'
import type { Abuse, Family } from '../abuse.js'
import { forgetful, PATIENCE_MS, pour, type Target } from '../kit.js'

const PING_INTERVAL_MS = 1000
/** Pause between two bytes of one who is in no hurry. */
const DRIP_MS = 50
/** Time for the headers of a request, and for the whole of it. */
const HEADERS_MS = 1000
const REQUEST_MS = 2000

const REQUEST = 'GET /ocpp/SLOW HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '

interface Slow {
  name: string
  /** What comes at once, and what follows byte by byte. */
  start: (target: Target) => string
  drip: string
  /** Who has not said anything is answered nothing. */
  status?: number
}

const SLOW: readonly Slow[] = [
  { name: 'a request line that comes byte by byte', start: () => '', drip: `GET /${'x'.repeat(10_000)}`, status: 408 },
  { name: 'headers that come byte by byte', start: () => REQUEST, drip: 'x'.repeat(10_000), status: 408 },
  {
    name: 'half an upgrade',
    start: () => upgradeRequest({ target: '/ocpp/SLOW' }).slice(0, -2),
    drip: '',
    status: 408
  },
  {
    name: 'a body that comes byte by byte',
    start: (target) =>
      `PUT /api/v1/charge-points/SLOW HTTP/1.1\r\nHost: a\r\nAuthorization: ${target.bearer}\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{`,
    drip: ' '.repeat(10_000),
    status: 408
  },
  { name: 'connections that say nothing', start: () => '', drip: '' }
]

/** Goes on until the server has had enough of it. */
async function dripInto(sockets: readonly Socket[], drip: string): Promise<void> {
  for (let index = 0; sockets.some(({ destroyed }) => !destroyed); index++) {
    for (const socket of sockets) if (index < drip.length && socket.writable) socket.write(drip.charAt(index))
    await sleep(DRIP_MS)
    assert.ok(index < PATIENCE_MS / DRIP_MS, 'they were not cut')
  }
}

function slowloris({ name, start, drip, status }: Slow): Abuse {
  return {
    name: `${name}, on many connections: they are cut, and nobody else waits`,
    async attack(target, scale) {
      const http = Number(new URL(target.http).port)
      const port = name.startsWith('a body') ? http : target.port
      const sockets: Socket[] = []
      const answers = new Map<string, number>()
      const count = scale.count(100)
      for (let index = 0; index < count; index++) {
        const socket = await target.dial(target.address(), port)
        socket.once('data', (bytes) => {
          const line = String(bytes).slice(9, 12)
          answers.set(line, (answers.get(line) ?? 0) + 1)
        })
        socket.write(start(target))
        sockets.push(socket)
      }
      await dripInto(sockets, drip)
      // One that is still sending when it is cut may lose the answer before it has read it.
      if (status !== undefined) assert.deepEqual([...answers.keys()], [String(status)])
      return `${count} × ${status ?? 'cut'}`
    }
  }
}

const SLOW_FRAMES: Abuse = {
  name: 'a frame that comes byte by byte from chargers that answer no ping: they are cut',
  async attack(target, scale) {
    const before = await target.metrics()
    const count = scale.count(20)
    const sockets: Socket[] = []
    for (let index = 0; index < count; index++) {
      const charger = await target.raw(`DRIP-${index}`)
      sockets.push(forgetful(charger).socket)
    }
    const bytes = rawFrame({ payload: ' '.repeat(10_000) })
    for (let index = 0; sockets.some(({ destroyed }) => !destroyed); index++) {
      for (const socket of sockets) if (socket.writable) socket.write(bytes.subarray(index, index + 1))
      await sleep(DRIP_MS)
      assert.ok(index < PATIENCE_MS / DRIP_MS, 'they were not cut')
    }
    await target.counted(before, 'ocpp_disconnects_total{reason="ping-timeout"}', count)
    return `${count} cut`
  }
}

const HALF_OPEN: Abuse = {
  name: 'peers that are gone without a word are cut, their calls fail, and they can come back at any time',
  async attack(target, scale) {
    const before = await target.metrics()
    const count = scale.count(50)
    const password = await target.provision('GONE')
    for (let index = 0; index < count; index++) {
      const charger = await target.raw(`GONE-${index}`)
      charger.socket.pause()
    }
    const gone = await target.rawWith('GONE', password)
    gone.socket.pause()
    const call = target.operate('POST', '/api/v1/charge-points/GONE/calls/ClearCache', {})
    await target.counted(before, 'ocpp_pending_calls')
    const back = await target.charger('GONE', { password })
    assert.equal((await back.roundTrip()).type, 3)
    assert.equal((await call).status, 504, 'the call to who has gone')
    await target.counted(before, 'ocpp_disconnects_total{reason="ping-timeout"}', count)
    assert.equal((await back.roundTrip()).type, 3)
    await back.close()
    return `${count} cut`
  }
}

const NO_GOODBYE: Abuse = {
  name: 'who is closed and does not answer the close frame is cut',
  async attack(target, scale) {
    const count = scale.count(20)
    const sockets: Socket[] = []
    for (let index = 0; index < count; index++) {
      const charger = await target.raw(`RUDE-${index}`)
      charger.write({ opcode: 2, payload: 'binary' })
      sockets.push(charger.socket)
    }
    await until('all are cut', () => sockets.every(({ destroyed }) => destroyed), PATIENCE_MS)
    return `${count} cut`
  }
}

const NO_READER: Abuse = {
  name: 'chargers that ask and ask and never read: they are read no more, and memory stays as it is',
  async attack(target, scale) {
    const before = await target.metrics()
    const sockets: Socket[] = []
    for (let index = 0; index < 10; index++) {
      const { socket } = await target.accepted(`DEAF-${index}`)
      sockets.push(socket.removeAllListeners('data').pause())
    }
    const chunk = Buffer.concat(Array.from({ length: 1000 }, () => rawFrame({ payload: '[2,"1","Nonsense",{}]' })))
    await Promise.all(sockets.map((socket) => pour(socket, chunk, scale.time(1500))))
    const cut = (await target.metrics()).get('ocpp_disconnects_total{reason="slow-reader"}') ?? 0
    return `${cut - (before.get('ocpp_disconnects_total{reason="slow-reader"}') ?? 0)} cut`
  }
}

const COME_AND_GO: Abuse = {
  name: 'connections that are reset at every moment of the upgrade leave nothing behind',
  async attack(target, scale) {
    const password = await target.provision('HASTY')
    const request = target.upgrade('HASTY', password)
    const count = scale.count(200)
    for (let index = 0; index < count; index++) {
      const socket = await target.dial()
      const length = Math.ceil((request.length * (1 + (index % 10))) / 10)
      await new Promise((resolve) => socket.write(request.slice(0, length), resolve))
      if (index % 3 === 0) socket.resetAndDestroy()
      else socket.destroy()
    }
    return `${count} came and went`
  }
}

export const PEERS: Family = {
  name: 'slow, silent and rude peers',
  settings: {
    OCPP_PING_INTERVAL: String(PING_INTERVAL_MS),
    HTTP_HEADERS_TIMEOUT: String(HEADERS_MS),
    HTTP_REQUEST_TIMEOUT: String(REQUEST_MS)
  },
  abuses: [...SLOW.map(slowloris), SLOW_FRAMES, HALF_OPEN, NO_GOODBYE, NO_READER, COME_AND_GO]
}
