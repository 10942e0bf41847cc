import { isRecord } from './tree.js'

/** The value with `null` for members that were there before, so that the server removes them instead of keeping them. */
export function withRemoved(before: unknown, after: unknown, nullable: readonly string[]): unknown {
  if (!isRecord(before) || !isRecord(after)) return after
  const removed = nullable.filter((name) => before[name] !== undefined && after[name] === undefined)
  return { ...after, ...Object.fromEntries(removed.map((name) => [name, null])) }
}
