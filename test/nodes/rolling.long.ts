import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createChargePoint } from 'fastify-ocpp/charge-point'
import { noPostgres } from '../database/support.js'
import { until } from '../support/wait.js'
import { Installation } from './installation.js'
import { BusyOperator } from './operator.js'
import { noNats } from './support.js'

const SIZE = 60
/** Milliseconds between two sockets that are closed, about; together they would be a storm. */
const PACE_MS = 5

describe('a rolling update', { skip: noPostgres || noNats }, () => {
  it('gives each call one outcome, next to none a refusal, and spreads the reconnects', async () => {
    const installation = await Installation.start()
    let open = [...installation.places]
    const identities = Array.from({ length: SIZE }, (_, index) => `ROLLING-${index}`)
    const operator = new BusyOperator(() => open, identities)
    const left: number[] = []
    const clients = identities.map((identity) => {
      const reconnect = { waitMinimum: 200, randomRange: 200, repeatTimes: 1 }
      const client = createChargePoint({ url: installation.url, identity, protocols: ['ocpp1.6'], reconnect })
      client.on('DataTransfer', ({ data }) => {
        operator.reached(String(data))
        return { status: 'Accepted' }
      })
      client.events.on('disconnect', () => left.push(performance.now()))
      return client
    })
    after(() => Promise.all(clients.map((client) => client.close())))
    for (const client of clients) {
      await client.connect()
      await client.call('BootNotification', { chargePointVendor: 'Test', chargePointModel: 'Rolling' })
    }
    operator.start()
    for (const place of installation.places) {
      left.length = 0
      // As a load balancer does when the health check fails.
      open = installation.places.filter((other) => other !== place)
      installation.balancer.ports = open.map(({ node }) => node.port)
      place.node.process.kill('SIGTERM')
      await place.node.process.exited()
      await installation.restart(place)
      await installation.whole()
      await until('all chargers are back', () => clients.every(({ connected }) => connected))
      open = [...installation.places]
      installation.balancer.ports = open.map(({ node }) => node.port)
      const span = Math.max(...left) - Math.min(...left)
      assert.ok(left.length > 5 && span > (left.length * PACE_MS) / 2, `${left.length} left within ${span} ms`)
    }
    await operator.stop()
    operator.check()
    const failed = operator.outcomes.filter(({ status }) => status !== 200)
    // On a machine that is busy with something else a node may be silent for so long that a request is refused.
    for (const { status, sent, text } of failed) assert.ok(status === 503 && !sent, text)
    assert.ok(failed.length < operator.outcomes.length / 50, `${failed.length} of ${operator.outcomes.length}`)
    assert.ok(operator.outcomes.length > SIZE)
  })
})
