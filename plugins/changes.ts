import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import type {} from './load-management.js'
import type {} from './operators.js'
import type {} from './traits.js'

/** Of the load management of a site, its limits and measurements. */
const SITE = /^\/sites\/([^/]+)\/load-management(?:$|\/)/

/**
 * Lets what operators change on other nodes act on this one at once: charger models, tokens that were revoked, and how the
 * load of sites is managed.
 */
async function changes(app: FastifyInstance): Promise<void> {
  const { events, traits, ocpp, operators, loadManagement, log } = app
  if (!events.isJoined) return

  async function readModels(): Promise<void> {
    await traits.models.refresh({ isForced: true })
    traits.book.modelsChanged(ocpp.chargePoints)
  }

  events.subscribe((event) => {
    if (event.type !== 'change') return
    const { resource } = event.data as { resource?: unknown }
    if (typeof resource !== 'string') return
    if (resource.startsWith('/charger-models/')) background(readModels(), log, 'could not read the charger models')
    if (resource.startsWith('/operator-tokens/')) operators.revoked()
    const [, site] = SITE.exec(resource) ?? []
    if (site !== undefined) loadManagement.configured(decodeURIComponent(site))
  })
}

export default fp(changes, {
  fastify: '5.x',
  name: 'changes',
  dependencies: ['load-management', 'ocpp', 'operators', 'publisher', 'traits']
})
