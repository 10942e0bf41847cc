import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { listNodes, NodeRecord } from '../../../../lib/nodes/list.js'

/** The processes that serve the same charge points. */
export default async function nodes(app: FastifyInstance): Promise<void> {
  const { ocpp, runs, database } = app
  app.get(
    '/',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['Nodes'],
        operationId: 'listNodes',
        response: { 200: Type.Object({ items: Type.Array(NodeRecord) }) },
        summary: 'List the nodes, the oldest first',
        description: 'A back-end that is alone is the only node.'
      }
    },
    async () => ({ items: await listNodes({ db: database.db, ocpp, runId: runs.runId }) })
  )
}
