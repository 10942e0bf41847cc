import { type Static, Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { findCall } from '../../../../plugins/domain/calls.js'
import { toJson } from '../../../../plugins/domain/json.js'
import { CallRecord } from '../../../../plugins/domain/records.js'

const Params = Type.Object({ messageId: Type.String({ minLength: 1, maxLength: 36 }) })

/** Answered as a 404 problem. */
class UnknownCallError extends Error {
  readonly statusCode = 404
  readonly code = 'UNKNOWN_CALL'
}

/** What has become of calls. */
export default async function calls(app: FastifyInstance): Promise<void> {
  app.get<{ Params: Static<typeof Params> }>(
    '/:messageId',
    {
      config: { scope: 'charge-points:read' },
      schema: {
        tags: ['ChargePoints'],
        params: Params,
        response: { 200: CallRecord },
        summary: 'Look at a call',
        description: 'By the message id that its answer, or its problem, told.'
      }
    },
    async ({ params: { messageId } }) => {
      const row = await findCall(app.store.db, messageId)
      if (row === undefined) throw new UnknownCallError(`no call ${messageId}`)
      return toJson(row)
    }
  )
}
