import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { emptyDatabase, noPostgres, open } from '../database/support.js'
import { checkBooks } from '../ledger/faults/books.js'
import { Fleet } from '../ledger/faults/fleet.js'
import { cutDatabase } from '../ledger/faults/server.js'
import { until } from '../support/wait.js'
import { Installation, type Place } from './installation.js'
import { BusyOperator } from './operator.js'
import { noNats } from './support.js'

const SIZE = 20
const RECOVERY_MS = 120_000

interface Fault {
  name: string
  happen(installation: Installation, place: Place): Promise<void>
}

/** Each happens to one of three nodes, or to all, while a fleet charges and an operator calls. */
const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of a node',
    async happen(installation, place) {
      place.node.process.kill('SIGKILL')
      await place.node.process.exited()
      await installation.restart(place)
    }
  },
  {
    name: 'SIGTERM of a node',
    async happen(installation, place) {
      place.node.process.kill('SIGTERM')
      assert.equal(await place.node.process.exited(), 0)
      await installation.restart(place)
    }
  },
  {
    name: 'a node stands still for 12 s, longer than its lease',
    async happen(_installation, place) {
      place.node.process.kill('SIGSTOP')
      await sleep(12_000)
      place.node.process.kill('SIGCONT')
    }
  },
  {
    name: 'NATS is started again',
    async happen({ nats }) {
      await nats.stop()
      await sleep(3_000)
      await nats.start()
    }
  },
  {
    name: 'a node is cut off from NATS',
    async happen(_installation, { network }) {
      await network.shut()
      await sleep(8_000)
      await network.open()
    }
  },
  {
    name: 'connections to PostgreSQL break',
    async happen({ DATABASE_URL }) {
      await cutDatabase({ DATABASE_URL, DATA_DIR: '', DATABASE_POOL_SIZE: 2 })
    }
  }
]

describe('faults of several nodes', { skip: noPostgres || noNats }, () => {
  it('lose no message, book none twice, and give each call one outcome', async (test) => {
    const installation = await Installation.start()
    const { DATA_DIR } = await emptyDatabase('postgres')
    const database = open({ DATABASE_URL: installation.DATABASE_URL, DATA_DIR, DATABASE_POOL_SIZE: 4 })
    const fleet = new Fleet(installation.url, { size: SIZE, seed: 1 })
    const identities = fleet.chargers.map(({ identity }) => identity)
    const operator = new BusyOperator(() => installation.places, identities)
    for (const { client } of fleet.chargers) {
      const answer = ({ data }: { data?: unknown }) => {
        operator.reached(String(data))
        return { status: 'Accepted' }
      }
      client.on('DataTransfer' as never, answer as never)
    }
    await fleet.start()
    operator.start()
    for (const [index, fault] of FAULTS.entries()) {
      const place = installation.places[index % installation.places.length]
      assert(place !== undefined)
      await sleep(1_000)
      await fault.happen(installation, place)
      const before = fleet.acknowledged
      await until(
        `the fleet charges again after: ${fault.name}`,
        () => fleet.acknowledged > before + 2 * SIZE,
        RECOVERY_MS
      )
      await installation.whole()
      await checkBooks(database, fleet, { isFinal: false })
      operator.check()
      test.diagnostic(`${fault.name}: ${fleet.acknowledged} messages in the books, ${operator.outcomes.length} calls`)
    }
    await operator.stop()
    await fleet.stop()
    operator.check()
    await checkBooks(database, fleet, { isFinal: true })
    assert.ok(operator.outcomes.filter(({ status }) => status === 200).length > SIZE)
  })
})
