import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { Problems } from '../lib/problems/problems.js'
import { refusedMessages } from '../lib/problems/refused-messages.js'

declare module 'fastify' {
  interface FastifyInstance {
    problems: Problems
  }
}

/** For what changes by time alone: a refusal that has not come again for long is over. */
const INTERVAL_MS = 10_000
const FAILED = 'could not look for problems'
/** What an operator changes here may solve a problem. */
const SOLVING = /^\/api\/v1\/charge(?:-points\/:identity|r-models\/:name)$/

/** Provides the list of current problems. The event stream reports changes within seconds. */
async function problems(app: FastifyInstance): Promise<void> {
  const { database, publisher, traits, log } = app
  const list = new Problems({
    db: database.db,
    writer: database.writer,
    publisher,
    sources: [refusedMessages(database.db, traits.book)]
  })
  app.decorate('problems', list)
  // The first look: what is wrong already is no news.
  background(
    database.ready.then(() => list.check()),
    log,
    FAILED
  )
  const timer = setInterval(() => {
    if (database.isReady()) background(list.check(), log, FAILED)
  }, INTERVAL_MS).unref()
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) => {
    if (method === 'GET' || statusCode >= 300 || !SOLVING.test(routeOptions.url ?? '')) return
    background(list.check(), log, FAILED)
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await list.settled()
  })
}

export default fp(problems, { fastify: '5.x', name: 'problems', dependencies: ['database', 'publisher', 'traits'] })
