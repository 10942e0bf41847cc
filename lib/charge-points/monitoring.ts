import { type Change, chunks, lastOfEach } from '../events/scope.js'
import { type Component, isSecret, location, type Variable } from './device-model.js'

/** A monitor as the charge point has it. [2.x N02, N04] */
export interface Monitor {
  id: number
  component: Component
  variable: Variable
  type: string
  value?: number
  severity: number
  isOfTransaction: boolean
  eventNotificationType?: string
}

export function saveMonitors(monitors: readonly Monitor[]): Change {
  return async ({ trx, chargePointId, now }) => {
    for (const part of chunks(lastOfEach(monitors, ({ id }) => String(id)))) {
      await trx
        .insertInto('variable_monitors')
        .values(
          part.map((monitor) => ({
            charge_point_id: chargePointId,
            monitor_id: monitor.id,
            ...location(monitor.component, monitor.variable),
            type: monitor.type,
            value: monitor.value ?? null,
            severity: monitor.severity,
            transaction_only: monitor.isOfTransaction ? (1 as const) : (0 as const),
            event_notification_type: monitor.eventNotificationType ?? null,
            updated_at: now
          }))
        )
        .onConflict((conflict) =>
          conflict.columns(['charge_point_id', 'monitor_id']).doUpdateSet((of) => ({
            component: of.ref('excluded.component'),
            component_instance: of.ref('excluded.component_instance'),
            evse_id: of.ref('excluded.evse_id'),
            connector_id: of.ref('excluded.connector_id'),
            variable: of.ref('excluded.variable'),
            variable_instance: of.ref('excluded.variable_instance'),
            type: of.ref('excluded.type'),
            value: of.ref('excluded.value'),
            severity: of.ref('excluded.severity'),
            transaction_only: of.ref('excluded.transaction_only'),
            event_notification_type: of.ref('excluded.event_notification_type'),
            updated_at: of.ref('excluded.updated_at')
          }))
        )
        .execute()
    }
  }
}

export function deleteMonitors(ids: readonly number[]): Change {
  return async ({ trx, chargePointId }) => {
    if (ids.length === 0) return
    await trx
      .deleteFrom('variable_monitors')
      .where('charge_point_id', '=', chargePointId)
      .where('monitor_id', 'in', ids)
      .execute()
  }
}

/** One entry of NotifyEvent. [2.x N07] */
export interface DeviceEvent {
  eventId: number
  /** Epoch milliseconds, of the charge point's clock. */
  timestamp: number
  trigger: string
  cause?: number
  component: Component
  variable: Variable
  actualValue: string
  severity?: number
  cleared?: boolean
  transactionId?: string
  variableMonitoringId?: number
  eventNotificationType?: string
  techCode?: string
  techInfo?: string
}

/** The same event again adds nothing. */
export function saveDeviceEvents(events: readonly DeviceEvent[]): Change {
  return async ({ trx, chargePointId, now }) => {
    for (const part of chunks(events)) {
      await trx
        .insertInto('device_events')
        .values(
          part.map((event) => ({
            charge_point_id: chargePointId,
            event_id: event.eventId,
            timestamp: event.timestamp,
            trigger: event.trigger,
            cause: event.cause ?? null,
            ...location(event.component, event.variable),
            actual_value: isSecret(event.variable.name) ? '' : event.actualValue,
            severity: event.severity ?? null,
            cleared: event.cleared === undefined ? null : event.cleared ? (1 as const) : (0 as const),
            transaction_id: event.transactionId ?? null,
            monitor_id: event.variableMonitoringId ?? null,
            event_notification_type: event.eventNotificationType ?? null,
            tech_code: event.techCode ?? null,
            tech_info: event.techInfo ?? null,
            received_at: now
          }))
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    }
  }
}
