import type { Deviation, Direction, Protocol } from 'fastify-ocpp'
import { sql, type Transaction } from 'kysely'
import type { Schema } from '../database/schema.js'
import { chunks } from '../events/scope.js'

/** A message that breaks the standard. */
export interface SeenViolation {
  identity: string
  protocol: Protocol
  direction: Direction
  action: string
  /** RFC 6901. */
  pointer: string
  /** The name of the deviation that was put right, or what the schema asks for; nothing of the input. */
  rule: string
  /** Of a CALLERROR. */
  code: string
  messageId: string
  /** Whether the message was handled all the same. */
  isDelivered: boolean
  /** The deviations that would have to be accepted; asked for once a kind, since it takes a check of the message. */
  suggestions(): readonly Deviation[]
}

/** A kind of violation of one charge point, and how often it came since the last flush. */
export interface CountedViolation extends Omit<SeenViolation, 'isDelivered' | 'suggestions'> {
  refused: number
  delivered: number
  firstAt: number
  lastAt: number
  lastRefusedAt: number | undefined
  lastDeliveredAt: number | undefined
  suggestions: readonly Deviation[]
}

/** Kinds that wait to be written; more are dropped and counted. */
const MAX_KINDS = 10_000
/** Kinds of one charge point that are stored; a hostile one could make up any number of them. */
const MAX_STORED = 200

/**
 * Counts violations in memory, because a charge point may break the standard with each of its messages, and hands them
 * over to be written every few seconds.
 */
export class ViolationBook {
  readonly #now: () => number
  #kinds = new Map<string, CountedViolation>()
  /** Violations that were not counted, because too many kinds waited. */
  dropped = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  note(seen: SeenViolation): void {
    const pointer = withoutIndices(seen.pointer)
    const { identity, direction, action, rule } = seen
    const key = JSON.stringify([identity.toLowerCase(), direction, action, pointer, rule])
    const known = this.#kinds.get(key)
    if (known === undefined && this.#kinds.size >= MAX_KINDS) {
      this.dropped++
      return
    }
    const kind = known ?? this.#begin(key, { ...seen, pointer })
    const now = this.#now()
    kind.lastAt = now
    kind.messageId = seen.messageId
    kind.code = seen.code
    if (seen.isDelivered) {
      kind.delivered++
      kind.lastDeliveredAt = now
    } else {
      kind.refused++
      kind.lastRefusedAt = now
    }
  }

  /** What was counted since the last time. */
  take(): CountedViolation[] {
    const taken = [...this.#kinds.values()]
    this.#kinds = new Map()
    return taken
  }

  /** Counts again what could not be written. */
  putBack(counted: readonly CountedViolation[]): void {
    for (const kind of counted) {
      const key = JSON.stringify([kind.identity.toLowerCase(), kind.direction, kind.action, kind.pointer, kind.rule])
      const newer = this.#kinds.get(key)
      if (newer === undefined) {
        if (this.#kinds.size < MAX_KINDS) this.#kinds.set(key, kind)
        else this.dropped += kind.refused + kind.delivered
        continue
      }
      newer.refused += kind.refused
      newer.delivered += kind.delivered
      newer.firstAt = kind.firstAt
      newer.lastRefusedAt ??= kind.lastRefusedAt
      newer.lastDeliveredAt ??= kind.lastDeliveredAt
    }
  }

  #begin(key: string, { isDelivered, suggestions, ...seen }: SeenViolation): CountedViolation {
    const now = this.#now()
    const kind: CountedViolation = {
      ...seen,
      refused: 0,
      delivered: 0,
      firstAt: now,
      lastAt: now,
      lastRefusedAt: undefined,
      lastDeliveredAt: undefined,
      suggestions: isDelivered ? [] : suggestions()
    }
    this.#kinds.set(key, kind)
    return kind
  }
}

// The indices of lists are replaced: /meterValue/0/sampledValue/3/unit is the same kind with other numbers.
function withoutIndices(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*')
}

/** A counted violation with the id of its charge point. */
export interface StoredViolation extends CountedViolation {
  chargePointId: number
}

/** Adds the counts to what is stored. Kinds beyond the limit of a charge point are left out. */
export async function saveViolations(trx: Transaction<Schema>, counted: readonly StoredViolation[]): Promise<void> {
  const rows = await withinLimit(trx, counted)
  for (const some of chunks(rows, 50)) {
    await trx
      .insertInto('violations')
      .values(some.map(toRow))
      .onConflict((conflict) =>
        conflict.columns(['charge_point_id', 'direction', 'action', 'pointer', 'rule']).doUpdateSet({
          protocol: sql.ref('excluded.protocol'),
          code: sql.ref('excluded.code'),
          message_id: sql.ref('excluded.message_id'),
          last_at: sql.ref('excluded.last_at'),
          refused: sql`violations.refused + excluded.refused`,
          delivered: sql`violations.delivered + excluded.delivered`,
          suggestions: sql`coalesce(excluded.suggestions, violations.suggestions)`,
          last_refused_at: sql`coalesce(excluded.last_refused_at, violations.last_refused_at)`,
          last_delivered_at: sql`coalesce(excluded.last_delivered_at, violations.last_delivered_at)`
        })
      )
      .execute()
  }
}

async function withinLimit(trx: Transaction<Schema>, counted: readonly StoredViolation[]): Promise<StoredViolation[]> {
  const kept: StoredViolation[] = []
  const ids = [...new Set(counted.map(({ chargePointId }) => chargePointId))]
  for (const id of ids) {
    const stored = await trx
      .selectFrom('violations')
      .select(['direction', 'action', 'pointer', 'rule'])
      .where('charge_point_id', '=', id)
      .limit(MAX_STORED)
      .execute()
    const known = new Set(stored.map(kindOf))
    for (const one of counted) {
      if (one.chargePointId !== id) continue
      if (!known.has(kindOf(one)) && known.size >= MAX_STORED) continue
      known.add(kindOf(one))
      kept.push(one)
    }
  }
  return kept
}

function kindOf({
  direction,
  action,
  pointer,
  rule
}: Pick<SeenViolation, 'direction' | 'action' | 'pointer' | 'rule'>) {
  return JSON.stringify([direction, action, pointer, rule])
}

function toRow(counted: StoredViolation) {
  const { chargePointId, protocol, direction, action, pointer, rule, code, refused, delivered } = counted
  return {
    charge_point_id: chargePointId,
    protocol,
    direction,
    action,
    pointer,
    rule,
    code,
    refused,
    delivered,
    suggestions: counted.suggestions.length === 0 ? null : JSON.stringify(counted.suggestions),
    message_id: counted.messageId,
    first_at: counted.firstAt,
    last_at: counted.lastAt,
    last_refused_at: counted.lastRefusedAt ?? null,
    last_delivered_at: counted.lastDeliveredAt ?? null
  }
}
