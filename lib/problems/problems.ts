import type { Kysely } from 'kysely'
import { dateTime } from '../database/json.js'
import type { Schema } from '../database/schema.js'
import type { Writer } from '../database/writer.js'
import type { Publisher } from '../events/publisher.js'
import { chunks, fold } from '../events/scope.js'
import type { Problem, ProblemKind, ProblemRecord, ProblemSource, Severity } from './problem.js'

export interface ProblemFilter {
  severity?: Severity
  kind?: ProblemKind
  chargePoint?: string
  acknowledged?: boolean
}

export interface ProblemsOptions {
  db: Kysely<Schema>
  writer: Pick<Writer, 'write'>
  publisher: Publisher
  sources: readonly ProblemSource[]
}

/** What is wrong now. It is computed whenever it is asked for; the event stream tells what has changed since. */
export class Problems {
  readonly #options: ProblemsOptions
  /** Those that were told of, by id. Unknown until the first look: after a start nothing is news. */
  #told: Map<string, Problem> | undefined
  #checking: Promise<void> | undefined
  /** The look after the one that is under way. */
  #next: Promise<void> | undefined

  constructor(options: ProblemsOptions) {
    this.#options = options
  }

  /** The critical ones first, the oldest of them first. */
  async list({ severity, kind, chargePoint, acknowledged }: ProblemFilter = {}): Promise<ProblemRecord[]> {
    const found = await this.#find()
    const acknowledgements = await this.#acknowledgements()
    const records = found
      .filter((problem) => severity === undefined || problem.severity === severity)
      .filter((problem) => kind === undefined || problem.kind === kind)
      .filter((problem) => chargePoint === undefined || fold(problem.chargePoint ?? '') === fold(chargePoint))
      .map((problem) => toRecord(problem, acknowledgements.get(problem.id)))
    if (acknowledged === undefined) return records
    return records.filter(({ acknowledgement }) => (acknowledgement !== undefined) === acknowledged)
  }

  async find(id: string): Promise<ProblemRecord | undefined> {
    return (await this.list()).find((problem) => problem.id === id)
  }

  async acknowledge(id: string, { operator, note, until }: { operator: string; note?: string; until?: number }) {
    const values = { operator, note: note ?? null, until: until ?? null, created_at: Date.now() }
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
   * Looks, and tells the event stream what has come, changed and gone. One look at a time: who asks while one is under
   * way gets the result of the next.
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

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#checking, this.#next])
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
    await this.#forgetOthers(found)
    this.#told = found
    if (told === undefined) return
    for (const [id, problem] of found) {
      const before = told.get(id)
      if (before === undefined) this.#tell('raised', problem)
      else if (nextStepOf(before) !== nextStepOf(problem)) this.#tell('changed', problem)
    }
    for (const [id, problem] of told) if (!found.has(id)) this.#tell('cleared', problem)
  }

  /** A problem that comes again is not acknowledged. */
  async #forgetOthers(found: ReadonlyMap<string, Problem>): Promise<void> {
    const { db, writer } = this.#options
    const rows = await db.selectFrom('problem_acknowledgements').select('problem_id').execute()
    const over = rows.map(({ problem_id }) => problem_id).filter((id) => !found.has(id))
    for (const ids of chunks(over)) {
      await writer.write((trx) => trx.deleteFrom('problem_acknowledgements').where('problem_id', 'in', ids).execute())
    }
  }

  #tell(change: 'raised' | 'changed' | 'cleared', problem: Problem): void {
    const { id, kind, severity, since, chargePoint = '', detail, suggestedTraits } = problem
    this.#options.publisher.publish({
      type: 'problem',
      chargePoint,
      data: {
        change,
        id,
        kind,
        severity,
        since: dateTime(since) ?? '',
        detail,
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
    const now = Date.now()
    const rows = await this.#options.db.selectFrom('problem_acknowledgements').selectAll().execute()
    const valid = rows.filter(({ until }) => until === null || Number(until) > now)
    return new Map(valid.map((row) => [row.problem_id, row]))
  }
}

/** What a change of is told. The detail counts: it is another one each time. */
function nextStepOf({ severity, suggestedTraits }: Problem): string {
  return JSON.stringify([severity, suggestedTraits])
}

function toRecord(
  { since, ...problem }: Problem,
  row: { operator: string; note: string | null; until: number | null; created_at: number } | undefined
): ProblemRecord {
  return {
    ...problem,
    since: dateTime(since) ?? '',
    ...(row !== undefined && {
      acknowledgement: {
        operator: row.operator,
        at: dateTime(row.created_at) ?? '',
        ...(row.note !== null && { note: row.note }),
        ...(row.until !== null && { until: dateTime(row.until) ?? '' })
      }
    })
  }
}
