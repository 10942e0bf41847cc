import type { FastifyInstance } from 'fastify'
import { ALL_PROTOCOLS, type Protocol, versionInfo } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import { askProfile } from '../lib/load-management/ask-profile.js'
import { type CallMeans, callAnywhere } from '../lib/load-management/calls.js'
import { Controls } from '../lib/load-management/controls.js'
import type { CompositeQuestion } from '../lib/load-management/inquiries.js'
import { forgottenAfter } from '../lib/load-management/replaced.js'
import { Teller } from '../lib/load-management/teller.js'
import { LoadWatch } from '../lib/load-management/watch.js'
import { observeLoadManagement } from '../lib/metrics/load-management.js'
import { CapBook } from '../lib/smart-charging/caps.js'
import { readReported, requestOf } from '../lib/smart-charging/reported.js'

declare module 'fastify' {
  interface FastifyInstance {
    loadManagement: Controls
    loadWatch: LoadWatch
  }
}

/** Which of these charge points can be called: on several nodes also those of others. */
async function callableOf({ ocpp, traits, whereabouts, database }: FastifyInstance, identities: readonly string[]) {
  const located = await whereabouts.of(database.db, identities)
  const there = identities.filter((identity) => {
    const live = ocpp.chargePoints.get(identity)
    return live === undefined ? located.has(identity) : traits.settling.isSettled(live)
  })
  return new Set(there)
}

/** Those that are connected to this process. */
function callableHere({ ocpp, traits }: FastifyInstance, identities: readonly string[]): Set<string> {
  const isHere = (identity: string) => {
    const live = ocpp.chargePoints.get(identity)
    return live !== undefined && traits.settling.isSettled(live)
  }
  return new Set(identities.filter(isHere))
}

/** Profiles that somebody else sets may be above ours, and ours may be deleted. */
function watchOthers({ calls, loadManagement }: FastifyInstance): void {
  for (const action of ['SetChargingProfile', 'ClearChargingProfile'] as const) {
    calls.after(ALL_PROTOCOLS, action, (request: unknown, result: unknown, { identity, operator }) => {
      loadManagement.changed(identity)
      return forgottenAfter(action, { request, result, operator })
    })
  }
}

/** A limit may have to be lowered meanwhile, and a charge point answers one call at a time. Milliseconds. */
const COMPOSITE_TIMEOUT_MS = 5_000

async function askComposite(means: CallMeans, { identity, protocol, ...question }: CompositeQuestion) {
  const payload = requestOf(question, versionInfo(protocol as Protocol).hasDeviceModel)
  const call = { identity, action: 'GetCompositeSchedule', payload, timeout: COMPOSITE_TIMEOUT_MS }
  return readReported((await callAnywhere(means, call)) as Parameters<typeof readReported>[0], question)
}

const NOT_TAKEN = 'a charge point does not take a charging profile again that load management had replaced'

/** Shares the power of sites among their charge points. */
async function loadManagement(app: FastifyInstance): Promise<void> {
  const { database, runs, calls, elsewhere, events, log, ocpp, traits } = app
  const means = { ocpp, calls, elsewhere, db: database.db }
  const closing = new AbortController()
  const watch = new LoadWatch(database.writer)
  app.decorate('loadWatch', watch)
  observeLoadManagement(app.metrics, watch)
  const teller = new Teller((event) => app.publisher.publish(event))
  const caps = new CapBook(database.db)
  const controls = new Controls({
    db: database.db,
    writer: database.writer,
    holder: runs.runId,
    log,
    isReady: () => database.isReady() && !app.isDraining,
    callable: (identities) => callableOf(app, identities),
    here: (identities) => callableHere(app, identities),
    call: (identity, call, fence) => callAnywhere(means, { identity, ...call }, fence),
    askComposite: (question) => askComposite(means, question),
    askProfile: (question) => askProfile(means, question, closing.signal),
    capsOf: (questions, now) => caps.of(questions, now),
    traitsOf: (known) => traits.book.applied(known),
    learn: (kind, learned) => traits.models.learn(kind, learned),
    onRefused: (chargePoint, profileId) => log.warn({ chargePoint, profileId }, NOT_TAKEN),
    onSent: (siteId, sent) => watch.sent(siteId, sent),
    onRun: (siteId, snapshot) => {
      watch.ran(siteId, snapshot)
      teller.ran(siteId, snapshot)
    },
    onLeft: (siteId) => {
      watch.left(siteId)
      teller.left(siteId)
    },
    onError: (err) => log.warn({ err }, 'could not control the load of a site: trying again')
  })
  app.decorate('loadManagement', controls)
  watchOthers(app)
  const unsubscribe = events.subscribe((event) => controls.take(event))
  app.addHook('onReady', async () => controls.start())
  app.addHook('preClose', async () => {
    unsubscribe()
    closing.abort()
    await controls.stop()
  })
}

export default fp(loadManagement, {
  fastify: '5.x',
  name: 'load-management',
  dependencies: [
    ...['database', 'runs', 'calls', 'elsewhere', 'publisher'],
    ...['traits', 'whereabouts', 'ocpp', 'drain', 'metrics']
  ]
})
