import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { type Presence, savePresence } from '../../lib/charge-points/rows.js'
import { fold } from '../../lib/events/scope.js'

const INTERVAL_MS = 5_000
const NOT_STORED = 'when charge points were last heard of was not stored'

type News = Omit<Presence, 'chargePointId'>

/**
 * When charge points came, went and were last heard of. It is written down for all of them together every few
 * seconds, because no Heartbeat is worth a commit.
 */
async function presence(app: FastifyInstance): Promise<void> {
  const { ocpp, store } = app
  const news = new Map<string, News & { identity: string }>()
  let heardBefore = 0

  function note(identity: string, more: News): void {
    const key = fold(identity)
    news.set(key, { ...news.get(key), ...more, identity })
  }

  function takeNews(): (News & { identity: string })[] {
    const now = Date.now()
    for (const { identity, lastSeenAt } of ocpp.chargePoints) {
      if (lastSeenAt.getTime() >= heardBefore) note(identity, { seenAt: lastSeenAt.getTime() })
    }
    heardBefore = now
    const changes = [...news.values()]
    news.clear()
    return changes
  }

  async function flush(): Promise<void> {
    const changes = takeNews()
    if (changes.length === 0) return
    try {
      const rows: Presence[] = []
      for (const { identity, ...rest } of changes) {
        rows.push({ chargePointId: await store.chargePointId(identity), ...rest })
      }
      await store.write((trx) => savePresence({ trx }, rows))
    } catch (err) {
      app.log.warn({ err, chargePoints: changes.length }, NOT_STORED)
      for (const { identity, ...rest } of changes) note(identity, { ...rest, ...news.get(fold(identity)) })
    }
  }

  ocpp.events.on('connect', ({ chargePoint: { identity, protocol, connectedAt } }) => {
    note(identity, { connectedAt: connectedAt.getTime(), seenAt: connectedAt.getTime(), protocol })
  })
  ocpp.events.on('disconnect', ({ chargePoint: { identity, lastSeenAt } }) => {
    note(identity, { disconnectedAt: Date.now(), seenAt: lastSeenAt.getTime() })
  })

  const timer = setInterval(() => background(flush(), app.log, NOT_STORED), INTERVAL_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await flush()
  })
}

export default fp(presence, { fastify: '5.x', name: 'csms-presence', dependencies: ['ocpp', 'store'] })
