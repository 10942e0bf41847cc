import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { after, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dialect } from '../../../lib/database/dialect.js'
import { onDatabases, open } from '../../database/support.js'
import { ALL_DATABASES } from '../../support/long.js'
import { INSTALLED, OwnPostgres } from '../../support/own-postgres.js'
import { until } from '../../support/wait.js'
import { checkBooks } from './books.js'
import { Fleet, randomOf } from './fleet.js'
import { cutDatabase, type Disk, databaseOf, mountDisk, Server, slowDatabase } from './server.js'

/** Longest time until the service has recovered by itself, a start from sources on a busy machine included. */
const RECOVERY_MS = 120_000

interface Scene {
  dialect: Dialect
  server: Server
  disk: Disk | undefined
  postgres: OwnPostgres | undefined
  random: () => number
}

/** A fault of the machine, and how it is made. */
export interface Fault {
  name: string
  applies(scene: Scene): boolean
  happen(scene: Scene): Promise<void>
}

const always = () => true

export const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9',
    applies: always,
    async happen({ server }) {
      await server.kill()
      await server.restart()
    }
  },
  {
    name: 'SIGSTOP, SIGCONT',
    applies: always,
    happen: ({ server }) => server.pause(2500)
  },
  {
    name: 'connections to the database cut',
    applies: ({ dialect }) => dialect === 'postgres',
    async happen({ server, random }) {
      for (let time = 0; time < 3; time++) {
        await cutDatabase(server.database)
        await sleep(100 * random())
      }
    }
  },
  {
    name: 'a slow database',
    applies: ({ dialect }) => dialect === 'postgres',
    happen: ({ server }) => slowDatabase(server.database, 2500)
  },
  {
    name: 'restarted PostgreSQL',
    applies: ({ postgres }) => postgres !== undefined,
    async happen({ postgres, random }) {
      await postgres?.restart()
      await sleep(200 * random())
      await postgres?.restart(1000 + 1000 * random())
    }
  },
  {
    name: 'a full disk',
    applies: ({ disk }) => disk !== undefined,
    async happen({ disk }) {
      await disk?.fill()
      await sleep(1500)
      await disk?.empty()
    }
  }
]

/** The service has to come back by itself; what it logged tells why it did not. */
async function recovered({ name }: Fault, { server }: Scene, isCharging: () => boolean): Promise<void> {
  try {
    await until(`the fleet charges again after ${name}`, isCharging, RECOVERY_MS)
  } catch (error) {
    throw new Error(`${(error as Error).message}; the server: ${server.output.slice(-4000)}`, { cause: error })
  }
}

/** One that is gone when the calling test is over. */
async function ownPostgres(): Promise<OwnPostgres | undefined> {
  const postgres = await OwnPostgres.start(tmpdir())
  if (postgres === undefined) assert.notEqual(process.env.REQUIRE_SERVICES, '1', `no PostgreSQL in ${INSTALLED}`)
  after(() => postgres?.remove())
  return postgres
}

export interface RunOptions {
  seed: number
  /** Chargers. */
  size: number
  /** Which faults come, one after the other. */
  faults(scene: Scene): Iterable<Fault>
  /** Milliseconds between two faults. */
  pause: number
  /** Default: both. */
  dialects?: readonly Dialect[]
}

/** Lets a fleet charge while things go wrong, and compares its list with the books after each of them. */
export function testFaults({ seed, size, faults, pause, dialects }: RunOptions): void {
  const name = `faults that must cost nothing, --seed ${seed}`
  const faultsOf = (dialect: Dialect) => {
    it('every message that was answered is booked once, and retries get the same answer', async (test) => {
      const disk = dialect === 'sqlite' ? await mountDisk(64) : undefined
      const postgres = dialect === 'postgres' ? await ownPostgres() : undefined
      const server = await Server.start(await databaseOf(dialect, { disk, postgres }))
      const database = open(server.database, { exclusive: false })
      const fleet = new Fleet(server.url, { size, seed })
      await fleet.start()
      const scene = { dialect, server, disk, postgres, random: randomOf(seed) }
      if (dialect === 'postgres' && postgres === undefined)
        test.diagnostic(`not restarted: no PostgreSQL in ${INSTALLED}`)
      for (const fault of faults(scene)) {
        await sleep(pause * (0.5 + scene.random()))
        await fault.happen(scene)
        const before = fleet.acknowledged
        await recovered(fault, scene, () => fleet.acknowledged > before + 2 * size)
        await checkBooks(database, fleet, { isFinal: false })
        test.diagnostic(`${fault.name}: ${fleet.acknowledged} messages in the books`)
      }
      await until('the fleet has charged a lot', () => fleet.acknowledged > 10 * size, RECOVERY_MS)
      await fleet.stop()
      await checkBooks(database, fleet, { isFinal: true })
    })
  }
  onDatabases(name, faultsOf, dialects ?? ALL_DATABASES)
}
