import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import { RateLimit } from '../lib/events/rate-limit.js'
import { observeWebhooks } from '../lib/metrics/webhooks.js'
import { AddressRules } from '../lib/webhooks/addresses.js'
import { Deliverer, type DelivererObserver } from '../lib/webhooks/deliverer.js'
import { Sender } from '../lib/webhooks/sender.js'
import type { TargetRules } from '../lib/webhooks/target.js'

declare module 'fastify' {
  interface FastifyInstance {
    webhooks: Webhooks
  }
}

/** Sends events to webhooks. */
export interface Webhooks {
  /** The URLs that a webhook may have. */
  readonly rules: TargetRules
  readonly sender: Sender
  readonly deliverer: Deliverer
}

/** Maximum number of deliveries that are kept after they have ended. */
const MAX_ROWS = 1_000_000
const LOG_INTERVAL_MS = 10_000

/** At most one log line in 10 s for failed attempts: a receiver that is down fails at each. */
function createObserver({ log, metrics }: FastifyInstance, deliverer: () => Deliverer): DelivererObserver {
  const counters = observeWebhooks(metrics, deliverer)
  const failures = new RateLimit(1, LOG_INTERVAL_MS)
  const troubles = new RateLimit(1, LOG_INTERVAL_MS)
  return {
    attempted: (outcome, duration) => counters.attempted(outcome, duration / 1000),
    failed({ isLast, ...failure }) {
      if (isLast) log.error(failure, 'could not deliver an event to a webhook, and the time for retries is over')
      else if (failures.pass()) log.warn(failure, 'could not deliver an event to a webhook: retrying')
    },
    disabled: (webhook) => log.warn({ webhook }, 'a webhook answered 410 Gone: disabled it'),
    dropped(webhook, count) {
      counters.dropped(count)
      log.error({ webhook, count }, 'too many events wait for a webhook: dropped the oldest, but no transactions')
    },
    troubled(err) {
      if (troubles.pass()) log.warn({ err }, 'the database failed while events were delivered to webhooks: retrying')
    }
  }
}

/** Delivers events to webhooks. */
async function webhooks(app: FastifyInstance): Promise<void> {
  const { config, database, outbox } = app
  const addresses = new AddressRules({
    allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
    allowedNetworks: config.WEBHOOK_ALLOWED_NETWORKS
  })
  const rules: TargetRules = { addresses, allowHttp: config.WEBHOOK_ALLOW_HTTP }
  const sender = new Sender({ rules })
  const deliverer: Deliverer = new Deliverer({
    db: database.db,
    writer: database.writer,
    dialect: database.dialect,
    outbox,
    sender,
    settings: {
      maxBacklog: config.WEBHOOK_MAX_BACKLOG,
      retentionDays: config.WEBHOOK_RETENTION_DAYS,
      maxRows: MAX_ROWS
    },
    observer: createObserver(app, () => deliverer)
  })
  app.decorate('webhooks', { rules, sender, deliverer })
  const begun = database.ready.then(() => deliverer.start())
  background(begun, app.log, 'the delivery of webhooks has ended')
  app.addHook('onClose', async () => {
    await deliverer.stop()
    sender.close()
  })
}

export default fp(webhooks, {
  fastify: '5.x',
  name: 'webhooks',
  dependencies: ['env', 'database', 'publisher', 'metrics']
})
