import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Preparation } from '../../lib/calls/caller.js'
import { PROTOCOLS_2, type Request2 } from '../../lib/charge-points/versions.js'
import { deleteRemoteStart, saveRemoteStart } from '../../lib/ledger/remote-starts.js'

/** The token is known before Started, which may tell nothing but the id of the remote start, can come. [2.x F01] */
function prepare({ remoteStartId, idToken }: Request2<'RequestStartTransaction'>): Preparation | undefined {
  // Of the type NoAuthorization.
  if (idToken.idToken === '') return undefined
  const start = { remoteStartId, idToken: idToken.idToken, idTokenType: idToken.type }
  return {
    prepare: ({ trx, chargePointId, now }) => saveRemoteStart(trx, chargePointId, { start, now }),
    undo: ({ trx, chargePointId }) => deleteRemoteStart(trx, chargePointId, remoteStartId)
  }
}

/** RequestStartTransaction. [2.x F01, F02] */
async function remoteStarts({ calls }: FastifyInstance): Promise<void> {
  calls.before(PROTOCOLS_2, 'RequestStartTransaction', prepare)
}

export default fp(remoteStarts, { fastify: '5.x', name: 'csms-remote-starts', dependencies: ['calls'] })
