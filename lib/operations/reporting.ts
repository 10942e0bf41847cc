import type { Protocol } from 'fastify-ocpp'
import { isSecret } from '../charge-points/device-model.js'
import type { Store } from '../charge-points/store.js'
import { toDateTime } from '../date-time.js'
import {
  closeReport,
  findAsked,
  openReport,
  partsOf,
  type ReportAction,
  type ReportHeader,
  type ReportKey,
  saveReportPart,
  uploadProgress
} from '../reports/rows.js'
import type { ReportWatch } from '../reports/watch.js'
import type { MadeCall, Outcome } from './exchange.js'
import type { Lookup } from './operation.js'
import type { CommandOptions, Operations } from './perform.js'
import { checkMembers, REPORT_ACTIONS, REPORT_ROWS, ReportBody, reportFacts } from './reports.js'
import { withUtcTimes } from './times.js'

/** A report that an operator wants of a charge point. */
export interface ReportCommand extends CommandOptions {
  identity: string
  request: ReportBody
  /** Milliseconds to wait for the report; 0 does not wait. */
  patience: number
  /** Ends the wait. */
  signal: AbortSignal
}

/** A report as far as it has arrived. */
export interface Report {
  requestId: number
  type: string
  /** pending: more parts may come; incomplete: no part has come for 5 minutes, of a log for an hour. */
  status: 'complete' | 'pending' | 'incomplete'
  [detail: string]: unknown
}

/** The status for the outcome of the request: a rejection comes from the charge point. */
export type ReportAnswer = { requestId: number; type: string; protocol: Protocol; calls: MadeCall[] } & (
  | Report
  | Outcome
)

export interface ReportsOptions {
  store: Pick<Store, 'db' | 'commit'>
  operations: Pick<Operations, 'reach' | 'carryOut'>
  watch: ReportWatch
}

/** Milliseconds after its last part, or status, until a report counts as incomplete. */
const MAX_PAUSE_MS: Readonly<Record<ReportAction, number>> = {
  NotifyReport: 300_000,
  NotifyMonitoringReport: 300_000,
  NotifyCustomerInformation: 300_000,
  LogStatusNotification: 3_600_000
}

const UPLOAD: ReportAction = 'LogStatusNotification'

/** Statuses of an upload after which none follows. [1.6 "DiagnosticsStatus"; 2.x "UploadLogStatusEnumType"] */
const FINAL: readonly string[] = [
  'Uploaded',
  'UploadFailed',
  'UploadFailure',
  'BadMessage',
  'NotSupportedOperation',
  'PermissionDenied',
  'AcceptedCanceled'
]

/** Requests reports from charge points, and joins their parts. */
export class Reports {
  readonly #options: ReportsOptions

  constructor(options: ReportsOptions) {
    this.#options = options
  }

  /**
   * Requests a report and waits for it.
   *
   * @throws the errors of `Operations`
   */
  async create(wanted: ReportCommand): Promise<ReportAnswer> {
    const { operations, watch } = this.#options
    const command = { ...wanted, request: withUtcTimes(ReportBody, wanted.request) }
    const { identity, request, patience, signal } = command
    checkMembers(request)
    const lookup = await operations.reach(identity)
    const { protocol, chargePoint } = lookup
    const requestId = lookup.nextId()
    const { outcome, calls } = await this.#ask(lookup, requestId, command)
    const head = { requestId, type: request.type, protocol, calls }
    if (outcome.status !== 'accepted') return { ...head, ...outcome }
    const isDone = () => this.#isComplete(chargePoint.id, requestId)
    if (patience > 0) await watch.wait(identity, { isDone, timeout: patience, signal })
    const report = await this.read(chargePoint.id, requestId)
    return { ...head, ...outcome, ...(report ?? { status: 'rejected' }) }
  }

  /** A report that was requested, or `undefined`. */
  async read(chargePointId: number, requestId: number): Promise<Report | undefined> {
    const header = await findAsked(this.#options.store.db, chargePointId, requestId)
    if (header === undefined) return undefined
    const { isComplete, lastSign, details } = await this.#progressOf(header)
    const isOver = Date.now() - lastSign > MAX_PAUSE_MS[header.action as ReportAction]
    return {
      requestId,
      type: header.type ?? '',
      status: isComplete ? 'complete' : isOver ? 'incomplete' : 'pending',
      ...details,
      ...(await this.#contentsOf(header)),
      createdAt: toDateTime(header.created_at),
      updatedAt: toDateTime(lastSign)
    }
  }

  /** Whether a report is complete, when its last part arrived, and which parts are missing. Does not read the parts. */
  async #progressOf(header: ReportHeader) {
    const { action, complete, updated_at } = header
    if (action !== UPLOAD) return { isComplete: complete === 1, lastSign: updated_at, details: gapsOf(header) }
    const rows = await uploadProgress(this.#options.store.db, header.charge_point_id, header)
    const last = rows.at(-1)
    const items = rows.map(({ status, received_at }) => ({ status, receivedAt: toDateTime(received_at) }))
    const isComplete = last !== undefined && FINAL.includes(last.status)
    return { isComplete, lastSign: last?.received_at ?? updated_at, details: { items } }
  }

  async #contentsOf({ charge_point_id, request_id: requestId, ...header }: ReportHeader) {
    const action = header.action as ReportAction
    if (action === UPLOAD) return {}
    const texts = await partsOf(this.#options.store.db, charge_point_id, { action, requestId })
    if (action === 'NotifyCustomerInformation') return { text: texts.join('') }
    return { items: texts.flatMap((part) => JSON.parse(part) as unknown[]) }
  }

  async #isComplete(chargePointId: number, requestId: number): Promise<boolean> {
    const header = await findAsked(this.#options.store.db, chargePointId, requestId)
    return header !== undefined && (await this.#progressOf(header)).isComplete
  }

  async #ask(lookup: Lookup, requestId: number, { request, ...options }: ReportCommand) {
    const { store, operations } = this.#options
    const { identity } = lookup.chargePoint
    const key: ReportKey = { action: REPORT_ACTIONS[request.type], requestId }
    const exchange = REPORT_ROWS[lookup.protocol](request, await reportFacts(lookup, requestId, request))
    // The other reports are opened by `plugins/csms/reports.ts`, which sees raw calls too.
    const isUpload = request.type === 'log'
    if (isUpload) await store.commit(identity, openReport({ ...key, type: request.type }))
    try {
      const done = await operations.carryOut(exchange, lookup, options)
      const { items, ...outcome } = done.outcome
      if (isUpload && outcome.status !== 'accepted') await store.commit(identity, closeReport(key))
      if (Array.isArray(items)) await this.#saveWhole(identity, { ...key, type: request.type, items })
      return { outcome, calls: done.calls }
    } catch (error) {
      if (isUpload) await store.commit(identity, closeReport(key))
      throw error
    }
  }

  /** Saves a report that the answer to the call contains. */
  async #saveWhole(
    identity: string,
    { type, items, ...key }: ReportKey & { type: ReportBody['type']; items: ConfigurationItem[] }
  ): Promise<void> {
    await this.#options.store.commit(identity, async (scope) => {
      await openReport({ ...key, type })(scope)
      await saveReportPart({ ...key, seqNo: 0, isLast: true, items: items.map(withoutSecret) })(scope)
    })
  }
}

interface ConfigurationItem {
  key: string
  value?: string
}

function withoutSecret({ value, ...item }: ConfigurationItem): ConfigurationItem {
  return { ...item, ...(value !== undefined && !isSecret(item.key) && { value }) }
}

/** The number of parts that have arrived, and the first and last number of each gap. */
function gapsOf({ parts, last_seq_no }: ReportHeader) {
  const there = JSON.parse(parts) as number[]
  const missing: [first: number, last: number][] = []
  let next = 0
  for (const seqNo of last_seq_no === null ? there : [...there, last_seq_no + 1]) {
    if (seqNo > next) missing.push([next, seqNo - 1])
    next = seqNo + 1
  }
  return { parts: there.length, missing }
}
