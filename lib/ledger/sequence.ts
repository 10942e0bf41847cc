/** Numbers that have not come, both ends included. From null: all before, because Started has not come. */
export type Missing = readonly [from: number | null, to: number]

/** What is known of the sequence numbers of a 2.x transaction, which come in any order. [2.x Part 2 E, §1.3.2] */
export interface Sequence {
  /** Of Started. */
  readonly first: number | null
  /** The highest so far. */
  readonly last: number | null
  /** Of Ended. */
  readonly ended: number | null
  readonly missing: readonly Missing[]
}

export type EventType = 'Started' | 'Updated' | 'Ended'

/** Sequences begin with it, or with a higher number. */
const LOWEST = 0

/** More holes than this are kept less exactly: two neighbours are then one, with what is between them. */
const MAX_RANGES = 256

/** The sequence once an event has come. */
export function withEvent(sequence: Sequence, eventType: EventType, seqNo: number): Sequence {
  const first = eventType === 'Started' ? Math.min(seqNo, sequence.first ?? seqNo) : sequence.first
  const ended = eventType === 'Ended' ? Math.max(seqNo, sequence.ended ?? seqNo) : sequence.ended
  const last = Math.max(seqNo, sequence.last ?? seqNo)
  const missing = missingWith(sequence, seqNo).filter(([, to]) => first === null || to >= first)
  return { first, last, ended, missing: atMost(MAX_RANGES, missing) }
}

/** Whether an event that is known to exist has not come; Started is one of them. */
export function hasGap({ first, missing }: Sequence): boolean {
  return first === null || missing.length > 0
}

/** Whether Started, Ended and everything between has come. */
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
