import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { after } from 'node:test'
import { type Process, startProcess } from '../app/process.js'
import { type Charger, type ChargerOptions, connectCharger } from '../support/charger.js'
import { until } from '../support/wait.js'

/** Where the package `nats-server` puts it. */
const SERVER = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find(existsSync)

/** Why nothing can be tested with a NATS server of its own; false when it can. */
export const noNats =
  SERVER === undefined && process.env.REQUIRE_SERVICES !== '1' ? 'nats-server is not installed' : false

/** The user of the nodes. */
export const NATS_RIGHTS = ['--user', 'node', '--pass', 'right']

/** A NATS server that a test starts and stops. */
export class NatsServer {
  readonly port: number
  readonly #arguments: readonly string[]
  #child: ChildProcess | undefined

  constructor(port: number, args: readonly string[] = []) {
    this.port = port
    this.#arguments = args
  }

  async start(): Promise<void> {
    if (SERVER === undefined) throw new Error('nats-server is not installed')
    const args = ['--addr', '127.0.0.1', '--port', String(this.port), ...this.#arguments]
    const child = spawn(SERVER, args, { stdio: 'ignore' })
    after(() => child.kill('SIGKILL'))
    this.#child = child
    await until('NATS listens', () => listens(this.port))
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.end(() => resolve(true))).once('error', () => resolve(false))
  })
}

/** The operator token of all nodes. */
export const NODE_TOKEN = 'the-token-of-every-node'

/** Settings of nodes that share a database and a NATS server. */
export interface Shared {
  DATABASE_URL: string
  NATS_URL: string
}

export interface NodeAnswer {
  status: number
  headers: Headers
  /** Of JSON: whatever the test asked for. */
  body: ReturnType<typeof JSON.parse>
}

/** A back-end process that is one of several nodes. */
export class NodeProcess {
  readonly process: Process
  /** `http://127.0.0.1:port` */
  readonly url: string

  static async start(shared: Shared, settings: Record<string, string> = {}): Promise<NodeProcess> {
    const started = await startProcess({ ...shared, OPERATOR_TOKEN: NODE_TOKEN, ...settings })
    return new NodeProcess(started, await started.url())
  }

  constructor(started: Process, url: string) {
    this.process = started
    this.url = url
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  connect(identity: string, options: ChargerOptions = { boot: true }): Promise<Charger> {
    return connectCharger(this.url.replace('http', 'ws'), identity, options)
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {}
  ): Promise<NodeAnswer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${NODE_TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  get(path: string): Promise<NodeAnswer> {
    return this.request('GET', path)
  }

  /** How this node and others are called, in the order of their starts. */
  async nodes(): Promise<{ id: string; isSelf: boolean; isReachable: boolean; connections?: number }[]> {
    const { status, body } = await this.get('/nodes')
    if (status !== 200) throw new Error(`/nodes was answered ${status} ${JSON.stringify(body)}`)
    return body.items
  }
}
