import type { Charger } from '../charger.js'
import { type Authorization, type Evse, type IdToken, isUsable, plugged } from '../model/station.js'
import type { TokenAnswer } from '../tokens.js'
import { plug } from './cable.js'
import { RefusedByCharger } from './evse.js'
import { isReservedFor } from './reservations.js'
import { endTransaction, startIfReady } from './transactions.js'

const SECOND = 1000
/** Simulated milliseconds that a driver takes to plug in after a remote start, with `autoPlug`. */
const PLUG_TIME = 2 * SECOND

/**
 * Whether a token may charge. Online the CSMS decides, or list and cache where `localPreAuthorize` is set; offline list
 * and cache decide, and the settings about unknown tokens. [1.6 §3.4; 2.x C]
 */
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
 * Holds a card before the reader: starts a transaction, or ends the one of the same card or group. Resolves with the
 * status of the token.
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

/** The EVSE that a token may use: one reserved for it, else one with a vehicle plugged in, else any free one. */
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
  return connectors.some((connector) => isUsable(charger.station, evse, connector))
}

/**
 * Lets a driver charge at an EVSE; the driver has a limited time to plug in. [1.6 ConnectionTimeOut; 2.x
 * TxCtrlr.EVConnectionTimeOut]
 */
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
