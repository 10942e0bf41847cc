import type { Change } from './scope.js'

/** One part of a report that comes in several. */
export interface ReportPart {
  action: 'NotifyReport' | 'NotifyMonitoringReport' | 'NotifyCustomerInformation'
  requestId: number
  seqNo: number
  isLast: boolean
  /** Text of customer information. */
  text?: string
}

/** Which parts of a report have come, and whether it is complete. [2.x B07, B08, N02, N09] */
export function saveReportPart({ action, requestId, seqNo, isLast, text }: ReportPart): Change {
  return async ({ trx, chargePointId, now }) => {
    const key = { charge_point_id: chargePointId, action, request_id: requestId }
    const known = await trx
      .selectFrom('report_requests')
      .select(['id', 'parts', 'last_seq_no', 'complete', 'payload'])
      .where('charge_point_id', '=', chargePointId)
      .where('action', '=', action)
      .where('request_id', '=', requestId)
      .executeTakeFirst()
    // A request id that is used again is another report; a part that comes again is a retry.
    const isAgain = known === undefined || (known.complete === 1 && seqNo === 0 && known.last_seq_no !== 0)
    const before = isAgain ? undefined : known
    const earlier: number[] = before === undefined ? [] : (JSON.parse(before.parts) as number[])
    const isRetry = earlier.includes(seqNo)
    const parts = isRetry ? earlier : [...earlier, seqNo].sort((a, b) => a - b)
    const lastSeqNo = isLast ? seqNo : (before?.last_seq_no ?? null)
    const values = {
      parts: JSON.stringify(parts),
      last_seq_no: lastSeqNo,
      complete: lastSeqNo !== null && parts.length === lastSeqNo + 1 ? (1 as const) : (0 as const),
      payload: text === undefined ? null : `${before?.payload ?? ''}${isRetry ? '' : text}`,
      updated_at: now
    }
    await trx
      .insertInto('report_requests')
      .values({ ...key, ...values, created_at: now })
      .onConflict((conflict) => conflict.columns(['charge_point_id', 'action', 'request_id']).doUpdateSet(values))
      .execute()
  }
}
