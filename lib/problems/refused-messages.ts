import type { Deviation } from 'fastify-ocpp'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { TraitsBook, TraitsRow } from '../traits/book.js'
import { knownOf } from '../traits/book.js'
import { type Traits, valuesOf } from '../traits/traits.js'
import { ESSENTIAL } from '../violations/book.js'
import type { Problem, ProblemSource } from './problem.js'

/** Number of rejections for the same reason that make a problem. */
const MIN_REFUSED = 3
const DAY_MS = 86_400_000
/** Days without another rejection after which the problem is over. */
const MAX_AGE_DAYS = 7
/** Maximum number of kinds per charge point, the latest ones: a hostile charge point can invent any number. */
const MAX_OF_ONE = 20
/** Maximum number of kinds, the latest ones, including those that traits have solved since. */
const MAX_ROWS = 10_000
const MAX_PROBLEMS = 1_000

/** Finds charge points whose messages are rejected repeatedly for the same reason. */
export function refusedMessages(db: Kysely<Schema>, book: Pick<TraitsBook, 'applied'>): ProblemSource {
  return async () => {
    const since = Date.now() - MAX_AGE_DAYS * DAY_MS
    const byChargePoint = new Map<number, RefusedRow[]>()
    for (const row of await latest(db, since)) {
      const rows = byChargePoint.get(row.charge_point_id)
      if (rows === undefined) byChargePoint.set(row.charge_point_id, [row])
      else rows.push(row)
    }
    const problems = [...byChargePoint.values()].flatMap((rows) => problemsOf(rows, book))
    // The same ones at each check, so that no problem is published as solved only because it is beyond the limit.
    return problems.sort(bySeverity).slice(0, MAX_PROBLEMS)
  }
}

function latest(db: Kysely<Schema>, since: number): Promise<RefusedRow[]> {
  const ranked = db
    .selectFrom('violations')
    .innerJoin('charge_points', 'charge_points.id', 'violations.charge_point_id')
    .select(['violations.id', 'charge_point_id', 'identity', 'traits', 'vendor', 'model', 'firmware_version'])
    .select(['action', 'pointer', 'rule', 'violations.protocol', 'refused', 'suggestions', 'first_at'])
    .select('last_refused_at')
    .select((of) =>
      of.fn
        .agg<number>('row_number')
        .over((over) => over.partitionBy('charge_point_id').orderBy('last_refused_at', 'desc').orderBy('violations.id'))
        .as('place')
    )
    .where('refused', '>=', MIN_REFUSED)
    .where('last_at', '>', since)
    .where('last_refused_at', '>', since)
    .where('direction', '=', 'inbound')
    .where('removed_at', 'is', null)
  return db
    .selectFrom(ranked.as('ranked'))
    .selectAll()
    .where('place', '<=', MAX_OF_ONE)
    .orderBy('last_refused_at', 'desc')
    .orderBy('id')
    .limit(MAX_ROWS)
    .execute()
}

function bySeverity(one: Problem, other: Problem): number {
  return one.severity.localeCompare(other.severity) || one.since - other.since || one.id.localeCompare(other.id)
}

interface RefusedRow extends TraitsRow {
  id: number
  charge_point_id: number
  identity: string
  action: string
  pointer: string
  rule: string
  protocol: string
  refused: number
  suggestions: string | null
  first_at: number
}

/** A kind of rejection that the traits of the charge point do not solve. */
interface Unsolved {
  row: RefusedRow
  /** The deviations to accept, so that such messages are handled. */
  missing: readonly Deviation[]
  isEssential: boolean
}

/** The problems of one charge point. */
function problemsOf(rows: readonly RefusedRow[], book: Pick<TraitsBook, 'applied'>): Problem[] {
  const [first] = rows
  if (first === undefined) return []
  const traits = valuesOf(book.applied(knownOf(first)))
  const unsolved = rows.flatMap((row) => unsolvedOf(row, traits) ?? [])
  // A change replaces leniency as a whole: the solution of one problem must include those of the others.
  const leniency = [...new Set([...(traits.leniency ?? []), ...unsolved.flatMap(({ missing }) => missing)])]
  return unsolved.map((one) => toProblem(one, leniency))
}

/** `undefined` if the traits of the charge point already solve the problem. */
function unsolvedOf(row: RefusedRow, { leniency = [], validation }: Traits): Unsolved | undefined {
  const suggested = row.suggestions === null ? [] : (JSON.parse(row.suggestions) as Deviation[])
  const missing = suggested.filter((deviation) => !leniency.includes(deviation))
  const isSolved = suggested.length > 0 && missing.length === 0
  // An unreadable message or a handshake cannot be handled in spite of its violation.
  const isEssential = row.rule.endsWith(ESSENTIAL)
  const isHandled = validation === 'warn' && row.action !== '' && !isEssential
  return isSolved || isHandled ? undefined : { row, missing, isEssential }
}

function toProblem({ row, missing, isEssential }: Unsolved, leniency: Deviation[]): Problem {
  return {
    id: `refused-messages-${row.id}`,
    kind: 'refused-messages',
    severity: SEVERE.has(row.action) || row.action === '' ? 'critical' : 'warning',
    since: Number(row.first_at),
    chargePoint: row.identity,
    detail: `${subjectOf(row)} was refused ${row.refused} times: ${[row.pointer, row.rule].join(' ').trim()}`,
    ...(missing.length > 0 && { suggestedTraits: { leniency } }),
    ...(missing.length === 0 && !isEssential && { suggestedTraits: { validation: 'warn' } })
  }
}

function subjectOf({ action, protocol }: RefusedRow): string {
  if (action !== '') return action
  return protocol === '' ? 'The WebSocket upgrade' : 'A message'
}

/** Messages that are necessary for charging or billing. */
const SEVERE = new Set([
  'BootNotification',
  'Authorize',
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
  'TransactionEvent'
])
