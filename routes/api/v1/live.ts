import type { FastifyInstance } from 'fastify'
import operatorRoutes from 'fastify-ocpp/rest'

/** Who asks; there is one token. */
const OPERATOR = 'operator'

/** Connections, and every OCPP call. */
export default async function live(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    // The library knows nothing of scopes.
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: route.method === 'POST' ? 'calls:write' : 'charge-points:write' }
    })
    // What is called from here on is written down as asked by an operator.
    scope.ocpp = app.journal.calls.attributed(app.ocpp, OPERATOR)
    await scope.register(operatorRoutes, {
      routes: ['disconnect', 'call'],
      isKnown: async (identity) => (await app.store.find(identity)) !== undefined
    })
  })
}
