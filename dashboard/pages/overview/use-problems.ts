import type { Query } from '../../api/client.js'
import type { ProblemItem } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { reduceProblems } from '../../store/problems.js'
import { useQuery } from '../../ui/use-query.js'

/** Maximum time between two reads. Milliseconds. Some problems begin without an event, because time passes. */
const CHECK_MS = 30_000

export interface Problems {
  at: string
  items: ProblemItem[]
}

/** The problems that match, which follow the events. */
export function useProblems(filter: Query = {}) {
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return useQuery<Problems>('/problems', filter, {
    every: CHECK_MS,
    live: { types: ['problem'] },
    reduce: (data, event) =>
      isFiltered || isIncomplete(event) ? 'reload' : { at: event.at, items: reduceProblems(data.items, event) }
  })
}

/** Events do not name transactions, because they need another scope. */
function isIncomplete({ data }: LiveEvent): boolean {
  const { change, kind } = data as { change: string; kind: ProblemItem['kind'] }
  return change !== 'cleared' && /^(?:cost|receipt|transaction)-/.test(kind)
}
