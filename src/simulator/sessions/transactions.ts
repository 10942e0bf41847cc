import { randomUUID } from 'node:crypto'
import type { Charger } from '../charger.js'
import { powerChanged, resumePulse, scheduleSample, stateChanged } from '../metering.js'
import { type Profile, replaces } from '../model/profiles.js'
import { createThrottle, isLost, isRefused, mayReplace } from '../model/quirks.js'
import {
  type Authorization,
  type Connector,
  type Evse,
  type IdToken,
  isUsable,
  plugged,
  type Station,
  settle,
  type Transaction
} from '../model/station.js'
import type { BootReason, StartTrigger, StopCause } from '../vocabulary.js'
import { RefusedByCharger } from './evse.js'

const SECOND = 1000

/** Starts a transaction if a driver is authorized and a vehicle is plugged in. */
export function startIfReady(charger: Charger, evse: Evse, trigger: StartTrigger): void {
  const { authorization, transaction } = evse
  const connector = plugged(evse)
  if (authorization === undefined || transaction !== undefined || connector === undefined) return
  if (!isUsable(charger.station, evse, connector)) return
  evse.authorization = undefined
  begin(charger, evse, connector, authorization, trigger)
}

function begin(
  charger: Charger,
  evse: Evse,
  connector: Connector,
  { token, groupId, remoteStartId, profile }: Authorization,
  trigger: StartTrigger
): void {
  const { station, time } = charger
  settle(station, time.now())
  const transaction: Transaction = {
    id: randomUUID(),
    csmsId: undefined,
    token,
    groupId,
    connector,
    startedAt: time.now(),
    meterStart: evse.meter,
    remoteStartId,
    reservationId: evse.reservation?.id,
    seqNo: 0,
    chargingTime: 0,
    hasPriority: false,
    reportedState: undefined,
    nextSampleAt: Number.POSITIVE_INFINITY,
    throttle: createThrottle()
  }
  evse.transaction = transaction
  evse.reservation = undefined
  connector.isFinishing = false
  if (profile !== undefined) keepProfile(charger, ofTransaction(profile, station.version, transaction.id))
  charger.dialect.started(charger, evse, transaction, trigger)
  charger.emit('transaction-started', { evse: evse.id, idToken: token.idToken, transactionId: transaction.id })
  settle(station, time.now())
  stateChanged(charger, evse, transaction)
  scheduleSample(charger, transaction)
  resumePulse(charger)
}

/** Ends the transaction of an EVSE at once. The promise settles when the CSMS has answered. @throws RefusedByCharger */
export function endTransaction(charger: Charger, evse: Evse, cause: StopCause, token?: IdToken): Promise<unknown> {
  const { transaction } = evse
  if (transaction === undefined) throw new RefusedByCharger(`there is no transaction at EVSE ${evse.id}`)
  const { station, time } = charger
  settle(station, time.now())
  const told = charger.dialect.ended(charger, evse, transaction, cause, token)
  evse.transaction = undefined
  evse.power = 0
  transaction.connector.isFinishing = transaction.connector.ev !== undefined
  station.profiles = station.profiles.filter(({ purpose, evseId }) => purpose !== 'TxProfile' || evseId !== evse.id)
  charger.emit('transaction-ended', {
    evse: evse.id,
    transactionId: transaction.id,
    cause,
    wh: Math.round(evse.meter - transaction.meterStart)
  })
  becameIdle(charger, evse)
  return told
}

function becameIdle(charger: Charger, evse: Evse): void {
  if (evse.scheduledOperative !== undefined) evse.operative = evse.scheduledOperative
  evse.scheduledOperative = undefined
  powerChanged(charger)
  resumePulse(charger)
  const isIdle = charger.station.evses.every(({ transaction }) => transaction === undefined)
  if (isIdle && charger.resetOnIdle) charger.afterwards(() => reset(charger, 'SoftReset', 'ScheduledReset'))
}

/** The profile of a remote start has no transaction id until there is one. In 1.6 it has none at all. [1.6 §5.16.2] */
function ofTransaction(profile: Profile, version: Station['version'], transactionId: string): Profile {
  if (version === '1.6') return profile
  return { ...profile, original: { ...profile.original, transactionId } as Profile['original'] }
}

/** Stores a profile in place of those that it replaces. */
export function keepProfile({ station, time }: Charger, profile: Profile): void {
  dropProfiles(station, othersThan(station, profile))
  station.profiles = [...station.profiles, profile]
  station.profileAt = time.now()
}

/** Only these profiles are left. */
export function dropProfiles(station: Station, kept: Profile[]): void {
  station.goneProfiles.push(...station.profiles.filter((profile) => !kept.includes(profile)))
  station.profiles = kept
}

function othersThan({ profiles, version, quirks }: Station, profile: Profile): Profile[] {
  return profiles.filter((other) => !replaces(profile, other, version) || !mayReplace(quirks, profile, other))
}

/** Whether the quirks of the charge point allow a profile. */
export function mayTake({ station }: Charger, profile: Profile, highestLevel: number): boolean {
  return !isRefused(station.quirks, { profile, others: othersThan(station, profile), highestLevel })
}

/** Stores a profile unless the quirks of the charge point forbid it. Returns whether it was stored. */
export function takeProfile(charger: Charger, profile: Profile, highestLevel: number): boolean {
  const { station } = charger
  if (!mayTake(charger, profile, highestLevel)) return false
  if (!isLost(station.quirks, profile)) keepProfile(charger, profile)
  charger.afterwards(() => powerChanged(charger))
  return true
}

/** Handles a running transaction whose token the CSMS refused. [1.6 StopTransactionOnInvalidId; 2.x E05] */
export function deauthorized(charger: Charger, evse: Evse, transaction: Transaction, status: string): void {
  if (evse.transaction !== transaction) return
  charger.tokens.remember(transaction.token.idToken, { status, groupId: undefined, expiresAt: undefined })
  charger.emit('authorized', { idToken: transaction.token.idToken, status })
  if (charger.flag('stopOnInvalidId')) charger.background(endTransaction(charger, evse, 'DeAuthorized'))
}

/** Simulated milliseconds that a reset waits for the answers to the last messages. */
const FLUSH_TIME = 2 * SECOND

/** Ends the transactions and restarts. */
export async function reset(
  charger: Charger,
  cause: 'SoftReset' | 'HardReset',
  reason: BootReason = 'RemoteReset'
): Promise<void> {
  charger.resetOnIdle = false
  const ended = charger.station.evses
    .filter(({ transaction }) => transaction !== undefined)
    .map((evse) => endTransaction(charger, evse, cause))
  if (ended.length > 0) await Promise.race([Promise.allSettled(ended), pause(charger, FLUSH_TIME)])
  await charger.reboot(reason)
}

function pause(charger: Charger, milliseconds: number): Promise<void> {
  return new Promise((resolve) => charger.time.after(milliseconds, resolve))
}
