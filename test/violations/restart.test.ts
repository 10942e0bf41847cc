import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Whereabouts } from '../../lib/charge-points/whereabouts.js'
import type { Dialect } from '../../lib/database/dialect.js'
import type { PublishedEvent } from '../../lib/events/event.js'
import type { Publisher } from '../../lib/events/publisher.js'
import { awayChargePoints, MAX_AWAY_MS } from '../../lib/problems/charge-points.js'
import { Problems } from '../../lib/problems/problems.js'
import { migrated, onBothDatabases, writerOf } from '../database/support.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-03-02T08:00:00Z')

/** Problems of a back-end whose charge points are all away, with a clock to turn. */
async function installation(dialect: Dialect) {
  const database = await migrated(dialect)
  const writer = writerOf(database)
  const { db } = database
  let time = START
  const add = (identity: string, disconnectedAt: number) =>
    writer.append('charge_points', [
      {
        identity,
        identity_key: identity.toLowerCase(),
        last_connected_at: disconnectedAt - HOUR,
        last_disconnected_at: disconnectedAt,
        created_at: START,
        updated_at: START
      }
    ])
  const startProcess = () => {
    const published: string[] = []
    const publish = ({ chargePoint, data }: PublishedEvent) =>
      published.push(`${String((data as { change: string }).change)} ${chargePoint}`)
    const whereabouts = new Whereabouts({ live: { has: () => false, get: () => undefined } })
    const [startedAt, now] = [time, () => time]
    const problems = new Problems({
      db,
      writer,
      publisher: { publish } as unknown as Publisher,
      settledAt: startedAt + MAX_AWAY_MS,
      now,
      sources: [awayChargePoints(db, { whereabouts, startedAt, now })]
    })
    return { problems, published }
  }
  return { add, startProcess, pass: (milliseconds: number) => (time += milliseconds) }
}

onBothDatabases('a restart of the back-end', (dialect) => {
  it('keeps what operators acknowledged, and raises nothing that was raised before', async () => {
    const { add, startProcess, pass } = await installation(dialect)
    await add('LONG-AWAY', START - HOUR)
    const before = startProcess()
    await before.problems.check()
    pass(20 * MINUTE)
    await before.problems.check()
    const [away] = await before.problems.list()
    await before.problems.acknowledge(away?.id ?? '', { operator: 'anna', note: 'waits for a spare part' })

    const after = startProcess()
    await after.problems.check()
    await add('GONE-MEANWHILE', START + 19 * MINUTE)
    pass(20 * MINUTE)
    await after.problems.check()
    assert.deepEqual(after.published, ['raised GONE-MEANWHILE'])
    const listed = await after.problems.list()
    assert.deepEqual(
      listed.map(({ chargePoint, acknowledgement }) => [chargePoint, acknowledgement?.note]),
      [
        ['LONG-AWAY', 'waits for a spare part'],
        ['GONE-MEANWHILE', undefined]
      ]
    )
  })
})
