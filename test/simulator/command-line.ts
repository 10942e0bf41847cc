import { run } from '../../src/simulator/cli/run.js'
import { within } from '../support/wait.js'

export interface Ran {
  code: number
  out: string
  err: string
  /** The lines of --json. */
  json: Record<string, unknown>[]
}

/** Runs the command line of the simulator in this process. */
export async function simulate(...argv: string[]): Promise<Ran> {
  return within('simulate to end', started(argv).ended, 20_000)
}

/** A run that the test stops. */
export interface Running {
  /** What was written until now. */
  out(): string
  stop(): Promise<Ran>
}

export function startSimulator(...argv: string[]): Running {
  const stopped = new AbortController()
  const { ended, written } = started(argv, stopped.signal)
  return {
    out: () => written.out,
    stop() {
      stopped.abort()
      return within('simulate to end', ended, 20_000)
    }
  }
}

function started(argv: readonly string[], signal = new AbortController().signal) {
  const written = { out: '', err: '' }
  const streams = {
    out(text: string) {
      written.out += text
    },
    err(text: string) {
      written.err += text
    }
  }
  const ended = run(argv, {}, signal, streams).then((code): Ran => {
    const { out, err } = written
    const lines = argv.includes('--json') ? out.split('\n').filter((line) => line !== '') : []
    return { code, out, err, json: lines.map((line) => JSON.parse(line)) }
  })
  return { ended, written }
}
