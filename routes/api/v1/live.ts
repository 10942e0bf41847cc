import type { FastifyInstance } from 'fastify'
import { redact } from 'fastify-ocpp'
import operatorRoutes, { type CallRequest } from 'fastify-ocpp/rest'
import { CALL_PROBLEMS, RAW_CALL_PROBLEMS } from '../../../lib/openapi/problems.js'
import { CALL_EXTRAS, carryOut } from '../../shared/carry-out.js'

const { 404: unknown, 409: notConnected } = CALL_PROBLEMS
const DISCONNECT_PROBLEMS = { 404: unknown, 409: notConnected }

/** The library's operator routes: disconnect a charge point, and make any OCPP call. */
export default async function live(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    // The library knows nothing of scopes, so the routes get theirs here.
    scope.addHook('onRoute', (route) => {
      const isCall = route.method === 'POST'
      const holder = 'needed'
      route.config = isCall
        ? { ...route.config, holder, scope: 'calls:write', audit: false, idempotent: true, problems: RAW_CALL_PROBLEMS }
        : { ...route.config, holder, scope: 'charge-points:write', problems: DISCONNECT_PROBLEMS }
    })
    await scope.register(operatorRoutes, {
      routes: ['disconnect', 'call'],
      isKnown: async (identity) => (await app.store.find(identity)) !== undefined,
      // A charge point must not report its password; if it does, nobody sees it. [A01.FR.09]
      call: async (call: CallRequest) => redact(await carryOut(app, call), { idTokens: 'whole' }),
      callDocs: CALL_EXTRAS
    })
  })
}
