import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Version2 } from '../lib/charge-points/versions.js'
import { connectionHere } from '../lib/charge-points/whereabouts.js'
import { Costs16, type Costs16Options } from '../lib/price-messages/costs-16.js'
import { PriceFactsBook } from '../lib/price-messages/facts.js'
import { LatestCalls } from '../lib/price-messages/latest-calls.js'
import { TariffChanges, type TariffChangesOptions } from '../lib/price-messages/tariff-changes.js'
import { PriceTexts } from '../lib/price-messages/texts.js'
import type {} from './billing.js'
import type {} from './drain.js'
import type {} from './ledger.js'

declare module 'fastify' {
  interface FastifyInstance {
    prices: {
      /** The prices that charge points can show and calculate. */
      readonly facts: PriceFactsBook
      /** Tariffs as texts. */
      readonly texts: PriceTexts
      /** Prices and costs as calls. */
      readonly calls: LatestCalls
      /** Prices and costs for charge points of 1.6. */
      readonly costs16: Costs16
      /** Other tariffs for transactions that run. */
      readonly changes: TariffChanges
    }
  }
}

/** Name of the operator in the calls of the back-end itself. */
const OPERATOR = 'prices'

function createCalls(app: FastifyInstance): LatestCalls {
  return new LatestCalls({
    call: (identity, { action, payload }) => app.calls.call({ identity, action, payload, operator: OPERATOR }),
    isDraining: () => app.isDraining,
    onError: (err, { log }) => log.info({ err }, 'the charge point was not told a price or a cost')
  })
}

/** A charge point that is connected to another node is called through the cluster, and the call is saved there. */
function changeCall({ ocpp, calls }: FastifyInstance): TariffChangesOptions['call'] {
  const action = 'ChangeTransactionTariff'
  return async (identity, payload, operator) => {
    if (ocpp.cluster !== undefined && connectionHere(ocpp, identity) === undefined) {
      return ocpp.call(identity, action, payload)
    }
    return (await calls.call({ identity, action, payload, operator })).result
  }
}

/** Without a seller there will be no receipt. */
function receiptLinkOf({ receiptLinks, issuing }: FastifyInstance): Costs16Options['receiptLink'] {
  return async (identity, id) => (issuing === undefined ? undefined : receiptLinks.forCharger(identity, id))
}

/** Calls whose answers report, or change, what a charge point shows. */
const REPORTS: readonly string[] = ['GetVariables', 'SetVariables', 'GetConfiguration', 'ChangeConfiguration']

/** The messages that tell drivers of prices. */
async function priceMessages(app: FastifyInstance): Promise<void> {
  const { ocpp, store, calls, config } = app
  const { db } = store
  const chargePointId = (identity: string) => store.chargePointId(identity)
  const facts = new PriceFactsBook({ db, chargePointId })
  const priceCalls = createCalls(app)
  const common = { db, facts, chargePointId, languages: config.TARIFF_LANGUAGES }
  app.decorate('prices', {
    facts,
    texts: new PriceTexts(common),
    calls: priceCalls,
    costs16: new Costs16({ ...common, calls: priceCalls, receiptLink: receiptLinkOf(app) }),
    changes: new TariffChanges({ db, ledger: app.ledger, call: changeCall(app) })
  })
  app.addHook('onClose', () => priceCalls.idle())
  new Version2(ocpp).after('NotifyReport', (_request, _response, { chargePoint }) => facts.forget(chargePoint))
  ocpp.events.on('call', async ({ chargePoint, action }) => {
    if (!REPORTS.includes(action)) return
    // The answer is saved by then.
    await calls.idle()
    facts.forget(chargePoint)
  })
}

export default fp(priceMessages, {
  fastify: '5.x',
  name: 'price-messages',
  dependencies: ['env', 'ocpp', 'store', 'calls', 'drain', 'ledger', 'billing']
})
