import type { FastifyInstance } from 'fastify'
import { type HandlerContext, validatePayload } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { defined, type Notification } from '../../lib/charge-points/defined.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { type Request2, Version2 } from '../../lib/charge-points/versions.js'
import { saveReportPart } from '../../lib/reports/rows.js'

const NOTIFICATIONS_21 = [
  'NotifyPriorityCharging',
  // Distributed energy resources
  'NotifyDERAlarm',
  'NotifyDERStartStop',
  'ReportDERControl',
  'BatterySwap',
  // Periodic event streams
  'ClosePeriodicEventStream'
] as const satisfies readonly Notification<'ocpp2.1'>[]

/** Messages that are stored as they came and cause nothing else. */
async function notifications({ ocpp, store }: FastifyInstance): Promise<void> {
  function keep(action: string) {
    return async (payload: unknown, { chargePoint, messageId }: HandlerContext) => {
      await store.commit(chargePoint.identity, saveNotification({ action, messageId, payload }))
      return {}
    }
  }

  new Version2(ocpp).on('NotifyCustomerInformation', answerInformation)
  for (const action of NOTIFICATIONS_21) ocpp.v21.on(action, keep(action))

  // The operator asked for the stream when setting the monitor; a SEND has no answer. [2.1 N]
  const keepOpened = keep('OpenPeriodicEventStream')
  ocpp.v21.on('OpenPeriodicEventStream', async (request, context) => {
    await keepOpened(request, context)
    return { status: 'Accepted' }
  })
  // No register of VAT numbers is connected, so no number is confirmed. [2.1 C]
  const keepVatNumber = keep('VatNumberValidation')
  ocpp.v21.on('VatNumberValidation', async (request, context) => {
    const { vatNumber, evseId } = request
    const answer = { vatNumber, status: 'Rejected', ...defined({ evseId }) } as const
    // It repeats what is wrong in a request that was tolerated: such a request cannot be answered.
    const isPossible = validatePayload('ocpp2.1', 'VatNumberValidation', 'response', answer) === undefined
    if (isPossible) await keepVatNumber(request, context)
    return answer
  })
  const keepStream = keep('NotifyPeriodicEventStream')
  ocpp.v21.on('NotifyPeriodicEventStream', async (request, context) => {
    await keepStream(request, context)
  })

  type InformationRequest = Request2<'NotifyCustomerInformation'>

  /** Customer information, joined from its parts. [2.x N09] */
  async function answerInformation(
    { requestId, seqNo, tbc = false, data }: InformationRequest,
    { chargePoint }: HandlerContext
  ) {
    const part = { action: 'NotifyCustomerInformation', requestId, seqNo, isLast: !tbc, text: data } as const
    await store.commit(chargePoint.identity, saveReportPart(part))
    return {}
  }
}

export default fp(notifications, { fastify: '5.x', name: 'csms-notifications', dependencies: ['ocpp', 'store'] })
