import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Issuing } from '../lib/billing/issuing.js'
import { ReceiptLinks } from '../lib/billing/links.js'
import { receiptPolicyOf } from '../lib/billing/seller.js'
import { Billing } from '../lib/billing/service.js'
import { isEldest } from '../lib/nodes/eldest.js'
import type {} from './store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Receipts, credit notes and corrections. */
    billing: Billing
    /** Issues receipts by itself; `undefined` without a seller. */
    issuing: Issuing | undefined
    /** Links with which drivers see their receipts. */
    receiptLinks: ReceiptLinks
  }
}

/** Receipts for transactions that are over. */
async function billing(app: FastifyInstance): Promise<void> {
  const { store, database, config, log } = app
  const policy = receiptPolicyOf(config)
  app.decorate('billing', new Billing({ store, policy }))
  const hasPages = config.PUBLIC_PAGES.includes('receipts')
  app.decorate('receiptLinks', new ReceiptLinks({ store, base: hasPages ? config.PUBLIC_URL : undefined }))
  if (policy === undefined) return void app.decorate('issuing', undefined)
  const issuing = new Issuing({
    store,
    policy,
    // One of several nodes does it; that two issue at once costs only time.
    mayIssue: () => database.isReady() && !app.isDraining && isEldest(app.ocpp.cluster),
    onError: (err) => log.error({ err }, 'could not issue receipts: trying again')
  })
  app.decorate('issuing', issuing)
  app.addHook('onReady', async () => issuing.start())
  app.addHook('preClose', () => issuing.stop())
}

export default fp(billing, { fastify: '5.x', name: 'billing', dependencies: ['database', 'store', 'ocpp', 'drain'] })
