import { emptyDatabase } from '../database/support.js'
import { createProxy, freePort, type Proxy as Network } from '../operate/proxy.js'
import { until } from '../support/wait.js'
import { Balancer } from './balancer.js'
import { NATS_RIGHTS, NatsServer, type NodeAnswer, NodeProcess } from './support.js'

/** A node that can be stopped and started again, with a network to NATS of its own. */
export interface Place {
  readonly settings: Record<string, string>
  readonly network: Network
  node: NodeProcess
}

export interface InstallationOptions {
  size?: number
  /** Whether the load balancer looks whether nodes are ready. Default: it does not. */
  isChecking?: boolean
  /** URL of an empty database. Default: one on the server of the tests. */
  postgres?: string
  /** More settings of a node. */
  settingsOf?(index: number): Record<string, string>
}

const PATIENCE = 60_000

/** Three nodes on one PostgreSQL and one NATS, behind a load balancer. */
export class Installation {
  readonly nats: NatsServer
  readonly places: readonly Place[]
  readonly balancer: Balancer
  readonly DATABASE_URL: string

  private constructor(DATABASE_URL: string, nats: NatsServer, places: readonly Place[], balancer: Balancer) {
    this.DATABASE_URL = DATABASE_URL
    this.nats = nats
    this.places = places
    this.balancer = balancer
  }

  static async start({
    size = 3,
    isChecking = false,
    postgres,
    settingsOf = () => ({})
  }: InstallationOptions = {}): Promise<Installation> {
    const DATABASE_URL = postgres ?? (await emptyDatabase('postgres', { withSchema: true })).DATABASE_URL ?? ''
    const nats = new NatsServer(await freePort(), NATS_RIGHTS)
    await nats.start()
    const places: Place[] = []
    for (let index = 0; index < size; index++) {
      const network = await createProxy({ host: '127.0.0.1', port: nats.port })
      await network.open()
      const own = { PORT: String(await freePort()), LOG_LEVEL: 'warn', DATABASE_POOL_SIZE: '6' }
      const settings: Record<string, string> = { ...own, ...settingsOf(index) }
      const shared = { DATABASE_URL, NATS_URL: `nats://node:right@127.0.0.1:${network.port}` }
      places.push({ settings: { ...settings, ...shared }, network, node: await startAt({ ...settings, ...shared }) })
    }
    const balancer = await Balancer.start(
      places.map(({ node }) => node.port),
      { isChecking }
    )
    const installation = new Installation(DATABASE_URL, nats, places, balancer)
    await installation.whole()
    return installation
  }

  /** `ws://127.0.0.1:port/ocpp`, where chargers connect to. */
  get url(): string {
    return `ws://127.0.0.1:${this.balancer.port}/ocpp`
  }

  /** Posts to the operator API of one node after the other. */
  post(turn: number, path: string, body: object): Promise<NodeAnswer> {
    const { node } = this.places[turn % this.places.length] as Place
    return node.request('POST', path, body)
  }

  async restart(place: Place): Promise<void> {
    place.node = await startAt(place.settings)
  }

  /** Resolves when every node reaches every other. */
  async whole(): Promise<void> {
    const isWhole = async ({ node }: Place) => {
      const nodes = await node.nodes().catch(() => [])
      return nodes.length === this.places.length && nodes.every(({ isReachable }) => isReachable)
    }
    for (const place of this.places) await until('the nodes reach each other', () => isWhole(place), PATIENCE)
  }
}

function startAt(settings: Record<string, string>): Promise<NodeProcess> {
  const { DATABASE_URL = '', NATS_URL = '', ...others } = settings
  return NodeProcess.start({ DATABASE_URL, NATS_URL }, others)
}
