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

const INTERVAL_MS = 10_000

/** Provides the list of current problems. The event stream reports changes within ten seconds. */
async function problems(app: FastifyInstance): Promise<void> {
  const { database, publisher, traits, log } = app
  const list = new Problems({
    db: database.db,
    writer: database.writer,
    publisher,
    sources: [refusedMessages(database.db, traits.book)]
  })
  app.decorate('problems', list)
  const timer = setInterval(() => {
    if (database.isReady()) background(list.check(), log, 'could not look for problems')
  }, INTERVAL_MS).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

export default fp(problems, { fastify: '5.x', name: 'problems', dependencies: ['database', 'publisher', 'traits'] })
