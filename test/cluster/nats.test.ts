import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { NotConnectedError } from 'fastify-ocpp'
import { UnreachableError } from 'fastify-ocpp/cluster'
import { natsCluster } from 'fastify-ocpp/nats'
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

async function startNats(port: number): Promise<ChildProcess> {
  assert(SERVER !== undefined, 'nats-server is installed')
  const child = spawn(SERVER, ['-a', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] })
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
