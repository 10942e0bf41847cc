import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { latestReceiptNumber } from '../../lib/billing/list.js'
import { bookSettlement } from '../../lib/billing/settlements.js'
import { saveNotification } from '../../lib/charge-points/notifications.js'
import { reportedVariable } from '../../lib/charge-points/reported-variable.js'
import { held } from '../../lib/events/scope.js'
import type {} from '../billing.js'

/** Payments at charge points. [2.1 C21-C25] */
async function settlements({ ocpp, store, receiptLinks, issuing }: FastifyInstance): Promise<void> {
  ocpp.v21.on('NotifySettlement', async (payload, { chargePoint: { identity }, messageId }) => {
    const keep = saveNotification({ action: 'NotifySettlement', messageId, payload })
    const row = await store.commit(
      identity,
      held(async (scope) => {
        await keep(scope)
        return bookSettlement(scope, identity, payload)
      })
    )
    // Who does not pay gets no receipt, and without a seller there is none. [2.1 C25]
    if (row === undefined || payload.status !== 'Settled' || issuing === undefined) return {}
    if (!(await makesReceipts(identity))) return {}
    const receiptUrl = await receiptLinks.forCharger(identity, row.id)
    if (receiptUrl === undefined) return {}
    const receiptId = await latestReceiptNumber(store.db, row.id)
    return { receiptUrl, ...(receiptId !== undefined && { receiptId }) }
  })

  /** Whether the charge point leaves receipts to us, as it has reported. [2.1 C21] */
  async function makesReceipts(identity: string): Promise<boolean> {
    const chargePointId = await store.chargePointId(identity)
    const variable = { component: 'PaymentCtrlr', variable: 'ReceiptByCSMS' }
    return (await reportedVariable(store.db, chargePointId, variable))?.trim().toLowerCase() === 'true'
  }
}

export default fp(settlements, { fastify: '5.x', name: 'csms-settlements', dependencies: ['ocpp', 'store', 'billing'] })
