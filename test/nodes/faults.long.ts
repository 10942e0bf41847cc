import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { emptyDatabase, noPostgres, open } from '../database/support.js'
import { checkBooks } from '../ledger/faults/books.js'
import { Fleet } from '../ledger/faults/fleet.js'
import { cutDatabase } from '../ledger/faults/server.js'
import { type Charger, connectCharger } from '../support/charger.js'
import { numberOf, optionOf } from '../support/long.js'
import { OwnPostgres } from '../support/own-postgres.js'
import { until } from '../support/wait.js'
import { Installation, type Place } from './installation.js'
import { BusyOperator } from './operator.js'
import { noNats } from './support.js'

const SIZE = 20
const RECOVERY_MS = 120_000

/** The clocks of the nodes, in milliseconds from the right time. What minutes do is in docs/scaling.md. */
const SHIFT_MS = numberOf('seconds', 0) * 1_000
const CLOCK_SHIFTS = [0, SHIFT_MS, -SHIFT_MS]
const CLOCK = import.meta.resolve('./shifted-clock.mjs')

interface Scene extends Pick<Installation, 'places' | 'nats' | 'DATABASE_URL'> {
  installation: Installation
  /** The node that something happens to. */
  place: Place
  postgres: OwnPostgres
  fleet: Fleet
  operator: BusyOperator
}

interface Fault {
  name: string
  happen(scene: Scene): Promise<void>
}

/** Each happens to one of three nodes, or to all, while a fleet charges and an operator calls. */
const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of a node',
    async happen({ installation, place }) {
      place.node.process.kill('SIGKILL')
      await place.node.process.exited()
      await installation.restart(place)
    }
  },
  {
    name: 'SIGTERM of a node',
    async happen({ installation, place }) {
      place.node.process.kill('SIGTERM')
      assert.equal(await place.node.process.exited(), 0)
      await installation.restart(place)
    }
  },
  {
    name: 'a node stands still for 12 s, longer than its lease',
    async happen({ place }) {
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
    async happen({ place: { network } }) {
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
  },
  {
    name: 'PostgreSQL crashes and is started again',
    async happen({ postgres }) {
      await postgres.restart(3_000)
    }
  },
  {
    name: 'NATS is slow for a node',
    async happen({ place: { network } }) {
      network.delay = 700
      await sleep(8_000)
      network.delay = 0
    }
  },
  {
    name: 'a charge point connects to two nodes at once',
    async happen(scene) {
      const { client, identity } = await stolen(scene, 'LEDGER-0')
      // The charger of the fleet connects again, and takes over in its turn.
      assert.equal((await client.closed).code, REPLACED)
      assert.ok(scene.fleet.chargers.some((charger) => charger.identity === identity && charger.client.connected))
    }
  },
  {
    name: 'a node is cut off from NATS, and its charge point connects to another one',
    async happen(scene) {
      const { place, places } = scene
      const identity = await connectedTo(place)
      await place.network.shut()
      const other = places.find((one) => one !== place) as Place
      const { client } = await stolen(scene, identity, other)
      await sleep(3_000)
      await place.network.open()
      assert.equal((await client.closed).code, REPLACED)
    }
  }
]

const REPLACED = 4000

/** Connects with the identity of a charger of the fleet, to another node if none is given. */
async function stolen({ operator, places }: Scene, identity: string, to = places[0] as Place) {
  const protocol = Number(identity.split('-')[1]) % 2 === 0 ? 'ocpp1.6' : 'ocpp2.1'
  const client: Charger = await connectCharger(to.node.url.replace('http', 'ws'), identity, { protocol })
  client.onCall((_action, payload) => {
    operator.reached(String((payload as { data?: unknown }).data))
    return { status: 'Accepted' }
  })
  await client.call('Heartbeat', {})
  return { client, identity }
}

/** A charge point that is connected to a node. */
async function connectedTo({ node }: Place): Promise<string> {
  const id = (await node.nodes()).find(({ isSelf }) => isSelf)?.id
  let identity: string | undefined
  await until('a charge point is connected to it', async () => {
    const { items } = (await node.get('/charge-points?connected=true&limit=100')).body
    identity = items.find((item: { node?: string }) => item.node === id)?.identity
    return identity !== undefined
  })
  return identity ?? ''
}

describe('faults of several nodes whose clocks differ', { skip: noPostgres || noNats }, () => {
  it('lose no message, book none twice, and give each call one outcome', async (test) => {
    const postgres = await OwnPostgres.start(tmpdir())
    assert(postgres !== undefined)
    after(() => postgres.remove())
    const installation = await Installation.start({
      postgres: postgres.url,
      settingsOf: (index) => ({ NODE_OPTIONS: `--import=${CLOCK}`, CLOCK_SHIFT_MS: String(CLOCK_SHIFTS[index]) })
    })
    const { DATA_DIR } = await emptyDatabase('postgres')
    const database = open({ DATABASE_URL: installation.DATABASE_URL, DATA_DIR, DATABASE_POOL_SIZE: 4 })
    const fleet = new Fleet(installation.url, { size: SIZE, seed: 1 })
    const identities = fleet.chargers.map(({ identity }) => identity)
    const operator = new BusyOperator((turn, path, body) => installation.post(turn, path, body), identities)
    for (const { client } of fleet.chargers) {
      const answer = ({ data }: { data?: unknown }) => {
        operator.reached(String(data))
        return { status: 'Accepted' }
      }
      client.on('DataTransfer' as never, answer as never)
    }
    await fleet.start()
    operator.start()
    for (const [index, fault] of FAULTS.filter(({ name }) => name.includes(optionOf('only') ?? '')).entries()) {
      const place = installation.places[index % installation.places.length]
      assert(place !== undefined)
      await sleep(1_000)
      const { places, nats, DATABASE_URL } = installation
      await fault.happen({ installation, places, nats, DATABASE_URL, place, postgres, fleet, operator })
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
