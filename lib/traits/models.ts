import type { Traits } from './traits.js'

/** Which charge points a charger model is about. Case does not matter, `*` stands for any characters, absent for all. */
export interface ModelMatch {
  vendor?: string
  model?: string
  firmware?: string
}

/** What is known of all charge points of a kind. */
export interface ChargerModel {
  name: string
  match: ModelMatch
  traits: Traits
  isEnabled: boolean
  /** What the traits are for, and what accepting them trusts the charge point with. */
  note?: string
  /** Where the facts are from, of models that come with the product. */
  source?: string
}

/** What a charge point has told of itself in its BootNotification. */
export interface BootedAs {
  vendor?: string | null
  model?: string | null
  firmware?: string | null
}

/** The enabled model that matches best: the one with the most literal characters, the first by name among equals. */
export function bestMatch(models: Iterable<ChargerModel>, booted: BootedAs): ChargerModel | undefined {
  let best: ChargerModel | undefined
  let bestScore = -1
  for (const model of models) {
    if (!model.isEnabled || !matches(model.match, booted)) continue
    const score = specificity(model.match)
    if (score < bestScore || (score === bestScore && best !== undefined && model.name >= best.name)) continue
    best = model
    bestScore = score
  }
  return best
}

function matches(match: ModelMatch, booted: BootedAs): boolean {
  return (
    matchesPattern(match.vendor, booted.vendor) &&
    matchesPattern(match.model, booted.model) &&
    matchesPattern(match.firmware, booted.firmware)
  )
}

/** Without backtracking: each literal piece is looked for from where the one before ended. (CWE-1333) */
function matchesPattern(pattern: string | undefined, text: string | null | undefined): boolean {
  if (pattern === undefined || pattern === '*') return true
  if (text === undefined || text === null) return false
  const pieces = pattern.toLowerCase().split('*')
  const folded = text.trim().toLowerCase()
  const [first = ''] = pieces
  if (pieces.length === 1) return folded === first
  const last = pieces.at(-1) ?? ''
  if (!folded.startsWith(first) || folded.length < first.length + last.length) return false
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = folded.indexOf(piece, from)
    if (found === -1) return false
    from = found + piece.length
  }
  return folded.length - last.length >= from && folded.endsWith(last)
}

/** Firmware counts more than model, and model more than vendor: they are the narrower facts. */
function specificity({ vendor, model, firmware }: ModelMatch): number {
  return literals(vendor) + 1_000 * literals(model) + 1_000_000 * literals(firmware)
}

function literals(pattern: string | undefined): number {
  return pattern === undefined ? 0 : Math.min(pattern.replaceAll('*', '').length, 999)
}
