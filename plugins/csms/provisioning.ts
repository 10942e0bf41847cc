import type { FastifyInstance } from 'fastify'
import { currentTime, type HandlerContext } from 'fastify-ocpp'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import { type Boot, boot } from '../domain/charge-points.js'
import { heartbeatInterval } from './heartbeat-interval.js'
import { defined } from './normalise.js'

function bootOf16(request: v16.BootNotificationRequest): Boot {
  const { iccid, imsi, meterType, meterSerialNumber, firmwareVersion } = request
  return {
    protocol: 'ocpp1.6',
    vendor: request.chargePointVendor,
    model: request.chargePointModel,
    ...defined({
      serialNumber: request.chargePointSerialNumber ?? request.chargeBoxSerialNumber,
      boxSerialNumber: request.chargeBoxSerialNumber
    }),
    ...defined({ firmwareVersion, iccid, imsi, meterType, meterSerialNumber })
  }
}

function bootOf2(
  { chargingStation, reason }: v201.BootNotificationRequest | v21.BootNotificationRequest,
  protocol: 'ocpp2.0.1' | 'ocpp2.1'
): Boot {
  const { vendorName, model, serialNumber, firmwareVersion, modem } = chargingStation
  return {
    protocol,
    vendor: vendorName,
    model,
    reason,
    ...defined({ serialNumber, firmwareVersion, iccid: modem?.iccid, imsi: modem?.imsi })
  }
}

/** BootNotification and Heartbeat. [1.6 §4.2, §4.6; 2.x B01-B04, G02] */
async function provisioning(app: FastifyInstance): Promise<void> {
  const { ocpp, store, config, publisher } = app

  async function answerBoot(booted: Boot, { chargePoint, log }: HandlerContext) {
    const { identity } = chargePoint
    const status = await store.commit(identity, boot(booted))
    const { protocol, vendor, model, serialNumber, firmwareVersion, reason } = booted
    const data = { protocol, status, vendor, model, ...defined({ serialNumber, firmwareVersion, reason }) }
    publisher.publish({ type: 'boot', chargePoint: identity, data })
    log.info({ boot: booted, status }, 'charge point booted')
    const interval = heartbeatInterval(identity, config.OCPP_HEARTBEAT_INTERVAL)
    return { status, currentTime: currentTime(), interval }
  }

  ocpp.v16.on('BootNotification', (request, context) => answerBoot(bootOf16(request), context))
  ocpp.v201.on('BootNotification', (request, context) => answerBoot(bootOf2(request, 'ocpp2.0.1'), context))
  ocpp.v21.on('BootNotification', (request, context) => answerBoot(bootOf2(request, 'ocpp2.1'), context))

  const answerHeartbeat = () => ({ currentTime: currentTime() })
  ocpp.v16.on('Heartbeat', answerHeartbeat)
  ocpp.v201.on('Heartbeat', answerHeartbeat)
  ocpp.v21.on('Heartbeat', answerHeartbeat)
}

export default fp(provisioning, {
  fastify: '5.x',
  name: 'csms-provisioning',
  dependencies: ['env', 'ocpp', 'store', 'publisher']
})
