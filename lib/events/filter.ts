import type { EventType } from './event.js'

/** Which events a reader wants; what is absent excludes nothing. */
export interface EventFilter {
  readonly types?: ReadonlySet<EventType>
  /** Identities, folded. */
  readonly chargePoints?: ReadonlySet<string>
  /** Whether it may see whole id tokens. Default: false. */
  readonly wholeIdTokens?: boolean
}

/** @param event with its charge point folded */
export function matches(
  { types, chargePoints }: EventFilter,
  { type, chargePoint }: { readonly type: EventType; readonly chargePoint: string }
): boolean {
  return (types?.has(type) ?? true) && (chargePoints?.has(chargePoint) ?? true)
}

/** The same for all filters that let the same through. */
export function keyOf({ types, chargePoints, wholeIdTokens = false }: EventFilter): string {
  return JSON.stringify([sorted(types), sorted(chargePoints), wholeIdTokens])
}

function sorted(set: ReadonlySet<string> | undefined): string[] | null {
  return set === undefined ? null : [...set].sort()
}
