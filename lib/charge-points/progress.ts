import type { StatusReportsTable } from '../database/schema-reports.js'
import type { Change } from '../events/scope.js'

/** A reported status of a firmware update or an upload. */
export interface Progress {
  kind: StatusReportsTable['kind']
  status: string
  requestId?: number
  details?: object
}

/** [1.6 §4.4, §4.5, security whitepaper; 2.x L, N01] */
export function saveProgress({ kind, status, requestId, details }: Progress): Change {
  return async ({ trx, chargePointId, now }) => {
    await trx
      .insertInto('status_reports')
      .values({
        charge_point_id: chargePointId,
        kind,
        status,
        request_id: requestId ?? -1,
        details: details === undefined ? null : JSON.stringify(details),
        received_at: now
      })
      .execute()
  }
}
