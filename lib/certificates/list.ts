import { type Static, Type } from '@sinclair/typebox'
import { toDateTime } from '../date-time.js'
import { fold, type Reader } from '../events/scope.js'

/** The status of a certificate in the API. */
export const CERTIFICATE_STATUSES = [
  'requested',
  'issued',
  'accepted',
  'rejected',
  'failed',
  'in-use',
  'superseded',
  'revoked',
  'installed',
  'expired'
] as const
export type CertificateStatus = (typeof CERTIFICATE_STATUSES)[number]

const text = (description: string) => Type.Optional(Type.String({ description }))
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const CertificateRecord = Type.Object({
  id: Type.String({ examples: ['issued-1'] }),
  chargePoint: Type.String({ description: 'Identity of the charge point that has the certificate' }),
  source: Type.Unsafe<'issued' | 'installed'>({
    type: 'string',
    enum: ['issued', 'installed'],
    description:
      'issued: requested by the charge point, and signed or waiting for it; installed: any other certificate of the charge point'
  }),
  type: Type.String({
    description: 'Use of the certificate, e.g. ChargingStationCertificate, V2GRootCertificate',
    examples: ['ChargingStationCertificate']
  }),
  combined: Type.Optional(Type.Boolean({ description: 'Whether the certificate also serves connections to cars' })),
  status: Type.Unsafe<CertificateStatus>({
    type: 'string',
    enum: CERTIFICATE_STATUSES,
    description:
      'requested: not signed yet; issued: signed, but not accepted by the charge point yet; accepted: the charge point accepted it; in-use: the charge point has connected with it; superseded: the charge point has connected with a later one'
  }),
  subject: text('Distinguished name'),
  serialNumber: Type.Optional(Type.String({ description: 'Hexadecimal', examples: ['a1b2c'] })),
  fingerprint: text('SHA-256, hexadecimal'),
  hashAlgorithm: text('Algorithm of issuerNameHash and issuerKeyHash'),
  issuerNameHash: text('Hash of the name of the issuer, as in OCPP'),
  issuerKeyHash: text('Hash of the key of the issuer, as in OCPP'),
  pem: text('The certificate, followed by the authorities above it that are known'),
  error: text('Why the certificate could not be signed, sent or accepted'),
  expiresAt: moment('When the certificate expires'),
  usedAt: moment('When the charge point first connected with it'),
  revokedAt: moment('When an operator revoked it'),
  renewalAskedAt: moment('When the charge point was last asked to renew it'),
  createdAt: moment('When the charge point requested it'),
  updatedAt: Type.String({ format: 'date-time' })
})
export type CertificateRecord = Static<typeof CertificateRecord>

export interface CertificateFilter {
  /** The identity of the charge point. */
  chargePoint?: string
  type?: string
  status?: CertificateStatus
  /** Epoch milliseconds. */
  expiresBefore?: number
}

/** A position in the list. The page starts after it. */
export interface CertificatePosition {
  source: 'issued' | 'installed'
  id: number
}

/** Statuses in which a certificate can expire. */
const CURRENT = ['issued', 'accepted', 'in-use'] as const

/** The id of a certificate in the API: `issued-12`, `installed-7`. */
export function writeCertificateId({ source, id }: CertificatePosition): string {
  return `${source}-${id}`
}

export function readCertificateId(text: string): CertificatePosition | undefined {
  const [, source, id] = /^(issued|installed)-(\d{1,15})$/.exec(text) ?? []
  return source === 'issued' || source === 'installed' ? { source, id: Number(id) } : undefined
}

/** A page of all certificates: first those that our authority signed, then the installed ones, newest first. */
export async function listCertificates(
  db: Reader,
  filter: CertificateFilter,
  { behind, limit }: { behind: CertificatePosition | undefined; limit: number }
): Promise<CertificateRecord[]> {
  const { MAX_SAFE_INTEGER } = Number
  const issued =
    behind?.source === 'installed'
      ? []
      : await listIssued(db, filter, { before: behind?.id ?? MAX_SAFE_INTEGER, limit })
  if (issued.length >= limit) return issued
  const before = behind?.source === 'installed' ? behind.id : MAX_SAFE_INTEGER
  return [...issued, ...(await listInstalled(db, filter, { before, limit: limit - issued.length }))]
}

/** One certificate, or `undefined`. */
export async function findCertificate(
  db: Reader,
  { source, id }: CertificatePosition
): Promise<CertificateRecord | undefined> {
  const only = { before: id + 1, limit: 1 }
  const [found] = source === 'issued' ? await listIssued(db, {}, only) : await listInstalled(db, {}, only)
  return found?.id === writeCertificateId({ source, id }) ? found : undefined
}

interface Page {
  before: number
  limit: number
}

async function listIssued(
  db: Reader,
  filter: CertificateFilter,
  { before, limit }: Page
): Promise<CertificateRecord[]> {
  const now = Date.now()
  const { chargePoint, type, status, expiresBefore } = filter
  if (status === 'installed') return []
  let query = db
    .selectFrom('issued_certificates as one')
    .innerJoin('charge_points as of', 'of.id', 'one.charge_point_id')
    .selectAll('one')
    .select('of.identity')
    .where('one.id', '<', before)
  if (chargePoint !== undefined) query = query.where('of.identity_key', '=', fold(chargePoint))
  if (type !== undefined) query = query.where('one.type', '=', type)
  if (expiresBefore !== undefined) query = query.where('one.expires_at', '<', expiresBefore)
  if (status === 'expired') query = query.where('one.status', 'in', CURRENT).where('one.expires_at', '<=', now)
  else if (status !== undefined) {
    query = query.where('one.status', '=', status)
    if (CURRENT.some((current) => current === status)) query = query.where('one.expires_at', '>', now)
  }
  const rows = await query.orderBy('one.id', 'desc').limit(limit).execute()
  return rows.map((row) => {
    const isExpired = CURRENT.some((current) => current === row.status) && (row.expires_at ?? now) < now
    return {
      id: writeCertificateId({ source: 'issued', id: row.id }),
      chargePoint: row.identity,
      source: 'issued' as const,
      combined: row.combined === 1,
      ...shown(row),
      ...present({ subject: row.subject, fingerprint: row.fingerprint, error: row.error }),
      status: isExpired ? 'expired' : row.status,
      ...moments({
        usedAt: row.used_at,
        revokedAt: row.revoked_at,
        renewalAskedAt: row.renewal_asked_at,
        createdAt: row.created_at
      })
    }
  })
}

async function listInstalled(
  db: Reader,
  filter: CertificateFilter,
  { before, limit }: Page
): Promise<CertificateRecord[]> {
  const now = Date.now()
  const { chargePoint, type, status, expiresBefore } = filter
  if (status !== undefined && status !== 'installed' && status !== 'expired') return []
  let query = db
    .selectFrom('certificates as one')
    .innerJoin('charge_points as of', 'of.id', 'one.charge_point_id')
    .selectAll('one')
    .select('of.identity')
    .where('one.id', '<', before)
    // Certificates that our authority signed are in the list already.
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('issued_certificates as issued')
            .select('issued.id')
            .whereRef('issued.charge_point_id', '=', 'one.charge_point_id')
            .whereRef('issued.serial_number', '=', 'one.serial_number')
        )
      )
    )
  if (chargePoint !== undefined) query = query.where('of.identity_key', '=', fold(chargePoint))
  if (type !== undefined) query = query.where('one.type', '=', type)
  if (expiresBefore !== undefined) query = query.where('one.expires_at', '<', expiresBefore)
  if (status === 'expired') query = query.where('one.expires_at', '<=', now)
  if (status === 'installed') {
    query = query.where(({ or, eb }) => or([eb('one.expires_at', 'is', null), eb('one.expires_at', '>', now)]))
  }
  const rows = await query.orderBy('one.id', 'desc').limit(limit).execute()
  return rows.map((row) => ({
    id: writeCertificateId({ source: 'installed', id: row.id }),
    chargePoint: row.identity,
    source: 'installed' as const,
    ...shown(row),
    status: row.expires_at !== null && row.expires_at <= now ? ('expired' as const) : ('installed' as const)
  }))
}

interface CommonRow {
  type: string
  serial_number: string | null
  hash_algorithm: string | null
  issuer_name_hash: string | null
  issuer_key_hash: string | null
  pem: string | null
  expires_at: number | null
  updated_at: number
}

function shown(row: CommonRow) {
  return {
    type: row.type,
    ...present({
      serialNumber: row.serial_number,
      hashAlgorithm: row.hash_algorithm,
      issuerNameHash: row.issuer_name_hash,
      issuerKeyHash: row.issuer_key_hash,
      pem: row.pem
    }),
    ...moments({ expiresAt: row.expires_at }),
    updatedAt: toDateTime(row.updated_at)
  }
}

/** Drops members whose value is `null`. */
function present<T extends Record<string, string | null>>(values: T): { [K in keyof T]?: string } {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== '')
  return Object.fromEntries(entries) as { [K in keyof T]?: string }
}

function moments<T extends Record<string, number | null>>(values: T): { [K in keyof T]?: string } {
  const texts = Object.entries(values).map(([name, value]) => [name, value === null ? null : toDateTime(value)])
  return present(Object.fromEntries(texts))
}
