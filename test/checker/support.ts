import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Report, SubjectReport } from '../../scripts/check-charger/report.js'
import { run } from '../../scripts/check-charger/run.js'
import type { Timing } from '../../scripts/check-charger/subject.js'
import { until, within } from '../support/wait.js'

/** Short enough for a test, long enough for a slow machine. */
export const TIMING: Timing = {
  bootWait: 20_000,
  followWait: 5_000,
  callTimeout: 5_000,
  pingInterval: 0,
  heartbeatInterval: 60
}

export interface Ran {
  code: number
  out: string
  err: string
  /** The report that `--json` has written. */
  report: Report
}

export interface Running {
  /** `ws://127.0.0.1:port`. */
  url: string
  /** The live output until now. */
  out(): string
  ended: Promise<Ran>
  /** As by Ctrl-C. */
  stop(): Promise<Ran>
}

export async function file(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'checker-'))
  after(() => rm(directory, { recursive: true, force: true }))
  return join(directory, name)
}

/** Runs the command until it ends. */
export async function check(...argv: string[]): Promise<Ran> {
  return within('check-charger to end', (await started(argv, TIMING)).ended)
}

/** Starts the command on a free port. */
export async function listen(timing: Partial<Timing> = {}, ...argv: string[]): Promise<Running> {
  const running = await started(['--listen', '0', '--host', '127.0.0.1', ...argv], { ...TIMING, ...timing })
  await until('check-charger listens', () => running.out().includes('ws://127.0.0.1:'))
  return { ...running, url: /ws:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '' }
}

async function started(argv: readonly string[], timing: Timing): Promise<Omit<Running, 'url'>> {
  const json = await file('report.json')
  const written = { out: '', err: '' }
  const stopped = new AbortController()
  after(() => stopped.abort())
  const streams = {
    out(text: string) {
      written.out += text
    },
    err(text: string) {
      written.err += text
    }
  }
  const hasJson = argv.includes('--json')
  const all = hasJson ? argv : [...argv, '--json', json]
  const ended = run(all, {}, stopped.signal, streams, timing).then(async (code): Promise<Ran> => {
    const text = hasJson || code > 1 ? 'null' : await readFile(json, 'utf8')
    return { code, ...written, report: JSON.parse(text) as Report }
  })
  const stop = () => {
    stopped.abort()
    return within('check-charger to end', ended)
  }
  return { out: () => written.out, ended, stop }
}

/** The only charge point of a report. */
export function only({ chargePoints }: Report): SubjectReport {
  const [first, ...others] = chargePoints
  if (first === undefined || others.length > 0) throw new Error(`${chargePoints.length} charge points were seen`)
  return first
}

/** Rules and deviations that were found, each once, in alphabetical order. */
export function found({ findings }: SubjectReport): string[] {
  return [...new Set(findings.map(({ rule, deviation }) => deviation ?? rule))].sort()
}
