import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { memoryCluster } from 'fastify-ocpp/cluster'
import { BEARER, operate, startBackend } from '../app/support.js'
import { administer, createWithSchema, noPostgres, urlOf } from '../database/support.js'
import { type Charger, connectCharger, NO_ANSWER } from '../support/charger.js'
import { listenUntilClosed, type TestServer } from '../support/server.js'
import { until, within } from '../support/wait.js'

const REPLACED = 4000

const DATABASE = `take_over_${process.pid}`

async function startPair(): Promise<[TestServer, TestServer]> {
  await createWithSchema(DATABASE)
  const DATABASE_URL = urlOf(DATABASE)
  const join = memoryCluster()
  const start = async (node: string) => {
    const options = { sharedDatabase: true, cluster: join(node) }
    const server = await startBackend({ DATABASE_URL }, options, listenUntilClosed)
    await within('the database', server.app.database.ready, 60_000)
    return server
  }
  return [await start('one'), await start('two')]
}

describe('two nodes that a charge point moves between', { skip: noPostgres }, () => {
  let one: TestServer
  let two: TestServer
  before(async () => {
    ;[one, two] = await startPair()
  })
  after(async () => {
    await Promise.all([one, two].map((server) => server?.close()))
    await administer(`drop database if exists ${DATABASE} with (force)`)
  })

  /** The node that lists name for a connected charge point. */
  async function listedAt(server: TestServer, identity: string): Promise<string | undefined> {
    const { items } = (await operate(server, 'GET', '/charge-points?connected=true')).json()
    return items.find((item: { identity: string }) => item.identity === identity)?.node
  }

  /** A connection to `one`, and a silent one to `two` that takes over from it. */
  async function takeOver(identity: string): Promise<{ old: Charger; newcomer: Charger }> {
    const old = await connectCharger(one.url, identity, { boot: true })
    await until('it is stored', async () => (await listedAt(two, identity)) === 'one')
    const newcomer = await connectCharger(two.url, identity)
    return { old, newcomer }
  }

  it('list the older connection again when the newer one ends before it was used', async () => {
    for (;;) {
      const { old, newcomer } = await takeOver('CP-BACK')
      // The newer one replaces it when it is open for two seconds: then this comes too late.
      await until('the newer one is stored, and has ended the older one in the lists', async () => {
        const { items } = (await operate(two, 'GET', '/charge-points/CP-BACK/connections')).json()
        return old.ws.readyState !== 1 || items.some(({ reason }: { reason?: string }) => reason === 'unknown')
      })
      const events: string[] = []
      const end = two.app.events.subscribe(({ type, chargePoint }) => {
        if (chargePoint === 'CP-BACK') events.push(type)
      })
      newcomer.ws.terminate()
      await newcomer.gone
      if (old.ws.readyState === 1) {
        await until('all list it again', async () => {
          return (await listedAt(one, 'CP-BACK')) === 'one' && (await listedAt(two, 'CP-BACK')) === 'one'
        })
        await until('it is told', () => events.includes('connect'))
        end()
        assert.equal((await old.call('Heartbeat')).type, 3)
        return
      }
      end()
      await old.gone
    }
  })

  it('have the newer one make a call meanwhile, and save it once', async () => {
    const { old, newcomer } = await takeOver('CP-NEW')
    old.onCall(() => ({ status: 'Rejected' }))
    newcomer.onCall(() => ({ status: 'Accepted' }))
    const answer = await one.app.inject({
      method: 'POST',
      url: '/api/v1/charge-points/CP-NEW/calls/ClearCache',
      headers: { ...BEARER, 'idempotency-key': 'meanwhile' },
      payload: {}
    })
    assert.deepEqual([answer.statusCode, answer.json().result], [200, { status: 'Accepted' }])
    assert.equal((await old.closed).code, REPLACED)
    const { items } = (await operate(one, 'GET', '/charge-points/CP-NEW/calls')).json()
    assert.deepEqual(
      items.map(({ operator, status, messageId }: Record<string, string>) => [operator, status, messageId]),
      [['operator', 'answered', answer.json().messageId]]
    )
  })

  it('drop a call that waits at the other one when its client leaves', async () => {
    const charger = await connectCharger(one.url, 'CP-BUSY', { boot: true })
    charger.onCall(() => NO_ANSWER)
    const path = '/api/v1/charge-points/CP-BUSY/calls/ClearCache'
    const client = new AbortController()
    const post = (signal?: AbortSignal) => {
      const headers = { ...BEARER, 'content-type': 'application/json' }
      return fetch(`http://127.0.0.1:${two.port}${path}`, {
        method: 'POST',
        headers,
        body: '{}',
        signal: signal ?? null
      }).catch(() => undefined)
    }
    const first = post()
    const isPending = (count: number) => one.app.ocpp.chargePoints.get('CP-BUSY')?.pendingCalls === count
    await until('the first one is sent', () => isPending(1))
    const second = post(client.signal)
    await until('the second one waits', () => isPending(2))
    client.abort()
    await second
    await until('it no longer waits', () => isPending(1))
    charger.ws.terminate()
    await first
    assert.equal(charger.received.filter((frame) => frame.startsWith('[2,')).length, 1)
  })

  it('have a bulk call follow a charge point that leaves a node which shuts down', async () => {
    const path = '/api/v1/charge-points/CP-BULK/calls/ClearCache'
    const old = await connectCharger(one.url, 'CP-BULK', { boot: true })
    old.onCall(() => NO_ANSWER)
    // It keeps the connection open while the node shuts down.
    const outstanding = one.app.inject({ method: 'POST', url: path, headers: BEARER, payload: {} })
    await until('a call is outstanding', () => one.app.ocpp.chargePoints.get('CP-BULK')?.pendingCalls === 1)
    const closing = one.close()
    await until('the node shuts down', () => one.app.isDraining)
    const body = { action: 'ClearCache', identities: ['CP-BULK'] }
    const served = () => one.app.ocpp.cluster?.counters.served ?? 0
    const before = served()
    const bulk = operate(two, 'POST', '/calls', body)
    // The node answers that it does nothing any more.
    await until('the node was asked', () => served() > before)
    const frame = JSON.parse(old.received.find((text) => text.includes('"ClearCache"')) ?? '[]') as [number, string]
    old.send(3, frame[1], { status: 'Accepted' })
    await outstanding
    await old.gone
    const back = await connectCharger(two.url, 'CP-BULK')
    back.onCall(() => ({ status: 'Accepted' }))
    assert.equal((await back.call('Heartbeat')).type, 3)
    const { items } = (await within('the bulk call', bulk, 60_000)).json()
    assert.deepEqual(
      items.map(({ identity, status }: Record<string, string>) => [identity, status]),
      [['CP-BULK', 'answered']]
    )
    await closing
  })
})
