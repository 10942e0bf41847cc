import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import type { Preparation } from '../../lib/calls/caller.js'
import { PROTOCOLS_2, type Request2, Version2 } from '../../lib/charge-points/versions.js'
import type { Change } from '../../lib/events/scope.js'
import { closeReport, openReport, type ReportKey, type ReportType } from '../../lib/reports/rows.js'
import { ReportWatch } from '../../lib/reports/watch.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Waits for reports that consist of several messages. */
    reportWatch: ReportWatch
  }
}

type BaseReport = Request2<'GetBaseReport'>

const BASES: Readonly<Record<BaseReport['reportBase'], ReportType>> = {
  FullInventory: 'full-inventory',
  ConfigurationInventory: 'configuration-inventory',
  SummaryInventory: 'summary-inventory'
}

interface Asked {
  requestId: number
}

/** Opens the report before the call, so that messages of the report are stored even if they come before the answer. */
function preparing(action: ReportKey['action'], typeOf: (request: Asked) => ReportType) {
  return (request: Asked): Preparation => {
    const key = { action, requestId: request.requestId }
    return { prepare: openReport({ ...key, type: typeOf(request) }), undo: closeReport(key) }
  }
}

/** After Rejected, NotSupported or EmptyResultSet no report comes. */
function following(action: ReportKey['action']) {
  return ({ requestId }: Asked, { status }: { status: string }): Change | undefined =>
    status === 'Accepted' ? undefined : closeReport({ action, requestId })
}

/** Reports that were requested by a call. [2.x B07, B08, N02, N09] */
async function reports(app: FastifyInstance): Promise<void> {
  const { ocpp, calls } = app
  const watch = new ReportWatch()
  app.decorate('reportWatch', watch)
  app.addHook('preClose', async () => watch.close())

  const base = preparing('NotifyReport', (request) => BASES[(request as BaseReport).reportBase])
  const custom = preparing('NotifyReport', () => 'custom')
  const monitoring = preparing('NotifyMonitoringReport', () => 'monitoring')
  const customer = preparing('NotifyCustomerInformation', () => 'customer-information')
  calls
    .before(PROTOCOLS_2, 'GetBaseReport', base)
    .before(PROTOCOLS_2, 'GetReport', custom)
    .before(PROTOCOLS_2, 'GetMonitoringReport', monitoring)
    .before(PROTOCOLS_2, 'CustomerInformation', customer)
    .after(PROTOCOLS_2, 'GetBaseReport', following('NotifyReport'))
    .after(PROTOCOLS_2, 'GetReport', following('NotifyReport'))
    .after(PROTOCOLS_2, 'GetMonitoringReport', following('NotifyMonitoringReport'))
    .after(PROTOCOLS_2, 'CustomerInformation', following('NotifyCustomerInformation'))

  // Runs after the answer was sent, so the message of the report is committed.
  const notice = (_request: unknown, _response: unknown, { chargePoint }: HandlerContext) =>
    watch.notice(chargePoint.identity)
  ocpp.v16.after('DiagnosticsStatusNotification', notice).after('LogStatusNotification', notice)
  new Version2(ocpp)
    .after('NotifyReport', notice)
    .after('NotifyMonitoringReport', notice)
    .after('NotifyCustomerInformation', notice)
    .after('LogStatusNotification', notice)
}

export default fp(reports, { fastify: '5.x', name: 'csms-reports', dependencies: ['ocpp', 'calls'] })
