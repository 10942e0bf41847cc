import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { createProxy, freePort } from '../operate/proxy.js'
import { inLong } from '../support/long.js'
import { until } from '../support/wait.js'
import { NATS_RIGHTS, NatsServer, NODE_TOKEN, NodeProcess, noNats } from './support.js'

const WAITING = 'NATS cannot be reached yet: waiting for it'

describe('a process that is told to stop', { skip: noPostgres || noNats }, () => {
  it('exits with 0 while it waits for NATS', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const NATS_URL = `nats://127.0.0.1:${await freePort()}`
    const waiting = await startProcess({ DATABASE_URL, NATS_URL, OPERATOR_TOKEN: NODE_TOKEN })
    await until('it says that it waits', () => waiting.output().includes(WAITING), 60_000)
    waiting.kill('SIGTERM')
    assert.equal(await waiting.exited(), 0)
  })

  it('exits with 0 though PostgreSQL and NATS are away', async () => {
    const { node, cut } = await startNode()
    const charger = await node.connect('CP-1')
    await cut()
    node.process.kill('SIGTERM')
    assert.equal((await charger.closed).code, 1012)
    assert.equal(await node.process.exited(), 0, node.process.output().slice(-2000))
  })

  it('exits with 0 though a client never ends its request', inLong, async () => {
    const { node } = await startNode()
    const socket = connect(node.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    socket.write('POST /api/v1/calls HTTP/1.1\r\nhost: csms\r\ncontent-length: 9\r\n')
    node.process.kill('SIGTERM')
    assert.equal(await node.process.exited(), 0, node.process.output().slice(-2000))
    socket.destroy()
  })
})

/** A node, and a function that takes PostgreSQL and NATS away from it. */
async function startNode(): Promise<{ node: NodeProcess; cut(): Promise<void> }> {
  const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
  const nats = new NatsServer(await freePort(), NATS_RIGHTS)
  await nats.start()
  const { hostname: host, port, pathname, username } = new URL(DATABASE_URL)
  const database = await createProxy({ host, port: Number(port || 5432) })
  await database.open()
  const node = await NodeProcess.start({
    DATABASE_URL: `postgres://${username}@127.0.0.1:${database.port}${pathname}`,
    NATS_URL: `nats://node:right@127.0.0.1:${nats.port}`
  })
  const cut = async () => {
    await database.shut()
    await nats.stop()
  }
  return { node, cut }
}
