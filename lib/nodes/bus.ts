import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import type { Cluster } from 'fastify-ocpp'
import type { Log } from '../log.js'
import { type Config, ConfigError } from '../settings/settings.js'
import { backendVersion } from '../version.js'

/** How long one attempt to connect may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000
const MIN_RETRY_MS = 500
const MAX_RETRY_MS = 5_000
/** Between two attempts when the connection was lost, in milliseconds. */
const RECONNECT_MS = 500
/** How long the check of the rights may take, in milliseconds: a server that is slower has refused nothing. */
const CHECK_TIMEOUT_MS = 3_000
const NO_PERMISSION = 'PermissionViolationError'
/** A connection that answers no ping for twice as long is lost. Milliseconds. */
const PING_MS = 5_000

type BusSettings = Pick<Config, 'NATS_URL' | 'NATS_CREDENTIALS' | 'NATS_CA' | 'NATS_SUBJECT_PREFIX'>

/** The connection of this node to the others. */
export interface OpenBus {
  readonly cluster: Cluster
  close(): Promise<void>
}

/**
 * Connects to NATS and waits for it as long as it cannot be reached. `undefined` without NATS_URL.
 *
 * @throws ConfigError if NATS rejects the credentials or the subjects, or a file cannot be read
 */
export async function openBus(settings: BusSettings, log: Log): Promise<OpenBus | undefined> {
  const { NATS_URL, NATS_SUBJECT_PREFIX: prefix } = settings
  if (NATS_URL === undefined) return undefined
  const node = `${hostname()}-${randomUUID().slice(0, 8)}`
  const connection = await connectPatiently({ ...(await optionsOf(settings, NATS_URL)), name: node }, log)
  await checkRights(connection, prefix)
  const { natsCluster } = await import('fastify-ocpp/nats')
  const version = backendVersion()
  const cluster = natsCluster(connection, { prefix, node, ...(version !== undefined && { version }) })
  return { cluster, close: () => connection.close() }
}

async function connectPatiently(options: NodeConnectionOptions, log: Log): Promise<NatsConnection> {
  const { connect } = await import('@nats-io/transport-node')
  for (let delay = MIN_RETRY_MS; ; delay = Math.min(2 * delay, MAX_RETRY_MS)) {
    try {
      return await connect(options)
    } catch (error) {
      if (isRejected(error)) {
        throw new ConfigError('NATS_URL: NATS rejects the credentials; check NATS_CREDENTIALS, or the user in NATS_URL')
      }
      const reason = error instanceof Error ? error.message : error
      log.warn({ reason, retryIn: delay }, 'NATS cannot be reached yet: waiting for it')
      await sleep(delay * (0.8 + 0.4 * Math.random()))
    }
  }
}

/** Publishes a message that this node gets itself. @throws ConfigError if NATS refuses to take or to deliver it */
async function checkRights(connection: NatsConnection, prefix: string): Promise<void> {
  const subject = `${prefix}.check.${randomUUID()}`
  const heard = new Promise<boolean>((resolve) => {
    const callback = (error: Error | null) => resolve(error?.name === NO_PERMISSION)
    connection.subscribe(subject, { max: 1, timeout: CHECK_TIMEOUT_MS, callback })
  })
  // Only the status tells that a message was not taken.
  const refused = isRefused(connection)
  connection.publish(subject)
  if (!(await Promise.race([heard, refused]))) return
  await connection.close()
  throw new ConfigError(
    `NATS_URL: NATS refuses the subjects of the nodes; let the user publish and subscribe to ${prefix}.>`
  )
}

/** Resolves with `true` when NATS refuses a subject, and with `false` when the connection ends. */
async function isRefused(connection: NatsConnection): Promise<boolean> {
  for await (const status of connection.status()) {
    if (status.type === 'error' && status.error.name === NO_PERMISSION) return true
  }
  return false
}

function isRejected(error: unknown): boolean {
  const { name, message } = error as Error
  return name === 'AuthorizationError' || /authoriz|authentic/i.test(message)
}

async function optionsOf(settings: BusSettings, urls: readonly string[]): Promise<NodeConnectionOptions> {
  const { NATS_CREDENTIALS, NATS_CA } = settings
  const { credsAuthenticator } = await import('@nats-io/transport-node')
  const parsed = urls.map((url) => new URL(url))
  const login = parsed.find(({ username }) => username !== '')
  const isEncrypted = NATS_CA !== undefined || parsed.some(({ protocol }) => protocol === 'tls:')
  return {
    servers: parsed.map(({ host }) => host),
    timeout: CONNECT_TIMEOUT_MS,
    // A node whose bus is away goes on with its own charge points and waits.
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    pingInterval: PING_MS,
    ignoreAuthErrorAbort: true,
    ...(login && { user: decodeURIComponent(login.username), pass: decodeURIComponent(login.password) }),
    ...(NATS_CREDENTIALS !== undefined && {
      authenticator: credsAuthenticator(await readSetting('NATS_CREDENTIALS', NATS_CREDENTIALS))
    }),
    ...(isEncrypted && {
      tls: NATS_CA === undefined ? {} : { ca: (await readSetting('NATS_CA', NATS_CA)).toString() }
    })
  }
}

async function readSetting(name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`)
  }
}
