import type { Observer, SimulatorEvent } from '../event.js'

/** The output of the simulator. */
export interface Output {
  /** Writes an event of a charger. */
  readonly event: Observer
  /** Writes a result, such as the summary of a fleet or a step of a scenario: `text`, or the object with --json. */
  result(detail: Record<string, unknown>, text: string): void
  error(message: string): void
}

export interface Streams {
  out(text: string): void
  err(text: string): void
}

export const STREAMS: Streams = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text)
}

/** Writes lines, JSON objects (--json), or only errors (--quiet). */
export function createOutput(
  { isJson, isQuiet }: { isJson: boolean; isQuiet: boolean },
  { out, err }: Streams
): Output {
  const error = (message: string) => err(isJson ? `${JSON.stringify({ event: 'error', message })}\n` : `${message}\n`)
  const json = (value: unknown) => out(`${JSON.stringify(value)}\n`)
  if (isJson) return { event: json, result: json, error }
  if (isQuiet) return { event: () => {}, result: () => {}, error }
  return { event: (event) => out(`${line(event)}\n`), result: (_, text) => out(`${text}\n`), error }
}

/** `12:00:01 SIM-1  status evse=1 status=Charging` */
export function line({ event, identity, time, ...detail }: SimulatorEvent): string {
  return `${time.slice(11, 19)} ${identity}  ${event} ${details(detail)}`.trimEnd()
}

export function details(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${quoted(String(value))}`)
    .join(' ')
}

/** A text with spaces in quotation marks, so that it is clear where it ends. */
function quoted(text: string): string {
  return text.includes(' ') ? JSON.stringify(text) : text
}
