import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { type HandlerContext, parseTime } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { Version2 } from '../../lib/charge-points/versions.js'
import { milliseconds } from '../../lib/events/scope.js'
import { refuseSuperseded } from '../../lib/nodes/superseded.js'
import { COST_VENDOR } from '../../lib/price-messages/california.js'
import type {} from '../price-messages.js'

/** The running cost as a call of its own, to charge points that want it. [2.x I02] */
function updateCosts({ ocpp, prices, traits }: FastifyInstance): void {
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

/** Prices and costs after the answers to messages of 1.6. [OCA "OCPP & California Pricing Requirements"] */
function tellCosts16({ ocpp, prices: { costs16 }, idTokens }: FastifyInstance): void {
  ocpp.v16
    .after('Authorize', ({ idTag }, { idTagInfo }, { chargePoint }) => {
      if (idTagInfo.status !== 'Accepted') return
      costs16.authorized(chargePoint, idTag, async () => (await idTokens.info(idTag)).language)
    })
    .after('StartTransaction', (_request, { transactionId }, { chargePoint }) => {
      costs16.started(chargePoint, { transactionId })
    })
    .after('MeterValues', ({ connectorId, transactionId, meterValue }, _response, { chargePoint }) => {
      if (meterValue === undefined || meterValue.length === 0) return
      const now = Date.now()
      const latest = () => Math.max(...meterValue.map(({ timestamp }) => milliseconds(timestamp, now)))
      costs16.measured(chargePoint, { connectorId, transactionId }, latest)
    })
    .after('StopTransaction', ({ transactionId }, _response, { chargePoint }) => {
      costs16.stopped(chargePoint, { transactionId })
    })
}

const Unplugged = Type.Object({ transactionId: Type.Integer(), timestamp: Type.String() })
const UNPLUGGED = 'ConnectorUnplugged'

/** The end of idle time after the end of a transaction, and the cost that is final then. */
function followUnplugging({ ocpp, ledger, prices: { costs16 }, log }: FastifyInstance): void {
  const match = { vendorId: COST_VENDOR, messageId: UNPLUGGED, data: Unplugged }
  const told = new WeakMap<HandlerContext['chargePoint'], number>()
  ocpp.v16
    .onDataTransfer(match, async ({ data }, { chargePoint }) => {
      const { transactionId } = data
      const timestamp = parseTime(data.timestamp)
      if (timestamp === undefined) return { status: 'Rejected' }
      const unplugging = { transactionId, timestamp }
      const row = await refuseSuperseded(chargePoint, (sender) => {
        return ledger.unplugged(chargePoint.identity, unplugging, sender)
      })
      if (row !== undefined) told.set(chargePoint, transactionId)
      else log.warn({ chargePoint: chargePoint.identity, transactionId }, 'an unknown transaction was unplugged')
      // Accepted all the same: the charge point would repeat it.
      return { status: 'Accepted' }
    })
    .after('DataTransfer', ({ messageId }, _response, { chargePoint }) => {
      const transactionId = messageId === UNPLUGGED ? told.get(chargePoint) : undefined
      told.delete(chargePoint)
      if (transactionId !== undefined) costs16.stopped(chargePoint, { transactionId })
    })
}

/** Tells charge points in calls what transactions cost. */
async function costs(app: FastifyInstance): Promise<void> {
  updateCosts(app)
  tellCosts16(app)
  followUnplugging(app)
}

export default fp(costs, {
  fastify: '5.x',
  name: 'csms-costs',
  dependencies: ['ocpp', 'traits', 'price-messages', 'csms-authorization', 'csms-transactions']
})
