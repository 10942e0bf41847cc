import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Publisher } from '../lib/events/publisher.js'
import { RateLimit } from '../lib/events/rate-limit.js'
import { Outbox } from '../lib/webhooks/outbox.js'

declare module 'fastify' {
  interface FastifyInstance {
    publisher: Publisher
    /** Saves the events that webhooks want. */
    outbox: Outbox
  }
}

const WARN_INTERVAL_MS = 10_000

async function publisher(app: FastifyInstance): Promise<void> {
  const { log, database } = app
  const warnings = new RateLimit(1, WARN_INTERVAL_MS)
  const outbox = new Outbox({
    writer: database.writer,
    onLost: (err) => {
      if (warnings.pass()) log.warn({ err }, 'could not save an event for webhooks: they will not get it')
    }
  })
  app.decorate('outbox', outbox)
  const onListenerError = (err: unknown, { id }: { id: string }) => {
    log.error({ err, event: id }, 'a listener to events threw an error')
  }
  app.decorate('publisher', new Publisher({ outbox, onListenerError }))
}

export default fp(publisher, { fastify: '5.x', name: 'publisher', dependencies: ['database'] })
