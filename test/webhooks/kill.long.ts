import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Process, startProcess } from '../app/process.js'
import { BEARER, TOKEN } from '../app/support.js'
import { emptyDatabase, onBothDatabasesAlways, open } from '../database/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'
import { byChargePoint, openReceiver, type ReceivedEvent } from './receiver.js'
import { LOCAL } from './support.js'

/** A lease of the process before has to end, on a machine with a lot to do. */
const PATIENCE_MS = 120_000
const CHARGERS = 8
const ROUNDS = 3
/** Transactions that have to be over before the process is killed, more each round. */
const PER_ROUND = 60

/** Charges again and again until its connection is lost. */
async function charge(charger: Charger, onStopped: () => void): Promise<void> {
  try {
    for (let meter = 0; ; meter++) {
      const timestamp = new Date().toISOString()
      const started = await charger.call('StartTransaction', {
        connectorId: 1,
        idTag: 'A',
        meterStart: meter,
        timestamp
      })
      if (started.type !== 3) continue
      const { transactionId } = started.payload
      const stopped = await charger.call('StopTransaction', { transactionId, meterStop: meter, timestamp })
      if (stopped.type === 3) onStopped()
    }
  } catch {
    // It was killed.
  }
}

async function post(process: Process, path: string, body: object): Promise<Response> {
  return fetch(`${await process.url()}/api/v1${path}`, {
    method: 'POST',
    headers: { ...BEARER, 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
}

/** The transaction and type of an event. */
function nameOf({ chargePoint, data }: ReceivedEvent): string {
  return `${chargePoint} ${data.transactionId} ${data.eventType}`
}

/** The first time that each of them came. */
function firsts(names: readonly string[]): string[] {
  return [...new Set(names)]
}

onBothDatabasesAlways('kill -9', (dialect) => {
  it('loses no event of a committed transaction, and keeps their order', async () => {
    const database = await emptyDatabase(dialect, { withSchema: true })
    const receiver = await openReceiver()
    let count = 0
    receiver.answer(() => (++count % 7 === 0 ? 503 : 204))
    const settings = {
      ...LOCAL,
      OPERATOR_TOKEN: TOKEN,
      LOG_LEVEL: 'warn',
      DATA_DIR: database.DATA_DIR,
      ...(database.DATABASE_URL !== undefined && { DATABASE_URL: database.DATABASE_URL })
    }
    let process = await startProcess(settings, database.DATA_DIR)
    // While it does not reach the database, 503 is the answer.
    const isMade = async () => {
      const { status } = await post(process, '/webhooks', { url: receiver.url, filter: { types: ['transaction'] } })
      return status === 201
    }
    await until('the webhook is made', isMade, PATIENCE_MS)

    let stopped = 0
    for (let round = 1; round <= ROUNDS; round++) {
      const url = (await process.url()).replace('http', 'ws')
      const charging = Array.from({ length: CHARGERS }, async (_, index) => {
        const charger = await connectCharger(url, `CP-${index}`, { boot: true })
        await charge(
          charger.onCall(() => ({ status: 'Rejected' })),
          () => stopped++
        )
      })
      await until('many transactions are over', () => stopped >= round * PER_ROUND, PATIENCE_MS)
      process.kill('SIGKILL')
      await process.exited()
      await Promise.all(charging)
      process = await startProcess(settings, database.DATA_DIR)
      await process.url()
    }

    const { db } = open(database, { exclusive: false })
    const committed = async () => {
      const rows = await db
        .selectFrom('transaction_events as event')
        .innerJoin('charge_points as chargePoint', 'chargePoint.id', 'event.charge_point_id')
        .select(['chargePoint.identity', 'event.transaction_id', 'event.event_type'])
        .orderBy('event.id')
        .execute()
      return rows.map((row) => `${row.identity} ${row.transaction_id} ${row.event_type}`)
    }
    const names = await committed()
    assert.ok(names.length >= 2 * ROUNDS * PER_ROUND)
    const delivered = () => new Set(receiver.requests.map(({ event }) => nameOf(event)))
    await until('everything was delivered', () => names.every((name) => delivered().has(name)), PATIENCE_MS)

    // The first deliveries of all events are in the order in which they were committed.
    for (const [chargePoint, events] of byChargePoint(receiver.requests)) {
      const told = firsts(events.map(nameOf)).filter((name) => !name.endsWith('Closed'))
      assert.deepEqual(
        told,
        names.filter((name) => name.startsWith(`${chargePoint} `))
      )
    }
    // The same event has the same id whenever it comes.
    for (const { event, headers } of receiver.requests) assert.equal(headers['webhook-id'], event.id)
    const ids = new Map(receiver.requests.map(({ event }) => [nameOf(event), event.id]))
    for (const { event } of receiver.requests) assert.equal(ids.get(nameOf(event)), event.id)
    process.kill('SIGTERM')
    assert.equal(await process.exited(), 0)
  })
})
