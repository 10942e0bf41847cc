import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { defined } from '../../lib/charge-points/defined.js'

/** No register of VAT numbers is connected, so none is confirmed; who asked is kept. [2.1 C] */
async function payment({ ocpp, ledger }: FastifyInstance): Promise<void> {
  ocpp.v21.on('VatNumberValidation', async (request, { chargePoint, messageId }) => {
    const { vatNumber, evseId } = request
    await ledger.notification(chargePoint.identity, {
      action: 'VatNumberValidation',
      messageId,
      payload: request,
      ...defined({ evseId })
    })
    return { vatNumber, status: 'Rejected', ...defined({ evseId }) } as const
  })
}

export default fp(payment, { fastify: '5.x', name: 'csms-payment', dependencies: ['ocpp', 'ledger'] })
