import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { isSecret } from '../lib/charge-points/device-model.js'
import { dateTime } from '../lib/database/json.js'
import type { MadeCall, Outcome } from '../lib/operations/exchange.js'
import type { Lookup } from '../lib/operations/operation.js'
import { checkMembers, REPORT_ACTIONS, REPORT_CELLS, ReportBody, reportFacts } from '../lib/operations/reports.js'
import { withUtcTimes } from '../lib/operations/times.js'
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
} from '../lib/reports/rows.js'
import type {} from './csms/reports.js'
import type { Errand } from './operations.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Reports of charge points, joined from their parts. */
    reports: Reports
  }
}

/** Which report is wanted, and how long to wait for it. */
export interface ReportWish extends Errand {
  identity: string
  request: ReportBody
  /** Milliseconds; 0 does not wait. */
  patience: number
  /** Waits no longer. */
  signal: AbortSignal
}

/** As much of a report as there is. */
export interface Report {
  requestId: number
  type: string
  /** pending: more may come; incomplete: nothing has come for long. */
  status: 'complete' | 'pending' | 'incomplete'
  [detail: string]: unknown
}

/** What has become of a wish: a refusal is the charge point's. */
export type ReportAnswer = { requestId: number; type: string; protocol: Protocol; calls: MadeCall[] } & (
  | Report
  | Outcome
)

export interface Reports {
  /**
   * Asks for a report, and waits for it.
   *
   * @throws what `app.operations` throws
   */
  create(wish: ReportWish): Promise<ReportAnswer>
  /** A report that was asked for; undefined when there is none. */
  read(chargePointId: number, requestId: number): Promise<Report | undefined>
}

/** So long after its last part, or status, more of it may come. */
const MAX_PAUSE_MS: Readonly<Record<ReportAction, number>> = {
  NotifyReport: 300_000,
  NotifyMonitoringReport: 300_000,
  NotifyCustomerInformation: 300_000,
  LogStatusNotification: 3_600_000
}

const UPLOAD: ReportAction = 'LogStatusNotification'

/** Nothing follows these. [1.6 "DiagnosticsStatus"; 2.x "UploadLogStatusEnumType"] */
const FINAL: readonly string[] = [
  'Uploaded',
  'UploadFailed',
  'UploadFailure',
  'BadMessage',
  'NotSupportedOperation',
  'PermissionDenied',
  'AcceptedCanceled'
]

async function reports(app: FastifyInstance): Promise<void> {
  const { store, operations, reportWatch } = app

  async function read(chargePointId: number, requestId: number): Promise<Report | undefined> {
    const header = await findAsked(store.db, chargePointId, requestId)
    if (header === undefined) return undefined
    const { isComplete, lastSign, details } = await progressOf(header)
    const isOver = Date.now() - lastSign > MAX_PAUSE_MS[header.action as ReportAction]
    return {
      requestId,
      type: header.type ?? '',
      status: isComplete ? 'complete' : isOver ? 'incomplete' : 'pending',
      ...details,
      ...(await contentsOf(header)),
      createdAt: dateTime(header.created_at),
      updatedAt: dateTime(lastSign)
    }
  }

  /** How far it is; what it holds is not looked at. */
  async function progressOf(header: ReportHeader) {
    const { action, complete, updated_at } = header
    if (action !== UPLOAD) return { isComplete: complete === 1, lastSign: updated_at, details: gapsOf(header) }
    const rows = await uploadProgress(store.db, header.charge_point_id, header)
    const last = rows.at(-1)
    const items = rows.map(({ status, received_at }) => ({ status, receivedAt: dateTime(received_at) }))
    const isComplete = last !== undefined && FINAL.includes(last.status)
    return { isComplete, lastSign: last?.received_at ?? updated_at, details: { items } }
  }

  async function contentsOf({ charge_point_id, request_id: requestId, ...header }: ReportHeader) {
    const action = header.action as ReportAction
    if (action === UPLOAD) return {}
    const texts = await partsOf(store.db, charge_point_id, { action, requestId })
    if (action === 'NotifyCustomerInformation') return { text: texts.join('') }
    return { items: texts.flatMap((part) => JSON.parse(part) as unknown[]) }
  }

  async function isComplete(chargePointId: number, requestId: number): Promise<boolean> {
    const header = await findAsked(store.db, chargePointId, requestId)
    return header !== undefined && (await progressOf(header)).isComplete
  }

  async function ask(lookup: Lookup, requestId: number, { request, ...errand }: ReportWish) {
    const { identity } = lookup.chargePoint
    const key: ReportKey = { action: REPORT_ACTIONS[request.type], requestId }
    const exchange = REPORT_CELLS[lookup.protocol](request, await reportFacts(lookup, requestId, request))
    // Requests with parts open theirs themselves, whoever sends them.
    const isUpload = request.type === 'log'
    if (isUpload) await store.commit(identity, openReport({ ...key, type: request.type }))
    try {
      const done = await operations.carryOut(exchange, lookup, errand)
      const { items, ...outcome } = done.outcome
      if (isUpload && outcome.status !== 'accepted') await store.commit(identity, closeReport(key))
      if (Array.isArray(items)) await saveWhole(identity, { ...key, type: request.type, items })
      return { outcome, calls: done.calls }
    } catch (error) {
      if (isUpload) await store.commit(identity, closeReport(key))
      throw error
    }
  }

  /** One that is complete as soon as it is answered. */
  async function saveWhole(
    identity: string,
    { type, items, ...key }: ReportKey & { type: ReportBody['type']; items: ConfigurationItem[] }
  ): Promise<void> {
    await store.commit(identity, async (scope) => {
      await openReport({ ...key, type })(scope)
      await saveReportPart({ ...key, seqNo: 0, isLast: true, items: items.map(withoutSecret) })(scope)
    })
  }

  async function create(wanted: ReportWish): Promise<ReportAnswer> {
    const wish = { ...wanted, request: withUtcTimes(ReportBody, wanted.request) }
    const { identity, request, patience, signal } = wish
    checkMembers(request)
    const lookup = await operations.reach(identity)
    const { protocol, chargePoint } = lookup
    const requestId = lookup.nextId()
    const { outcome, calls } = await ask(lookup, requestId, wish)
    const head = { requestId, type: request.type, protocol, calls }
    if (outcome.status !== 'accepted') return { ...head, ...outcome }
    const isDone = () => isComplete(chargePoint.id, requestId)
    if (patience > 0) await reportWatch.wait(identity, { isDone, timeout: patience, signal })
    const report = await read(chargePoint.id, requestId)
    return { ...head, ...outcome, ...(report ?? { status: 'rejected' }) }
  }

  app.decorate('reports', { create, read })
}

interface ConfigurationItem {
  key: string
  value?: string
}

function withoutSecret({ value, ...item }: ConfigurationItem): ConfigurationItem {
  return { ...item, ...(value !== undefined && !isSecret(item.key) && { value }) }
}

/** How many parts are there, and which are known to be missing: first and last of those between two that came. */
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

export default fp(reports, { fastify: '5.x', name: 'reports', dependencies: ['operations', 'store', 'csms-reports'] })
