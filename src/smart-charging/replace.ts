import type { Rule } from './rules.js'
import type { CompositeInput } from './types.js'

/**
 * Leaves out the profiles that later ones have replaced. `onDuplicate` is called for pairs that a charge point must not
 * accept. A profile that is not confirmed replaces nothing, but the earlier one may be gone. [1.6 §5.16; 2.x K01.FR.05,
 * K01.FR.06, K01.FR.39]
 */
export function withoutReplaced(
  rules: readonly Rule[],
  version: CompositeInput['version'],
  onDuplicate: (earlier: Rule, later: Rule) => void
): Rule[] {
  const kept = new Set<Rule>()
  const ids = new Index()
  const places = new Index()
  for (const given of rules) {
    const rule = { ...given }
    const namesakes = ids.find(idOf(rule))
    const rivals = places.find(placeOf(rule)).filter((other) => version === '1.6' || overlap(rule, other))
    for (const other of [...namesakes, ...rivals]) {
      if (!kept.has(other)) continue
      const isDuplicate = version !== '1.6' && other.id !== rule.id
      if (isDuplicate) onDuplicate(other, rule)
      if (rule.isConfirmed) kept.delete(other)
      else other.isConfirmed = false
    }
    kept.add(rule)
    ids.add(idOf(rule), rule)
    places.add(placeOf(rule), rule)
  }
  return [...kept]
}

class Index {
  readonly #rules = new Map<string, Rule[]>()

  find(key: string): readonly Rule[] {
    return this.#rules.get(key) ?? []
  }

  add(key: string, rule: Rule): void {
    const rules = this.#rules.get(key)
    if (rules === undefined) this.#rules.set(key, [rule])
    else rules.push(rule)
  }
}

/** Limits that were told without an id have a negative one, and each place has its own. [2.x K12, K13] */
function idOf({ source, id, evseId }: Rule): string {
  return id < 0 ? `${source} ${id} ${evseId}` : `${source} ${id}`
}

/** A key that is equal for profiles that exclude each other. */
function placeOf({ source, purpose, evseId, stackLevel, transactionId }: Rule): string {
  return JSON.stringify([source, purpose, evseId, stackLevel, purpose === 'TxProfile' ? transactionId : undefined])
}

function overlap(a: Rule, b: Rule): boolean {
  return a.validFrom < b.validTo && b.validFrom < a.validTo
}
