import type { Deviation, Direction, Protocol } from 'fastify-ocpp'
import { fold } from '../events/scope.js'

/** A message or a handshake that breaks the standard. */
export interface SeenViolation {
  identity: string
  /** `''` for a handshake, which is rejected before a subprotocol is chosen. */
  protocol: Protocol | ''
  direction: Direction
  /** `''` for a handshake and for a message whose action cannot be read. */
  action: string
  /** RFC 6901 pointer into the payload. */
  pointer: string
  /** Name of the corrected deviation, or the broken rule of the standard. Never contains input. */
  rule: string
  /** Code of the CALLERROR; `''` for a handshake. */
  code: string
  /** `''` if there is none. */
  messageId: string
  /** Whether the message was handled in spite of the violation. */
  isDelivered: boolean
  /**
   * The deviations to accept, so that the message is handled. Called once per kind, because it validates the message
   * again.
   */
  suggestions(): readonly Deviation[]
}

/** A kind of violation of one charge point, with its number since the last flush. */
export interface CountedViolation extends Omit<SeenViolation, 'isDelivered' | 'suggestions'> {
  refused: number
  delivered: number
  firstAt: number
  lastAt: number
  lastRefusedAt: number | undefined
  lastDeliveredAt: number | undefined
  /** `undefined` if no message of this kind was rejected. */
  suggestions: readonly Deviation[] | undefined
}

/** Suffix of the rule of a message that is rejected even with `validation: warn`, so that no trait helps. */
export const ESSENTIAL = ', and without it the message says nothing'

/** The members that make a kind, besides the charge point. */
export type ViolationKind = Pick<SeenViolation, 'direction' | 'action' | 'pointer' | 'rule'>

/** Maximum number of kinds that wait for the next flush. More are dropped and counted. */
const MAX_KINDS = 10_000
/** Maximum number of kinds per charge point: a hostile charge point can invent any number. */
export const MAX_OF_ONE = 200
/** Maximum number among them of kinds about a member whose name the charge point invented. */
export const MAX_NAMED = 50

export function keyOf({ direction, action, pointer, rule }: ViolationKind): string {
  return JSON.stringify([direction, action, pointer, rule])
}

/** Whether the pointer ends in a member name that the charge point invented. */
export function isNamedBySender({ code, pointer, rule }: { code: string; pointer: string; rule: string }): boolean {
  return pointer !== '' && (code === 'FormationViolation' || code === 'FormatViolation' || rule === 'unknown-members')
}

/** Counts the kinds of one charge point against the limits. */
export class KindLimits {
  #kinds = 0
  #named = 0

  /** Counts one more kind. Returns false if the limit is reached. */
  take(kind: { code: string; pointer: string; rule: string }): boolean {
    const isNamed = isNamedBySender(kind)
    if (this.#kinds >= MAX_OF_ONE || (isNamed && this.#named >= MAX_NAMED)) return false
    this.#kinds++
    if (isNamed) this.#named++
    return true
  }
}

/**
 * Counts violations in memory, because a charge point may break the standard with each of its messages, and saves the
 * counts every few seconds.
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

  /** Number of kinds that wait for the next flush. */
  get size(): number {
    return this.#kinds.size
  }

  note(seen: SeenViolation): void {
    const kind = this.#kindOf({ ...seen, pointer: withoutIndices(storable(seen.pointer)) })
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

  /** Takes the counts since the last flush. */
  take(): CountedViolation[] {
    const taken = [...this.#kinds.values()]
    this.#kinds = new Map()
    this.#limits = new Map()
    return taken
  }

  /** Adds counts that could not be saved to the next flush. */
  putBack(counted: readonly CountedViolation[]): void {
    for (const kind of counted) {
      const key = keyOfCharger(kind)
      const newer = this.#kinds.get(key)
      if (newer !== undefined) merge(newer, kind)
      else if (this.#hasRoom(kind)) this.#kinds.set(key, kind)
      else this.dropped += kind.refused + kind.delivered
    }
  }

  /** `undefined` if there is no room for a new kind. */
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

// As both databases store it: names that differ in nothing else are one row, and no statement may write a row twice.
function storable(pointer: string): string {
  return pointer.replaceAll('\0', '\ufffd').replace(/\p{Surrogate}/gu, '\ufffd')
}

// The indices of lists are replaced: /meterValue/0/sampledValue/3/unit is the same kind with other numbers.
function withoutIndices(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*')
}
