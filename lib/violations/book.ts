import type { Deviation, Direction, Protocol } from 'fastify-ocpp'
import { fold } from '../events/scope.js'

/** A message or a handshake that breaks the standard. */
export interface SeenViolation {
  identity: string
  /** `''` of a handshake, which is refused before a protocol is chosen. */
  protocol: Protocol | ''
  direction: Direction
  /** `''` of a handshake, and of a message whose action cannot be read. */
  action: string
  /** RFC 6901. */
  pointer: string
  /** The name of the deviation that was put right, or what the standard asks for; nothing of the input. */
  rule: string
  /** Of a CALLERROR; `''` of a handshake. */
  code: string
  /** `''` when there is none. */
  messageId: string
  /** Whether the message was handled all the same. */
  isDelivered: boolean
  /** The deviations that would have to be accepted; asked for once a kind, because it takes a check of the message. */
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
  /** `undefined` while none was refused. */
  suggestions: readonly Deviation[] | undefined
}

/** Ends the rule of a message that is refused also with `validation: warn`: no trait helps. */
export const ESSENTIAL = ', and without it the message says nothing'

/** What makes a kind, beside its charge point. */
export type ViolationKind = Pick<SeenViolation, 'direction' | 'action' | 'pointer' | 'rule'>

/** Kinds that wait to be written; more are dropped and counted. */
const MAX_KINDS = 10_000
/** Kinds of one charge point that are counted and stored: a hostile one can make up any number of them. */
export const MAX_OF_ONE = 200
/** Of these, kinds that are about a member which the charge point has named itself. */
export const MAX_NAMED = 50

export function keyOf({ direction, action, pointer, rule }: ViolationKind): string {
  return JSON.stringify([direction, action, pointer, rule])
}

/** Whether the pointer ends in a name that the charge point has made up. */
export function isNamedBySender({ code, pointer, rule }: { code: string; pointer: string; rule: string }): boolean {
  return pointer !== '' && (code === 'FormationViolation' || code === 'FormatViolation' || rule === 'unknown-members')
}

/** Counts the kinds of one charge point against the limits. */
export class KindLimits {
  #kinds = 0
  #named = 0

  /** Whether there is room for one more kind, which is counted then. */
  take(kind: { code: string; pointer: string; rule: string }): boolean {
    const isNamed = isNamedBySender(kind)
    if (this.#kinds >= MAX_OF_ONE || (isNamed && this.#named >= MAX_NAMED)) return false
    this.#kinds++
    if (isNamed) this.#named++
    return true
  }
}

/**
 * Counts violations in memory, because a charge point may break the standard with each of its messages, and hands them
 * over to be written every few seconds.
 */
export class ViolationBook {
  readonly #now: () => number
  #kinds = new Map<string, CountedViolation>()
  #limits = new Map<string, KindLimits>()
  /** Violations that were not counted, because too many kinds waited. */
  dropped = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Kinds that wait to be written. */
  get size(): number {
    return this.#kinds.size
  }

  note(seen: SeenViolation): void {
    const kind = this.#kindOf({ ...seen, pointer: withoutIndices(seen.pointer) })
    if (kind === undefined) {
      this.dropped++
      return
    }
    const now = this.#now()
    kind.lastAt = now
    kind.messageId = seen.messageId
    kind.code = seen.code
    if (seen.isDelivered) {
      kind.delivered++
      kind.lastDeliveredAt = now
      return
    }
    kind.refused++
    kind.lastRefusedAt = now
    kind.suggestions ??= seen.suggestions()
  }

  /** What was counted since the last time. */
  take(): CountedViolation[] {
    const taken = [...this.#kinds.values()]
    this.#kinds = new Map()
    this.#limits = new Map()
    return taken
  }

  /** Counts again what could not be written. */
  putBack(counted: readonly CountedViolation[]): void {
    for (const kind of counted) {
      const key = keyOfCharger(kind)
      const newer = this.#kinds.get(key)
      if (newer !== undefined) merge(newer, kind)
      else if (this.#hasRoom(kind)) this.#kinds.set(key, kind)
      else this.dropped += kind.refused + kind.delivered
    }
  }

  /** `undefined` when there is no room for a new kind. */
  #kindOf({ isDelivered: _isDelivered, suggestions: _suggestions, ...seen }: SeenViolation) {
    const key = keyOfCharger(seen)
    const known = this.#kinds.get(key)
    if (known !== undefined) return known
    if (!this.#hasRoom(seen)) return undefined
    const now = this.#now()
    const kind: CountedViolation = {
      ...seen,
      refused: 0,
      delivered: 0,
      firstAt: now,
      lastAt: now,
      lastRefusedAt: undefined,
      lastDeliveredAt: undefined,
      suggestions: undefined
    }
    this.#kinds.set(key, kind)
    return kind
  }

  #hasRoom(kind: { identity: string; code: string; pointer: string; rule: string }): boolean {
    if (this.#kinds.size >= MAX_KINDS) return false
    const identity = fold(kind.identity)
    const limits = this.#limits.get(identity) ?? new KindLimits()
    this.#limits.set(identity, limits)
    return limits.take(kind)
  }
}

function keyOfCharger(kind: ViolationKind & { identity: string }): string {
  return fold(kind.identity) + keyOf(kind)
}

function merge(newer: CountedViolation, older: CountedViolation): void {
  newer.refused += older.refused
  newer.delivered += older.delivered
  newer.firstAt = older.firstAt
  newer.lastRefusedAt ??= older.lastRefusedAt
  newer.lastDeliveredAt ??= older.lastDeliveredAt
  newer.suggestions ??= older.suggestions
}

// The indices of lists are replaced: /meterValue/0/sampledValue/3/unit is the same kind with other numbers.
function withoutIndices(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*')
}
