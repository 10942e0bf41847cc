import type { PlantEvse } from './plant.js'

// The profiles that are sent to EVSEs of which the writes are counted, because their memory wears out or because they refuse more.

const HOUR_MS = 3_600_000
const DAY_S = 86_400
const DAY_HOURS = 24

/** The profiles that were sent within an hour. */
export interface Writes {
  /** Hours since the epoch. */
  hour: number
  changes: number
  renewals: number
}

export type WriteKind = 'changes' | 'renewals'

type Budgeted = Pick<PlantEvse, 'writesPerDay'> | undefined

/** One more, at this time. Hours that do not count any more are left out. */
export function withWrite(writes: readonly Writes[] = [], kind: WriteKind, now: number): Writes[] {
  const hour = Math.floor(now / HOUR_MS)
  const known = writes.find((one) => one.hour === hour) ?? { hour, changes: 0, renewals: 0 }
  return [...counted(writes, now).filter((one) => one !== known), { ...known, [kind]: known[kind] + 1 }]
}

/** The hours that any 24 hours until now have a part in. */
function counted(writes: readonly Writes[], now: number): Writes[] {
  const hour = Math.floor(now / HOUR_MS)
  return writes.filter((one) => one.hour >= hour - DAY_HOURS)
}

/** Whether one more may be sent. Renewals have their part of the day, which changes leave to them. */
export function isWithinBudget(
  { writesPerDay }: NonNullable<Budgeted>,
  { writes = [] }: { writes?: readonly Writes[] },
  { kind, now }: { kind: WriteKind; now: number }
): boolean {
  if (writesPerDay === undefined) return true
  const sum = (of: WriteKind) => counted(writes, now).reduce((total, one) => total + one[of], 0)
  const changes = sum('changes')
  if (changes + sum('renewals') >= writesPerDay) return false
  return kind === 'renewals' || changes < writesPerDay - renewalsOf(writesPerDay)
}

function renewalsOf(writesPerDay: number): number {
  return Math.floor(writesPerDay / 2)
}

/** A lease that lasts so long that its renewals, each after half of it, are no more than their part of the day. Seconds. */
export function writtenLease({ writesPerDay }: NonNullable<Budgeted>, lease: number): number {
  if (writesPerDay === undefined) return lease
  return Math.min(DAY_S, Math.max(lease, Math.ceil((2 * DAY_S) / renewalsOf(writesPerDay))))
}

/** The same where each renewal is a write. Seconds. */
export function leaseOf(
  evse: (NonNullable<Budgeted> & Partial<Pick<PlantEvse, 'form'>>) | undefined,
  lease: number
): number {
  return evse === undefined || evse.form?.profile === 'dynamic' ? lease : writtenLease(evse, lease)
}
