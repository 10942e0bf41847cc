import type { EventType, Sequence } from './sequence.js'

// A charge point of 2.x may count its transactions anew after each reboot, so that several have the same id.
// [2.x Part 2 "TransactionType": the id shall be unique]

/** What is known of one of the transactions with the same id. Times are epoch milliseconds. */
export interface Namesake {
  sequence: Sequence
  status: 'open' | 'ended' | 'closed'
  /** Of its events, by the clock of the charge point. */
  earliest: number
  latest: number
  /** Whether the charge point has booted since it was last heard of. */
  isBeforeBoot: boolean
  idToken?: string
  remoteStartId?: number
}

/** What tells whose an event is. */
export interface Claim {
  eventType: EventType
  seqNo: number
  time: number
  idToken?: string
  remoteStartId?: number
}

/**
 * Which of the transactions with the same id an event belongs to. It is no retry: nothing of the same type, number and
 * timestamp is known.
 *
 * 1. An event within the time of a transaction belongs to it, the newest first, so that late events of an old
 *    transaction stay there after the id was used again.
 * 2. A Started later than all that is known of a transaction begins another one, and so does one with another id token,
 *    another remote start, or after a boot.
 * 3. An event after the end of a transaction with a number that this transaction has passed belongs to another one.
 *
 * @param namesakes in the order in which they were made
 * @returns an index; undefined: it is the first event of another transaction
 */
export function belongsTo(namesakes: readonly Namesake[], claim: Claim): number | undefined {
  for (const isLikely of [covers, hasBegun, () => true]) {
    const index = namesakes.findLastIndex((one) => isLikely(one, claim) && isPossiblyOf(one, claim))
    if (index !== -1) return index
  }
  return undefined
}

/** Whether an event lies in the time of a transaction; one that goes on has no end yet. */
function covers({ status, earliest, latest }: Namesake, { time }: Claim): boolean {
  return time >= earliest && (status === 'open' || time <= latest)
}

/** Before its Started a transaction has no events; without one nobody knows when it began. */
function hasBegun({ sequence, earliest }: Namesake, { time }: Claim): boolean {
  return sequence.first === null || time >= earliest
}

function isPossiblyOf(one: Namesake, claim: Claim): boolean {
  if (claim.eventType !== 'Started') return claim.time <= one.latest || goesOn(one, claim)
  return isOfSame(one, claim) && (one.sequence.first === null ? isItsStart(one, claim) : isStartAgain(one, claim))
}

/** Whether a transaction whose Started has not come yet began with this one. */
function isItsStart({ sequence, latest }: Namesake, { seqNo, time }: Claim): boolean {
  return !isNext(sequence, seqNo) && time <= latest
}

/** Whether a second Started is of the same transaction: some send one for the cable and another for the token. */
function isStartAgain({ sequence, status, earliest, latest, isBeforeBoot }: Namesake, { seqNo, time }: Claim): boolean {
  const isLater = status === 'ended' ? time >= latest : time > latest
  if (isLater) return status === 'open' && isNext(sequence, seqNo)
  return !isBeforeBoot && time >= earliest
}

/** Whether an event later than all that is known of a transaction may still be of it. */
function goesOn({ sequence, status, isBeforeBoot }: Namesake, { eventType, seqNo }: Claim): boolean {
  if (status === 'open') return true
  // Some charge points never count.
  if (status === 'closed') return isNext(sequence, seqNo) || sequence.last === sequence.first
  // What follows the end corrects it, unless the charge point has booted since.
  return !isBeforeBoot && (isNext(sequence, seqNo) || (eventType === 'Ended' && seqNo === sequence.ended))
}

function isNext({ last }: Sequence, seqNo: number): boolean {
  return last === null || seqNo > last
}

function isOfSame(one: Namesake, { idToken, remoteStartId }: Claim): boolean {
  return isSame(one.idToken?.toLowerCase(), idToken?.toLowerCase()) && isSame(one.remoteStartId, remoteStartId)
}

/** What one of them does not tell may be the same. */
function isSame<T>(one: T | undefined, other: T | undefined): boolean {
  return one === undefined || other === undefined || one === other
}
