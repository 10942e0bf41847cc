import { fold, type Reader } from '../events/scope.js'
import type { NamedTransaction } from '../ledger/queries.js'
import type { IdTokenRow } from './rows.js'
import { findIdTokensOfAnyType } from './rows.js'

/** The statuses that an operator may give an id token. */
export const ID_TOKEN_STATUSES = [
  'Accepted',
  'Blocked',
  'Expired',
  'Invalid',
  'NoCredit',
  'NotAllowedTypeEVSE',
  'NotAtThisLocation',
  'NotAtThisTime'
] as const

export type IdTokenStatus = (typeof ID_TOKEN_STATUSES)[number] | 'ConcurrentTx'

/** The reason of a decision about an id token. */
export type AuthorizationReason = 'known' | 'unknown' | 'expired' | 'in-use' | 'certificate' | 'no-authorization'

/** The answer to a charge point about an id token, independent of the OCPP version. */
export interface IdTokenInfo {
  status: IdTokenStatus
  /** Epoch milliseconds. */
  expiresAt?: number
  groupId?: string
  language?: string
}

/** An answer, and what decided it. */
export interface Decision extends IdTokenInfo {
  reason: AuthorizationReason
}

/** A start without identification, e.g. by a button: there is nothing to check. [2.x C02] */
const NO_AUTHORIZATION = 'NoAuthorization'

/** The transaction that an id token starts. */
type Starts = NamedTransaction | 'new'

export interface IdTokensOptions {
  db: Reader
  /** Whether unknown id tokens are accepted. */
  acceptUnknown: boolean
  /** Whether another transaction of the token is open. Absent: any number of open transactions is allowed. */
  isInUse?: (idToken: string, except?: NamedTransaction) => Promise<boolean>
}

/** Decides whether an id token may charge. Id tokens are compared without regard to case. */
export class IdTokens {
  readonly #options: IdTokensOptions

  constructor(options: IdTokensOptions) {
    this.#options = options
  }

  /**
   * @param type that of 2.x; 1.6 knows none
   * @param starts the transaction that it starts, `new` if that has no id yet: only then it may be too much that another
   *   one goes on
   */
  async info(idToken: string, type?: string, { starts }: { starts?: Starts } = {}): Promise<Decision> {
    if (type === NO_AUTHORIZATION) return { status: 'Accepted', reason: 'no-authorization' }
    const { db, acceptUnknown, isInUse } = this.#options
    const row = rowFor(await findIdTokensOfAnyType(db, idToken), type)
    const info: Decision =
      row === undefined ? { status: acceptUnknown ? 'Accepted' : 'Invalid', reason: 'unknown' } : infoOf(row)
    if (info.status !== 'Accepted' || starts === undefined || isInUse === undefined) return info
    const except = starts === 'new' ? undefined : starts
    return (await isInUse(idToken, except)) ? { ...info, status: 'ConcurrentTx', reason: 'in-use' } : info
  }

  async status(idToken: string, type?: string): Promise<ReturnType<typeof idTagInfo>['status']> {
    return idTagInfo(await this.info(idToken, type)).status
  }
}

/**
 * Which row decides about an id token. The row of exactly this type does. Without one, any row that is Blocked does: a
 * blocked card must not become unknown, and so perhaps accepted, because the charge point names another type.
 *
 * @param type absent in 1.6, where every row counts
 */
function rowFor(rows: readonly IdTokenRow[], type: string | undefined): IdTokenRow | undefined {
  const exact = type === undefined ? undefined : rows.find((row) => fold(row.type) === fold(type))
  const blocked = rows.find(({ status }) => status === 'Blocked')
  return exact ?? blocked ?? rows.find((row) => type === undefined || row.type === '')
}

function infoOf({ status, expires_at, group_id, language }: IdTokenRow): Decision {
  const isExpired = expires_at !== null && expires_at <= Date.now()
  const known = ID_TOKEN_STATUSES.find((candidate) => candidate === status) ?? 'Invalid'
  const hasExpired = known === 'Accepted' && isExpired
  return {
    status: hasExpired ? 'Expired' : known,
    reason: hasExpired ? 'expired' : 'known',
    ...(expires_at !== null && { expiresAt: expires_at }),
    ...(group_id !== null && { groupId: group_id }),
    ...(language !== null && { language })
  }
}

/** A status that 1.6 does not define is sent as Invalid. [1.6 "AuthorizationStatus"] */
const STATUSES_16 = ['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx'] as const
/** Maximum length of an idTag in 1.6, in characters. */
const MAX_ID_TAG = 20

/** [1.6 "IdTagInfo"] */
export function idTagInfo({ status, expiresAt, groupId }: IdTokenInfo) {
  return {
    status: STATUSES_16.find((candidate) => candidate === status) ?? 'Invalid',
    ...(expiresAt !== undefined && { expiryDate: new Date(expiresAt).toISOString() }),
    ...(groupId !== undefined && groupId.length <= MAX_ID_TAG && { parentIdTag: groupId })
  } as const
}

/** [2.x "IdTokenInfoType"] */
export function idTokenInfo({ status, expiresAt, groupId, language }: IdTokenInfo) {
  return {
    status,
    ...(expiresAt !== undefined && { cacheExpiryDateTime: new Date(expiresAt).toISOString() }),
    ...(groupId !== undefined && { groupIdToken: { idToken: groupId, type: 'Central' as const } }),
    ...(language !== undefined && { language1: language })
  } as const
}
