import { parseArgs } from 'node:util'
import { ALL_PROTOCOLS, type Protocol } from 'fastify-ocpp'

export const USAGE = `npm run check-charger -- --listen 9000 [options]
npm run check-charger -- --session session.ndjson [options]

Tells what of a charger's messages breaks the standard, live, and reports at the end.

  --listen PORT       accepts chargers at ws://HOST:PORT/IDENTITY and ws://HOST:PORT/ocpp/IDENTITY
  --port PORT         the same
  --host HOST         address to listen on                          0.0.0.0
  --protocol LIST     versions that are accepted                    ${ALL_PROTOCOLS.join(',')}
  --password TEXT     password of HTTP Basic; or set OCPP_PASSWORD  everybody is let in
  --no-calls          only listens, asks the charger nothing
  --duration TIME     ends after this time (30s, 5m, 1h)            runs until Ctrl-C
  --once              ends when a charger disconnects
  --session FILE      checks a session that the simulator recorded
  --json FILE         writes the report as JSON, too
  --help

exit code: 0 nothing but notes was found, 1 violations were found, 2 wrong usage, 3 it could not run
`

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

export interface Options {
  port?: number
  host: string
  protocols: readonly Protocol[]
  password?: string
  makesCalls: boolean
  /** Milliseconds. */
  duration?: number
  isOnce: boolean
  session?: string
  json?: string
  isHelp: boolean
}

const KNOWN = {
  listen: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  protocol: { type: 'string' },
  password: { type: 'string' },
  'no-calls': { type: 'boolean' },
  duration: { type: 'string' },
  once: { type: 'boolean' },
  session: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' }
} as const

/** @throws UsageError */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): Options {
  const values = parse(argv)
  const { host = '0.0.0.0', session, json, once = false, help = false } = values
  const port = values.listen ?? values.port
  if (!help && port === undefined && session === undefined) throw new UsageError('--listen or --session is required')
  if (port !== undefined && session !== undefined) throw new UsageError('--listen and --session exclude each other')
  const password = values.password ?? env.OCPP_PASSWORD
  return {
    ...(port !== undefined && { port: portOf(port) }),
    host,
    protocols: values.protocol === undefined ? ALL_PROTOCOLS : protocolsOf(values.protocol),
    ...(password !== undefined && { password }),
    makesCalls: values['no-calls'] !== true,
    ...(values.duration !== undefined && { duration: durationOf(values.duration) }),
    isOnce: once,
    ...(session !== undefined && { session }),
    ...(json !== undefined && { json }),
    isHelp: help
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: KNOWN, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new UsageError(`--listen must be a port from 0 to 65535, not ${text}`)
}

function protocolsOf(text: string): Protocol[] {
  const names = text.split(',')
  const known = names.flatMap((name) => ALL_PROTOCOLS.find((protocol) => protocol === name) ?? [])
  if (known.length === names.length && new Set(known).size === known.length) return known
  throw new UsageError(`--protocol must list some of ${ALL_PROTOCOLS.join(', ')}, each once`)
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function durationOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const milliseconds = Number(number) * (UNITS[unit] ?? Number.NaN)
  if (milliseconds > 0 && milliseconds < 2 ** 31) return milliseconds
  throw new UsageError(`--duration must be a time such as 30s, 5m or 1h, not ${text}`)
}
