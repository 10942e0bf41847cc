import type { FastifyInstance } from 'fastify'
import type { Cluster } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { type Listener, Publisher } from '../lib/events/publisher.js'
import { RateLimit } from '../lib/events/rate-limit.js'
import { EventRelay } from '../lib/nodes/event-relay.js'
import { Outbox } from '../lib/webhooks/outbox.js'

declare module 'fastify' {
  interface FastifyInstance {
    publisher: Publisher
    /** Saves the events that webhooks want. */
    outbox: Outbox
    /** The events of all nodes. */
    events: AllEvents
  }
}

export interface AllEvents {
  /** Whether there are other nodes, whose events may come late or be lost. */
  readonly isJoined: boolean
  /** Passes the events of all nodes to a listener, those of each node in order, until the returned function is called. */
  subscribe(listener: Listener): () => void
  /** Calls back when events of other nodes were lost. */
  onGap(listener: () => void): void
}

const WARN_INTERVAL_MS = 10_000

interface PublisherOptions {
  /** The bus of the nodes; `undefined`: this process is alone. */
  cluster?: Cluster | undefined
}

async function publisher(app: FastifyInstance, { cluster }: PublisherOptions): Promise<void> {
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
  const publisher = new Publisher({ outbox, onListenerError })
  app.decorate('publisher', publisher)
  app.decorate('events', cluster === undefined ? ownEvents(publisher) : joinEvents(app, publisher, cluster))
}

/** The events of this process, which is alone. */
function ownEvents(publisher: Publisher): AllEvents {
  return {
    isJoined: false,
    subscribe: (listener) => publisher.subscribe(listener),
    onGap: () => undefined
  }
}

/** The events of all nodes. */
function joinEvents(app: FastifyInstance, publisher: Publisher, cluster: Cluster): AllEvents {
  const listeners = new Set<Listener>()
  const gapListeners = new Set<() => void>()
  const warnings = new RateLimit(1, WARN_INTERVAL_MS)
  const deliver: Listener = (event) => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (err) {
        app.log.error({ err, event: event.id }, 'a listener to the events of all nodes threw an error')
      }
    }
  }
  const relay = new EventRelay({
    cluster,
    onEvent: deliver,
    onGap: () => {
      if (warnings.pass()) app.log.warn('events of other nodes were lost: event streams are told so')
      for (const listener of gapListeners) listener()
    },
    onForeign: () => {
      if (warnings.pass()) app.log.warn('ignored a message among the events of other nodes that is not ours')
    }
  })
  publisher.subscribe((event) => {
    deliver(event)
    relay.send(event)
  })
  app.addHook('onClose', async () => relay.close())
  return {
    isJoined: true,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onGap: (listener) => void gapListeners.add(listener)
  }
}

export default fp(publisher, { fastify: '5.x', name: 'publisher', dependencies: ['database'] })
