import type { FastifyInstance } from 'fastify'
import type { Protocol } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import {
  ConnectionLog,
  type ConnectionNews,
  closeConnectionsOfDead,
  LOST_REASON,
  markStored,
  reopenConnections,
  saveConnections
} from '../../lib/charge-points/connection-log.js'
import { type Presence, savePresence } from '../../lib/charge-points/rows.js'
import { connectionHere } from '../../lib/charge-points/whereabouts.js'
import { fold } from '../../lib/events/scope.js'
import { ConnectionSecurity } from '../../lib/tls/connection-security.js'
import type { Cleaner } from '../runs.js'

const INTERVAL_MS = 5_000
/** Connections that began or ended are stored sooner. */
const CONNECTIONS_INTERVAL_MS = 500
/** No close frame was seen. [RFC 6455 §7.1.5] */
const ABNORMAL_CLOSURE = 1006
const NOT_STORED = 'when charge points were connected and last heard of was not stored'

type News = Omit<Presence, 'chargePointId'> & { identity: string }

/** Collects the changes of charge points and their connections that are to be stored. */
class Presences {
  readonly connections = new ConnectionLog()
  readonly #app: FastifyInstance
  readonly #news = new Map<string, News>()
  #heardBefore = 0
  #saving = Promise.resolve()

  constructor(app: FastifyInstance) {
    this.#app = app
  }

  note(identity: string, more: Omit<News, 'identity'>): void {
    const key = fold(identity)
    this.#news.set(key, { ...this.#news.get(key), ...more, identity })
  }

  /** One after the other: a connection that is being stored is not stored twice. */
  flush(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#flush())
    return this.#saving
  }

  async #flush(): Promise<void> {
    const changes = this.#takeNews()
    const connections = this.connections.take()
    if (changes.length === 0 && connections.length === 0) return
    try {
      await this.#save(changes, connections)
    } catch (err) {
      this.#app.log.warn({ err, chargePoints: changes.length }, NOT_STORED)
      this.connections.giveBack(connections)
      for (const { identity, ...rest } of changes) this.note(identity, { ...rest, ...this.#news.get(fold(identity)) })
    }
  }

  #takeNews(): News[] {
    const now = Date.now()
    for (const { identity, lastSeenAt } of this.#app.ocpp.chargePoints) {
      if (lastSeenAt.getTime() >= this.#heardBefore) this.note(identity, { seenAt: lastSeenAt.getTime() })
    }
    this.#heardBefore = now
    const changes = [...this.#news.values()]
    this.#news.clear()
    return changes
  }

  async #save(changes: readonly News[], connections: readonly ConnectionNews[]): Promise<void> {
    const { store, runs } = this.#app
    const ids = new Map<string, number>()
    for (const { identity } of [...changes, ...connections.map(({ connection }) => connection)]) {
      ids.set(identity, await store.chargePointId(identity))
    }
    await store.write(async (trx, _tell, append) => {
      await saveConnections({ trx, append }, { news: connections, ids, runId: runs.runId })
      await savePresence(
        { trx },
        changes.map(({ identity, ...rest }) => ({ chargePointId: ids.get(identity) ?? 0, ...rest }))
      )
    })
    markStored(connections)
  }
}

/** Ends the connections of processes that died, which those who listen to events are told only if others went on. */
function cleanerOf({ ocpp, runs: { runId } }: FastifyInstance): Cleaner {
  return async ({ trx, tell }) => {
    if (ocpp.cluster === undefined) {
      await closeConnectionsOfDead({ trx }, runId)
      return
    }
    for (const { identity, protocol } of await closeConnectionsOfDead({ trx }, runId, LOST_REASON)) {
      tell({
        type: 'disconnect',
        chargePoint: identity,
        data: { protocol: protocol as Protocol, reason: LOST_REASON, code: ABNORMAL_CLOSURE }
      })
    }
  }
}

/**
 * Takes back what others stored and told of open connections of this process, when they took it for dead, or when a newer
 * connection to another node ended before it worked.
 */
function reviverOf({ ocpp, runs: { runId } }: FastifyInstance): Cleaner {
  return async ({ trx, tell }) => {
    for (const { identity } of await reopenConnections({ trx }, runId)) {
      const live = connectionHere(ocpp, identity)
      if (live === undefined) continue
      const { protocol, remoteAddress } = live
      tell({ type: 'connect', chargePoint: identity, data: { protocol, remoteAddress } })
    }
  }
}

/**
 * Stores connections, and when charge points sent their last message. One write every few seconds covers all charge
 * points, because a commit for each Heartbeat would be too expensive.
 */
async function presence(app: FastifyInstance): Promise<void> {
  const { ocpp, runs, store, log } = app
  const presences = new Presences(app)
  const { connections } = presences

  ocpp.events.on('connect', ({ chargePoint }) => {
    const { identity, protocol, connectedAt, remoteAddress } = chargePoint
    const at = connectedAt.getTime()
    presences.note(identity, { connectedAt: at, seenAt: at, protocol })
    const securityProfile = ConnectionSecurity.of(chargePoint)?.profile
    const known = securityProfile !== undefined && { securityProfile }
    connections.open(chargePoint, { identity, connectedAt: at, protocol, remoteAddress, ...known })
  })
  ocpp.events.on('disconnect', ({ chargePoint, reason, code }) => {
    const now = Date.now()
    presences.note(chargePoint.identity, { disconnectedAt: now, seenAt: chargePoint.lastSeenAt.getTime() })
    connections.close(chargePoint, { at: now, reason, code })
  })
  runs.onDeath(cleanerOf(app))
  const revive = reviverOf(app)
  runs.onRevival(revive)
  const takeBack = () => store.write((trx, tell, append) => revive({ trx, tell, append }))

  const timer = setInterval(() => {
    const stored = presences.flush().then(() => (ocpp.cluster === undefined ? undefined : takeBack()))
    background(stored, log, NOT_STORED)
  }, INTERVAL_MS).unref()
  const sooner = setInterval(() => {
    if (!connections.isEmpty) background(presences.flush(), log, NOT_STORED)
  }, CONNECTIONS_INTERVAL_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    clearInterval(sooner)
    await presences.flush()
  })
}

export default fp(presence, { fastify: '5.x', name: 'csms-presence', dependencies: ['ocpp', 'store', 'runs'] })
