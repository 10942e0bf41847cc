import { type Static, Type } from '@sinclair/typebox'
import type { RefusedEvent } from 'fastify-ocpp'
import { toDateTime } from '../date-time.js'
import { fold } from '../events/scope.js'

export const RefusedRecord = Type.Object({
  identity: Type.String({ description: 'In the URL of the charge point; at most 48 characters of it' }),
  remoteAddress: Type.String({ description: 'Of the last attempt' }),
  protocol: Type.Optional(
    Type.String({
      description: 'The subprotocols that it offered last, as it spelt them; absent when it offered none',
      examples: ['ocpp1.6']
    })
  ),
  status: Type.Integer({ description: 'HTTP status that the last attempt was answered with', examples: [401] }),
  reason: Type.String({ description: 'Of the last attempt' }),
  firstAt: Type.String({ format: 'date-time' }),
  lastAt: Type.String({ format: 'date-time' }),
  attempts: Type.Integer()
})
export type RefusedRecord = Static<typeof RefusedRecord>

/** A charge point whose handshake was rejected. Times in epoch milliseconds. */
export interface RefusedChargePoint {
  identity: string
  remoteAddress: string
  protocol?: string
  status: number
  reason: string
  firstAt: number
  lastAt: number
  attempts: number
}

export interface RefusedOptions {
  /** Called for a charge point that is not in the list yet, and then at most every 10 seconds. */
  onNews(refused: RefusedChargePoint): void
  /** Epoch milliseconds. Default: the clock of the system. */
  now?: () => number
}

const MAX_REFUSED = 1_000
/** Maximum number of reasons of logins that are not answered yet. */
const MAX_REASONS = 1_000
/** [OCPP-J 1.6 §3.1.1; 2.x identifierString] */
const MAX_IDENTITY = 48
const NEWS_INTERVAL_MS = 10_000
/** Statuses from here on are problems of the back-end, not of the charge point. */
const SERVER_ERROR = 500

/**
 * Charge points that tried to connect and were refused. In memory only: anybody can make up identities without a
 * password, so they must not fill the disk; and a charge point that still wants to connect is back within minutes
 * after a restart.
 */
export class RefusedChargePoints {
  readonly #options: RefusedOptions
  readonly #now: () => number
  /** By folded identity. The one that was rejected last is at the end. */
  readonly #refused = new Map<string, RefusedChargePoint & { toldAt: number }>()
  readonly #reasons = new Map<string, string>()

  constructor(options: RefusedOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** Sets the reason of a failed login, whose rejection follows. */
  explain(identity: string, reason: string): void {
    this.#reasons.set(fold(identity), reason)
    dropOldest(this.#reasons, MAX_REASONS)
  }

  /** @param isOurs false if another node refused it, which tells that itself */
  note(
    { identity: told, rule, status, remoteAddress, offered }: Omit<RefusedEvent, 'suggestion'>,
    isOurs = true
  ): void {
    if (told === undefined) return
    const key = fold(told)
    const reason = this.#reasons.get(key) ?? rule
    this.#reasons.delete(key)
    if (status >= SERVER_ERROR) return
    const now = this.#now()
    const identity = told.slice(0, MAX_IDENTITY)
    const known = this.#refused.get(fold(identity))
    const attempts = (known?.attempts ?? 0) + 1
    const toldAt = known?.toldAt ?? Number.NEGATIVE_INFINITY
    const isNews = now - toldAt >= NEWS_INTERVAL_MS
    const times = { firstAt: known?.firstAt ?? now, lastAt: now }
    const protocol = offered === undefined ? {} : { protocol: offered }
    const refused = { identity, remoteAddress, ...protocol, status, reason, ...times, attempts }
    this.#refused.delete(fold(identity))
    this.#refused.set(fold(identity), { ...refused, toldAt: isNews ? now : toldAt })
    dropOldest(this.#refused, MAX_REFUSED)
    if (isNews && isOurs) this.#options.onNews(refused)
  }

  /** Returns whether the charge point was in the list. */
  forget(identity: string): boolean {
    return this.#refused.delete(fold(identity))
  }

  /** The one that was rejected last is the first. */
  list(part = ''): RefusedChargePoint[] {
    return [...this.#refused.values()].filter(({ identity }) => fold(identity).includes(fold(part))).reverse()
  }
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

export function showRefused({ firstAt, lastAt, toldAt: _, ...refused }: RefusedChargePoint & { toldAt?: number }) {
  return { ...refused, firstAt: toDateTime(firstAt), lastAt: toDateTime(lastAt) } satisfies RefusedRecord
}
