import type { Deviation } from 'fastify-ocpp'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.js'
import type { TraitsBook, TraitsRow } from '../traits/book.js'
import { knownOf } from '../traits/book.js'
import { type Traits, valuesOf } from '../traits/traits.js'
import { ESSENTIAL } from '../violations/book.js'
import type { Problem, ProblemSource } from './problem.js'

/** Refusals for the same reason that make a problem. */
const MIN_REFUSED = 3
const DAY_MS = 86_400_000
/** Days after which a refusal that has not come again is over. */
const MAX_AGE_DAYS = 7
const MAX_PROBLEMS = 1_000

/** Charge points whose messages are refused again and again for the same reason. */
export function refusedMessages(db: Kysely<Schema>, book: Pick<TraitsBook, 'applied'>): ProblemSource {
  return async () => {
    const since = Date.now() - MAX_AGE_DAYS * DAY_MS
    const rows = await db
      .selectFrom('violations')
      .innerJoin('charge_points', 'charge_points.id', 'violations.charge_point_id')
      .select(['violations.id', 'identity', 'traits', 'vendor', 'model', 'firmware_version'])
      .select(['action', 'pointer', 'rule', 'violations.protocol', 'refused', 'suggestions', 'first_at'])
      .where('refused', '>=', MIN_REFUSED)
      .where('last_at', '>', since)
      .where('last_refused_at', '>', since)
      .where('direction', '=', 'inbound')
      .where('removed_at', 'is', null)
      .orderBy('violations.id')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.flatMap((row) => problemOf(row, valuesOf(book.applied(knownOf(row)))) ?? [])
  }
}

interface RefusedRow extends TraitsRow {
  id: number
  identity: string
  action: string
  pointer: string
  rule: string
  protocol: string
  refused: number
  suggestions: string | null
  first_at: number
}

/** `undefined` once the traits of the charge point solve it. */
function problemOf(row: RefusedRow, traits: Traits): Problem | undefined {
  const suggested = row.suggestions === null ? [] : (JSON.parse(row.suggestions) as Deviation[])
  const accepted = traits.leniency ?? []
  const missing = suggested.filter((deviation) => !accepted.includes(deviation))
  const isSolved = suggested.length > 0 && missing.length === 0
  // A message that cannot be read, and a handshake, cannot be handled all the same.
  const isEssential = row.rule.endsWith(ESSENTIAL)
  const isHandled = traits.validation === 'warn' && row.action !== '' && !isEssential
  if (isSolved || isHandled) return undefined
  return {
    id: `refused-messages-${row.id}`,
    kind: 'refused-messages',
    severity: SEVERE.has(row.action) || row.action === '' ? 'critical' : 'warning',
    since: Number(row.first_at),
    chargePoint: row.identity,
    detail: `${subjectOf(row)} was refused ${row.refused} times: ${[row.pointer, row.rule].join(' ').trim()}`,
    ...(missing.length > 0 && { suggestedTraits: { leniency: [...accepted, ...missing] } }),
    ...(missing.length === 0 && !isEssential && { suggestedTraits: { validation: 'warn' } })
  }
}

function subjectOf({ action, protocol }: RefusedRow): string {
  if (action !== '') return action
  return protocol === '' ? 'The WebSocket upgrade' : 'A message'
}

/** Messages without which nobody can charge, or nothing can be billed. */
const SEVERE = new Set([
  'BootNotification',
  'Authorize',
  'StartTransaction',
  'StopTransaction',
  'MeterValues',
  'TransactionEvent'
])
