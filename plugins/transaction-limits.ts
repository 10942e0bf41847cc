import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { connectionHere } from '../lib/charge-points/whereabouts.js'
import { LimitWatch } from '../lib/ledger/limit-watch.js'
import { limitsOf, limitsToTell } from '../lib/ledger/limits.js'
import type { TransactionRow } from '../lib/ledger/queries.js'
import { isEmpty } from '../lib/money/transaction-limit.js'

declare module 'fastify' {
  interface FastifyInstance {
    transactionLimits: {
      /** Asks the charge point for an event of the transaction, so that the answer can tell it the limits. */
      tell(identity: string, row: TransactionRow): Promise<void>
      /** Looks at all transactions with limits, as it happens every two seconds. */
      check(): Promise<void>
    }
  }
}

/** Name of the operator in the calls of the back-end itself. */
const OPERATOR = 'transaction-limits'
const INTERVAL_MS = 2_000
const FAILED = 'could not check the limits of transactions'

function createWatch({ database, ledger, ocpp, calls, prices, traits, log }: FastifyInstance): LimitWatch {
  return new LimitWatch({
    db: database.db,
    ledger,
    isCallable(identity) {
      const live = connectionHere(ocpp, identity)
      return live !== undefined && traits.settling.isSettled(live)
    },
    async takenBy(identity) {
      const live = connectionHere(ocpp, identity)
      return live && prices.facts.limitsOf(live)
    },
    async call(identity, stop) {
      return (await calls.call({ identity, ...stop, operator: OPERATOR })).result
    },
    onStop: (transaction) =>
      log.info(transaction, 'the transaction reached a limit: asked the charge point to stop it'),
    onError: (err, transaction) => log.warn({ err, ...transaction }, FAILED)
  })
}

/** Stops transactions that have reached a limit, unless their charge points do so by themselves. [2.1 E16] */
async function transactionLimits(app: FastifyInstance): Promise<void> {
  const { database, log, ocpp, prices } = app
  const watch = createWatch(app)
  app.decorate('transactionLimits', {
    check: () => watch.check(),
    async tell(identity, row) {
      const live = connectionHere(ocpp, identity)
      const kept = limitsOf(row)
      if (live === undefined || kept === undefined) return
      if (isEmpty(limitsToTell(kept, await prices.facts.limitsOf(live)))) return
      const evse = row.evse_id === 0 ? {} : { evse: { id: row.evse_id } }
      const payload = { requestedMessage: 'TransactionEvent', ...evse }
      prices.calls.send(live, `limits ${row.id}`, () => ({ action: 'TriggerMessage', payload }))
    }
  })
  const timer = setInterval(() => {
    if (database.isReady() && !app.isDraining) background(watch.tick(), log, FAILED)
  }, INTERVAL_MS).unref()
  app.addHook('preClose', async () => clearInterval(timer))
  app.addHook('onClose', () => watch.idle())
}

export default fp(transactionLimits, {
  fastify: '5.x',
  name: 'transaction-limits',
  dependencies: ['database', 'ledger', 'ocpp', 'calls', 'drain', 'traits', 'price-messages']
})
