import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Version2 } from '../../lib/charge-points/versions.js'
import type {} from '../price-messages.js'

/** The running cost as a call of its own, to charge points that want it. [2.x I02] */
async function costs({ ocpp, prices, traits }: FastifyInstance): Promise<void> {
  new Version2(ocpp).after('TransactionEvent', (request, { totalCost }, { chargePoint }) => {
    const { eventType, offline = false, transactionInfo } = request
    // The final cost is in the answer, and the cost of an event that comes late is not the present one.
    if (totalCost === undefined || eventType !== 'Updated' || offline) return
    if (traits.book.of(chargePoint).costUpdates !== true) return
    const { transactionId } = transactionInfo
    const payload = { transactionId, totalCost }
    prices.calls.send(chargePoint, `cost ${transactionId}`, () => ({ action: 'CostUpdated', payload }))
  })
}

export default fp(costs, {
  fastify: '5.x',
  name: 'csms-costs',
  dependencies: ['ocpp', 'traits', 'price-messages', 'csms-transactions']
})
