import { useState } from 'preact/hooks'
import { Problem } from '../api/problem.js'

export interface Command {
  isBusy: boolean
  /** The problem of the last change, if it failed. */
  problem: Problem | undefined
  /** Carries out a change; a second one waits until the first has an answer. */
  run: (act: () => Promise<void>) => void
}

/** A change of something at the server, with its problem if it was refused. */
export function useCommand(): Command {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)

  async function carryOut(act: () => Promise<void>): Promise<void> {
    setBusy(true)
    setProblem(undefined)
    try {
      await act()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return {
    isBusy,
    problem,
    run(act) {
      if (!isBusy) carryOut(act).catch((error: unknown) => reportError(error))
    }
  }
}
