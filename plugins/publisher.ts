import type { FastifyInstance } from 'fastify'
import { currentTime, type Ocpp, redact } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import type { NewEvent, PublishedEvent } from './domain/events/event.js'
import { EventIds } from './domain/events/event-ids.js'
import { RateLimit } from './domain/events/rate-limit.js'

declare module 'fastify' {
  interface FastifyInstance {
    publisher: Publisher
  }
}

type Listener = (event: PublishedEvent) => void

/** The one place where events leave the app: whoever wants them, here or on another node, gets them from it. */
export interface Publisher {
  /** Lower than the ids of all events to come. */
  readonly lastId: string
  /** Tells what has been committed. Never throws and never waits. */
  publish(event: NewEvent): void
  /** Listens to all events, in order, until the returned function is called. Listeners must be quick. */
  subscribe(listener: Listener): () => void
}

/** Security events a second: anybody can cause them, without knowing a password. The log has them all. */
const MAX_SECURITY_EVENTS = 20

function createPublisher({ log }: FastifyInstance): Publisher {
  const ids = new EventIds()
  const listeners = new Set<Listener>()

  function deliver(event: PublishedEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (err) {
        log.error({ err, event: event.id }, 'a listener to events failed')
      }
    }
  }

  return {
    get lastId() {
      return ids.last
    },
    publish({ type, chargePoint, data }) {
      deliver({ id: ids.next(), type, chargePoint, at: currentTime(), data: redact(data) })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/** What the library tells; all else is published by the functional blocks, after their commit. */
function publishConnections({ publish }: Publisher, { events }: Ocpp): void {
  events.on('connect', ({ chargePoint: { identity, protocol, remoteAddress } }) => {
    publish({ type: 'connect', chargePoint: identity, data: { protocol, remoteAddress } })
  })
  events.on('disconnect', ({ chargePoint: { identity, protocol }, reason, code }) => {
    publish({ type: 'disconnect', chargePoint: identity, data: { protocol, reason, code } })
  })
  events.on('call', ({ chargePoint: { identity }, messageId, action, outcome, duration }) => {
    publish({ type: 'call', chargePoint: identity, data: { messageId, action, outcome, duration } })
  })
  const limit = new RateLimit(MAX_SECURITY_EVENTS, 1000)
  events.on('security', ({ type, identity, remoteAddress, detail }) => {
    if (!limit.pass()) return
    publish({ type: 'security', chargePoint: identity, data: { source: 'csms', type, remoteAddress, detail } })
  })
}

async function publisher(app: FastifyInstance): Promise<void> {
  const publisher = createPublisher(app)
  app.decorate('publisher', publisher)
  publishConnections(publisher, app.ocpp)
}

export default fp(publisher, { fastify: '5.x', name: 'publisher', dependencies: ['ocpp'] })
