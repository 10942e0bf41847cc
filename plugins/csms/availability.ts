import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import fp from 'fastify-plugin'
import { type ConnectorStatus, statusEvent, statusRows } from '../../lib/charge-points/connectors.js'
import { defined } from '../../lib/charge-points/defined.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { milliseconds } from '../../lib/events/scope.js'

function statusOf16(request: v16.StatusNotificationRequest): ConnectorStatus {
  const { connectorId, status, errorCode, timestamp, info, vendorId, vendorErrorCode } = request
  return {
    evseId: 0,
    connectorId,
    status,
    timestamp: milliseconds(timestamp, Date.now()),
    ...defined({ errorCode: errorCode === 'NoError' ? undefined : errorCode, info, vendorId, vendorErrorCode })
  }
}

function statusOf2(request: Request2<'StatusNotification'>): ConnectorStatus {
  const { evseId, connectorId, connectorStatus, timestamp } = request
  return { evseId, connectorId, status: connectorStatus, timestamp: milliseconds(timestamp, Date.now()) }
}

/** StatusNotification. [1.6 §4.9; 2.x G01] */
async function availability({ ocpp, store }: FastifyInstance): Promise<void> {
  async function answer(status: ConnectorStatus, { chargePoint: { identity, connectedAt } }: HandlerContext) {
    const told = { ...status, connectedAt: connectedAt.getTime() }
    await store.record(identity, {
      rowsOf: (scope) => statusRows(scope, told),
      event: statusEvent(identity, status)
    })
    return {}
  }

  ocpp.v16.on('StatusNotification', (request, context) => answer(statusOf16(request), context))
  new Version2(ocpp).on('StatusNotification', (request, context) => answer(statusOf2(request), context))
}

export default fp(availability, {
  fastify: '5.x',
  name: 'csms-availability',
  dependencies: ['ocpp', 'store']
})
