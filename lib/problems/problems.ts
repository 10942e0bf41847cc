import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import { toDateTime } from '../date-time.js'
import type { Publisher } from '../events/publisher.js'
import { chunks, fold } from '../events/scope.js'
import type { Problem, ProblemKind, ProblemRecord, ProblemSource, Severity } from './problem.js'

export interface ProblemFilter {
  severity?: Severity
  kind?: ProblemKind
  chargePoint?: string
  /** Folded identities; only problems of these charge points. */
  chargePoints?: ReadonlySet<string>
  /** Beside `chargePoints`: the problems of this site itself, too. */
  site?: string
  acknowledged?: boolean
}

export interface ProblemsOptions {
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  publisher: Publisher
  /** Whether this process publishes changes. Default: always. */
  isTeller?: () => boolean
  /**
   * Until when problems may still be found that lasted already when this process started, because charge points need
   * time to reconnect. Epoch milliseconds. Default: 0.
   */
  settledAt?: number
  /** Epoch milliseconds. Default: the clock of the system. */
  now?: () => number
  sources: readonly ProblemSource[]
}

/** The current problems, computed at each request. The event stream publishes the changes. */
export class Problems {
  readonly #options: ProblemsOptions
  /**
   * Published problems by id. `undefined` until the first check, because problems that exist at the start are not
   * published.
   */
  #told: Map<string, Problem> | undefined
  #checking: Promise<void> | undefined
  /** The check that follows the running one. */
  #next: Promise<void> | undefined

  constructor(options: ProblemsOptions) {
    this.#options = options
  }

  /** Critical problems first; within each severity the oldest first. */
  async list({
    severity,
    kind,
    chargePoint,
    chargePoints,
    site,
    acknowledged
  }: ProblemFilter = {}): Promise<ProblemRecord[]> {
    const found = await this.#find()
    const acknowledgements = await this.#acknowledgements()
    const records = found
      .filter((problem) => severity === undefined || problem.severity === severity)
      .filter((problem) => kind === undefined || problem.kind === kind)
      .filter((problem) => chargePoint === undefined || fold(problem.chargePoint ?? '') === fold(chargePoint))
      .filter((problem) => {
        if (chargePoints === undefined) return true
        return chargePoints.has(fold(problem.chargePoint ?? '')) || (site !== undefined && problem.site === site)
      })
      .map((problem) => toRecord(problem, acknowledgements.get(problem.id)))
    if (acknowledged === undefined) return records
    return records.filter(({ acknowledgement }) => (acknowledgement !== undefined) === acknowledged)
  }

  async find(id: string): Promise<ProblemRecord | undefined> {
    return (await this.list()).find((problem) => problem.id === id)
  }

  async acknowledge(id: string, { operator, note, until }: { operator: string; note?: string; until?: number }) {
    const values = { operator, note: note ?? null, until: until ?? null, created_at: this.#now() }
    await this.#options.writer.write((trx) =>
      trx
        .insertInto('problem_acknowledgements')
        .values({ problem_id: id, ...values })
        .onConflict((conflict) => conflict.column('problem_id').doUpdateSet(values))
        .execute()
    )
  }

  async unacknowledge(id: string): Promise<void> {
    await this.#options.writer.write((trx) =>
      trx.deleteFrom('problem_acknowledgements').where('problem_id', '=', id).execute()
    )
  }

  /**
   * Checks all sources, and publishes which problems are new, changed or solved. One check at a time: a call during a
   * check gets the result of the next one.
   */
  check(): Promise<void> {
    if (this.#checking === undefined) return this.#begin()
    this.#next ??= this.#checking
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  /** Resolves when no check is running. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#checking, this.#next])
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }

  #begin(): Promise<void> {
    const checking = this.#look().finally(() => {
      if (this.#checking === checking) this.#checking = undefined
    })
    this.#checking = checking
    return checking
  }

  async #look(): Promise<void> {
    const found = new Map((await this.#find()).map((problem) => [problem.id, problem]))
    const told = this.#told
    const { settledAt = 0, isTeller = () => true } = this.#options
    const isOurs = isTeller()
    const mayBeOver = (id: string) => this.#now() >= settledAt || told?.has(id) === true
    if (isOurs) await this.#forgetOthers(found, mayBeOver)
    this.#told = found
    if (told === undefined || !isOurs) return
    const acknowledged = await this.#acknowledgements()
    for (const [id, problem] of found) {
      const before = told.get(id)
      const isKnown = problem.isOld === true || acknowledged.has(id)
      if (before === undefined) isKnown || this.#tell('raised', problem)
      else if (nextStepOf(before) !== nextStepOf(problem)) this.#tell('changed', problem)
    }
    for (const [id, problem] of told) if (!found.has(id)) this.#tell('cleared', problem)
  }

  /** A problem that is solved and comes again is no longer acknowledged. */
  async #forgetOthers(found: ReadonlyMap<string, Problem>, mayBeOver: (id: string) => boolean): Promise<void> {
    const { db, writer } = this.#options
    const rows = await db.selectFrom('problem_acknowledgements').select('problem_id').execute()
    const over = rows.map(({ problem_id }) => problem_id).filter((id) => !found.has(id) && mayBeOver(id))
    for (const ids of chunks(over)) {
      await writer.write((trx) => trx.deleteFrom('problem_acknowledgements').where('problem_id', 'in', ids).execute())
    }
  }

  #tell(change: 'raised' | 'changed' | 'cleared', problem: Problem): void {
    const { id, kind, severity, since, chargePoint = '', detail } = problem
    const { evseId, connectorId, messageId, webhook, site, idToken, suggestedTraits } = problem
    this.#options.publisher.publish({
      type: 'problem',
      chargePoint,
      data: {
        change,
        id,
        kind,
        severity,
        since: toDateTime(since),
        ...(evseId !== undefined && { evseId }),
        ...(connectorId !== undefined && { connectorId }),
        ...(messageId !== undefined && { messageId }),
        ...(webhook !== undefined && { webhook }),
        ...(site !== undefined && { site }),
        detail,
        ...(idToken !== undefined && { idToken }),
        ...(suggestedTraits !== undefined && { suggestedTraits })
      }
    })
  }

  async #find(): Promise<Problem[]> {
    const found = (await Promise.all(this.#options.sources.map((source) => source()))).flat()
    return found.sort(
      (one, other) =>
        one.severity.localeCompare(other.severity) || one.since - other.since || one.id.localeCompare(other.id)
    )
  }

  async #acknowledgements() {
    const now = this.#now()
    const rows = await this.#options.db.selectFrom('problem_acknowledgements').selectAll().execute()
    const valid = rows.filter(({ until }) => until === null || Number(until) > now)
    return new Map(valid.map((row) => [row.problem_id, row]))
  }
}

/**
 * The members whose change is published. The count in `detail` changes with every message, so it is not one of them.
 */
function nextStepOf({ severity, suggestedTraits }: Problem): string {
  return JSON.stringify([severity, suggestedTraits])
}

function toRecord(
  { since, isOld: _, ...problem }: Problem,
  row: { operator: string; note: string | null; until: number | null; created_at: number } | undefined
): ProblemRecord {
  return {
    ...problem,
    since: toDateTime(since),
    ...(row !== undefined && {
      acknowledgement: {
        operator: row.operator,
        at: toDateTime(row.created_at),
        ...(row.note !== null && { note: row.note }),
        ...(row.until !== null && { until: toDateTime(row.until) })
      }
    })
  }
}
