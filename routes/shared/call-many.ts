import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { showBulk, showItems } from '../../lib/calls/bulk-records.js'
import { findBulk } from '../../lib/calls/bulk-rows.js'
import { expiryOf, type Offline, readOffline } from '../../lib/calls/offline-query.js'
import { readPreferences } from '../../lib/calls/preferences.js'
import { within } from '../../lib/calls/within.js'
import type { Json } from '../../lib/database/json.js'
import { API } from '../../lib/http/api.js'
import { type BulkBody, targetsOf } from './bulk-body.js'

const CONCURRENCY = 100

/** Makes a call to many charge points. */
export async function callMany(
  app: FastifyInstance,
  request: FastifyRequest<{ Body: BulkBody }>,
  reply: FastifyReply
): Promise<Json> {
  const { body } = request
  const { action, payload = {}, concurrency = CONCURRENCY, timeout } = body
  const identities = await targetsOf(app, body)
  if (body.dryRun === true) return { dryRun: true, action, total: identities.length, identities }
  const { bulkId, done } = await app.bulkCalls.start({
    bulkId: request.repeatable?.messageId,
    operator: request.operator?.name ?? '',
    action,
    payload,
    identities,
    concurrency,
    timeout,
    expiresAt: expiresAt(app, body)
  })
  const { respondAsync, wait } = readPreferences(request.headers.prefer)
  if (respondAsync) {
    reply.header('preference-applied', wait === undefined ? 'respond-async' : `respond-async, wait=${wait}`)
    const isDone =
      wait !== undefined &&
      (await within(
        wait,
        done.then(() => true)
      ))
    if (isDone !== true) {
      reply.code(202).header('location', `${API}/bulk-calls/${bulkId}`)
      return { bulkId, total: identities.length, status: 'running' }
    }
  }
  await done
  return result(app, bulkId)
}

function expiresAt({ config }: FastifyInstance, { whenOffline, expiresIn, expiresAt }: BulkBody): number | undefined {
  const said: Offline = readOffline({
    whenOffline,
    expiresAt,
    ...(expiresIn !== undefined && { expiresIn: String(expiresIn) })
  })
  return whenOffline === 'queue' ? expiryOf(said, config.OFFLINE_CALLS_EXPIRY) : undefined
}

/** Without regard to scopes: the operator sent the request itself. */
async function result({ store }: FastifyInstance, bulkId: string): Promise<Json> {
  const row = await findBulk(store.db, bulkId)
  if (row === undefined) throw new Error('the bulk call was deleted before it was answered')
  return { ...(await showBulk(store.db, row, () => true)), items: await showItems(store.db, row) }
}
