import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from '@nats-io/transport-node'
import { NotConnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import { natsCluster } from 'fastify-ocpp/nats'
import { connectCharger } from '../support/charger.js'
import { startServer } from '../support/server.js'
import { until } from '../support/wait.js'
import { connectTo, openNats, startNodes } from './support.js'

const SERVER = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find(existsSync)
const skip = SERVER === undefined && process.env.REQUIRE_SERVICES !== '1' ? 'nats-server is not installed' : false

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  assert(typeof address === 'object' && address !== null)
  return address.port
}

async function startNats(port: number, args: readonly string[] = []): Promise<ChildProcess> {
  assert(SERVER !== undefined, 'nats-server is installed')
  const child = spawn(SERVER, ['-a', '127.0.0.1', '-p', String(port), ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  after(() => child.kill('SIGKILL'))
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (text: Buffer) => {
      if (text.includes('Server is ready')) resolve()
    })
  })
  return child
}

test('a restart of the NATS server loses only the calls of that time', { skip }, async () => {
  const port = await freePort()
  const first = await startNats(port)
  const servers = `nats://127.0.0.1:${port}`
  const nodes = await startNodes({ join: async (node) => natsCluster(await openNats(servers), { node }) })
  const [one, two] = nodes
  assert(one && two)
  const charger = await connectTo(one, 'CP-1')
  charger.onCall(() => ({ status: 'Accepted' }))
  assert.deepEqual(await two.app.ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
  first.kill('SIGKILL')
  await once(first, 'exit')
  await until('its loss is noticed', () => nodes.every(({ app }) => app.ocpp.cluster?.isConnected === false))
  assert.deepEqual(await one.app.ocpp.call('CP-1', 'ClearCache', {}), { status: 'Accepted' })
  await assert.rejects(two.app.ocpp.call('CP-1', 'ClearCache', {}), UnreachableError)
  await startNats(port)
  await until('it is back', () => nodes.every(({ app }) => app.ocpp.cluster?.isConnected === true))
  await until('the charge point is reached again', async () => {
    const answer = await two.app.ocpp.call('CP-1', 'ClearCache', {}).catch((error: unknown) => {
      assert(error instanceof NotConnectedError || error instanceof UnreachableError, String(error))
    })
    return answer !== undefined
  })
})

test('a prefix that is no subject is refused', { skip }, async () => {
  const port = await freePort()
  await startNats(port)
  const connection = await openNats(`nats://127.0.0.1:${port}`)
  for (const prefix of ['', 'a b', 'a.*', '>', '.a']) {
    assert.throws(() => natsCluster(connection, { prefix }), /prefix must be words/)
  }
  const cluster = natsCluster(connection)
  assert.match(cluster.node, /^.+-[0-9a-f]{8}$/)
  await connection.close()
  assert.equal(cluster.isConnected, false)
})

const RIGHTS = `authorization { users: [
  { user: node, password: right, permissions: { publish: "test.>", subscribe: ["test.beat.*", "test.claim.*"] } }
] }`

test('a user without the rights is told in the log, and the connection stays', { skip }, async () => {
  const port = await freePort()
  const directory = await mkdtemp(join(tmpdir(), 'nats-'))
  after(() => rm(directory, { recursive: true }))
  await writeFile(join(directory, 'nats.conf'), RIGHTS)
  await startNats(port, ['-c', join(directory, 'nats.conf')])
  const options = { servers: `nats://127.0.0.1:${port}`, user: 'node', pass: 'right', reconnectTimeWait: 50 }
  const connection = await connect({ ...options, maxReconnectAttempts: -1 })
  after(() => connection.close())
  let disconnects = 0
  const statuses = connection.status()
  const watch = (async () => {
    for await (const { type } of statuses) if (type === 'disconnect') disconnects++
  })()
  watch.catch(() => undefined)
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const cluster = natsCluster(connection, { prefix: 'test', node: 'one' })
  const server = await startServer({ cluster }, () => undefined, { logger: { level: 'warn', stream } })
  await until('it is told', () => lines.some((line) => line.includes('the bus of the cluster refuses a subject')))
  await connection.flush()
  assert.deepEqual([disconnects, server.app.ocpp.cluster?.isConnected], [0, true])
  const told = lines.filter((line) => line.includes('refuses a subject'))
  assert.match(told[0] ?? '', /Permissions Violation/)
})

test('an app whose connection to NATS is drained first goes on without the others, and closes', { skip }, async () => {
  const port = await freePort()
  await startNats(port)
  const connection = await openNats(`nats://127.0.0.1:${port}`)
  const cluster = natsCluster(connection, { prefix: 'test' })
  const server = await startServer({ cluster, authenticate: () => ({ accept: true, registration: 'Accepted' }) })
  const charger = await connectCharger(server.url, 'CP-1')
  const draining = connection.drain()
  assert.equal(server.app.ocpp.cluster?.isConnected, false)
  await assert.rejects(server.app.ocpp.call('CP-2', 'ClearCache', {}), UnreachableError)
  await draining
  cluster.publish('beat.x', 'late')
  cluster.request('beat.x', 'late', { nobody: assert.fail, reply: assert.fail })()
  await charger.close()
  await server.close()
})
