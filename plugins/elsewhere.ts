import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Elsewhere } from '../lib/calls/bulk-ask.js'
import { connectionHere } from '../lib/charge-points/whereabouts.js'
import { elsewhereOf } from '../lib/nodes/forwarding.js'
import type {} from './drain.js'
import type {} from './moving.js'
import type {} from './store.js'
import type {} from './whereabouts.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Has other nodes carry out the parts of bulk calls for their charge points; `undefined`: there are no other nodes. */
    elsewhere: Elsewhere | undefined
  }
}

async function elsewhere(app: FastifyInstance): Promise<void> {
  const { ocpp, moving, patience, store, whereabouts } = app
  const { cluster } = ocpp
  const others =
    cluster &&
    elsewhereOf({
      cluster,
      signal: patience,
      isHere: (identity) => connectionHere(ocpp, identity) !== undefined,
      isComing: (identity) => moving.has(identity),
      isStored: (identity) => whereabouts.isElsewhere(store.db, identity)
    })
  app.decorate('elsewhere', others)
}

export default fp(elsewhere, {
  fastify: '5.x',
  name: 'elsewhere',
  dependencies: ['drain', 'moving', 'ocpp', 'store', 'whereabouts']
})
