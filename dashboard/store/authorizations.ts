import type { AuthorizationEntry, Page } from '../api/records.js'
import type { LiveEvent } from '../api/stream.js'

type Filter = Readonly<Record<string, string>>
type Told = Omit<AuthorizationEntry, 'at' | 'chargePoint' | 'type'> & { idTokenType?: string }

/** The list with the answer of an event. The server stores it a second later, so it cannot be read yet. */
export function withAnswer(
  list: Page<AuthorizationEntry>,
  { at, chargePoint, data }: LiveEvent,
  filter: Filter
): Page<AuthorizationEntry> {
  const { idTokenType: type, ...told } = data as Told
  const entry: AuthorizationEntry = { ...told, ...(type !== undefined && { type }), at, chargePoint }
  if (!matches(entry, filter)) return list
  const isSame = (other: AuthorizationEntry) => other.at === at && isOf(other, entry)
  const others = list.items.filter((other) =>
    filter.distinct === undefined ? !isSame(other) : !isEqual(other.idToken, entry.idToken)
  )
  return { ...list, items: [entry, ...others] }
}

function isOf(one: AuthorizationEntry, other: AuthorizationEntry): boolean {
  return isEqual(one.chargePoint, other.chargePoint) && isEqual(one.idToken, other.idToken)
}

function matches({ chargePoint, idToken, status, reason, at }: AuthorizationEntry, filter: Filter): boolean {
  if (filter.chargePoint !== undefined && !isEqual(filter.chargePoint, chargePoint)) return false
  if (filter.idToken !== undefined && !isEqual(filter.idToken, idToken)) return false
  if (filter.status !== undefined && filter.status !== status) return false
  if (filter.known === 'false' && reason !== 'unknown') return false
  if (filter.known === 'true' && (reason === 'unknown' || reason === 'no-authorization')) return false
  return filter.to === undefined || Date.parse(at) < Date.parse(filter.to)
}

function isEqual(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
