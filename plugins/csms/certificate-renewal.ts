import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { listExpiring, type Renewal, saveRenewal } from '../../lib/certificates/issued.js'
import { renewalCall } from '../../lib/operations/renewal.js'
import type {} from '../ca.js'

declare module 'fastify' {
  interface FastifyInstance {
    renewals: Renewals
  }
}

/** Asks charge points to renew certificates that expire soon. */
export interface Renewals {
  /** Asks the connected charge points that were not asked within a day. Never throws. */
  askAll(): Promise<void>
}

const CHECK_MS = 3_600_000
const DAY_MS = 86_400_000
/** Maximum number of charge points asked at a check; the others follow at the next check. */
const MAX_AT_A_TIME = 500

/** Renews certificates of charge points automatically before they expire. [2.x A02.FR.02, A03] */
async function certificateRenewal(app: FastifyInstance): Promise<void> {
  const { ocpp, store, database, config, traits, log } = app
  const { CA_RENEWAL_DAYS } = config

  async function ask(renewal: Renewal): Promise<void> {
    const { identity, id } = renewal
    const live = ocpp.chargePoints.get(identity)
    if (live?.registration !== 'Accepted' || !traits.settling.isSettled(live)) return
    // Saved before the call, so that a charge point that does not answer is not asked again every hour.
    await store.commit(identity, saveRenewal(id))
    const { action, payload } = renewalCall(live.protocol, renewal)
    const answer = await ocpp.call(identity, action, payload)
    log.info({ identity, answer }, 'its certificate expires soon: it was asked to renew it')
  }

  async function askAll(): Promise<void> {
    if (CA_RENEWAL_DAYS === 0 || !database.isReady()) return
    const now = Date.now()
    const expiresBefore = now + CA_RENEWAL_DAYS * DAY_MS
    const due = { expiresBefore, askedBefore: now - DAY_MS, limit: MAX_AT_A_TIME }
    try {
      for (const renewal of await listExpiring(store.db, due)) {
        await ask(renewal).catch((err) =>
          log.warn({ err, identity: renewal.identity }, 'it did not renew its certificate')
        )
      }
    } catch (err) {
      log.warn({ err }, 'certificates that expire soon were not looked for')
    }
  }

  app.decorate('renewals', { askAll })
  const timer = setInterval(
    () => background(askAll(), log, 'certificates that expire soon were not looked for'),
    CHECK_MS
  ).unref()
  app.addHook('preClose', async () => clearInterval(timer))
}

export default fp(certificateRenewal, {
  fastify: '5.x',
  name: 'csms-certificate-renewal',
  dependencies: ['env', 'database', 'store', 'ocpp', 'traits']
})
