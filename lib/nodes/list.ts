import { type Static, Type } from '@sinclair/typebox'
import type { Ocpp } from 'fastify-ocpp'
import { listRuns } from '../calls/runs.js'
import { toDateTime } from '../date-time.js'
import type { Reader } from '../events/scope.js'

export const NodeRecord = Type.Object({
  id: Type.String({ examples: ['csms-1-5f0c2a9e'], description: 'Another one after each start' }),
  version: Type.Optional(Type.String({ examples: ['0.1.0'], description: 'Version of the back-end' })),
  since: Type.String({ format: 'date-time', description: 'When it started' }),
  lastSeenAt: Type.String({
    format: 'date-time',
    description: 'When it last renewed its lease, which it does every 3 s. After 10 s without it counts as dead'
  }),
  host: Type.String({ description: 'Host name' }),
  isSelf: Type.Boolean({ description: 'Whether it answered this request' }),
  isReachable: Type.Boolean({ description: 'Whether this node can reach it over NATS now' }),
  connections: Type.Optional(
    Type.Integer({ examples: [1200], description: 'Connected charge points. Absent: it cannot be reached' })
  ),
  load: Type.Optional(
    Type.Number({
      examples: [0.12],
      description:
        'How busy its event loop was in the last second, from 0 to 1. Absent: it is alone or cannot be reached'
    })
  )
})
export type NodeRecord = Static<typeof NodeRecord>

export interface ListNodesOptions {
  db: Reader
  ocpp: Pick<Ocpp, 'cluster' | 'chargePoints'>
  /** Id of this process. */
  runId: string
}

/** The processes that serve the database, in the order of their starts. */
export async function listNodes({ db, ocpp, runId }: ListNodesOptions): Promise<NodeRecord[]> {
  const heard = new Map(ocpp.cluster?.nodes().map((node) => [node.node, node]))
  const runs = await listRuns(db)
  return runs.map(({ run_id, node, version, started_at, seen_at, host }) => {
    const id = node ?? run_id
    const isSelf = run_id === runId
    const told = heard.get(id)
    const connections = isSelf ? ocpp.chargePoints.size : told?.connections
    return {
      id,
      ...(version !== null && { version }),
      since: toDateTime(started_at),
      lastSeenAt: toDateTime(seen_at),
      host,
      isSelf,
      isReachable: isSelf || told !== undefined,
      ...(connections !== undefined && { connections }),
      ...(told !== undefined && { load: Math.round(told.load * 1000) / 1000 })
    }
  })
}
