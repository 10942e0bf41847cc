import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Order, Outcome, Usage } from './orders.js'

// npm run bench -- webhooks --rate 1000 --seconds 10
// With DATABASE_URL of an empty database it runs on PostgreSQL.

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '10' } }
})
const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
/** How long the last events may be on their way. */
const PATIENCE_MS = 60_000

const delays: number[] = []
const last = new Map<string, string>()
const seen = new Set<string>()
let disorder = 0
let doubled = 0

function take(body: string): void {
  const { id, chargePoint, at } = JSON.parse(body) as { id: string; chargePoint: string; at: string }
  delays.push(Date.now() - Date.parse(at))
  if (seen.has(id)) doubled++
  seen.add(id)
  if (id < (last.get(chargePoint) ?? '')) disorder++
  last.set(chargePoint, id)
}

const receiver = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => (body += text))
  request.on('end', () => {
    take(body)
    response.writeHead(204).end()
  })
})
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`

async function ask<T>(server: ChildProcess, order: Order | 'usage'): Promise<T> {
  server.send(order)
  const [answer] = (await once(server, 'message')) as [T]
  return answer
}

async function measure(server: ChildProcess, name: string, order: Order): Promise<void> {
  const before = await ask<Usage>(server, 'usage')
  const started = performance.now()
  const { seconds: took, commitMs, rss } = await ask<Outcome>(server, order)
  const delivered = order.url === undefined ? {} : await arrival(order.count, started)
  const { cpuSeconds } = await ask<Usage>(server, 'usage')
  console.log(
    JSON.stringify({
      name,
      rate: order.rate,
      loadAverage: loadavg()[0]?.toFixed(1),
      committedPerSecond: Math.round(order.count / took),
      commitMs: { p50: Math.round(commitMs.p50), p99: Math.round(commitMs.p99) },
      serverCpuMsPerEvent: Number(((1000 * (cpuSeconds - before.cpuSeconds)) / order.count).toFixed(3)),
      serverRssMiB: Math.round(rss / 1_048_576),
      ...delivered
    })
  )
}

async function arrival(count: number, started: number): Promise<object> {
  const deadline = performance.now() + PATIENCE_MS
  while (seen.size < count && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
  return {
    allTakenAfterSeconds: Number(((performance.now() - started) / 1000).toFixed(2)),
    lost: count - seen.size,
    doubled,
    outOfOrder: disorder,
    delayMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) }
  }
}

function quantile(share: number): number {
  const sorted = delays.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const server = fork(fileURLToPath(new URL('server.ts', import.meta.url)), { execArgv: process.execArgv })
try {
  await once(server, 'message')
  const count = rate * seconds
  await measure(server, 'warm-up', { rate, count: rate })
  await measure(server, 'without a webhook', { rate, count })
  await measure(server, 'with one webhook', { rate, count, url })
} finally {
  server.kill('SIGKILL')
  receiver.close()
  receiver.closeAllConnections()
}
