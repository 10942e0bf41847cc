import { createWriteStream, readFileSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { ChargePointClient } from '../charge-point/index.js'
import { ALL_PROTOCOLS } from '../protocol.js'
import { redact } from '../redact.js'
import type { Protocol } from '../types/protocol.js'

/** The first line of a recording. */
interface Header {
  format: 'ocpp-session'
  version: 1
  startedAt: string
}

/** One line of a recording: a frame, a connect or a disconnect. */
export interface Entry {
  /** Milliseconds from the start of the recording. */
  t: number
  identity: string
  protocol: Protocol
  event: 'connect' | 'disconnect' | 'sent' | 'received'
  frame?: unknown
}

export interface Recording {
  startedAt: number
  entries: Entry[]
}

/** Records every frame of the chargers that it is attached to. Passwords and keys are hidden, id tokens are not. */
export class Recorder {
  readonly #file: WriteStream
  readonly #origin = performance.now()
  readonly #failed = new AbortController()

  /** @throws when the file cannot be written */
  static async open(path: string): Promise<Recorder> {
    const file = createWriteStream(path)
    await new Promise<void>((resolve, reject) => {
      file.once('open', () => resolve())
      file.once('error', reject)
    })
    return new Recorder(file)
  }

  constructor(file: WriteStream) {
    this.#file = file
    file.on('error', (error) => this.#failed.abort(error))
    const header: Header = { format: 'ocpp-session', version: 1, startedAt: new Date().toISOString() }
    file.write(`${JSON.stringify(header)}\n`)
  }

  /** Aborted when the file can no longer be written, e.g. because the disk is full. */
  get failed(): AbortSignal {
    return this.#failed.signal
  }

  attach(client: ChargePointClient): void {
    const { identity, events } = client
    const write = (event: Entry['event'], protocol: Protocol, frame?: unknown) => {
      const t = Math.round(performance.now() - this.#origin)
      this.#file.write(`${JSON.stringify({ t, identity, protocol, event, frame } satisfies Entry)}\n`)
    }
    events.on('connect', ({ chargePoint }) => write('connect', chargePoint.protocol))
    events.on('disconnect', ({ chargePoint }) => write('disconnect', chargePoint.protocol))
    events.on('frame', (frame) => {
      const direction = frame.direction === 'outbound' ? 'sent' : 'received'
      const parsed = frame.parsed()
      write(direction, frame.chargePoint.protocol, hideSecrets(parsed, redact(parsed)))
    })
  }

  /** @throws `IncompleteRecordingError` when an entry could not be written */
  async close(): Promise<void> {
    this.#file.end()
    try {
      await finished(this.#file)
    } catch (error) {
      throw new IncompleteRecordingError(String(this.#file.path), error as Error)
    }
  }
}

/** Some entries of a recording could not be written. */
export class IncompleteRecordingError extends Error {
  constructor(path: string, cause: Error) {
    super(`the recording ${path} is incomplete: ${cause.message}`, { cause })
  }
}

const HIDDEN = '[redacted]'

/** The original without the values that the redacted copy hides completely. Id tokens stay: a replay needs them. */
export function hideSecrets(original: unknown, redacted: unknown): unknown {
  if (redacted === HIDDEN) return HIDDEN
  if (typeof original !== 'object' || original === null || typeof redacted !== 'object' || redacted === null)
    return original
  if (Array.isArray(original)) return original.map((item, index) => hideSecrets(item, (redacted as unknown[])[index]))
  const copy = redacted as Record<string, unknown>
  return Object.fromEntries(Object.entries(original).map(([name, member]) => [name, hideSecrets(member, copy[name])]))
}

/** The file is no recording or is damaged. */
export class RecordingError extends Error {}

/** Reads a recording. @throws RecordingError with the number of the line */
export function readRecording(path: string): Recording {
  const [first = '', ...lines] = readText(path).split('\n')
  const header = parseLine(path, first, 1) as Partial<Header>
  if (header.format !== 'ocpp-session' || header.version !== 1) {
    throw new RecordingError(`${path}:1: not a recorded session`)
  }
  const entries = lines.flatMap((line, index) => (line === '' ? [] : [entryOf(path, line, index + 2)]))
  return { startedAt: Date.parse(header.startedAt ?? ''), entries }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new RecordingError((error as Error).message)
  }
}

const EVENTS = new Set<unknown>(['connect', 'disconnect', 'sent', 'received'])

function entryOf(path: string, line: string, number: number): Entry {
  const entry = parseLine(path, line, number) as Partial<Entry>
  const isKnown = EVENTS.has(entry.event) && ALL_PROTOCOLS.some((protocol) => protocol === entry.protocol)
  if (!isKnown || typeof entry.identity !== 'string')
    throw new RecordingError(`${path}:${number}: not an entry of a session`)
  return entry as Entry
}

function parseLine(path: string, line: string, number: number): object {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Reported below.
  }
  throw new RecordingError(`${path}:${number}: not a JSON object`)
}
