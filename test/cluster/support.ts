import { randomUUID } from 'node:crypto'
import { connect as connectSocket } from 'node:net'
import { after, describe } from 'node:test'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Cluster } from 'fastify-ocpp'
import { type MemoryNode, memoryCluster } from 'fastify-ocpp/cluster'
import { natsCluster } from 'fastify-ocpp/nats'
import operatorRoutes from 'fastify-ocpp/rest'
import { type Charger, connectCharger } from '../support/charger.js'
import { answerBasics, type ServerOptions, startServer, type TestServer } from '../support/server.js'
import { until } from '../support/wait.js'

const HOST = '127.0.0.1'
const PORT = 4222

/** Makes the nodes of one cluster. */
export interface Bus {
  join(name: string): Promise<Cluster>
}

async function isNatsThere(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(PORT, HOST)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.unref()
  })
}

/** A cluster in this process. */
export function inMemory(options: { maxPayload?: number } = {}): Bus & { join(name: string): Promise<MemoryNode> } {
  const join = memoryCluster(options)
  return { join: async (name) => join(name) }
}

/** A cluster over the NATS server of this machine, with subjects of its own. */
export function overNats(): Bus {
  const prefix = `test-${randomUUID()}`
  return {
    join: async (node) => {
      const connection = await openNats()
      return natsCluster(connection, { prefix, node })
    }
  }
}

/** A connection to the NATS server that is closed after the calling test. */
export async function openNats(servers = `nats://${HOST}:${PORT}`): Promise<NatsConnection> {
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  after(() => connection.close())
  return connection
}

/** Defines the same tests for both kinds of bus. */
export function onEachBus(name: string, define: (bus: () => Bus) => void): void {
  describe(`${name} (in memory)`, () => define(inMemory))
  const skip = process.env.REQUIRE_SERVICES === '1' ? false : 'NATS does not run on 127.0.0.1:4222'
  describe(`${name} (NATS)`, { skip: isThere ? false : skip }, () => define(overNats))
}

const isThere = await isNatsThere()

/** Applications that are nodes of one cluster and know each other. */
export async function startNodes(bus: Bus, count = 2, options: ServerOptions = {}): Promise<TestServer[]> {
  const servers: TestServer[] = []
  for (let index = 0; index < count; index++) {
    const cluster = await bus.join(`node-${index + 1}`)
    const authenticate = () => ({ accept: true, registration: 'Accepted' }) as const
    servers.push(await startServer({ authenticate, cluster, ...options }, setUp))
  }
  await until('the nodes know each other', () => {
    return servers.every(({ app }) => app.ocpp.cluster?.nodes().length === count)
  })
  return servers
}

/** A charge point whose connection all nodes can call. */
export async function connectTo(
  { url, app }: TestServer,
  identity: string,
  protocol: 'ocpp1.6' | 'ocpp2.0.1' = 'ocpp1.6'
): Promise<Charger> {
  const charger = await connectCharger(url, identity, { protocol })
  await charger.call('Heartbeat')
  // What the node has published so far has reached the bus.
  await clusterOf(app).flush()
  return charger
}

/** Answers what chargers always send, and has the routes of operators. */
async function setUp(app: TestServer['app']): Promise<void> {
  answerBasics(app)
  await app.register(operatorRoutes)
}

function clusterOf(app: TestServer['app']): Cluster {
  return (app.ocpp.cluster as unknown as { cluster: Cluster }).cluster
}
