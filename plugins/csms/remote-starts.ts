import type { FastifyInstance } from 'fastify'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import type { Preparation } from '../../lib/calls/caller.js'
import { deleteRemoteStart, saveRemoteStart } from '../../lib/ledger/remote-starts.js'

/** The token is known before Started, which may tell nothing but the id of the remote start, can come. [2.x F01] */
function prepare({
  remoteStartId,
  idToken
}: v201.RequestStartTransactionRequest | v21.RequestStartTransactionRequest): Preparation | undefined {
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
  calls.before('ocpp2.0.1', 'RequestStartTransaction', prepare).before('ocpp2.1', 'RequestStartTransaction', prepare)
}

export default fp(remoteStarts, { fastify: '5.x', name: 'csms-remote-starts', dependencies: ['calls'] })
