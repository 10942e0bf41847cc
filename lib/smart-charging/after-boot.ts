import { randomInt } from 'node:crypto'
import { CallError, InvalidResponseError, parseTime, TimeoutError, versionInfo } from 'fastify-ocpp'
import { type CompositeSchedule, compositeScheduleInTurns } from 'fastify-ocpp/smart-charging'
import { CSO, hasBootedSince, type ProfileRow } from '../charge-points/charging-profiles.js'
import { compiled } from '../database/compiled.js'
import { findOpen } from '../ledger/queries.js'
import { isOwnProfile } from '../load-management/profiles.js'
import { isControlled } from '../load-management/rows.js'
import { readFacts, type Subject } from './facts.js'
import { withoutObserved } from './observed.js'
import { byPersistence } from './persistence.js'
import { differencesOf, readReported, requestOf } from './reported.js'

// A charge point may lose its profiles when it boots. OCPP 1.6 demands that they persist, and 2.x that the TxDefaultProfile and
// the ChargingStationMaxProfile do, but many charge points lose them. [1.6 errata 3.37; 2.1 ChargingProfilePersistence]

/** A charge point that has booted, and how it is asked. */
export interface Booted {
  subject: Subject
  call: (action: string, payload: object) => Promise<unknown>
  /** Resolves when the last part of a report was saved, to false if it did not come. */
  reported: (requestId: number) => Promise<boolean>
  /** The charge point does not take a profile. The others are not affected by that. */
  refused: (row: ProfileRow, error: Error) => void
  /** The charge point certainly has them. */
  confirm: (rows: readonly ProfileRow[]) => Promise<void>
  /** The charge point certainly has none of them. */
  forget: (rows: readonly ProfileRow[]) => Promise<void>
}

/** Our profiles of before the boot. Those of load management are its own business. */
async function profilesBefore({ db, chargePoint }: Subject): Promise<ProfileRow[]> {
  const rows = await ownRows({ db, chargePoint })
  const before = rows.filter((row) => row.confirmed === 1 && hasBootedSince(row, chargePoint))
  const isManaged = await Promise.all(
    before.map(({ evse_id, connector_id, purpose }) => {
      if (/Max/.test(purpose ?? '')) return false
      const { identity, site_id: siteId } = chargePoint
      return isControlled(db, siteId, { identity, evseId: evse_id || connector_id || undefined })
    })
  )
  return before.filter(({ profile_id }, index) => isManaged[index] !== true && !isOwnProfile(profile_id))
}

const anyProfile = compiled((db, { chargePointId }: { chargePointId: number }) =>
  db.selectFrom('charging_profiles').select('id').where('charge_point_id', '=', chargePointId).limit(1)
)

/** Whether a charge point may have profiles of ours. Most have none, and many boot at once. */
export async function mayHaveProfiles(db: Subject['db'], chargePointId: number): Promise<boolean> {
  return (await anyProfile(db, { chargePointId })).length > 0
}

function ownRows({ db, chargePoint }: Pick<Subject, 'db' | 'chargePoint'>): Promise<ProfileRow[]> {
  return db
    .selectFrom('charging_profiles')
    .selectAll()
    .where('charge_point_id', '=', chargePoint.id)
    .where('source', '=', CSO)
    .where('message_id', '=', '')
    .orderBy('id')
    .execute()
}

/**
 * Asks a charge point whether it still has its profiles, and installs again those that it has lost.
 *
 * @returns TxProfiles that it has lost: they are to be installed when it resumes their transaction [2.1 E17.FR.15]
 */
export async function restoreProfiles(booted: Booted, now: number): Promise<ProfileRow[]> {
  const { subject } = booted
  const { hasDeviceModel } = versionInfo(subject.protocol)
  const all = await profilesBefore(subject)
  const told = hasDeviceModel ? await settleTold(booted) : NOTHING_TOLD
  const gone = all.filter(({ id }) => told.lost.has(id))
  const before = all.filter(({ id }) => !told.lost.has(id) && !told.kept.has(id))
  if (before.length === 0) return gone
  const lost = hasDeviceModel ? await lostOf2(booted, before) : await lostOf16(booted, before, now)
  // A charge point of 1.6 has no word for a transaction that it resumes.
  const waiting = hasDeviceModel ? lost.filter(({ purpose }) => purpose === 'TxProfile') : []
  await installAgain(booted, { rows: lost.filter((row) => !waiting.includes(row)), now })
  return [...gone, ...waiting]
}

const NOTHING_TOLD = { kept: new Set<number>(), lost: new Set<number>() }

/** What the charge point has told of its profiles needs no question. [2.1 ChargingProfilePersistence] */
async function settleTold({ subject, confirm, forget }: Booted): Promise<typeof NOTHING_TOLD> {
  const { kept, lost } = await byPersistence(subject)
  if (kept.length > 0) await confirm(kept)
  if (lost.length > 0) await forget(lost)
  return { kept: new Set(kept.map(({ id }) => id)), lost: new Set(lost.map(({ id }) => id)) }
}

const NOT_TAKEN = [CallError, InvalidResponseError, TimeoutError]

/** Sends profiles again, except those whose time or transaction is over. */
export async function installAgain(
  { subject, call, refused }: Booted,
  { rows, now }: { rows: readonly ProfileRow[]; now: number }
): Promise<void> {
  const open = new Set((await findOpen(subject.db, subject.chargePoint.id)).map((row) => row.transaction_id))
  for (const row of rows) {
    const { payload, purpose, transaction_id, evse_id: evseId, connector_id: connectorId } = row
    const profile = JSON.parse(payload) as { validTo?: string }
    const isOver = profile.validTo !== undefined && (parseTime(profile.validTo) ?? now) < now
    if (isOver || (purpose === 'TxProfile' && !open.has(transaction_id ?? ''))) continue
    const is2 = versionInfo(subject.protocol).hasDeviceModel
    const request = is2 ? { evseId, chargingProfile: profile } : { connectorId, csChargingProfiles: profile }
    try {
      await call('SetChargingProfile', request)
    } catch (error) {
      if (!NOT_TAKEN.some((kind) => error instanceof kind)) throw error
      refused(row, error as Error)
    }
  }
}

/** Profiles that the charge point does not report. One that reports nothing may have lost all of them. [2.x K09] */
async function lostOf2({ subject, call, reported }: Booted, before: readonly ProfileRow[]): Promise<ProfileRow[]> {
  const requestId = randomInt(1, 2 ** 31 - 1)
  const whole = reported(requestId)
  try {
    const chargingProfile = { chargingLimitSource: [CSO] }
    const { status } = (await call('GetChargingProfiles', { requestId, chargingProfile })) as { status: string }
    if (status === 'NoProfiles') return [...before]
    if (!(await whole)) return [...before]
  } catch {
    return [...before]
  }
  const known = new Set((await ownRows(subject)).map(({ profile_id }) => profile_id))
  return before.filter(({ profile_id }) => !known.has(profile_id))
}

const DAY_S = 86_400

/**
 * Profiles of 1.6 without which the composite schedule that the charge point tells cannot be explained. Those that do not limit
 * anything within a day cannot be told apart, so they are sent again. [1.6 §5.7]
 */
async function lostOf16(booted: Booted, before: readonly ProfileRow[], now: number): Promise<ProfileRow[]> {
  const proven = new Set<number>()
  for (const evseId of new Set(before.map(({ connector_id }) => connector_id))) {
    for (const id of await provenAt(booted, { evseId, start: now, duration: DAY_S, unit: 'A' })) proven.add(id)
  }
  const lost = before.filter(({ profile_id }) => !proven.has(profile_id))
  await booted.confirm(before.filter((row) => !lost.includes(row)))
  return lost
}

type Question = Parameters<typeof readFacts>[1]

async function provenAt({ subject, call }: Booted, question: Question): Promise<Set<number>> {
  try {
    const answer = await call('GetCompositeSchedule', requestOf(question, false))
    const reported = readReported(answer as Parameters<typeof readReported>[0], question)
    if (reported.status === 'Rejected') return new Set()
    const unit = reported.unit ?? question.unit
    const { input } = await readFacts(subject, { ...question, unit })
    const calculated = await compositeScheduleInTurns(withoutObserved(input))
    const differences = differencesOf(calculated, reported).filter(({ value }) => value === 'limit')
    return differences.length > 0 ? new Set() : bindingIds(calculated)
  } catch {
    return new Set()
  }
}

function bindingIds({ periods }: CompositeSchedule): Set<number> {
  return new Set(periods.flatMap(({ by }) => by.flatMap((one) => ('id' in one ? (one.id ?? []) : []))))
}
