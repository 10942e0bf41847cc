import type { Scenario, Step } from './schema.js'
import { runStep, type Stage, StepFailed } from './steps.js'

/** Default timeout of a step. Real seconds. */
const TIMEOUT = 30

export interface StepResult {
  /** Counted from 1. */
  step: number
  do: Step['do']
  ok: boolean
  milliseconds: number
  message?: string
}

/** Runs a scenario up to the first step that fails. Rejects when the charger cannot connect. */
export async function runScenario(
  scenario: Scenario,
  stage: Stage,
  report: (result: StepResult) => void
): Promise<boolean> {
  for (const [index, step] of scenario.steps.entries()) {
    const started = performance.now()
    const error = await attempt(stage, step, step.timeout ?? scenario.timeout ?? TIMEOUT)
    const milliseconds = Math.round(performance.now() - started)
    const result = { step: index + 1, do: step.do, ok: error === undefined, milliseconds }
    report(error === undefined ? result : { ...result, message: error.message })
    if (error === undefined) continue
    if (step.do === 'connect' && !(error instanceof StepFailed)) throw error
    return false
  }
  return true
}

async function attempt(stage: Stage, step: Step, seconds: number): Promise<Error | undefined> {
  const stopped = new AbortController()
  const over = `the step timed out after ${seconds} s`
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<Error>((resolve) => {
    timer = setTimeout(() => {
      stopped.abort()
      // Leaves the step time to fail with a message about the condition that it waits for.
      setTimeout(() => resolve(new StepFailed(over)), 50)
    }, seconds * 1000)
  })
  const done = runStep(stage, step, stopped.signal).then(
    () => undefined,
    (error: unknown) => error as Error
  )
  try {
    return await Promise.race([done, expired])
  } finally {
    clearTimeout(timer)
  }
}
