import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { isEldest } from '../lib/nodes/eldest.js'
import { expiringCalls, unknownCalls } from '../lib/problems/calls.js'
import { awayChargePoints, faultedConnectors, MAX_AWAY_MS } from '../lib/problems/charge-points.js'
import { exceededLimits } from '../lib/problems/limits.js'
import { expiringCertificates, failedJobs, failingWebhooks } from '../lib/problems/maintenance.js'
import { Problems } from '../lib/problems/problems.js'
import { overload } from '../lib/problems/process.js'
import { blockedReceipts, differingReceipts, outdatedReceipts, unpaidReceipts } from '../lib/problems/receipts.js'
import { refusedChargePoints, refusedIdTokens } from '../lib/problems/refused.js'
import { refusedMessages } from '../lib/problems/refused-messages.js'
import { otherTariffs, tariffDrift } from '../lib/problems/tariffs.js'
import { differingCosts, incompleteTransactions, silentTransactions } from '../lib/problems/transactions.js'

declare module 'fastify' {
  interface FastifyInstance {
    problems: Problems
  }
}

/** For what changes by time alone: a refusal that has not come again for long is over. */
const INTERVAL_MS = 10_000
const FAILED = 'could not look for problems'
/** A change by an operator may solve a problem. */
const SOLVING = /^\/api\/v1\/charge(?:-points\/:identity|r-models\/:name)$/

/** Reads without an index use `heavy`. */
function sourcesOf(app: FastifyInstance, startedAt: number) {
  const { database, traits, whereabouts, messageLog, refused, loadWatch } = app
  const { db, heavy, writer } = database
  return [
    refusedMessages(heavy, traits.book),
    faultedConnectors(heavy),
    awayChargePoints(heavy, { whereabouts, startedAt }),
    silentTransactions(heavy, { whereabouts, startedAt }),
    incompleteTransactions(db),
    differingCosts(db),
    exceededLimits(db),
    tariffDrift(db),
    otherTariffs(db),
    blockedReceipts(db),
    outdatedReceipts(db),
    differingReceipts(db),
    unpaidReceipts(db),
    unknownCalls(db),
    expiringCalls(db),
    failedJobs(db),
    expiringCertificates(db),
    failingWebhooks(db),
    refusedIdTokens(db),
    refusedChargePoints(refused),
    overload({ log: messageLog, writer: writer.counters }),
    async () => loadWatch.problems()
  ]
}

/** Provides the list of current problems. The event stream reports changes within seconds. */
async function problems(app: FastifyInstance): Promise<void> {
  const { database, publisher, log } = app
  const startedAt = Date.now()
  const list = new Problems({
    db: database.db,
    writer: database.writer,
    publisher,
    // One of several nodes tells what all of them find in the database.
    isTeller: () => isEldest(app.ocpp.cluster),
    settledAt: startedAt + MAX_AWAY_MS,
    sources: sourcesOf(app, startedAt)
  })
  app.decorate('problems', list)
  // The first check: problems that exist already are not published.
  background(
    database.ready.then(() => list.check()),
    log,
    FAILED
  )
  const timer = setInterval(() => {
    if (database.isReady()) background(list.check(), log, FAILED)
  }, INTERVAL_MS).unref()
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode }, done) => {
    const mayHaveSolved = method !== 'GET' && statusCode < 300 && SOLVING.test(routeOptions.url ?? '')
    if (mayHaveSolved) background(list.check(), log, FAILED)
    done()
  })
  app.addHook('preClose', async () => clearInterval(timer))
  app.addHook('onClose', () => list.settled())
}

export default fp(problems, {
  fastify: '5.x',
  name: 'problems',
  dependencies: [
    'database',
    'publisher',
    'traits',
    'ocpp',
    'message-log',
    'csms-refused',
    'whereabouts',
    'load-management'
  ]
})
