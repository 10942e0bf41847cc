import { sql } from 'kysely'
import type { Reader } from '../events/scope.js'
import type { Problem, ProblemSource } from './problem.js'

// Work on charge points that failed or is due, and webhooks that do not accept events.

const MAX_PROBLEMS = 500
const DAY_MS = 86_400_000
/** How long a failed update or upload is a problem. Milliseconds. */
const MAX_AGE_MS = 7 * DAY_MS
/** How long before its end a certificate is a problem, and a critical one. Milliseconds. */
const EXPIRES_SOON_MS = 30 * DAY_MS
const EXPIRES_NOW_MS = 3 * DAY_MS
/** Attempts after which a delivery shows that its receiver is down. */
const MAX_ATTEMPTS = 5

/** The condition of the index. [1.6 §7.15, §7.24; 2.x L, N01] */
const HAS_FAILED = sql<boolean>`status in ('BadMessage', 'DownloadFailed', 'InstallationFailed',
  'InstallVerificationFailed', 'InvalidCertificate', 'InvalidChecksum', 'InvalidSignature', 'NotSupportedOperation',
  'PermissionDenied', 'PublishFailed', 'RevokedCertificate', 'UploadFailed', 'UploadFailure')`

/** Firmware updates and uploads that have failed within a week, unless a later report of their kind has come. */
export function failedJobs(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const rows = await db
      .selectFrom('status_reports')
      .innerJoin('charge_points', 'charge_points.id', 'status_reports.charge_point_id')
      .select(['status_reports.id', 'kind', 'status', 'received_at', 'identity'])
      .where(HAS_FAILED)
      .where('received_at', '>', now() - MAX_AGE_MS)
      .where('removed_at', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('status_reports as later')
              .select('later.id')
              .whereRef('later.charge_point_id', '=', 'status_reports.charge_point_id')
              .whereRef('later.kind', '=', 'status_reports.kind')
              .whereRef('later.id', '>', 'status_reports.id')
          )
        )
      )
      .orderBy('received_at', 'desc')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(({ id, kind, status, received_at, identity }) => {
      const isFirmware = kind === 'firmware' || kind === 'publishFirmware'
      return {
        id: `job-failed-${id}`,
        kind: isFirmware ? 'firmware-failed' : 'log-failed',
        severity: 'warning',
        since: Number(received_at),
        chargePoint: identity,
        detail: `${isFirmware ? 'the firmware update' : 'the upload of a log'} failed: ${status}`
      }
    })
  }
}

/** Certificates in use that expire within 30 days, or have expired. */
export function expiringCertificates(db: Reader, now: () => number = Date.now): ProblemSource {
  return async () => {
    const time = now()
    const rows = await db
      .selectFrom('issued_certificates')
      .innerJoin('charge_points', 'charge_points.id', 'issued_certificates.charge_point_id')
      .select(['issued_certificates.id', 'type', 'expires_at', 'identity'])
      .where('status', 'in', ['issued', 'accepted', 'in-use'])
      .where('expires_at', '<', time + EXPIRES_SOON_MS)
      .where('expires_at', '>', time - EXPIRES_SOON_MS)
      .where('removed_at', 'is', null)
      .orderBy('expires_at')
      .limit(MAX_PROBLEMS)
      .execute()
    return rows.map(({ id, type, expires_at, identity }) => {
      const expires = Number(expires_at)
      return {
        id: `certificate-expiring-${id}`,
        kind: 'certificate-expiring',
        severity: expires - time < EXPIRES_NOW_MS ? 'critical' : 'warning',
        since: expires - EXPIRES_SOON_MS,
        chargePoint: identity,
        detail: `${type} ${expires > time ? 'expires' : 'expired'} on ${new Date(expires).toISOString().slice(0, 10)}`
      }
    })
  }
}

/** Webhooks whose oldest event was refused several times. There are at most 100 webhooks. */
export function failingWebhooks(db: Reader): ProblemSource {
  return async () => {
    const webhooks = await db.selectFrom('webhooks').select('id').where('enabled', '=', 1).execute()
    const found = await Promise.all(webhooks.map(({ id }) => oldestDelivery(db, id)))
    return found.flatMap((delivery): Problem[] => {
      if (delivery === undefined || delivery.attempts < MAX_ATTEMPTS) return []
      return [
        {
          id: `webhook-failing-${delivery.webhook_id}`,
          kind: 'webhook-failing',
          severity: 'warning',
          since: Number(delivery.created_at),
          webhook: delivery.webhook_id,
          detail: `events are not accepted: ${delivery.error ?? 'no answer'}`
        }
      ]
    })
  }
}

function oldestDelivery(db: Reader, webhookId: number) {
  return (
    db
      .selectFrom('webhook_deliveries')
      .select(['webhook_id', 'attempts', 'error', 'created_at'])
      .where('webhook_id', '=', webhookId)
      // A literal, because otherwise the partial index is not used.
      .where('status', '=', sql.lit('pending' as const))
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
  )
}
