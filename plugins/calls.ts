import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Caller } from '../lib/calls/caller.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Calls charge points, saves every call, and commits what follows from the answers. */
    calls: Caller
  }
}

/** Calls to charge points. */
async function calls(app: FastifyInstance): Promise<void> {
  const { ocpp, store, database, runs, log } = app
  const calls = new Caller({
    ocpp,
    store,
    dialect: database.dialect,
    runId: runs.runId,
    onError: (err, { identity, action, messageId }) => {
      log.error({ err, call: { identity, action, messageId } }, 'could not save a call to a charge point')
    }
  })
  app.decorate('calls', calls)
  runs.onDeath((scope) => calls.giveUp(scope))
  ocpp.events.on('sent', (call) => calls.sent(call))
  ocpp.events.on('call', (call) => calls.ended(call))
  app.addHook('onClose', () => calls.idle())
}

export default fp(calls, { fastify: '5.x', name: 'calls', dependencies: ['database', 'store', 'ocpp', 'runs'] })
