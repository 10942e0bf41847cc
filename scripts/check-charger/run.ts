import { type FileHandle, open } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { type Recording, RecordingError, readRecording } from '../../src/simulator/recording.js'
import { Checker } from './checker.js'
import { type Options, readOptions, USAGE, UsageError } from './options.js'
import { recordedAnswers, replaySession } from './replay.js'
import { type Report, reportOf } from './report.js'
import type { Timing } from './subject.js'
import { plain, textOf } from './text.js'

const CLEAN = 0
const VIOLATIONS = 1
const WRONG_USAGE = 2
const FAILED = 3

/** Where text goes; each piece is whole lines. */
export interface Streams {
  out(text: string): void
  err(text: string): void
}

export const TIMING: Timing = {
  bootWait: 5_000,
  followWait: 15_000,
  callTimeout: 30_000,
  pingInterval: 15_000,
  heartbeatInterval: 60
}

/** It could not run; the message says why. */
class FailedError extends Error {}

/**
 * Runs the command. Returns the exit code.
 *
 * @param signal ends a check of live charge points; the report is written all the same
 */
export async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  streams: Streams,
  timing: Timing = TIMING
): Promise<number> {
  try {
    const options = readOptions(argv, env)
    if (options.isHelp) {
      streams.out(USAGE)
      return CLEAN
    }
    const json = options.json === undefined ? undefined : await openForWriting(options.json)
    const report =
      options.session === undefined
        ? await checkLive(options, signal, streams, timing)
        : await checkSession(options.session, options, streams, timing)
    streams.out(`\n${textOf(report)}\n`)
    await json?.writeFile(`${JSON.stringify(report, undefined, 2)}\n`)
    await json?.close()
    return report.isClean ? CLEAN : VIOLATIONS
  } catch (error) {
    if (error instanceof UsageError) {
      streams.err(`${error.message}\n\n${USAGE}`)
      return WRONG_USAGE
    }
    if (!(error instanceof FailedError || error instanceof RecordingError)) throw error
    streams.err(`${error.message}\n`)
    return FAILED
  }
}

/** Before anything runs: a report that cannot be written is told at once. */
async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w')
  } catch (error) {
    throw new FailedError(`cannot write the report: ${(error as Error).message}`)
  }
}

async function checkLive(
  { port = 0, host, protocols, password, makesCalls, duration, isOnce }: Options,
  signal: AbortSignal,
  { out }: Streams,
  timing: Timing
): Promise<Report> {
  const say = (text: string) => out(`${new Date().toISOString()} ${plain(text)}\n`)
  const given = password === undefined ? {} : { password }
  const checker = await Checker.create({ protocols, ...given, makesCalls, timing, now: Date.now, say })
  try {
    const actual = await listen(checker, port, host)
    out(`Point the charger at ${addresses(host, actual).join(' or ')}\nCtrl-C ends the check and reports.\n`)
    await ended(checker, signal, duration, isOnce)
    return reportOf(checker, Date.now())
  } finally {
    await checker.close()
  }
}

async function listen(checker: Checker, port: number, host: string): Promise<number> {
  try {
    return await checker.listen(port, host)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new FailedError(`port ${port} is in use: choose another one with --listen`)
    if (code === 'EACCES') throw new FailedError(`not allowed to listen on port ${port}: choose one above 1023`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new FailedError(`this machine has no address ${host}`)
    throw new FailedError(`cannot listen on ${host}:${port}: ${message}`)
  }
}

/** The URLs under which this machine may be reached. */
function addresses(host: string, port: number): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [`ws://${host.includes(':') ? `[${host}]` : host}:${port}/IDENTITY`]
  const own = Object.values(networkInterfaces()).flatMap((list = []) => list)
  const reachable = own.filter(({ family, internal }) => family === 'IPv4' && !internal)
  const names = reachable.length === 0 ? ['127.0.0.1'] : reachable.map(({ address }) => address)
  return names.map((name) => `ws://${name}:${port}/IDENTITY`)
}

function ended(checker: Checker, signal: AbortSignal, duration: number | undefined, isOnce: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    const timer = duration === undefined ? undefined : setTimeout(resolve, duration)
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (isOnce) checker.onDisconnect = resolve
    // The timer must not keep the process when something else ends the check.
    timer?.unref()
  })
}

async function checkSession(path: string, { protocols }: Options, { out }: Streams, timing: Timing): Promise<Report> {
  const recording: Recording = readRecording(path)
  const { startedAt } = recording
  const origin = Number.isFinite(startedAt) ? startedAt : Date.now()
  let t = 0
  const answers = recordedAnswers(recording)
  const now = () => origin + t
  const checker = await Checker.create({
    protocols,
    makesCalls: false,
    // The pings of a recording are not known.
    timing: { ...timing, pingInterval: 0 },
    now,
    say: (text) => out(`${new Date(now()).toISOString()} ${plain(text)}\n`),
    recorded: (messageId) => answers.get(messageId),
    countsAnswers: false
  })
  try {
    await replaySession(checker, recording, (at) => {
      t = at
    })
    return reportOf(checker, now())
  } finally {
    await checker.close()
  }
}
