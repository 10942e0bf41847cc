import type { EventType } from './event.js'

/** The events that a reader wants. An absent member excludes nothing. */
export interface EventFilter {
  readonly types?: ReadonlySet<EventType>
  /** Folded identities. */
  readonly chargePoints?: ReadonlySet<string>
  /** Whether the reader may see whole id tokens. Default: false. */
  readonly wholeIdTokens?: boolean
}

/** @param event an event whose charge point is folded */
export function matches(
  { types, chargePoints }: EventFilter,
  { type, chargePoint }: { readonly type: EventType; readonly chargePoint: string }
): boolean {
  return (types?.has(type) ?? true) && (chargePoints?.has(chargePoint) ?? true)
}

/** A key that is equal for all filters that match the same events. */
export function keyOf({ types, chargePoints, wholeIdTokens = false }: EventFilter): string {
  return JSON.stringify([sorted(types), sorted(chargePoints), wholeIdTokens])
}

function sorted(set: ReadonlySet<string> | undefined): string[] | null {
  return set === undefined ? null : [...set].sort()
}
