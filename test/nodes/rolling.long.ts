import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { describe, it } from 'node:test'
import { emptyDatabase, noPostgres, open } from '../database/support.js'
import { checkBooks } from '../ledger/faults/books.js'
import { Fleet } from '../ledger/faults/fleet.js'
import { numberOf } from '../support/long.js'
import { until } from '../support/wait.js'
import { Installation } from './installation.js'
import { BusyOperator, type Post } from './operator.js'
import { NODE_TOKEN, noNats } from './support.js'

const SIZE = numberOf('chargers', 150)
/** Milliseconds between two messages of a charger. */
const CALM = 1_000
/** Milliseconds between two sockets that are closed, about; together they would be a storm. */
const PACE_MS = 5
const PATIENCE = 120_000

describe('a rolling update', { skip: noPostgres || noNats }, () => {
  it('fails no call, loses no message, books none twice, and spreads the reconnects', async (test) => {
    const installation = await Installation.start({ isChecking: true })
    const { DATA_DIR } = await emptyDatabase('postgres')
    const database = open({ DATABASE_URL: installation.DATABASE_URL, DATA_DIR, DATABASE_POOL_SIZE: 4 })
    const fleet = new Fleet(installation.url, { size: SIZE, seed: 2, calm: CALM })
    const left: number[] = []
    const operator = new BusyOperator(
      through(installation.balancer.port),
      fleet.chargers.map(({ identity }) => identity)
    )
    for (const { client } of fleet.chargers) {
      const answer = ({ data }: { data?: unknown }) => {
        operator.reached(String(data))
        return { status: 'Accepted' }
      }
      client.on('DataTransfer' as never, answer as never)
      client.events.on('disconnect', () => left.push(performance.now()))
    }
    await fleet.start()
    operator.start()
    for (const place of installation.places) {
      left.length = 0
      const [before, called] = [fleet.acknowledged, operator.outcomes.length]
      place.node.process.kill('SIGTERM')
      assert.equal(await place.node.process.exited(), 0, place.node.process.output().slice(-2000))
      await installation.restart(place)
      await installation.whole()
      const isBack = () => fleet.chargers.every(({ client }) => client.connected)
      await until('all chargers are back', isBack, PATIENCE)
      await until('the fleet charges', () => fleet.acknowledged > before + SIZE, PATIENCE)
      await until('the operator calls', () => operator.outcomes.length > called + 50, PATIENCE)
      operator.check()
      // Whoever lost its connection lost it once, because the node asked for it.
      const span = Math.max(...left) - Math.min(...left)
      test.diagnostic(`${left.length} of ${SIZE} chargers moved within ${Math.round(span)} ms`)
      assert.ok(left.length > SIZE / 10 && left.length < SIZE, `${left.length} left`)
      assert.ok(span > (left.length * PACE_MS) / 2, `${left.length} left within ${span} ms`)
    }
    await operator.stop()
    await fleet.stop()
    operator.check()
    await checkBooks(database, fleet, { isFinal: true })
    const failed = operator.outcomes.filter(({ status }) => status !== 200)
    assert.deepEqual(failed, [])
    test.diagnostic(`${operator.outcomes.length} calls, ${fleet.acknowledged} messages`)
  })
})

/** Posts through a load balancer, which opens a connection for each request. */
function through(port: number): Post {
  return async (_turn, path, body) => {
    const headers = { authorization: `Bearer ${NODE_TOKEN}`, 'content-type': 'application/json' }
    const where = { host: '127.0.0.1', port, path: `/api/v1${path}`, method: 'POST', headers, agent: false }
    const sent = request(where).end(JSON.stringify(body))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += part
    return { status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) }
  }
}
