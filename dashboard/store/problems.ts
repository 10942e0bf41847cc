import type { ProblemItem } from '../api/records.js'
import type { LiveEvent } from '../api/stream.js'

interface ProblemData {
  change: 'raised' | 'changed' | 'cleared'
  id: string
  kind: ProblemItem['kind']
  severity: ProblemItem['severity']
  since: string
  detail: string
}

/** Applies an event to the list of problems. */
export function reduceProblems(items: readonly ProblemItem[], { type, chargePoint, data }: LiveEvent): ProblemItem[] {
  if (type !== 'problem') return [...items]
  const { change, ...told } = data as ProblemData
  const before = items.find(({ id }) => id === told.id)
  const others = items.filter(({ id }) => id !== told.id)
  if (change === 'cleared') return others
  const problem: ProblemItem = { ...before, ...told, ...(chargePoint !== '' && { chargePoint }) }
  return [...others, problem].sort(byUrgency)
}

/** Critical before warning, then the oldest first. */
export function byUrgency(one: ProblemItem, other: ProblemItem): number {
  if (one.severity !== other.severity) return one.severity === 'critical' ? -1 : 1
  return String(one.since).localeCompare(String(other.since))
}
