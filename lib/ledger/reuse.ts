import type { EventType, Sequence } from './sequence.js'

// A charge point of 2.x may count its transactions anew after each reboot, so that several have the same id.
// [2.x Part 2 "TransactionType": the id shall be unique]

/** The known facts about one of several transactions with the same id. Times are epoch milliseconds. */
export interface Namesake {
  sequence: Sequence
  status: 'open' | 'ended' | 'closed'
  /** Earliest time of its events, by the clock of the charge point. */
  earliest: number
  latest: number
  /** Whether the charge point has booted since the last message about this transaction. */
  isBeforeBoot: boolean
  idToken?: string
  remoteStartId?: number
}

/** The facts about an event that decide to which transaction it belongs. */
export interface Claim {
  eventType: EventType
  seqNo: number
  time: number
  idToken?: string
  remoteStartId?: number
}

/**
 * Decides to which of several transactions with the same id an event belongs. The event is not a retry: the caller has
 * found no event of the same type, number and timestamp.
 *
 * 1. An event within the time of a transaction belongs to that transaction; the newest such transaction wins. So late
 *    events of an old transaction stay with it after the id was used again.
 * 2. A Started event begins another transaction if it is later than all known events of a transaction, has another id
 *    token or another remote start id, or comes after a boot.
 * 3. An event after the end of a transaction belongs to another one if its number is not higher than the last number.
 *
 * @param namesakes in the order in which they were made
 * @returns an index, or `undefined` if the event is the first one of another transaction
 */
export function belongsTo(namesakes: readonly Namesake[], claim: Claim): number | undefined {
  for (const isLikely of [covers, hasBegun, () => true]) {
    const index = namesakes.findLastIndex((one) => isLikely(one, claim) && isPossiblyOf(one, claim))
    if (index !== -1) return index
  }
  return undefined
}

/** Whether an event lies within the time of a transaction; an open transaction has no end yet. */
function covers({ status, earliest, latest }: Namesake, { time }: Claim): boolean {
  return time >= earliest && (status === 'open' || time <= latest)
}

/** No event precedes the Started event of its transaction. Until Started has come, the begin is not known. */
function hasBegun({ sequence, earliest }: Namesake, { time }: Claim): boolean {
  return sequence.first === null || time >= earliest
}

function isPossiblyOf(one: Namesake, claim: Claim): boolean {
  if (claim.eventType !== 'Started') return claim.time <= one.latest || goesOn(one, claim)
  return isOfSame(one, claim) && (one.sequence.first === null ? isItsStart(one, claim) : isStartAgain(one, claim))
}

/** Whether this Started event begins a transaction whose Started event has not come yet. */
function isItsStart({ sequence, latest }: Namesake, { seqNo, time }: Claim): boolean {
  return !isNext(sequence, seqNo) && time <= latest
}

/**
 * Whether a second Started event belongs to the same transaction. Some charge points send one for the cable and another
 * for the token.
 */
function isStartAgain({ sequence, status, earliest, latest, isBeforeBoot }: Namesake, { seqNo, time }: Claim): boolean {
  const isLater = status === 'ended' ? time >= latest : time > latest
  if (isLater) return status === 'open' && isNext(sequence, seqNo)
  return !isBeforeBoot && time >= earliest
}

/** Whether an event later than all known events of a transaction may still belong to it. */
function goesOn({ sequence, status, isBeforeBoot }: Namesake, { eventType, seqNo }: Claim): boolean {
  if (status === 'open') return true
  // Some charge points send the same number in every event.
  if (status === 'closed') return isNext(sequence, seqNo) || sequence.last === sequence.first
  // An event after the end corrects the end, unless the charge point has booted since.
  return !isBeforeBoot && (isNext(sequence, seqNo) || (eventType === 'Ended' && seqNo === sequence.ended))
}

function isNext({ last }: Sequence, seqNo: number): boolean {
  return last === null || seqNo > last
}

function isOfSame(one: Namesake, { idToken, remoteStartId }: Claim): boolean {
  return isSame(one.idToken?.toLowerCase(), idToken?.toLowerCase()) && isSame(one.remoteStartId, remoteStartId)
}

/** A value that one side lacks counts as equal. */
function isSame<T>(one: T | undefined, other: T | undefined): boolean {
  return one === undefined || other === undefined || one === other
}
