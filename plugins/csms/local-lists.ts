import type { FastifyInstance } from 'fastify'
import type * as v16 from 'fastify-ocpp/v16'
import fp from 'fastify-plugin'
import { saveLocalList, saveLocalListVersion } from '../../lib/charge-points/local-lists.js'
import { PROTOCOLS_2, type Request2 } from '../../lib/charge-points/versions.js'
import type { Change } from '../../lib/events/scope.js'

interface StatusResponse {
  status: string
}

function sent16(request: v16.SendLocalListRequest, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { listVersion, updateType, localAuthorizationList = [] } = request
  return saveLocalList({ version: listVersion, isFull: updateType === 'Full', entries: localAuthorizationList })
}

function sent2(request: Request2<'SendLocalList'>, { status }: StatusResponse): Change | undefined {
  if (status !== 'Accepted') return undefined
  const { versionNumber, updateType, localAuthorizationList = [] } = request
  return saveLocalList({ version: versionNumber, isFull: updateType === 'Full', entries: localAuthorizationList })
}

/** Local authorization lists of charge points. [1.6 §5.9, §5.15; 2.x D] */
async function localLists({ calls }: FastifyInstance): Promise<void> {
  calls
    .after('ocpp1.6', 'SendLocalList', sent16)
    .after(PROTOCOLS_2, 'SendLocalList', sent2)
    .after('ocpp1.6', 'GetLocalListVersion', (_request, { listVersion }) => saveLocalListVersion(listVersion))
    .after(PROTOCOLS_2, 'GetLocalListVersion', (_request, { versionNumber }) => saveLocalListVersion(versionNumber))
}

export default fp(localLists, { fastify: '5.x', name: 'csms-local-lists', dependencies: ['calls'] })
