import { randomUUID } from 'node:crypto'
import type { Charger } from './charger.js'
import type { BootReason, StartTrigger, StopCause, TokenAnswer } from './dialect.js'
import { powerChanged, resumePulse, scheduleSample, stateChanged } from './metering.js'
import { defaultEv, type Ev } from './model/ev.js'
import type { Profile } from './model/profiles.js'
import {
  type Authorization,
  type Connector,
  type Evse,
  type IdToken,
  isOperative,
  plugged,
  type Reservation,
  settle,
  type Transaction
} from './model/station.js'

// What drivers do at a charger, and what it does on its own because of it.

const SECOND = 1000
/** How long somebody takes to plug after a remote start, when somebody does. */
const PLUG_TIME = 2 * SECOND

/** What a person did that the charger refused. */
export class RefusedByCharger extends Error {}

export function evseOf(charger: Charger, evseId = 1): Evse {
  const evse = charger.station.evses.find(({ id }) => id === evseId)
  if (evse === undefined) throw new RefusedByCharger(`${charger.identity} has no EVSE ${evseId}`)
  return evse
}

// --- cable ---------------------------------------------------------------------------------------------------

/** Plugs a vehicle. */
export function plug(charger: Charger, evseId?: number, connectorId = 1, ev?: Partial<Ev>): void {
  const evse = evseOf(charger, evseId)
  const connector = evse.connectors.find(({ id }) => id === connectorId)
  if (connector === undefined) throw new RefusedByCharger(`EVSE ${evse.id} has no connector ${connectorId}`)
  if (plugged(evse) !== undefined) throw new RefusedByCharger(`a vehicle is plugged at EVSE ${evse.id} already`)
  connector.ev = { ...defaultEv(charger.station.kind), ...ev }
  startIfReady(charger, evse, evse.authorization?.cause === 'Remote' ? 'RemoteStart' : 'CablePluggedIn')
  charger.reportStatuses()
}

/** Unplugs, which ends the transaction unless the charger is set to wait. */
export function unplug(charger: Charger, evseId?: number): void {
  const evse = evseOf(charger, evseId)
  const connector = plugged(evse)
  if (connector === undefined) throw new RefusedByCharger(`no vehicle is plugged at EVSE ${evse.id}`)
  if (evse.transaction !== undefined && charger.flag('stopOnUnplug')) {
    charger.background(endTransaction(charger, evse, 'EVDisconnected'))
  }
  connector.ev = undefined
  connector.isFinishing = false
  powerChanged(charger)
}

// --- authorization -------------------------------------------------------------------------------------------

/** Whether a token may charge: by list and cache, else by the CSMS, else by what holds offline. [1.6 §3.4; 2.x C] */
export async function authorize(charger: Charger, token: IdToken): Promise<TokenAnswer> {
  const known = knownToken(charger, token)
  if (charger.isOnline) {
    if (known?.status === 'Accepted' && charger.flag('localPreAuthorize')) return known
    const answer = await charger.dialect.authorize(charger, token)
    if (charger.flag('cacheEnabled')) charger.tokens.remember(token.idToken, answer)
    return answer
  }
  if (known !== undefined && charger.flag('localAuthorizeOffline')) return known
  const status = known === undefined && charger.flag('offlineUnknown') ? 'Accepted' : 'Invalid'
  return { status, groupId: undefined, expiresAt: undefined }
}

function knownToken(charger: Charger, { idToken }: IdToken): TokenAnswer | undefined {
  const listed = charger.flag('listEnabled') ? charger.tokens.listed(idToken) : undefined
  return listed ?? (charger.flag('cacheEnabled') ? charger.tokens.cached(idToken, charger.time.now()) : undefined)
}

/**
 * Holds a card before the reader: starts, or ends the transaction of the same card or group.
 * Resolves with the status of the token.
 */
export async function swipe(charger: Charger, token: IdToken, evseId?: number): Promise<string> {
  const running = charger.station.evses.find(({ id, transaction }) => {
    return transaction?.token.idToken === token.idToken && (evseId === undefined || id === evseId)
  })
  if (running !== undefined) {
    charger.background(endTransaction(charger, running, 'Local', token))
    return 'Accepted'
  }
  const answer = await authorize(charger, token)
  charger.emit('authorized', { idToken: token.idToken, status: answer.status })
  if (answer.status === 'Accepted') accepted(charger, token, answer, evseId)
  return answer.status
}

function accepted(charger: Charger, token: IdToken, { groupId }: TokenAnswer, evseId?: number): void {
  const isOfGroup = ({ transaction, id }: Evse) =>
    groupId !== undefined && transaction?.groupId === groupId && (evseId === undefined || evseId === id)
  const ofGroup = charger.station.evses.find(isOfGroup)
  if (ofGroup !== undefined) {
    charger.background(endTransaction(charger, ofGroup, 'Local', token))
    return
  }
  const evse = evseFor(charger, token, groupId, evseId)
  if (evse === undefined) throw new RefusedByCharger(`no EVSE is free for ${token.idToken}`)
  allow(charger, evse, { token, groupId, cause: 'Local', remoteStartId: undefined, profile: undefined })
}

/** The EVSE that a token may use: the named one, else one with a cable in, else a free one. */
export function evseFor(
  charger: Charger,
  token: IdToken,
  groupId: string | undefined,
  evseId?: number
): Evse | undefined {
  const free = charger.station.evses.filter(
    (evse) => (evseId === undefined || evse.id === evseId) && isFree(charger, evse, token, groupId)
  )
  return free.find((evse) => isReservedFor(evse.reservation, token, groupId)) ?? free.find(plugged) ?? free[0]
}

function isFree(charger: Charger, evse: Evse, token: IdToken, groupId: string | undefined): boolean {
  const { transaction, reservation, connectors, authorization } = evse
  if (transaction !== undefined || authorization !== undefined) return false
  if (reservation !== undefined && !isReservedFor(reservation, token, groupId)) return false
  return connectors.some((connector) => isUsable(charger, evse, connector))
}

function isReservedFor(reservation: Reservation | undefined, token: IdToken, groupId: string | undefined): boolean {
  if (reservation === undefined) return false
  return (
    reservation.token.idToken.toLowerCase() === token.idToken.toLowerCase() ||
    (groupId !== undefined && reservation.groupId === groupId)
  )
}

function isUsable(charger: Charger, evse: Evse, connector: Connector): boolean {
  return connector.fault === undefined && isOperative(charger.station, evse, connector)
}

/** Somebody may charge here, and has some time to plug. [1.6 ConnectionTimeOut; 2.x TxCtrlr.EVConnectionTimeOut] */
export function allow(charger: Charger, evse: Evse, authorization: Authorization): void {
  evse.authorization = authorization
  startIfReady(charger, evse, authorization.cause === 'Remote' ? 'RemoteStart' : 'Authorized')
  charger.reportStatuses()
  if (evse.authorization === undefined) return
  charger.time.after(charger.number('connectionTimeOut') * SECOND, () => {
    if (evse.authorization !== authorization) return
    evse.authorization = undefined
    charger.reportStatuses()
  })
  if (authorization.cause === 'Remote' && charger.options.autoPlug === true) {
    charger.time.after(PLUG_TIME, () => {
      if (evse.authorization === authorization && plugged(evse) === undefined) plug(charger, evse.id)
    })
  }
}

// --- transactions --------------------------------------------------------------------------------------------

function startIfReady(charger: Charger, evse: Evse, trigger: StartTrigger): void {
  const { authorization, transaction } = evse
  const connector = plugged(evse)
  if (authorization === undefined || transaction !== undefined || connector === undefined) return
  if (!isUsable(charger, evse, connector)) return
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
    nextSampleAt: Number.POSITIVE_INFINITY
  }
  evse.transaction = transaction
  evse.reservation = undefined
  connector.isFinishing = false
  if (profile !== undefined) keepProfile(charger, { ...profile, evseId: evse.id, transactionId: transaction.id })
  charger.dialect.started(charger, evse, transaction, trigger)
  charger.emit('transaction-started', { evse: evse.id, idToken: token.idToken, transactionId: transaction.id })
  settle(station, time.now())
  stateChanged(charger, evse, transaction)
  scheduleSample(charger, transaction)
  resumePulse(charger)
}

/** Ends the transaction of an EVSE at once; what it returns settles when the CSMS has answered. */
export function endTransaction(charger: Charger, evse: Evse, cause: StopCause, token?: IdToken): Promise<unknown> {
  const { transaction } = evse
  if (transaction === undefined) throw new RefusedByCharger(`there is no transaction at EVSE ${evse.id}`)
  const { station, time } = charger
  settle(station, time.now())
  const told = charger.dialect.ended(charger, evse, transaction, cause, token)
  evse.transaction = undefined
  evse.power = 0
  transaction.connector.isFinishing = transaction.connector.ev !== undefined
  station.profiles = station.profiles.filter(
    ({ purpose, evseId }) => (purpose !== 'Tx' && purpose !== 'Priority') || evseId !== evse.id
  )
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

/** Replaces the profile with the same id, or of the same purpose and level. [1.6 §5.16; 2.x K01.FR.05, K01.FR.06] */
export function keepProfile(charger: Charger, profile: Profile): void {
  const { station } = charger
  const isReplaced = (other: Profile) =>
    other.id === profile.id ||
    (other.purpose === profile.purpose && other.stackLevel === profile.stackLevel && other.evseId === profile.evseId)
  station.profiles = [...station.profiles.filter((other) => !isReplaced(other)), profile]
}

/** The CSMS does not accept the token of a transaction that runs. [1.6 StopTransactionOnInvalidId; 2.x E05] */
export function deauthorized(charger: Charger, evse: Evse, transaction: Transaction, status: string): void {
  if (evse.transaction !== transaction) return
  charger.tokens.remember(transaction.token.idToken, { status, groupId: undefined, expiresAt: undefined })
  charger.emit('authorized', { idToken: transaction.token.idToken, status })
  if (charger.flag('stopOnInvalidId')) charger.background(endTransaction(charger, evse, 'DeAuthorized'))
}

// --- faults, availability, reset -----------------------------------------------------------------------------

/** Something breaks; a transaction ends. */
export function fault(charger: Charger, evseId?: number, code = 'GroundFailure'): void {
  const evse = evseOf(charger, evseId)
  if (evse.transaction !== undefined) charger.background(endTransaction(charger, evse, 'Fault'))
  for (const connector of evse.connectors) connector.fault = code
  powerChanged(charger)
}

export function repair(charger: Charger, evseId?: number): void {
  for (const connector of evseOf(charger, evseId).connectors) connector.fault = undefined
  powerChanged(charger)
}

/** How long a reset waits for the answers to its last messages. */
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

// --- reservations --------------------------------------------------------------------------------------------

export function reserve(charger: Charger, evse: Evse, reservation: Reservation): void {
  evse.reservation = reservation
  charger.reportStatuses()
  charger.time.at(reservation.expiresAt, () => {
    if (evse.reservation !== reservation) return
    evse.reservation = undefined
    charger.reportStatuses()
    if (charger.isOnline) charger.background(charger.dialect.reservationEnded(charger, reservation.id, 'Expired'))
  })
}

export function cancelReservation(charger: Charger, id: number): boolean {
  const evse = charger.station.evses.find(({ reservation }) => reservation?.id === id)
  if (evse === undefined) return false
  evse.reservation = undefined
  charger.reportStatuses()
  return true
}

/** Whether an EVSE can be reserved, in the words that both versions share. */
export function reservable(charger: Charger, evse: Evse): 'Accepted' | 'Faulted' | 'Occupied' | 'Unavailable' {
  const { connectors, transaction, authorization, reservation } = evse
  if (connectors.every(({ fault: broken }) => broken !== undefined)) return 'Faulted'
  if (!connectors.some((connector) => isOperative(charger.station, evse, connector))) return 'Unavailable'
  const isTaken = transaction !== undefined || authorization !== undefined || reservation !== undefined
  return isTaken || plugged(evse) !== undefined ? 'Occupied' : 'Accepted'
}

/** Changes availability of some EVSEs, of those that charge afterwards. [1.6 §5.2; 2.x G03, G04] */
export function changeAvailability(
  charger: Charger,
  evses: readonly Evse[],
  operative: boolean
): 'Accepted' | 'Scheduled' {
  let answer: 'Accepted' | 'Scheduled' = 'Accepted'
  for (const evse of evses) {
    if (evse.transaction === undefined || operative) {
      evse.operative = operative
      evse.scheduledOperative = undefined
    } else {
      evse.scheduledOperative = operative
      answer = 'Scheduled'
    }
  }
  charger.afterwards(() => powerChanged(charger))
  return answer
}
