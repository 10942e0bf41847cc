import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'
import { type Progress, saveProgress } from '../../lib/charge-points/progress.js'
import { Version2 } from '../../lib/charge-points/versions.js'

interface ProgressRequest {
  status: string
  requestId?: number
  statusInfo?: object
  location?: string[]
}

/** Progress of firmware updates and of log uploads. [1.6 §4.4, §4.5, security whitepaper; 2.x L, N01] */
async function firmwareAndLogs(app: FastifyInstance): Promise<void> {
  const { ocpp, store } = app

  function keep(kind: Progress['kind']) {
    return async ({ status, requestId, statusInfo, location }: ProgressRequest, context: HandlerContext) => {
      const hasDetails = statusInfo !== undefined || location !== undefined
      const details = hasDetails ? defined({ statusInfo, location }) : undefined
      const progress: Progress = { kind, status, ...defined({ requestId, details }) }
      await store.commit(context.chargePoint.identity, saveProgress(progress))
      context.log.info(progress, `${kind} status`)
      return {}
    }
  }

  ocpp.v16
    .on('FirmwareStatusNotification', keep('firmware'))
    .on('SignedFirmwareStatusNotification', keep('firmware'))
    .on('DiagnosticsStatusNotification', keep('diagnostics'))
    .on('LogStatusNotification', keep('log'))
  new Version2(ocpp)
    .on('FirmwareStatusNotification', keep('firmware'))
    .on('LogStatusNotification', keep('log'))
    .on('PublishFirmwareStatusNotification', keep('publishFirmware'))
}

export default fp(firmwareAndLogs, { fastify: '5.x', name: 'csms-firmware-and-logs', dependencies: ['ocpp', 'store'] })
