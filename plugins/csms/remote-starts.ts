import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { background } from '../../lib/background.js'
import { type CallKey, type Preparation, prepareAll } from '../../lib/calls/caller.js'
import { RemoteStarts } from '../../lib/calls/remote-starts.js'
import { PROTOCOLS_2, type Request2 } from '../../lib/charge-points/versions.js'
import { deleteRemoteStart, saveRemoteStart } from '../../lib/ledger/remote-starts.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Finds out whether charge points start the transactions that they were asked for. */
    remoteStarts: RemoteStarts
  }
}

/**
 * Stores the id token before the call, because the Started event may contain nothing but the id of the remote start.
 * [2.x F01]
 */
function keepToken({ remoteStartId, idToken }: Request2<'RequestStartTransaction'>): Preparation[] {
  // An id token of the type NoAuthorization is empty.
  if (idToken.idToken === '') return []
  const start = { remoteStartId, idToken: idToken.idToken, idTokenType: idToken.type }
  return [
    {
      prepare: (scope) => saveRemoteStart(scope, start),
      undo: ({ trx, chargePointId }) => deleteRemoteStart(trx, chargePointId, remoteStartId)
    }
  ]
}

function createRemoteStarts({ store, publisher, runs, database, config, log }: FastifyInstance): RemoteStarts {
  return new RemoteStarts({
    store,
    publisher,
    runId: runs.runId,
    isShared: database.dialect === 'postgres',
    timeout: config.REMOTE_START_TIMEOUT * 1000,
    onError: (err) =>
      log.error({ err }, 'could not find out whether charge points started what they were asked to start')
  })
}

/** RemoteStartTransaction and RequestStartTransaction. [1.6 §5.11; 2.x F01, F02] */
async function remoteStarts(app: FastifyInstance): Promise<void> {
  const { calls, runs, log } = app
  const starts = createRemoteStarts(app)
  const answered = (_: unknown, { status }: { status: string }, { identity, messageId }: CallKey) =>
    starts.answered(identity, messageId, status === 'Accepted')
  calls
    .before('ocpp1.6', 'RemoteStartTransaction', ({ idTag: idToken, connectorId }, { messageId }) =>
      starts.preparation({ messageId, idToken, connectorId })
    )
    .before(PROTOCOLS_2, 'RequestStartTransaction', (request, { messageId }) => {
      const { remoteStartId, idToken } = request
      const awaiting = starts.preparation({ messageId, remoteStartId, idToken: idToken.idToken })
      return prepareAll(...keepToken(request), awaiting)
    })
    .after('ocpp1.6', 'RemoteStartTransaction', answered)
    .after(PROTOCOLS_2, 'RequestStartTransaction', answered)
  app.decorate('remoteStarts', starts)
  starts.watch()
  const begun = runs.started.then(() => starts.recover())
  background(begun, log, 'remote starts that an earlier process left are not decided')
  app.addHook('preClose', async () => starts.drain())
  app.addHook('onClose', () => starts.stop())
}

export default fp(remoteStarts, {
  fastify: '5.x',
  name: 'csms-remote-starts',
  dependencies: ['env', 'database', 'store', 'publisher', 'runs', 'calls']
})
