import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connect } from '@nats-io/transport-node'
import { startProcess } from '../app/process.js'
import { emptyDatabase, noPostgres } from '../database/support.js'
import { openReader } from '../events/reader.js'
import { freePort } from '../operate/proxy.js'
import { NO_ANSWER } from '../support/charger.js'
import { until, within } from '../support/wait.js'
import { NATS_RIGHTS, NatsServer, NODE_TOKEN, NodeProcess, noNats } from './support.js'

const HEADERS = { authorization: `Bearer ${NODE_TOKEN}` }

/** How a node of a later version describes itself. */
const LATER = {
  ...{ v: 1, node: 'later', version: '9.0.0', since: new Date().toISOString(), connections: 3, load: 0.5 },
  ...{ epoch: 0, listens: ['an-event-of-that-version'], region: 'north' }
}

async function metric({ url }: NodeProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: HEADERS })).text()
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
}

/** What a dead node leaves behind is cleaned up 15 s after its death at the latest, on an idle machine. */
const CLEAN_UP_PATIENCE = 60_000

describe('processes with NATS_URL', { skip: noPostgres || noNats }, () => {
  it('are one back-end', async (t) => {
    const { DATABASE_URL = '' } = await emptyDatabase('postgres', { withSchema: true })
    const port = await freePort()
    const nats = new NatsServer(port, NATS_RIGHTS)
    const shared = { DATABASE_URL, NATS_URL: `nats://node:right@127.0.0.1:${port}` }

    const waiting = await startProcess({ ...shared, OPERATOR_TOKEN: NODE_TOKEN })
    await until('it says that it waits', () => waiting.output().includes('NATS cannot be reached yet: waiting for it'))
    await nats.start()
    const wrong = await startProcess({
      ...shared,
      OPERATOR_TOKEN: NODE_TOKEN,
      NATS_URL: `nats://node:wrong@127.0.0.1:${port}`
    })
    assert.equal(await wrong.exited(), 1)
    assert.match(wrong.output(), /^Cannot start: NATS_URL: NATS rejects the credentials[^\n]*\n$/)
    const one = new NodeProcess(waiting, await waiting.url())
    const two = await NodeProcess.start(shared)

    await t.test('know each other', async () => {
      await until('both are reachable', async () => (await one.nodes()).every(({ isReachable }) => isReachable))
      const nodes = await two.nodes()
      assert.deepEqual(
        nodes.map(({ isSelf }) => isSelf),
        [false, true]
      )
    })

    const charger = await one.connect('CP-1')
    charger.onCall(() => ({ status: 'Accepted' }))
    const [{ id: first = '' } = {}] = await one.nodes()

    await t.test('call a charge point of another one, and save the call once', async () => {
      const call = await two.request('POST', '/charge-points/CP-1/calls/ClearCache', {})
      assert.deepEqual([call.status, call.body.result], [200, { status: 'Accepted' }])
      const listed = await two.get('/charge-points/CP-1/calls')
      assert.deepEqual(
        listed.body.items.map(({ messageId, operator, status }: Record<string, string>) => [
          messageId,
          operator,
          status
        ]),
        [[call.body.messageId, 'operator', 'answered']]
      )
    })

    await t.test('carry out operations, with the same problems', async () => {
      const reset = await two.request('POST', '/charge-points/cp-1/operations/reset', { type: 'graceful' })
      assert.deepEqual([reset.status, reset.body.status], [200, 'accepted'])
      const wrong = await two.request('POST', '/charge-points/CP-1/operations/reset', { type: 'hardly' })
      assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [400, '/type'])
      const away = await two.request('POST', '/charge-points/CP-1/calls/Fly', {})
      assert.equal(away.status, 422)
    })

    await t.test('carry out a repeated request once, whichever gets it', async () => {
      const key = { 'idempotency-key': 'once' }
      const made = await two.request('POST', '/charge-points/CP-1/calls/ClearCache', {}, key)
      const repeated = await one.request('POST', '/charge-points/CP-1/calls/ClearCache', {}, key)
      assert.equal(repeated.body.messageId, made.body.messageId)
      assert.equal(repeated.headers.get('idempotency-replayed'), 'true')
    })

    await t.test('list where a charge point is connected', async () => {
      await until('it is stored', async () => (await two.get('/charge-points?connected=true')).body.items.length === 1)
      for (const node of [one, two]) {
        const [listed] = (await node.get('/charge-points?connected=true')).body.items
        assert.deepEqual([listed.identity, listed.connected, listed.node], ['CP-1', true, first])
        assert.equal((await node.get('/summary')).body.chargePoints.connected, 1)
        const shown = (await node.get('/charge-points/CP-1')).body
        assert.deepEqual([shown.connected, shown.node, shown.counters !== undefined], [true, first, true])
      }
    })

    await t.test('make a bulk call to the charge points of all', async () => {
      const other = await two.connect('CP-2')
      other.onCall(() => ({ status: 'Accepted' }))
      const bulk = await two.request('POST', '/calls', { action: 'ClearCache', identities: ['CP-1', 'CP-2', 'CP-3'] })
      assert.deepEqual(
        bulk.body.items.map(({ identity, status }: Record<string, string>) => [identity, status]),
        [
          ['CP-1', 'answered'],
          ['CP-2', 'answered'],
          ['CP-3', 'failed']
        ]
      )
      const operation = { identities: ['CP-1', 'CP-2', 'CP-3'], body: {} }
      const cleared = await two.request('POST', '/operations/clear-cache', operation)
      assert.deepEqual(
        cleared.body.items.map((item: { status: string; outcome?: object }) => [item.status, item.outcome]),
        [
          ['answered', { ...cleared.body.items[0].outcome, operation: 'clear-cache', status: 'accepted' }],
          ['answered', { ...cleared.body.items[1].outcome, operation: 'clear-cache', status: 'accepted' }],
          ['failed', undefined]
        ],
        JSON.stringify(cleared.body)
      )
      await other.close()
    })

    const reader = await openReader(two.port, { query: '?type=boot&type=status', headers: HEADERS })
    await t.test('send the events of all, after a reconnect to another one, too', async () => {
      await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Available' })
      const [told] = await reader.events(1)
      assert.equal(JSON.parse(told?.data ?? '{}').chargePoint, 'CP-1')
      const again = await openReader(one.port, { query: '?type=status', headers: HEADERS, lastEventId: told?.id ?? '' })
      await charger.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' })
      const [next] = await again.events(1)
      assert.equal(next?.event, 'status')
      assert.equal(JSON.parse(next?.data ?? '{}').data.status, 'Preparing')
    })

    await t.test('follow the messages of a charge point of another one', async () => {
      const tail = await openReader(two.port, { path: '/charge-points/CP-1/messages', headers: HEADERS })
      await charger.call('DataTransfer', { vendorId: 'tail' })
      await until('it came', () => tail.blocks.some(({ data }) => data?.includes('"tail"') === true))
    })

    await t.test('change what applies to a charge point of another one', async () => {
      const put = await two.request('PUT', '/charge-points/CP-1', { traits: { heartbeatInterval: 77 } })
      assert.equal(put.status, 200)
      const { appliedTraits } = (await one.get('/charge-points/CP-1')).body
      assert.equal(JSON.stringify(appliedTraits).includes('77'), true)
    })

    await t.test('ignore and count foreign messages, and understand nodes of a later version', async () => {
      const stranger = await connect({ servers: `127.0.0.1:${port}`, user: 'node', pass: 'right' })
      const ignored = () => metric(one, 'ocpp_cluster_ignored_total')
      const before = await ignored()
      stranger.publish('ocpp.claim.cp-1', JSON.stringify({ ...LATER, v: 2, identity: 'CP-1', phase: 'confirm' }))
      stranger.publish('ocpp.beat.x', 'nonsense')
      stranger.publish('ocpp.call.cp-1', '[]')
      await until('they are counted', async () => (await ignored()) === before + 3)
      stranger.publish('ocpp.beat.later', JSON.stringify(LATER))
      await until('the later node is known', async () => (await metric(one, 'ocpp_cluster_nodes')) === 3)
      const ask = { v: 1, from: 'later', id: '1', identity: 'CP-1', kind: 'describe', why: 'a later version says so' }
      const reply = await stranger.request('ocpp.call.cp-1', JSON.stringify(ask))
      assert.equal(reply.json<{ ready: string }>().ready, first)
      const call = await two.request('POST', '/charge-points/CP-1/calls/ClearCache', {})
      assert.equal(call.status, 200)
      await stranger.close()
    })

    await t.test('disconnect a charge point of another one', async () => {
      const closed = await two.request('DELETE', '/charge-points/CP-1/connection')
      assert.equal(closed.status, 204)
      assert.equal((await charger.closed).code, 1000)
    })

    const moved = await one.connect('CP-1')
    const older = moved.closed
    const newer = await two.connect('CP-1')
    await t.test('keep the newer of two connections of a charge point', async () => {
      newer.onCall(() => NO_ANSWER)
      assert.equal((await older).code, 4000)
      const start = { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: new Date().toISOString() }
      assert.equal((await newer.call('StartTransaction', start)).type, 3)
    })

    await t.test('clean up after one that was killed', async () => {
      const call = one.request('POST', '/charge-points/CP-1/calls/ClearCache', {})
      const latest = async () => (await one.get('/charge-points/CP-1/calls?limit=1')).body.items[0]
      await until('the call is saved', async () => (await latest()).status === 'sent')
      const isStored = async () => (await one.get('/charge-points?connected=true')).body.items.length === 1
      await until('the connection is stored', isStored)
      const events = await openReader(one.port, { query: '?type=disconnect', headers: HEADERS })
      two.process.kill('SIGKILL')
      const lost = await within('the end of the call', call)
      assert.deepEqual([lost.status, lost.body.sent], [504, true])
      await until('one is left', async () => (await one.nodes()).length === 1, CLEAN_UP_PATIENCE)
      // What it stored last, it may not have told.
      const [gap, told] = await events.events(2)
      assert.equal(gap?.event, 'gap')
      const { chargePoint, data } = JSON.parse(told?.data ?? '{}')
      assert.deepEqual([chargePoint, data.reason], ['CP-1', 'node-lost'])
      assert.equal((await latest()).status, 'unknown')
      assert.deepEqual((await one.get('/charge-points?connected=true')).body.items, [])
    })

    await t.test('book what the charge point sends again to another one once', async () => {
      const back = await one.connect('CP-1')
      const stop = { transactionId: 0, meterStop: 500, timestamp: new Date().toISOString() }
      const [open] = (await one.get('/transactions')).body.items
      for (let time = 0; time < 2; time++) {
        const answer = await back.call('StopTransaction', { ...stop, transactionId: Number(open.transactionId) })
        assert.equal(answer.type, 3)
      }
      const { items } = (await one.get('/transactions')).body
      assert.deepEqual(
        items.map(({ energyWh, status }: Record<string, unknown>) => [energyWh, status]),
        [[500, 'ended']]
      )
    })
  })
})
