import type { Protocol } from 'fastify-ocpp'
import { clauseIn } from './clauses.js'
import { RULES, type Rule, type RuleName } from './rules.js'

/** One kind of thing that was found, and how often. */
export interface Finding {
  /** `deviation`, `schema`, or the name of a rule. */
  rule: string
  /** The named deviation. */
  deviation?: string
  level: 'violation' | 'note'
  /** Action, or empty when it is not about a message. */
  action: string
  /** RFC 6901 pointer into the payload; empty for the whole message. List indexes are replaced by `*`. */
  pointer: string
  asks: string
  clause: string
  /** Observation. */
  detail?: string
  count: number
  /** RFC 3339. */
  firstAt: string
  lastAt: string
  /** Message id of the first one. */
  messageId?: string
}

/** A finding. */
export type Found = Omit<Finding, 'count' | 'firstAt' | 'lastAt' | 'pointer'> & { pointer?: string; at: number }

/** Kinds that are kept. */
const MAX_KINDS = 1000

export class Findings {
  readonly #kinds = new Map<string, Finding>()
  readonly #tell: (found: Found) => void

  /** @param tell is called for every single one */
  constructor(tell: (found: Found) => void) {
    this.#tell = tell
  }

  add(found: Found): void {
    this.#tell(found)
    const { at, pointer: place = '', ...rest } = found
    const pointer = place.replace(/\/\d+(?=\/|$)/g, '/*')
    const key = [found.rule, found.deviation, found.action, pointer, found.asks].join('\n')
    const lastAt = new Date(at).toISOString()
    const kind = this.#kinds.get(key)
    if (kind !== undefined) {
      kind.count++
      kind.lastAt = lastAt
    } else if (this.#kinds.size < MAX_KINDS) {
      this.#kinds.set(key, { ...rest, pointer, count: 1, firstAt: lastAt, lastAt })
    }
  }

  /** Adds what breaks a rule of the table. */
  breach(rule: RuleName, protocol: Protocol, about: BreachDetails): void {
    const { asks, clause, isNote = false }: Rule = RULES[rule]
    this.add({
      rule,
      level: isNote ? 'note' : 'violation',
      asks,
      clause: clauseIn(protocol, clause),
      ...about,
      action: about.action ?? ''
    })
  }

  /** Violations first, then by how often they came. */
  list(): Finding[] {
    const rank = ({ level }: Finding) => (level === 'violation' ? 0 : 1)
    return [...this.#kinds.values()].sort((one, other) => rank(one) - rank(other) || other.count - one.count)
  }

  has(rule: string): boolean {
    return this.list().some((finding) => finding.rule === rule)
  }
}

export interface BreachDetails {
  at: number
  action?: string
  pointer?: string
  detail?: string
  messageId?: string
}
