/**
 * A range of missing sequence numbers, both ends included. `from` null: all numbers before `to`, because Started is
 * missing.
 */
export type Missing = readonly [from: number | null, to: number]

/** The sequence numbers received so far in a 2.x transaction. Events may arrive in any order. [2.x Part 2 E, §1.3.2] */
export interface Sequence {
  /** Sequence number of Started. */
  readonly first: number | null
  /** The highest sequence number so far. */
  readonly last: number | null
  /** Sequence number of Ended. */
  readonly ended: number | null
  readonly missing: readonly Missing[]
}

export type EventType = 'Started' | 'Updated' | 'Ended'

/** Lowest sequence number. A charge point may also begin with a higher one. */
const LOWEST = 0

/** Maximum number of gaps. Above it two neighbouring gaps are merged, including the numbers between them. */
const MAX_RANGES = 256

/** The sequence after an event arrived. */
export function withEvent(sequence: Sequence, eventType: EventType, seqNo: number): Sequence {
  const first = eventType === 'Started' ? Math.min(seqNo, sequence.first ?? seqNo) : sequence.first
  const ended = eventType === 'Ended' ? Math.max(seqNo, sequence.ended ?? seqNo) : sequence.ended
  const last = Math.max(seqNo, sequence.last ?? seqNo)
  const missing = missingWith(sequence, seqNo).filter(([, to]) => first === null || to >= first)
  return { first, last, ended, missing: atMost(MAX_RANGES, missing) }
}

/** Whether an event is missing that must exist. Every transaction has a Started event. */
export function hasGap({ first, missing }: Sequence): boolean {
  return first === null || missing.length > 0
}

/** Whether Started, Ended and all events between them have arrived. */
export function isComplete({ first, ended, missing }: Sequence): boolean {
  return first !== null && ended !== null && missing.every(([from]) => from !== null && from > ended)
}

function missingWith({ last, missing }: Sequence, seqNo: number): Missing[] {
  if (last === null) return seqNo > LOWEST ? [[null, seqNo - 1]] : []
  if (seqNo > last) return seqNo === last + 1 ? [...missing] : [...missing, [last + 1, seqNo - 1]]
  return missing.flatMap((range) => without(range, seqNo))
}

function without(range: Missing, seqNo: number): Missing[] {
  const [from, to] = range
  if (seqNo > to || (from !== null && seqNo < from)) return [range]
  const parts: Missing[] = [
    [from, seqNo - 1],
    [seqNo + 1, to]
  ]
  return parts.filter(([start, end]) => (start ?? LOWEST) <= end)
}

function atMost(limit: number, ranges: readonly Missing[]): Missing[] {
  const [first, second, ...others] = ranges
  if (ranges.length <= limit || first === undefined || second === undefined) return [...ranges]
  return [[first[0], second[1]], ...others]
}
