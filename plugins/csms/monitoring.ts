import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { type ConnectorStatus, saveConnectorStatus } from '../../lib/charge-points/connectors.js'
import { defined } from '../../lib/charge-points/defined.js'
import {
  type DeviceEvent,
  deleteMonitors,
  type Monitor,
  saveDeviceEvents,
  saveMonitors
} from '../../lib/charge-points/monitoring.js'
import { PROTOCOLS_2, type Request2, type Response2, Version2 } from '../../lib/charge-points/versions.js'
import { type Change, milliseconds, together } from '../../lib/events/scope.js'
import { statusData } from '../../lib/events/status.js'
import { saveReportPart } from '../../lib/reports/rows.js'

type MonitoringReport = Request2<'NotifyMonitoringReport'>
type EventRequest = Request2<'NotifyEvent'>

function monitorsOf({ monitor = [] }: MonitoringReport): Monitor[] {
  return monitor.flatMap(({ component, variable, variableMonitoring }) =>
    variableMonitoring.map(({ transaction, ...monitoring }) => ({
      component,
      variable,
      isOfTransaction: transaction,
      ...monitoring
    }))
  )
}

function eventsOf({ eventData }: EventRequest): DeviceEvent[] {
  return eventData.map((event) => ({ ...event, timestamp: milliseconds(event.timestamp, Date.now()) }))
}

const PLACES: readonly string[] = ['ChargingStation', 'EVSE', 'Connector']

/** The connector status in NotifyEvent: 2.1 sends it instead of StatusNotification, and 2.0.1 may do so. [2.1 G01] */
function statusOf({ component, variable, actualValue, timestamp }: DeviceEvent): ConnectorStatus[] {
  if (variable.name !== 'AvailabilityState' || !PLACES.includes(component.name)) return []
  return [
    {
      evseId: component.evse?.id ?? 0,
      connectorId: component.evse?.connectorId ?? 0,
      status: actualValue,
      timestamp
    }
  ]
}

type SetRequest = Request2<'SetVariableMonitoring'>
type SetResponse = Response2<'SetVariableMonitoring'>

/** The monitors that were set, by the ids that the charge point assigned. [2.x N04] */
function monitorsSet({ setMonitoringData }: SetRequest, { setMonitoringResult }: SetResponse): Change {
  return saveMonitors(
    setMonitoringResult.flatMap(({ status, id, type, severity, component, variable }, index) => {
      if (status !== 'Accepted' || id === undefined) return []
      const { value, transaction = false } = setMonitoringData[index] ?? {}
      return [
        {
          id,
          component,
          variable,
          type,
          severity,
          isOfTransaction: transaction,
          eventNotificationType: 'CustomMonitor',
          ...defined({ value })
        }
      ]
    })
  )
}

type ClearResponse = Response2<'ClearVariableMonitoring'>

function monitorsCleared(_request: unknown, { clearMonitoringResult }: ClearResponse): Change {
  const gone = clearMonitoringResult.filter(({ status }) => status !== 'Rejected')
  return deleteMonitors(gone.map(({ id }) => id))
}

/** Monitors, and their reports. [2.x N] */
async function monitoring({ ocpp, store, calls, publisher }: FastifyInstance): Promise<void> {
  async function answerReport(request: MonitoringReport, { chargePoint }: HandlerContext) {
    const { requestId, seqNo, tbc = false } = request
    const items = monitorsOf(request)
    const part = saveReportPart({ action: 'NotifyMonitoringReport', requestId, seqNo, isLast: !tbc, items })
    await store.commit(chargePoint.identity, together(saveMonitors(items), part))
    return {}
  }

  async function answerEvent(request: EventRequest, { chargePoint, log }: HandlerContext) {
    const events = eventsOf(request)
    const statuses = events.flatMap(statusOf)
    const { identity } = chargePoint
    await store.commit(identity, together(saveDeviceEvents(events), ...statuses.map(saveConnectorStatus)))
    for (const status of statuses)
      publisher.publish({ type: 'status', chargePoint: identity, data: statusData(status) })
    log.debug({ events: events.length }, 'device model events')
    return {}
  }

  new Version2(ocpp).on('NotifyMonitoringReport', answerReport).on('NotifyEvent', answerEvent)

  calls
    .after(PROTOCOLS_2, 'SetVariableMonitoring', monitorsSet)
    .after(PROTOCOLS_2, 'ClearVariableMonitoring', monitorsCleared)
}

export default fp(monitoring, {
  fastify: '5.x',
  name: 'csms-monitoring',
  dependencies: ['ocpp', 'store', 'calls', 'publisher']
})
