import type { FastifyInstance } from 'fastify'
import type * as v16 from 'fastify-ocpp/v16'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import { saveLocalList, saveLocalListVersion } from '../../lib/charge-points/local-lists.js'
import type { Change } from '../../lib/events/scope.js'

interface StatusResponse {
  status: string
}

function sent16(request: v16.SendLocalListRequest, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { listVersion, updateType, localAuthorizationList = [] } = request
  return saveLocalList({ version: listVersion, isFull: updateType === 'Full', entries: localAuthorizationList })
}

function sent2(
  request: v201.SendLocalListRequest | v21.SendLocalListRequest,
  { status }: StatusResponse
): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { versionNumber, updateType, localAuthorizationList = [] } = request
  return saveLocalList({ version: versionNumber, isFull: updateType === 'Full', entries: localAuthorizationList })
}

/** Local authorization lists, as charge points hold them. [1.6 §5.9, §5.15; 2.x D] */
async function localLists({ calls }: FastifyInstance): Promise<void> {
  calls
    .after('ocpp1.6', 'SendLocalList', sent16)
    .after('ocpp2.0.1', 'SendLocalList', sent2)
    .after('ocpp2.1', 'SendLocalList', sent2)
    .after('ocpp1.6', 'GetLocalListVersion', (_request, { listVersion }) => saveLocalListVersion(listVersion))
    .after('ocpp2.0.1', 'GetLocalListVersion', (_request, { versionNumber }) => saveLocalListVersion(versionNumber))
    .after('ocpp2.1', 'GetLocalListVersion', (_request, { versionNumber }) => saveLocalListVersion(versionNumber))
}

export default fp(localLists, { fastify: '5.x', name: 'csms-local-lists', dependencies: ['calls'] })
