import type { FastifyInstance } from 'fastify'
import operatorRoutes, { type CallRequest } from 'fastify-ocpp/rest'
import { CALL_EXTRAS, carryOut } from '../../../plugins/domain/calls/carry-out.js'

/** Connections, and every OCPP call. */
export default async function live(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    // The library knows nothing of scopes.
    scope.addHook('onRoute', (route) => {
      const isCall = route.method === 'POST'
      route.config = isCall
        ? { ...route.config, scope: 'calls:write', audit: false, idempotent: true }
        : { ...route.config, scope: 'charge-points:write' }
    })
    await scope.register(operatorRoutes, {
      routes: ['disconnect', 'call'],
      isKnown: async (identity) => (await app.store.find(identity)) !== undefined,
      call: (call: CallRequest) => carryOut(app, call),
      callDocs: CALL_EXTRAS
    })
  })
}
