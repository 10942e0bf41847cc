import type { LiveEvent, StreamFilter } from '../api/stream.js'

/** Whether an event matches a filter. */
export function concerns({ types, chargePoints }: StreamFilter, { type, chargePoint }: LiveEvent): boolean {
  if (types !== undefined && !types.includes(type)) return false
  return chargePoints === undefined || chargePoints.some((each) => each.toLowerCase() === chargePoint.toLowerCase())
}

/** The filter that matches every event that one of these filters matches. */
export function unionOf(filters: readonly StreamFilter[]): StreamFilter {
  const types = union(filters.map((filter) => filter.types))
  const chargePoints = union(filters.map((filter) => filter.chargePoints))
  return { ...(types !== undefined && { types }), ...(chargePoints !== undefined && { chargePoints }) }
}

function union(lists: readonly (readonly string[] | undefined)[]): string[] | undefined {
  const all = new Set<string>()
  for (const list of lists) {
    if (list === undefined) return undefined
    for (const each of list) all.add(each)
  }
  return [...all].sort()
}
