import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../lib/background.js'
import type {} from './operators.js'
import type {} from './traits.js'

/** Lets what operators change on other nodes act on this one at once: charger models, and tokens that were revoked. */
async function changes(app: FastifyInstance): Promise<void> {
  const { events, traits, ocpp, operators, log } = app
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
  })
}

export default fp(changes, {
  fastify: '5.x',
  name: 'changes',
  dependencies: ['ocpp', 'operators', 'publisher', 'traits']
})
