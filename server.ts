import type { Server } from 'node:net'
import { loadEnvFile } from 'node:process'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import pino from 'pino'
import { buildApp } from './app.js'
import { background } from './lib/background.js'
import { apiUrls, chargePointUrls, hostsOf, portsOf } from './lib/http/addresses.js'
import { shownUrl } from './lib/http/shown-url.js'
import { checkConnections, hasWorkers, isFirstWorker, isWorker, onStop, Workers } from './lib/nodes/workers.js'
import { type Config, ConfigError, misspeltSettings, readConfig } from './lib/settings/settings.js'

/**
 * Time for outstanding calls and for closing connections, in milliseconds. Less than the 30 s after which many
 * supervisors kill the process.
 */
const DRAIN_TIMEOUT_MS = 25_000
/** Maximum length of log lines that wait for disk space. Further lines are lost, which is better than stopping. */
const MAX_LOG_BUFFER = 1_048_576
/**
 * Signals of a fault in native code. With a listener the process would go on at the same instruction and fault again,
 * for ever, instead of ending.
 */
const FAULTS = ['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGSEGV'] as const
/** Signals that end the process in order. */
const STOPPING = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
/** Milliseconds until the same error is logged again. */
const TROUBLE_INTERVAL_MS = 1_000

await start()

async function start(): Promise<void> {
  // The reader of the output may have ended, or the disk may be full.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  let stopping: Stopping | undefined
  try {
    readEnvFile()
    const config = readConfig(process.env)
    if (hasWorkers(config)) return await superviseWorkers(config)
    stopping = closeGracefully(config)
    const app = await buildApp({ config, logger: logger(config) })
    stopping.app = app
    try {
      await app.listen({ host: config.HOST, port: config.PORT })
      await listenWithTls(app)
    } finally {
      // Takes a while, so chargers do not wait for it; it may be why the app cannot listen.
      for (const setting of misspeltSettings(process.env)) app.log.warn(setting, 'unknown setting, probably misspelt')
    }
    for (const server of [app.server, app.tls.server]) if (server !== undefined) surviveAcceptErrors(app, server)
    if (isFirstWorker()) process.stdout.write(banner(app))
  } catch (error) {
    // A signal has ended the start, and ends the process.
    if (stopping?.isBegun === true) return
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }
}

/** Variables that exist in the environment take precedence. */
function readEnvFile(): void {
  try {
    loadEnvFile()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new ConfigError(`the file .env cannot be read: ${message}`)
  }
}

function logger({ LOG_LEVEL }: Config): FastifyServerOptions['logger'] {
  const isForEyes = process.stdout.isTTY && process.env.NODE_ENV !== 'production'
  const options = {
    level: LOG_LEVEL,
    redact: ['authorization', 'cookie'].flatMap((name) => [name, `headers.${name}`, `*.headers.${name}`]),
    serializers: { req: describeRequest }
  }
  if (!isForEyes) return { ...options, stream: standardOutput() }
  return {
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } }
  }
}

function describeRequest({ method, url, host, ip: remoteAddress }: FastifyRequest) {
  return { method, url: shownUrl(url), host, remoteAddress }
}

/** A full disk costs log lines, and nothing else. */
function standardOutput(): pino.DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true, maxLength: MAX_LOG_BUFFER })
  stream.on('error', () => undefined)
  return stream
}

async function listenWithTls({ tls, config: { TLS_HOST } }: FastifyInstance): Promise<void> {
  try {
    await tls.listen()
  } catch (error) {
    throw new ConfigError(
      explainListening(error, { port: 'TLS_PORT', host: 'TLS_HOST' }) ?? `TLS on ${TLS_HOST}: ${error}`
    )
  }
}

/**
 * Keeps the process running after errors of `accept`, e.g. too many open files: open connections stay, and new ones
 * are accepted after others have ended.
 */
function surviveAcceptErrors(app: FastifyInstance, server: Pick<Server, 'on'>): void {
  let toldAt = Number.NEGATIVE_INFINITY
  server.on('error', (err) => {
    if (performance.now() - toldAt < TROUBLE_INTERVAL_MS) return
    toldAt = performance.now()
    app.log.error({ err }, 'a connection could not be accepted')
  })
}

interface Stopping {
  /** Absent until it is made. */
  app?: FastifyInstance
  isBegun: boolean
}

/** From now on a signal ends the process: at once while the app is made, because nothing is served then. */
function closeGracefully({ TLS_CERT }: Config): Stopping {
  const stopping: Stopping = { isBegun: false }
  // With TLS, SIGHUP reloads the certificates.
  const reloading = TLS_CERT.length > 0 ? (['SIGHUP'] as const) : []
  for (const signal of reloading) {
    process.on(signal, () => {
      const { app } = stopping
      if (app !== undefined) background(app.tlsMaterial.reload(), app.log, 'could not reload the TLS files')
    })
  }
  // A worker stops when its parent says so.
  const skip = [...FAULTS, ...reloading, ...(isWorker ? STOPPING : [])]
  const later = { error: (message: unknown) => (stopping.app?.log ?? console).error(message) }
  const { close } = closeWithGrace({ delay: DRAIN_TIMEOUT_MS, logger: later, skip }, async ({ signal, err }) => {
    stopping.isBegun = true
    const { app } = stopping
    if (app === undefined) {
      if (err !== undefined) process.stderr.write(`${explain(err)}\n`)
      return
    }
    if (err !== undefined) app.log.fatal({ err }, 'going down because of an unexpected error')
    else app.log.info({ signal }, 'going down: chargers are asked to connect again')
    if (err === undefined) await app.leave()
    await app.close()
  })
  if (isWorker) {
    for (const signal of STOPPING) if (signal !== reloading[0]) process.on(signal, () => undefined)
    onStop(() => stopping.isBegun || close())
  }
  return stopping
}

/** Runs several workers instead of serving. */
async function superviseWorkers(config: Config): Promise<void> {
  await checkConnections(config)
  const log = pino({ level: config.LOG_LEVEL }, standardOutput())
  const workers = new Workers(log)
  for (const signal of STOPPING) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && config.TLS_CERT.length > 0) workers.signal(signal)
      else workers.stop()
    })
  }
  process.exit(await workers.run(config.WORKERS))
}

/** Logs the addresses that a user needs. */
function banner(app: FastifyInstance): string {
  const ports = portsOf(app)
  const { plain } = hostsOf(app.config, ports)
  if (plain === undefined) return ''
  const { newToken, tokenFile } = app.operators
  const token = newToken ?? (tokenFile === undefined ? 'the one in OPERATOR_TOKEN' : `see ${tokenFile}`)
  return [
    '',
    ...column('chargers connect to', chargePointUrls(app.config, ports, '<identity>')),
    ...column('operators call', apiUrls(app.config, ports)),
    ...dashboardLine(app, plain),
    `  documentation        http://${plain}/docs`,
    `  operator token       ${token}`,
    ...(newToken === undefined ? [] : [`                       (shown this once, kept in ${tokenFile})`]),
    '',
    ''
  ].join('\n')
}

/** Where the dashboard is, or why there is none. No line if it is switched off. */
function dashboardLine({ config, dashboard }: FastifyInstance, host: string): string[] {
  if (!config.DASHBOARD) return []
  const where = dashboard === undefined ? 'not built; `npm ci && npm run build` makes it' : `http://${host}/`
  return [`  dashboard            ${where}`]
}

/** One line for each address. Only the first one has the label. */
function column(what: string, urls: readonly string[]): string[] {
  return urls.map((url, index) => `  ${(index === 0 ? what : '').padEnd(20)} ${url}`)
}

/** The error, and the setting that solves it. The stack is only logged for unexpected errors. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Cannot start: ${error}`
  if (error instanceof ConfigError) return `Cannot start: ${error.message}`
  if ((error as NodeJS.ErrnoException).code === 'FST_ERR_DUPLICATED_ROUTE') {
    return 'Cannot start: OCPP_PATH must not be a path of the operator API, the documentation or the dashboard'
  }
  return `Cannot start: ${explainListening(error, { port: 'PORT', host: 'HOST' }) ?? error.stack}`
}

/** Why the app cannot listen, in terms of the settings. */
function explainListening(error: unknown, setting: { port: string; host: string }): string | undefined {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  switch (code) {
    case 'EADDRINUSE':
      return `${setting.port} ${port} on ${address} is in use by another process`
    case 'EACCES':
      return `${setting.port} ${port} on ${address} is not allowed for this user; take one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${setting.host} must be an address of this machine (${code})`
    default:
      return undefined
  }
}
