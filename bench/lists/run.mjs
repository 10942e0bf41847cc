// npm run bench -- lists [--transactions 1000000] [--charge-points 10000] [--times 100]
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { startBackend, TOKEN } from '../lib/backend.mjs'
import { emptyDatabase, hasPostgres } from '../storage/databases.mjs'
import { bystander } from './bystander.mjs'
import { fill } from './fill.mjs'

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '1000000' },
    'charge-points': { type: 'string', default: '10000' },
    times: { type: 'string', default: '100' }
  }
})
const size = { transactions: Number(values.transactions), chargePoints: Number(values['charge-points']) }
const times = Number(values.times)

const WARM_UP = 10
/** Milliseconds, p95. */
const TARGETS = { chargePoints: 30, transactions: 50 }
/** Milliseconds, p99, of a charge point beside long reads. */
const BYSTANDER_TARGET = 50

/** Requests, each with another value every time: `i` rises. The first two are the baseline. */
const QUERIES = [
  ['nothing but HTTP', () => '/health/live', undefined],
  ['one transaction', (i) => `/api/v1/transactions/${1 + ((i * 7919) % size.transactions)}`, undefined],
  ['charge points', () => '/api/v1/charge-points', TARGETS.chargePoints],
  ['… next page', (i) => `/api/v1/charge-points?cursor=${cursor(`:cp-${1000 + i}`)}`, TARGETS.chargePoints],
  ['… part of a name', (i) => `/api/v1/charge-points?q=${100 + i}`, TARGETS.chargePoints],
  ['… that is nowhere', (i) => `/api/v1/charge-points?q=nothing-${i}`, TARGETS.chargePoints],
  ['… not connected', () => '/api/v1/charge-points?connected=false', TARGETS.chargePoints],
  ['… of a status', () => '/api/v1/charge-points?status=Faulted', TARGETS.chargePoints],
  ['… last seen first', () => '/api/v1/charge-points?sort=lastSeenAt', TARGETS.chargePoints],
  ['transactions', () => transactions(''), TARGETS.transactions],
  ['… page far behind', () => transactions('cursor=1767325600000.100000'), TARGETS.transactions],
  ['… of a charge point', (i) => transactions(`chargePoint=CP-${1 + i}`), TARGETS.transactions],
  ['… open', () => transactions('status=open'), TARGETS.transactions],
  ['… ended', () => transactions('status=ended'), TARGETS.transactions],
  ['… of an id token', (i) => transactions(`idToken=tag-${i}`), TARGETS.transactions],
  ['… of nobody', (i) => transactions(`idToken=nobody-${i}`), TARGETS.transactions],
  ['… of a period', (i) => transactions(period(i)), TARGETS.transactions],
  ['… of both', (i) => transactions(`${period(i)}&chargePoint=CP-${1 + i}`), TARGETS.transactions],
  ['… a rare stop reason', () => transactions('stopReason=PowerLoss'), TARGETS.transactions],
  ['… oldest first', () => transactions('sort=startedAt'), TARGETS.transactions],
  ['… by arrival', (i) => transactions(`sort=-receivedAt&idToken=tag-${i}`), TARGETS.transactions]
]

function transactions(query) {
  return `/api/v1/transactions?${query}`
}

/** An hour. */
function period(i) {
  const from = Date.UTC(2026, 0, 1) + i * 3_600_000
  return `from=${new Date(from).toISOString()}&to=${new Date(from + 3_600_000).toISOString()}`
}

function cursor(key) {
  return Buffer.from(key).toString('base64url')
}

console.log(`load average at the start ${loadavg()[0].toFixed(1)}; ${JSON.stringify(size)}; ${times} requests each`)
for (const dialect of (await hasPostgres()) ? ['sqlite', 'postgres'] : ['sqlite']) await measure(dialect)

async function measure(dialect) {
  const { settings, drop } = await emptyDatabase(dialect)
  try {
    await fill(settings, size)
    const server = await startBackend(settings)
    try {
      console.log(`\n${dialect.padEnd(24)}   p50 ms   p95 ms   max ms   rows  wanted p95`)
      for (const [name, path, target] of QUERIES) await ask(server.port, name, path, target)
      await tellBystander(server.port)
    } finally {
      server.child.kill('SIGTERM')
      await once(server.child, 'exit')
    }
  } finally {
    await drop()
  }
}

async function ask(port, name, path, target) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const durations = []
  let rows = 0
  for (let i = -WARM_UP; i < times; i++) {
    const begin = performance.now()
    const { status, body } = await get(agent, port, path(Math.abs(i)))
    if (i >= 0) durations.push(performance.now() - begin)
    if (status !== 200) throw new Error(`${path(Math.abs(i))} answered ${status} ${body}`)
    rows = JSON.parse(body).items?.length ?? 1
  }
  agent.destroy()
  durations.sort((a, b) => a - b)
  const at = (share) => (durations[Math.ceil(share * durations.length) - 1] ?? 0).toFixed(1).padStart(8)
  const verdict = target === undefined ? '' : `${target}${Number(at(0.95)) <= target ? '' : ' MISSED'}`
  console.log(`${name.padEnd(24)} ${at(0.5)} ${at(0.95)} ${at(1)} ${String(rows).padStart(6)}  ${verdict}`)
}

async function tellBystander(port) {
  const agent = new Agent({ keepAlive: true })
  const { alone, beside, reads } = await bystander(port, (path) => get(agent, port, path))
  agent.destroy()
  for (const action of Object.keys(alone)) {
    for (const [where, waits] of [
      ['alone', alone[action]],
      [`beside ${reads} long reads`, beside[action]]
    ]) {
      const at = (share) => (waits[Math.ceil(share * waits.length) - 1] ?? 0).toFixed(1)
      const verdict = Number(at(0.99)) <= BYSTANDER_TARGET ? '' : ' MISSED'
      console.log(
        `${action} ${where}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms; wanted p99 ${BYSTANDER_TARGET} ms${verdict}`
      )
    }
  }
}

function get(agent, port, path) {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path, headers: { authorization: `Bearer ${TOKEN}` } }
    request(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
      .on('error', reject)
      .end()
  })
}
