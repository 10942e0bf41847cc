import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { TlsOptions } from '../../charge-point/index.js'
import { ALL_PROTOCOLS } from '../../protocol.js'
import type { Protocol } from '../../types/protocol.js'
import { QUIRK_NAMES, QUIRKS } from '../model/quirks.js'
import type { StationLayout } from '../model/station.js'

/** The parsed command line. */
export interface Arguments {
  command: 'run' | 'record' | 'replay'
  url: string
  /** `undefined`: that of the scenario, else `DEFAULT_IDENTITY`. */
  identity: string | undefined
  serialNumber: string | undefined
  password: string | undefined
  protocols: [Protocol, ...Protocol[]]
  tls: TlsOptions
  layout: StationLayout
  speed: number
  /** Real milliseconds after which the run ends. `undefined`: it runs until it is stopped. */
  duration: number | undefined
  count: number
  /** Real milliseconds in which the chargers of a fleet connect. */
  ramp: number
  prefix: string
  seed: number
  runsSessions: boolean
  /** Only every Nth charger of a fleet has the quirks. */
  quirksEvery: number
  scenario: string | undefined
  /** File to record to. */
  out: string | undefined
  /** File to replay. */
  recording: string | undefined
  isStrict: boolean
  isQuiet: boolean
  isJson: boolean
}

/** Identity of a single charger; no charger of a fleet has it. */
export const DEFAULT_IDENTITY = 'SIM-SOLO'

/** The command line cannot be understood or asks for something that does not exist. */
export class UsageError extends Error {}

export const HELP = `Simulates charge points that speak OCPP 1.6, 2.0.1 and 2.1.

  simulate [options]                        one charger in the terminal, or with --count a fleet
  simulate --scenario file.json [options]   plays a scenario; exit code 1 when it fails
  simulate record --out session.ndjson …    any of these, and records every frame
  simulate replay session.ndjson [options]  sends the recorded messages again and compares the answers

Where
  --url URL             endpoint; the identity is appended        ws://127.0.0.1:3000/ocpp
  --identity ID         identity of the charger                   SIM-SOLO
  --serial TEXT         serial number of the charger; with security profile 3 the CN
                        of its certificate                        the identity
  --password TEXT       password of HTTP Basic; or set OCPP_PASSWORD, which no process list shows
  --protocol LIST       versions on offer, the preferred first    ocpp2.1,ocpp2.0.1,ocpp1.6
                        each charger of a fleet speaks one of them, in turn
  --ca FILE             CA certificates to verify the server with
  --cert FILE --key FILE  certificate and key of the charger (security profile 3)

What
  --kind ac|dc          ac
  --evses N             1
  --connectors N        connectors of each EVSE                   1
  --speed N             simulated time runs N times faster        1
  --duration TIME       ends after this time (10s, 5m, 1h)        runs until it is stopped
  --quirks LIST         faults of real chargers, as listed below

Fleet
  --count N             number of chargers                        1
  --ramp TIME           time in which they connect                10s
  --prefix TEXT         prefix of the numbered identities         SIM-
  --sessions on|off     drivers come and charge                   on for a fleet, off for one charger
  --seed N              the same seed gives the same drivers      1
  --quirks-every N      only each Nth charger has the quirks      1

Output
  --json                one JSON object per line
  --quiet               errors only; with --json the objects only
  --strict              replay: also compares the payloads, except times and ids
  --help, --version

Quirks
${Object.entries(QUIRKS)
  .map(([name, about]) => `  ${name.padEnd(26)} ${about}`)
  .join('\n')}

Exit codes: 0 done, 1 scenario, comparison or recording failed, 2 bad usage, 3 unreachable, 4 refused.
With --json, --quiet or --duration the first failed attempt to connect ends the run; otherwise it is retried.
`

const OPTIONS = {
  url: { type: 'string', default: 'ws://127.0.0.1:3000/ocpp' },
  identity: { type: 'string' },
  serial: { type: 'string' },
  password: { type: 'string' },
  protocol: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  kind: { type: 'string' },
  evses: { type: 'string' },
  connectors: { type: 'string' },
  quirks: { type: 'string' },
  'quirks-every': { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  duration: { type: 'string' },
  count: { type: 'string', default: '1' },
  ramp: { type: 'string', default: '10s' },
  prefix: { type: 'string', default: 'SIM-' },
  sessions: { type: 'string' },
  seed: { type: 'string', default: '1' },
  scenario: { type: 'string' },
  out: { type: 'string' },
  strict: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
  version: { type: 'boolean', default: false }
} as const

type Values = ReturnType<typeof parse>['values']

/** Parses the command line. `print`: a text that is only to be printed (--help, --version). @throws UsageError */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments | { print: string } {
  const { values, positionals } = parse(argv)
  if (values.help) return { print: HELP }
  if (values.version) return { print: `${version()}\n` }
  const { command, recording } = readCommand(positionals, values)
  const count = integer('--count', values.count, 1, 100_000)
  return {
    command,
    recording,
    out: values.out,
    url: url(values.url),
    identity: values.identity,
    serialNumber: serialNumber(values.serial, count),
    password: values.password ?? env.OCPP_PASSWORD,
    protocols: protocols(values.protocol),
    tls: tls(values),
    layout: layout(values),
    speed: positive('--speed', values.speed),
    duration: values.duration === undefined ? undefined : time('--duration', values.duration),
    count,
    ramp: time('--ramp', values.ramp),
    prefix: values.prefix,
    seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    quirksEvery: integer('--quirks-every', values['quirks-every'], 1, 100_000),
    runsSessions: oneOf('--sessions', values.sessions ?? (count > 1 ? 'on' : 'off'), ['on', 'off']) === 'on',
    scenario: values.scenario,
    isStrict: values.strict,
    isQuiet: values.quiet,
    isJson: values.json
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function readCommand([word, file, ...rest]: string[], values: Values): Pick<Arguments, 'command' | 'recording'> {
  if (rest.length > 0) throw new UsageError(`unexpected "${rest[0]}"`)
  if (word === 'replay') {
    if (file === undefined) throw new UsageError('replay needs the file of a recorded session')
    return { command: 'replay', recording: file }
  }
  if (file !== undefined) throw new UsageError(`unexpected "${file}"`)
  if (word === 'record') {
    if (values.out === undefined) throw new UsageError('record needs --out FILE')
    return { command: 'record', recording: undefined }
  }
  if (word !== undefined && word !== 'run') throw new UsageError(`unknown command "${word}", must be record or replay`)
  return { command: 'run', recording: undefined }
}

function url(text: string): string {
  if (!URL.canParse(text) || !/^wss?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`--url must begin with ws:// or wss://, not "${text}"`)
  }
  return text
}

/** Longest serial number of OCPP. [1.6 CiString25Type; 2.x ChargingStationType.serialNumber] */
const SERIAL_NUMBER_LENGTH = 25

function serialNumber(text: string | undefined, count: number): string | undefined {
  if (text === undefined) return undefined
  if (count > 1) throw new UsageError('--serial is for one charger, not for a fleet (--count)')
  if (text === '' || text.length > SERIAL_NUMBER_LENGTH) {
    throw new UsageError(`--serial must have 1 to ${SERIAL_NUMBER_LENGTH} characters, not "${text}"`)
  }
  return text
}

function protocols(text: string | undefined): [Protocol, ...Protocol[]] {
  if (text === undefined) return [...ALL_PROTOCOLS]
  const names = text.split(',').map((name) => oneOf('--protocol', name.trim(), ALL_PROTOCOLS))
  const [first, ...others] = names
  if (first === undefined) throw new UsageError('--protocol names no version')
  return [first, ...others]
}

/** Hardware options of the command line; scenario and defaults decide the rest. */
function layout({ kind, evses, connectors, quirks }: Values): StationLayout {
  return {
    ...(kind !== undefined && { kind: oneOf('--kind', kind.toUpperCase(), ['AC', 'DC']) }),
    ...(evses !== undefined && { evses: integer('--evses', evses, 1, 100) }),
    ...(connectors !== undefined && { connectors: integer('--connectors', connectors, 1, 10) }),
    ...(quirks !== undefined && {
      quirks: quirks.split(',').map((name) => oneOf('--quirks', name.trim(), QUIRK_NAMES))
    })
  }
}

function tls({ ca, cert, key }: Values): TlsOptions {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key must be given together')
  return {
    ...(ca !== undefined && { ca: readFile('--ca', ca) }),
    ...(cert !== undefined && { cert: readFile('--cert', cert) }),
    ...(key !== undefined && { key: readFile('--key', key) })
  }
}

function readFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`)
  }
}

function oneOf<const T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text)
  if (found === undefined) throw new UsageError(`${option} must be one of ${allowed.join(', ')}, not "${text}"`)
  return found
}

function integer(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max || text.trim() === '') {
    throw new UsageError(`${option} must be an integer from ${min} to ${max}, not "${text}"`)
  }
  return value
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 100_000))
    throw new UsageError(`${option} must be a number above 0 and at most 100 000, not "${text}"`)
  return value
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
/** Longest delay of a timer in Node.js, in milliseconds. */
const MAX_TIME = 2 ** 31 - 1

/** Milliseconds of a time such as `10s`, `500ms`, `5m` or `1h`. Default unit: seconds. */
function time(option: string, text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  const value = Number(number) * UNITS[unit as keyof typeof UNITS]
  if (number === '' || value > MAX_TIME)
    throw new UsageError(`${option} must be a time such as 10s, 5m or 1h, not "${text}"`)
  return value
}

function version(): string {
  // The package.json is two folders above the sources and three above the build.
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version: number } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'fastify-ocpp') return number
    } catch {
      // Tried at the other place.
    }
  }
  return 'unknown'
}
