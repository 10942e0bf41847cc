import { randomBytes } from 'node:crypto'
import type { ChargerOptions } from '../charger.js'
import { drive } from '../driver.js'
import type { Observer } from '../event.js'
import { seeded } from '../random.js'
import { Recorder, RecordingError, readRecording } from '../recording.js'
import { replay } from '../replay.js'
import { loadScenario } from '../scenario/load.js'
import { runScenario } from '../scenario/run.js'
import { type Scenario, ScenarioError } from '../scenario/schema.js'
import { Scheduler } from '../scheduler.js'
import { SimulatedCharger } from '../simulated-charger.js'
import { type Arguments, DEFAULT_IDENTITY, readArguments, UsageError } from './arguments.js'
import { EXIT, type ExitCode, exitCodeOf, explain } from './exit-code.js'
import { Fleet } from './fleet.js'
import { createOutput, type Output, STREAMS, type Streams } from './output.js'
import { Terminal } from './terminal.js'

/** Runs the simulator and resolves with the exit code. Aborting the signal ends the run in good order. */
export async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  streams: Streams = STREAMS
): Promise<ExitCode> {
  let output = createOutput({ isJson: argv.includes('--json'), isQuiet: argv.includes('--quiet') }, streams)
  try {
    const options = readArguments(argv, env)
    if ('print' in options) {
      streams.out(options.print)
      return EXIT.done
    }
    output = createOutput(options, streams)
    return await runCommand(options, output, signal)
  } catch (error) {
    return report(error, output)
  }
}

function report(error: unknown, output: Output): ExitCode {
  output.error(explain(error))
  if (error instanceof UsageError) output.error('see simulate --help')
  return error instanceof ScenarioError || error instanceof RecordingError ? EXIT.usage : exitCodeOf(error)
}

async function runCommand(options: Arguments, output: Output, signal: AbortSignal): Promise<ExitCode> {
  if (options.command === 'replay') return runReplay(options, output)
  if (options.out === undefined) return runChargers(options, output, signal, undefined)
  const recorder = await openRecorder(options.out)
  let code: ExitCode = EXIT.done
  try {
    code = await runChargers(options, output, AbortSignal.any([signal, recorder.failed]), recorder)
  } catch (error) {
    code = report(error, output)
  }
  // An incomplete recording is a failure, even if the run succeeded.
  await recorder.close()
  return code
}

async function runChargers(
  options: Arguments,
  output: Output,
  signal: AbortSignal,
  recorder: Recorder | undefined
): Promise<ExitCode> {
  if (options.scenario !== undefined) return runScenarioFile(options, options.scenario, output, recorder)
  return options.count > 1 ? runFleet(options, output, signal, recorder) : runSingle(options, output, signal, recorder)
}

async function openRecorder(path: string): Promise<Recorder> {
  try {
    return await Recorder.open(path)
  } catch (error) {
    throw new UsageError(`--out: ${(error as Error).message}`)
  }
}

/** Whether a script waits for the exit code, so that the first failed attempt to connect ends the run. */
function isScript({ isJson, isQuiet, duration }: Arguments): boolean {
  return isJson || isQuiet || duration !== undefined
}

/** Resolves when the duration is over or the signal is aborted. */
function end(duration: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = duration === undefined ? undefined : setTimeout(resolve, duration)
    const stop = () => {
      clearTimeout(timer)
      resolve()
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}

function optionsOf(options: Arguments, time: Scheduler) {
  const { url, identity = DEFAULT_IDENTITY, serialNumber, password, tls, layout, protocols, seed } = options
  return {
    url,
    identity,
    tls,
    layout,
    protocols,
    time,
    random: seeded(seed),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(password !== undefined && { password })
  } satisfies ChargerOptions
}

// --- one charger ---------------------------------------------------------------------------------------------

async function runSingle(
  options: Arguments,
  output: Output,
  signal: AbortSignal,
  recorder: Recorder | undefined
): Promise<ExitCode> {
  const time = new Scheduler(options)
  const hasKeys = process.stdin.isTTY && process.stdout.isTTY && !isScript(options)
  const quit = new AbortController()
  let observe: Observer = output.event
  const charger = new SimulatedCharger({
    ...optionsOf(options, time),
    autoPlug: true,
    retryFirst: !isScript(options),
    observe: (event) => observe(event)
  })
  const terminal = hasKeys ? new Terminal(charger, () => quit.abort()) : undefined
  if (terminal !== undefined) observe = (event) => terminal.event(event)
  recorder?.attach(charger.client)
  terminal?.start()
  try {
    const connected = charger.connect()
    if (isScript(options)) await connected
    else charger.background(connected)
    if (options.runsSessions) drive(charger)
    await end(options.duration, AbortSignal.any([signal, quit.signal]))
    return EXIT.done
  } finally {
    terminal?.stop()
    await charger.close()
    time.stop()
  }
}

// --- a fleet -------------------------------------------------------------------------------------------------

async function runFleet(
  options: Arguments,
  output: Output,
  signal: AbortSignal,
  recorder: Recorder | undefined
): Promise<ExitCode> {
  const time = new Scheduler(options)
  const fleet = new Fleet(options, time, output, recorder)
  try {
    if (isScript(options)) await probe(options, time)
    fleet.start()
    await end(options.duration, signal)
    return await fleet.stop()
  } finally {
    time.stop()
  }
}

/** Connects one charger first, so that a script learns at once that the CSMS is not reachable. */
async function probe(options: Arguments, time: Scheduler): Promise<void> {
  const [protocol] = options.protocols
  const identity = `${options.prefix}1`
  const charger = new SimulatedCharger({
    ...optionsOf(options, time),
    identity,
    protocols: [protocol],
    bootsItself: false
  })
  try {
    await charger.connect()
  } finally {
    await charger.close()
  }
}

// --- a scenario ----------------------------------------------------------------------------------------------

async function runScenarioFile(
  options: Arguments,
  path: string,
  output: Output,
  recorder: Recorder | undefined
): Promise<ExitCode> {
  const scenario = loadScenario(path)
  const time = new Scheduler({ speed: options.speed === 1 ? (scenario.speed ?? 1) : options.speed })
  const requests: string[] = []
  const problems: string[] = []
  const charger = new SimulatedCharger({
    ...optionsOf(options, time),
    ...ofScenario(scenario, options),
    bootsItself: false,
    reconnect: { waitMinimum: 100, randomRange: 100, repeatTimes: 5 },
    observe: (event) => {
      if (event.event === 'request') requests.push(String(event.action))
      if (event.event === 'problem') problems.push(`${event.action ?? ''} ${event.message}`.trim())
      output.event(event)
    }
  })
  recorder?.attach(charger.client)
  try {
    const isDone = await runScenario(scenario, { charger, requests, problems }, (result) => {
      const { step, do: name, ok, milliseconds, message } = result
      const mark = ok ? 'ok    ' : 'FAILED'
      output.result(
        { event: 'step', ...result },
        `${mark} step ${step} ${name} (${milliseconds} ms)${message === undefined ? '' : `: ${message}`}`
      )
      if (!ok && options.isQuiet && !options.isJson) output.error(`step ${step} ${name}: ${message}`)
    })
    output.result(
      { event: 'scenario', name: scenario.name, ok: isDone },
      `${scenario.name}: ${isDone ? 'passed' : 'FAILED'}`
    )
    return isDone ? EXIT.done : EXIT.failed
  } finally {
    await charger.close()
    time.stop()
  }
}

/** The charger that the scenario describes; what the command line says takes precedence. */
function ofScenario({ charger = {} }: Scenario, { identity, protocols, layout }: Arguments) {
  const { protocol, kind, evses, connectors, quirks } = charger
  return {
    identity: identity ?? withRandom(charger.identity ?? DEFAULT_IDENTITY),
    protocols: protocol !== undefined && protocols.length > 1 ? ([protocol] as const) : protocols,
    layout: {
      ...(kind !== undefined && { kind }),
      ...(evses !== undefined && { evses }),
      ...(connectors !== undefined && { connectors }),
      ...(quirks !== undefined && { quirks }),
      ...layout
    }
  }
}

/** The identity with eight random hexadecimal digits in place of `{random}`: a charger that no CSMS knows yet. */
function withRandom(identity: string): string {
  return identity.replaceAll('{random}', () => randomBytes(4).toString('hex'))
}

// --- replay --------------------------------------------------------------------------------------------------

async function runReplay(options: Arguments, output: Output): Promise<ExitCode> {
  const { recording = '', url, password, tls, isStrict } = options
  const { calls, differences } = await replay(readRecording(recording), {
    url,
    tls,
    isStrict,
    ...(password !== undefined && { password })
  })
  for (const difference of differences) {
    const { entry, identity, action, recorded, replayed } = difference
    const text = `entry ${entry}, ${identity} ${action}\n  recorded: ${recorded}\n  now:      ${replayed}`
    output.result({ event: 'difference', ...difference }, text)
  }
  const ok = differences.length === 0
  const text = ok ? `${calls} messages were answered as recorded` : `${differences.length} of ${calls} answers differ`
  output.result({ event: 'replay', ok, calls, differences: differences.length }, text)
  if (!ok && options.isQuiet && !options.isJson) output.error(text)
  return ok ? EXIT.done : EXIT.failed
}
