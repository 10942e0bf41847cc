import type { Selectable } from 'kysely'
import { fingerprintOf } from '../certificate.js'
import type { Store } from '../charge-points/store.js'
import type { IssuedCertificatesTable, IssuedStatus } from '../database/schema-charge-points.js'
import { type Change, fold, held, type Reader, type Scope } from '../events/scope.js'

export type IssuedRow = Selectable<IssuedCertificatesTable>

const DAY_MS = 86_400_000
/** A request that waits longer than this is not sent any more, because the charge point will have sent a new one. */
const MAX_WAIT_MS = 7 * DAY_MS

// --- certificates of connections ---------------------------------------------------------------------------------

/** The relation of our authority to the certificate that a charge point connects with. */
export type Admission =
  /** Our authority signed it for this charge point. */
  | 'ours'
  /** Our authority did not sign it. */
  | 'foreign'
  /** The charge point has connected with a later one. */
  | 'superseded'
  | 'revoked'
  /** Our authority signed it for another charge point. */
  | 'of-another'
  /** Our authority signed it for another use than the connection to us. */
  | 'not-for-connections'

/**
 * Looks up a certificate that TLS has verified. If our authority signed it, it is in use from now on and earlier
 * certificates are no longer valid. So call this only after all other checks of the charge point.
 *
 * @param certificate its fingerprint as node:tls writes it
 */
export async function admitCertificate(
  store: Pick<Store, 'db' | 'commit'>,
  identity: string,
  certificate: { fingerprint256: string }
): Promise<Admission> {
  const rows = await store.db
    .selectFrom('issued_certificates as issued')
    .innerJoin('charge_points as of', 'of.id', 'issued.charge_point_id')
    .select(['issued.id', 'issued.type', 'issued.status', 'of.identity_key'])
    .where('issued.fingerprint', '=', fingerprintOf(certificate))
    .orderBy('issued.id', 'desc')
    .execute()
  if (rows.length === 0) return 'foreign'
  const row = rows.find(({ identity_key }) => identity_key === fold(identity))
  if (row === undefined) return 'of-another'
  const { id, type, status } = row
  if (status === 'revoked' || status === 'superseded') return status
  if (type !== CONNECTION) return 'not-for-connections'
  if (status !== 'in-use') await store.commit(identity, useCertificate(id))
  return 'ours'
}

const CONNECTION = 'ChargingStationCertificate'

/** An earlier certificate is valid until the new one was used. [1.6 whitepaper A02; 2.x A02] */
function useCertificate(id: number): Change {
  return held(async ({ trx, chargePointId, now }) => {
    await trx
      .updateTable('issued_certificates')
      .set({ status: 'superseded', updated_at: now })
      .where('charge_point_id', '=', chargePointId)
      .where('type', '=', CONNECTION)
      .where('id', '<', id)
      .where('status', 'in', ['requested', 'issued', 'accepted', 'in-use'])
      .execute()
    await trx
      .updateTable('issued_certificates')
      .set({ status: 'in-use', used_at: now, updated_at: now })
      .where('id', '=', id)
      .where('status', 'not in', ['revoked', 'superseded'])
      .execute()
  })
}

// --- requests ----------------------------------------------------------------------------------------------------

/** A certificate request of a charge point. */
export interface CertificateRequest {
  csr: string
  type: string
  /** Whether one certificate serves both connections, to us and to cars. */
  isCombined: boolean
  /** OCPP 2.1 only. */
  requestId?: number
}

/** The values of a charge point that its certificates may contain. */
export async function readNames(db: Reader, identity: string) {
  const row = await db
    .selectFrom('charge_points')
    .select(['id', 'serial_number', 'box_serial_number', 'expected_serial_number'])
    .where('identity_key', '=', fold(identity))
    .executeTakeFirst()
  const seccIds = await db
    .selectFrom('variables')
    .select('value')
    .where('charge_point_id', '=', row?.id ?? 0)
    .where('component', '=', 'ISO15118Ctrlr')
    .where('variable', '=', 'SeccId')
    .where('attribute', '=', 'Actual')
    .execute()
  const expected = row?.expected_serial_number ?? undefined
  return {
    // The values of an operator come first, because connections are checked against them.
    serialNumbers: expected === undefined ? texts([row?.serial_number, row?.box_serial_number]) : [expected],
    seccIds: texts(seccIds.map(({ value }) => value))
  }
}

function texts(values: readonly (string | null | undefined)[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/**
 * Stores a request until it is signed and the charge point has the certificate. A repeated request is not stored twice.
 * Returns false if there would be more than `maxPerDay`: a charge point that requests again and again is broken.
 */
export function saveRequest(
  { csr, type, isCombined, requestId }: CertificateRequest,
  maxPerDay: number
): Change<boolean> {
  return held(async (scope) => {
    const { trx, chargePointId, now } = scope
    const waiting = await latest(scope, type)
    if (waiting?.csr === csr && (waiting.status === 'requested' || waiting.status === 'issued')) {
      await trx
        .updateTable('issued_certificates')
        .set({ request_id: requestId ?? null, updated_at: now })
        .where('id', '=', waiting.id)
        .execute()
      return true
    }
    if ((await countSince(scope, now - DAY_MS)) >= maxPerDay) return false
    await trx
      .insertInto('issued_certificates')
      .values({
        charge_point_id: chargePointId,
        type,
        combined: isCombined ? 1 : 0,
        csr,
        request_id: requestId ?? null,
        created_at: now,
        updated_at: now
      })
      .execute()
    return true
  })
}

async function latest({ trx, chargePointId }: Scope, type: string) {
  return trx
    .selectFrom('issued_certificates')
    .select(['id', 'csr', 'status'])
    .where('charge_point_id', '=', chargePointId)
    .where('type', '=', type)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

async function countSince({ trx, chargePointId }: Scope, since: number): Promise<number> {
  const { count } = await trx
    .selectFrom('issued_certificates')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('charge_point_id', '=', chargePointId)
    .where('created_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** The certificates that a charge point waits for: the latest request for each use. */
export async function listWaiting(db: Reader, chargePointId: number, now = Date.now()): Promise<IssuedRow[]> {
  const rows = await db
    .selectFrom('issued_certificates')
    .selectAll()
    .where('charge_point_id', '=', chargePointId)
    .where('created_at', '>', now - MAX_WAIT_MS)
    .orderBy('id')
    .execute()
  const latestOfEach = new Map(rows.map((row) => [row.type, row]))
  return [...latestOfEach.values()].filter(({ status }) => status === 'requested' || status === 'issued')
}

/** The charge points that wait for a certificate. */
export async function listWaitingIdentities(db: Reader, now = Date.now()): Promise<string[]> {
  const rows = await db
    .selectFrom('issued_certificates as issued')
    .innerJoin('charge_points as of', 'of.id', 'issued.charge_point_id')
    .select('of.identity')
    .distinct()
    .where('issued.status', 'in', ['requested', 'issued'])
    .where('issued.created_at', '>', now - MAX_WAIT_MS)
    .where('of.removed_at', 'is', null)
    .execute()
  return rows.map(({ identity }) => identity)
}

// --- outcomes of requests ----------------------------------------------------------------------------------------

/** Records a signed certificate. */
export interface Issued {
  pem: string
  subject: string
  fingerprint: string
  serialNumber: string
  expiresAt: number
  hash?: { hashAlgorithm: string; issuerNameHash: string; issuerKeyHash: string }
}

export function saveIssued(id: number, { pem, subject, fingerprint, serialNumber, expiresAt, hash }: Issued): Change {
  return async (scope) => {
    await update(scope, id, ['requested'], {
      status: 'issued',
      pem,
      subject,
      fingerprint,
      serial_number: serialNumber,
      expires_at: expiresAt,
      hash_algorithm: hash?.hashAlgorithm ?? null,
      issuer_name_hash: hash?.issuerNameHash ?? null,
      issuer_key_hash: hash?.issuerKeyHash ?? null,
      error: null
    })
  }
}

/** Records that the authority refuses to sign. */
export function failRequest(id: number, error: string): Change {
  return (scope) => update(scope, id, ['requested'], { status: 'failed', error })
}

/** Records why a request is not signed or sent yet. */
export function noteTrouble(id: number, error: string): Change {
  return (scope) => update(scope, id, ['requested', 'issued'], { error })
}

/** Records an invalid answer to CertificateSigned. */
export function rejectIssued(id: number, error: string): Change {
  return (scope) => update(scope, id, ['issued'], { status: 'rejected', error })
}

/** Records the answer to CertificateSigned, by the fingerprint of the certificate. */
export function saveAnswer(fingerprint: string, isAccepted: boolean): Change {
  return async ({ trx, chargePointId, now }) => {
    const values = isAccepted
      ? ({ status: 'accepted', error: null } as const)
      : ({ status: 'rejected', error: 'the charge point rejected it' } as const)
    await trx
      .updateTable('issued_certificates')
      .set({ ...values, updated_at: now })
      .where('charge_point_id', '=', chargePointId)
      .where('fingerprint', '=', fingerprint)
      .where('status', 'in', ['issued', 'rejected'])
      .execute()
  }
}

async function update(
  { trx, chargePointId, now }: Scope,
  id: number,
  from: readonly IssuedStatus[],
  values: Partial<Omit<IssuedRow, 'id' | 'charge_point_id' | 'type' | 'csr' | 'created_at'>>
): Promise<void> {
  await trx
    .updateTable('issued_certificates')
    .set({ ...values, updated_at: now })
    .where('id', '=', id)
    .where('charge_point_id', '=', chargePointId)
    .where('status', 'in', from)
    .execute()
}

/** Revokes a certificate. Returns false if our authority did not sign it. */
export function revokeCertificate(id: number): Change<boolean> {
  return async ({ trx, chargePointId, now }) => {
    const { numUpdatedRows } = await trx
      .updateTable('issued_certificates')
      .set({ status: 'revoked', revoked_at: now, updated_at: now })
      .where('id', '=', id)
      .where('charge_point_id', '=', chargePointId)
      .where('pem', 'is not', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
}

/** Revokes the certificates of a charge point that an operator removes, so that it cannot connect again. */
export async function revokeCertificates({ trx, chargePointId, now }: Scope): Promise<void> {
  await trx
    .updateTable('issued_certificates')
    .set({ status: 'revoked', revoked_at: now, updated_at: now })
    .where('charge_point_id', '=', chargePointId)
    .where('status', '!=', 'revoked')
    .execute()
}

// --- renewal -----------------------------------------------------------------------------------------------------

export interface Renewal {
  id: number
  identity: string
  type: string
  combined: number
}

/** The latest certificate of each charge point and use, if it expires soon and was not requested lately. */
export async function listExpiring(
  db: Reader,
  { expiresBefore, askedBefore, limit }: { expiresBefore: number; askedBefore: number; limit: number }
): Promise<Renewal[]> {
  return db
    .selectFrom('issued_certificates as issued')
    .innerJoin('charge_points as of', 'of.id', 'issued.charge_point_id')
    .select(['issued.id', 'of.identity', 'issued.type', 'issued.combined'])
    .where('issued.status', 'in', ['accepted', 'in-use'])
    .where('issued.expires_at', '<', expiresBefore)
    .where('of.removed_at', 'is', null)
    .where(({ or, eb }) =>
      or([eb('issued.renewal_asked_at', 'is', null), eb('issued.renewal_asked_at', '<', askedBefore)])
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('issued_certificates as later')
            .select('later.id')
            .whereRef('later.charge_point_id', '=', 'issued.charge_point_id')
            .whereRef('later.type', '=', 'issued.type')
            .whereRef('later.id', '>', 'issued.id')
            .where('later.status', 'in', ['accepted', 'in-use'])
        )
      )
    )
    .orderBy('issued.expires_at')
    .limit(limit)
    .execute()
}

export function saveRenewal(id: number): Change {
  return async ({ trx, chargePointId, now }) => {
    await trx
      .updateTable('issued_certificates')
      .set({ renewal_asked_at: now })
      .where('id', '=', id)
      .where('charge_point_id', '=', chargePointId)
      .execute()
  }
}

// --- metrics -----------------------------------------------------------------------------------------------------

/** The number of certificates and the first expiry, by use and status. */
export async function countIssued(db: Reader) {
  const rows = await db
    .selectFrom('issued_certificates')
    .select((of) => ['type', 'status', of.fn.countAll<number>().as('count'), of.fn.min('expires_at').as('first')])
    .groupBy(['type', 'status'])
    .execute()
  return rows.map(({ type, status, count, first }) => ({
    type,
    status,
    count: Number(count),
    expiresAt: first === null ? undefined : Number(first)
  }))
}
