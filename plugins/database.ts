import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { explain } from '../lib/database/open.js'
import { type Database, type DatabaseOptions, DatabaseService } from '../lib/database/service.js'
import { ProblemError } from '../lib/problem-error.js'
import { ConfigError } from '../lib/settings/settings.js'

declare module 'fastify' {
  interface FastifyInstance {
    database: Database
  }
}

/** How long the start waits for the database before the app listens without it, in milliseconds. */
const PATIENCE_MS = 2_000
/** Routes that are answered even if the database does not answer. */
const ALWAYS = /^\/(?:health\/|docs|openapi\.json|metrics)/

/** SQLite: opening a file fails at once or not at all, so there is no waiting. */
function createService(app: FastifyInstance, options: DatabaseOptions): DatabaseService {
  try {
    const { config, log } = app
    return new DatabaseService({ config, log, giveUp: (error) => giveUp(app, error) }, options)
  } catch (error) {
    throw new ConfigError(explain(error, app.config))
  }
}

/**
 * The database. While it cannot be reached, the app listens and answers 503. An error that waiting cannot fix fails the
 * start, or ends the process if it is found after the start.
 */
async function database(app: FastifyInstance, options: DatabaseOptions): Promise<void> {
  const service = createService(app, options)
  app.decorate('database', service)
  app.addHook('preClose', async () => service.endLongReads())
  app.addHook('onClose', () => service.close())
  app.addHook('onRequest', (request, reply, done) => {
    if (service.isReady() || ALWAYS.test(request.url)) return done()
    reply.header('retry-after', 1 + Math.floor(Math.random() * 30))
    done(new ProblemError(503, 'DATABASE_NOT_READY', 'the database cannot be reached'))
  })

  const started = service.start()
  const settled = started.then(
    () => true,
    () => true
  )
  if (await Promise.race([settled, sleep(PATIENCE_MS, false, { ref: false })])) await endWith(service, started)
  else
    background(
      started.catch((error) => giveUp(app, error)),
      app.log,
      'could not close after a failed start'
    )
  const pruning = service.ready.then(() => service.pruneRegularly())
  background(pruning, app.log, 'pruning ended: nothing is deleted any more')
}

/** Fastify does not close an app whose start fails. */
async function endWith(service: DatabaseService, started: Promise<void>): Promise<void> {
  try {
    await started
  } catch (error) {
    await service.close()
    throw error
  }
}

/** The error came too late to fail the start. */
async function giveUp(app: FastifyInstance, error: Error): Promise<void> {
  app.log.fatal(`Cannot go on: ${error.message}`)
  await app.close()
  process.exit(1)
}

export default fp(database, { fastify: '5.x', name: 'database', dependencies: ['env'] })
