import type { Traits } from './traits.js'

/**
 * The charge points that a charger model matches, without regard to case. `*` stands for any characters; an absent
 * member matches all.
 */
export interface ModelMatch {
  vendor?: string
  model?: string
  firmware?: string
}

/** The traits of all charge points of a kind. */
export interface ChargerModel {
  name: string
  match: ModelMatch
  traits: Traits
  isEnabled: boolean
  /** Why the traits are needed, and which risk their acceptance brings. */
  note?: string
  /** Source of the facts, for models that come with the product. */
  source?: string
}

/** The values of a BootNotification that models are matched with. */
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

/** Matches without backtracking: each literal piece is searched from the end of the one before. (CWE-1333) */
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

/** Firmware takes precedence over model, and model over vendor, because they are more specific. */
function specificity({ vendor, model, firmware }: ModelMatch): number {
  return literals(vendor) + 1_000 * literals(model) + 1_000_000 * literals(firmware)
}

function literals(pattern: string | undefined): number {
  return pattern === undefined ? 0 : Math.min(pattern.replaceAll('*', '').length, 999)
}
