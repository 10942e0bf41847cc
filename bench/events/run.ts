import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Outcome } from './orders.js'

// npm run bench -- events --readers 1000 --rate 1000 --seconds 10

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000' },
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' }
  }
})
const [readers, rate, seconds] = [Number(values.readers), Number(values.rate), Number(values.seconds)]
/** How long the last events may be on their way. */
const PATIENCE_MS = 20_000
/** One reader in so many is looked at closely: order, and how late events are. */
const CLOSELY = 50

const MARK = Buffer.from('\ndata: ')

/** Counts the events that come, and in a few of them reads them. */
class Reader {
  count = 0
  isOpen = true
  disorder = 0
  readonly delays: number[] = []
  readonly #isClose: boolean
  readonly socket: Socket
  #tail: Buffer = Buffer.alloc(0)
  #text = ''
  #lastId = ''

  constructor(socket: Socket, isClose: boolean) {
    this.socket = socket
    this.#isClose = isClose
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('close', () => {
      this.isOpen = false
    })
    socket.on('error', () => undefined)
  }

  #read(chunk: Buffer): void {
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, MARK.length - 1)])
    this.count += marksIn(seam) + marksIn(chunk)
    this.#tail = chunk.length < MARK.length ? seam.subarray(-(MARK.length - 1)) : chunk.subarray(-(MARK.length - 1))
    if (this.#isClose) this.#readClosely(chunk)
  }

  #readClosely(chunk: Buffer): void {
    const now = Date.now()
    const blocks = (this.#text + chunk.toString('latin1')).split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const json = /^data: (.*)$/m.exec(block)?.[1]
      if (json === undefined) continue
      const { id, at } = JSON.parse(json) as { id: string; at: string }
      if (id <= this.#lastId) this.disorder++
      this.#lastId = id
      this.delays.push(now - Date.parse(at))
    }
  }
}

function marksIn(bytes: Buffer): number {
  let marks = 0
  for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + MARK.length)) marks++
  return marks
}

async function open(port: number, token: string, index: number): Promise<Reader> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${token}\r\n\r\n`)
  await once(socket, 'data')
  return new Reader(socket, index % CLOSELY === 0)
}

async function openAll(port: number, token: string): Promise<Reader[]> {
  const opened: Reader[] = []
  while (opened.length < readers) {
    const batch = Array.from({ length: Math.min(50, readers - opened.length) }, (_, i) =>
      open(port, token, opened.length + i)
    )
    opened.push(...(await Promise.all(batch)))
  }
  return opened
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function arrival(all: readonly Reader[], count: number): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (all.some((reader) => reader.isOpen && reader.count < count) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function main(server: ChildProcess): Promise<void> {
  const [{ port, token }] = (await once(server, 'message')) as [{ port: number; token: string }]
  const all = await openAll(port, token)
  const count = rate * seconds
  const load = loadavg()[0]?.toFixed(1)
  const started = performance.now()
  const own = process.cpuUsage()
  server.send({ rate, count })
  const [outcome] = (await once(server, 'message')) as [Outcome]
  await arrival(all, count)
  const took = (performance.now() - started) / 1000
  const ownCpu = process.cpuUsage(own)
  const delays = all.flatMap((reader) => reader.delays).sort((a, b) => a - b)
  console.log(
    JSON.stringify({
      readers,
      rate,
      events: count,
      loadAverage: load,
      publishedPerSecond: Math.round(count / outcome.seconds),
      allReadAfterSeconds: Number(took.toFixed(2)),
      lost: all.reduce((sum, reader) => sum + Math.max(0, count - reader.count), 0),
      doubled: all.reduce((sum, reader) => sum + Math.max(0, reader.count - count), 0),
      outOfOrder: all.reduce((sum, reader) => sum + reader.disorder, 0),
      cutOff: all.filter((reader) => !reader.isOpen).length,
      delayMs: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99), max: delays.at(-1) },
      serverCores: Number((outcome.cpuSeconds / outcome.seconds).toFixed(2)),
      readersCores: Number(((ownCpu.user + ownCpu.system) / 1e6 / took).toFixed(2)),
      serverRssMiB: Math.round(outcome.rss / 1_048_576)
    })
  )
  for (const { socket } of all) socket.destroy()
}

const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), { execArgv: process.execArgv })
try {
  await main(server)
} finally {
  server.kill('SIGKILL')
}
