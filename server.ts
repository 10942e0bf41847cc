import type { Server } from 'node:net'
import { hostname } from 'node:os'
import { loadEnvFile } from 'node:process'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'
import pino from 'pino'
import { buildApp } from './app.js'
import { background } from './lib/background.js'
import { API } from './lib/http/api.js'
import { type Config, ConfigError, misspeltSettings, readConfig } from './lib/settings/settings.js'

/** Time for calls on the wire and for chargers to be told; less than the 30 s after which many a host kills. */
const DRAIN_TIMEOUT_MS = 25_000
/** Log lines that wait for space on the disk; what is more is lost, which is better than to stop. */
const MAX_LOG_BUFFER = 1_048_576
/** Of the same trouble, told again. */
const TROUBLE_INTERVAL_MS = 1_000

await start()

async function start(): Promise<void> {
  // Who reads them may have gone, or their disk may be full.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    readEnvFile()
    const config = readConfig(process.env)
    const app = await buildApp({ config, logger: logger(config) })
    for (const setting of misspeltSettings(process.env)) app.log.warn(setting, 'unknown setting, probably misspelt')
    closeGracefully(app)
    await app.listen({ host: config.HOST, port: config.PORT })
    await listenWithTls(app)
    for (const server of [app.server, app.tls.server]) if (server !== undefined) surviveAcceptErrors(app, server)
    process.stdout.write(banner(app))
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`)
    process.exit(1)
  }
}

/** What is in the environment already wins. */
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
    redact: ['authorization', 'headers.authorization', '*.headers.authorization'],
    serializers: { req: describeRequest }
  }
  if (!isForEyes) return { ...options, stream: standardOutput() }
  return {
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } }
  }
}

/** Not the query: somebody may have put there what belongs into a header. [V18] */
function describeRequest({ method, url, host, ip: remoteAddress }: FastifyRequest) {
  return { method, url: url.replace(/\?.*/s, ''), host, remoteAddress }
}

/** A full disk costs lines of the log, and nothing else. */
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

/** Out of file descriptors, for one: those who are connected stay, and others get in when there are some again. */
function surviveAcceptErrors(app: FastifyInstance, server: Pick<Server, 'on'>): void {
  let toldAt = Number.NEGATIVE_INFINITY
  server.on('error', (err) => {
    if (performance.now() - toldAt < TROUBLE_INTERVAL_MS) return
    toldAt = performance.now()
    app.log.error({ err }, 'a connection could not be accepted')
  })
}

function closeGracefully(app: FastifyInstance): void {
  // With TLS it is what tells of new certificates.
  const skip: 'SIGHUP'[] = app.config.TLS_CERT.length > 0 ? ['SIGHUP'] : []
  for (const signal of skip)
    process.on(signal, () => background(app.tlsMaterial.reload(), app.log, 'certificates were not reloaded'))
  closeWithGrace({ delay: DRAIN_TIMEOUT_MS, logger: app.log, skip }, async ({ signal, err }) => {
    if (err !== undefined) app.log.fatal({ err }, 'going down because of an error')
    else app.log.info({ signal }, 'going down: chargers are told to come back')
    await app.close()
  })
}

/** Where everybody finds what they need. */
function banner(app: FastifyInstance): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') return ''
  const { HOST, TLS_HOST, OCPP_MIN_SECURITY_PROFILE } = app.config
  const plain = `${urlHost(HOST)}:${address.port}`
  const secure = app.tls.address && `${urlHost(TLS_HOST)}:${app.tls.address.port}`
  const path = app.config.OCPP_PATH.replace(':identity', '<identity>')
  const charging = [
    ...(OCPP_MIN_SECURITY_PROFILE > 1 ? [] : [`ws://${plain}${path}`]),
    ...(secure === undefined ? [] : [`wss://${secure}${path}`])
  ]
  const operating = [`http://${plain}${API}`, ...(secure === undefined ? [] : [`https://${secure}${API}`])]
  const { newToken, tokenFile } = app.operators
  const token = newToken ?? (tokenFile === undefined ? 'the one in OPERATOR_TOKEN' : `see ${tokenFile}`)
  return [
    '',
    ...column('chargers connect to', charging),
    ...column('operators call', operating),
    `  documentation        http://${plain}/docs`,
    `  operator token       ${token}`,
    ...(newToken === undefined ? [] : [`                       (shown this once, kept in ${tokenFile})`]),
    '',
    ''
  ].join('\n')
}

/** Lines that tell the same of several addresses. */
function column(what: string, urls: readonly string[]): string[] {
  return urls.map((url, index) => `  ${(index === 0 ? what : '').padEnd(20)} ${url}`)
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname()
  return host.includes(':') ? `[${host}]` : host
}

/** What went wrong and which setting mends it; a stack only for what nobody foresaw. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Cannot start: ${error}`
  if (error instanceof ConfigError) return `Cannot start: ${error.message}`
  if ((error as NodeJS.ErrnoException).code === 'FST_ERR_DUPLICATED_ROUTE') {
    return 'Cannot start: OCPP_PATH must not be a path of the operator API or the documentation'
  }
  return `Cannot start: ${explainListening(error, { port: 'PORT', host: 'HOST' }) ?? error.stack}`
}

/** Why there is nothing to listen on, by the names of the settings. */
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
