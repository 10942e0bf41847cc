import type { Problem, ProblemSource } from './problem.js'

// Problems of this process: it cannot keep up.

/** How long dropped messages are a problem after the last one. Milliseconds. */
const MEMORY_MS = 300_000
/** Number of writes waiting for the database above which there is a problem. */
const MAX_QUEUED = 1_000

export interface Counters {
  /** Messages that were not logged. */
  readonly log: { readonly dropped: number }
  /** Jobs that wait for the database. */
  readonly writer: { readonly queued: number }
}

/** Messages that are missing in the log, and writes that wait for the database. */
export function overload({ log, writer }: Counters, now: () => number = Date.now): ProblemSource {
  let dropped = log.dropped
  let began = 0
  let last = Number.NEGATIVE_INFINITY
  let queueing: number | undefined
  return async () => {
    const time = now()
    if (log.dropped > dropped) {
      if (time - last > MEMORY_MS) began = time
      last = time
      dropped = log.dropped
    }
    queueing = writer.queued > MAX_QUEUED ? (queueing ?? time) : undefined
    const problems: Problem[] = []
    if (time - last <= MEMORY_MS) {
      const detail = 'OCPP messages are missing in the log, because the database is too slow'
      problems.push({ id: 'log-dropping', kind: 'log-dropping', severity: 'warning', since: began, detail })
    }
    if (queueing !== undefined) {
      const detail = 'writes wait for the database, so charge points wait for answers'
      problems.push({ id: 'writes-queueing', kind: 'writes-queueing', severity: 'critical', since: queueing, detail })
    }
    return problems
  }
}
