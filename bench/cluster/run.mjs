import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { median } from '../lib/statistics.mjs'

const USAGE = `npm run bench -- cluster [options]
  --nats <url>          NATS server; default nats://127.0.0.1:4222
  --connections <n>     chargers that all connect at once; default 2000. For memory: 20000
  --chargers <n>        chargers that are called; default 200
  --concurrency <n>     calls at a time; default 64
  --rounds <n>          rounds of calls; default 5
  --seconds <s>         length of a measured window; default 4
  --json                results as JSON on standard output
`
/** Targets of this project on two cores; printed beside the figures, never enforced. */
const TARGETS = { rate: 0.35, addedP50: 1, claim: 200, memory: 1024 }
/** Chargers that connect to each node before those that are measured. */
const WARM_UP = 1_000
/** Nothing is left running when something hangs. */
const TIME_LIMIT = 20 * 60_000

const { values } = parseArgs({
  options: {
    nats: { type: 'string', default: 'nats://127.0.0.1:4222' },
    connections: { type: 'string', default: '2000' },
    chargers: { type: 'string', default: '200' },
    concurrency: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false }
  }
})
const [connections, chargers, concurrency, rounds, seconds] = [
  'connections',
  'chargers',
  'concurrency',
  'rounds',
  'seconds'
].map((name) => Number(values[name]))

if (values.help || ![connections, chargers, concurrency, rounds, seconds].every((number) => number > 0)) {
  process.stderr.write(USAGE)
  process.exitCode = 2
} else {
  setTimeout(() => process.exit(1), TIME_LIMIT).unref()
  const load = loadavg()[0]
  const results = { alone: await storm(), ...(await withCluster()) }
  const title = `${new Date().toISOString()} · Node ${process.version} · ${cpus().length} x ${cpus()[0]?.model} · load average before ${load?.toFixed(2)}`
  process.stdout.write(
    values.json ? `${JSON.stringify({ title, results }, null, 2)}\n` : `${title}\n\n${report(results)}\n`
  )
}

/** A process that does what it is told. */
async function start(file, env = {}) {
  const child = fork(join(import.meta.dirname, file), { execArgv: ['--expose-gc'], env: { ...process.env, ...env } })
  const [{ port }] = await once(child, 'message')
  const waiting = new Map()
  child.on('message', ({ id, result }) => waiting.get(id)?.(result))
  child.once('exit', (code) => code && process.exit(code))
  let lastId = 0
  const tell = (name, options) => {
    return new Promise((resolve) => {
      waiting.set(++lastId, resolve)
      child.send({ id: lastId, name, options })
    })
  }
  return { port, tell, stop: () => child.disconnect() }
}

/**
 * All chargers connect at once: CPU time and memory of a connection, of the nodes that `usage` asks. Others connect before
 * them, because what the first connections cost is mostly compilation, which each process does for itself.
 */
async function measureStorm(nodes, fleet) {
  const usage = () => Promise.all(nodes.map(({ tell }) => tell('usage')))
  const connect = async (share, from) => {
    for (const [index, { port }] of nodes.entries()) {
      await fleet.tell('connect', { port, from: from + index * share, count: share })
    }
    await sleep(1_000)
  }
  const share = Math.ceil(connections / nodes.length)
  await connect(Math.min(share, WARM_UP), connections)
  const before = await usage()
  await connect(share, 0)
  const after = await usage()
  const per = (key) =>
    after.reduce((sum, each, index) => sum + each[key] - before[index][key], 0) / (share * nodes.length)
  return { cpu: per('cpu'), heap: per('heap'), rss: per('rss') }
}

/** Without a cluster: what the others are compared with. As many processes, so that each has as many connections. */
async function storm() {
  const nodes = await Promise.all([start('node.mjs'), start('node.mjs')])
  const fleet = await start('chargers.mjs')
  try {
    return await measureStorm(nodes, fleet)
  } finally {
    for (const { stop } of [fleet, ...nodes]) stop()
  }
}

async function withCluster() {
  const env = { NATS: values.nats, PREFIX: `bench-${randomUUID()}` }
  const nodes = await Promise.all(['one', 'two'].map((NODE) => start('node.mjs', { ...env, NODE })))
  const fleet = await start('chargers.mjs')
  const [one, two] = nodes
  try {
    while ((await one.tell('nodes')) < 2) await sleep(100)
    const joined = await measureStorm(nodes, fleet)
    const identities = Array.from(
      { length: Math.min(chargers, Math.ceil(connections / 2)) },
      (_, index) => `BENCH-${index}`
    )
    const windows = { local: [], remote: [], localAlone: [], remoteAlone: [] }
    for (let round = 1; round <= rounds; round++) {
      process.stderr.write(`round ${round} of ${rounds}\n`)
      // Round by round both, so that what disturbs one disturbs the other.
      windows.local.push(await one.tell('calls', { identities, concurrency, seconds }))
      windows.remote.push(await two.tell('calls', { identities, concurrency, seconds }))
      windows.localAlone.push(await one.tell('calls', { identities, concurrency: 1, seconds }))
      windows.remoteAlone.push(await two.tell('calls', { identities, concurrency: 1, seconds }))
    }
    const of = (list) => {
      return Object.fromEntries(['rate', 'p50', 'p99'].map((key) => [key, median(list.map((each) => each[key]))]))
    }
    return { joined, ...Object.fromEntries(Object.entries(windows).map(([name, list]) => [name, of(list)])) }
  } finally {
    for (const { stop } of [fleet, ...nodes]) stop()
  }
}

function report({ alone, joined, local, remote, localAlone, remoteAlone }) {
  const row = (name, { rate, p50, p99 }) =>
    `${name.padEnd(26)} ${rate.toFixed(0).padStart(8)} ${p50.toFixed(2).padStart(8)} ${p99.toFixed(2).padStart(8)}`
  const verdict = (isReached) => (isReached ? 'yes' : 'NO')
  const [share, added] = [remote.rate / local.rate, remoteAlone.p50 - localAlone.p50]
  const [claim, memory] = [joined.cpu - alone.cpu, joined.heap - alone.heap]
  return [
    `calls of a node, ${concurrency} at a time, then one`,
    'holder                      calls/s   p50 ms   p99 ms',
    row('the same node', local),
    row('another node', remote),
    row('the same node, one', localAlone),
    row('another node, one', remoteAlone),
    '',
    `${connections} chargers connect at once`,
    'nodes                       CPU us   heap B    rss B   each',
    ...Object.entries({ 'two, without a cluster': alone, 'two, with NATS': joined }).map(
      ([name, { cpu, heap, rss }]) =>
        `${name.padEnd(26)} ${cpu.toFixed(0).padStart(7)} ${heap.toFixed(0).padStart(8)} ${rss.toFixed(0).padStart(8)}`
    ),
    '',
    'wanted, on an idle machine',
    `remote rate ${TARGETS.rate} of the local one: ${share.toFixed(2)}  ${verdict(share >= TARGETS.rate)}`,
    `p50 added by another node at most ${TARGETS.addedP50} ms: ${added.toFixed(2)}  ${verdict(added <= TARGETS.addedP50)}`,
    `CPU of a claim at most ${TARGETS.claim} us: ${claim.toFixed(0)}  ${verdict(claim <= TARGETS.claim)}`,
    `memory of a claim at most ${TARGETS.memory} B: ${memory.toFixed(0)}  ${verdict(memory <= TARGETS.memory)}`
  ].join('\n')
}
