import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { startProcess } from '../app/process.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { freePort } from '../operate/proxy.js'
import { until } from '../support/wait.js'
import { NATS_RIGHTS, NatsServer, NODE_TOKEN, NodeProcess, noNats } from './support.js'

const SIZE = 6
const PATIENCE = 60_000

/** The processes that a process has started. [proc(5)] */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

describe('WORKERS', { skip: noPostgres || noNats }, () => {
  it('are nodes that share a port, are started again when they die, and stop together', async () => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const nats = new NatsServer(await freePort(), NATS_RIGHTS)
    await nats.start()
    const NATS_URL = `nats://node:right@127.0.0.1:${nats.port}`
    const many = { DATABASE_URL, NATS_URL, OPERATOR_TOKEN: NODE_TOKEN, WORKERS: '64', DATABASE_POOL_SIZE: '100' }
    const tooMany = await startProcess(many)
    assert.equal(await tooMany.exited(), 1)
    assert.match(
      tooMany.output(),
      /^Cannot start: WORKERS: 64 workers .* need 6464 connections, but PostgreSQL takes /m
    )

    const shared = await NodeProcess.start({ DATABASE_URL, NATS_URL }, { WORKERS: '2', DATABASE_POOL_SIZE: '4' })
    const isWhole = async () => {
      const nodes = await shared.nodes().catch(() => [])
      return nodes.length === 2 && nodes.every(({ isReachable }) => isReachable)
    }
    await until('both workers know each other', isWhole, PATIENCE)
    const chargers = []
    for (let index = 0; index < SIZE; index++) {
      const charger = await shared.connect(`WORKER-${index}`)
      chargers.push(charger.onCall(() => ({ status: 'Accepted' })))
    }
    for (const { identity } of chargers) {
      const call = await shared.request('POST', `/charge-points/${identity}/calls/ClearCache`, {})
      assert.equal(call.status, 200, JSON.stringify(call.body))
      assert.deepEqual(await metrics(shared), { connections: SIZE, nodes: 2 })
    }

    const workers = childrenOf(shared.process.pid)
    assert.equal(workers.length, 2)
    process.kill(workers[1] ?? 0, 'SIGKILL')
    const isBack = () => childrenOf(shared.process.pid).some((pid) => pid > 0 && !workers.includes(pid))
    await until('another one is started', isBack, PATIENCE)
    await until('both are whole again', isWhole, PATIENCE)

    const left = chargers.filter(({ ws }) => ws.readyState === 1)
    shared.process.kill('SIGTERM')
    for (const charger of left) assert.equal((await charger.closed).code, 1012)
    assert.equal(await shared.process.exited(), 0, shared.process.output().slice(-2000))
  })
})

/** What any worker answers for all of them. */
async function metrics({ url }: NodeProcess): Promise<{ connections: number; nodes: number }> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const sum = (name: string) => {
    const found = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)`, 'gm'))
    return [...found].reduce((total, [, value]) => total + Number(value), 0)
  }
  return { connections: sum('ocpp_connections'), nodes: sum('ocpp_cluster_nodes') }
}
