import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BulkCommand } from '../../lib/calls/bulk.js'
import { type Ask, askByCall } from '../../lib/calls/bulk-ask.js'
import { showBulk, showItems } from '../../lib/calls/bulk-records.js'
import { findBulk } from '../../lib/calls/bulk-rows.js'
import { checkCallOfAny } from '../../lib/calls/check.js'
import { expiryOf, type Offline, readOffline } from '../../lib/calls/offline-query.js'
import { readPreferences } from '../../lib/calls/preferences.js'
import { within } from '../../lib/calls/within.js'
import type { Json } from '../../lib/database/json.js'
import { API } from '../../lib/http/api.js'
import type { May } from '../../lib/operators/scopes.js'
import { type BulkBody, type Targets, targetsOf } from './bulk-body.js'

const CONCURRENCY = 100

/** Request to many charge points, without the list of them. */
type What = Pick<BulkCommand, 'kind' | 'action' | 'request'> & {
  /** @param expiresAt as in {@link BulkBody}, in epoch milliseconds */
  askBy(expiresAt: number | undefined): Ask
}

/** Makes a call to many charge points. */
export function callMany(
  app: FastifyInstance,
  request: FastifyRequest<{ Body: BulkBody }>,
  reply: FastifyReply
): Promise<Json> {
  const { action, payload = {}, timeout } = request.body
  const operator = request.operator?.name ?? ''
  checkCallOfAny(app.ocpp.protocols, action, payload)
  return askMany(app, { request, reply }, request.body, {
    kind: 'call',
    action,
    request: payload,
    askBy: (expiresAt) => askByCall(app, { operator, action, payload, timeout, expiresAt })
  })
}

interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
}

/** Asks many charge points for a call or an operation. */
export async function askMany(
  app: FastifyInstance,
  { request, reply }: Exchange,
  body: Targets,
  { askBy, ...what }: What
): Promise<Json> {
  const ask = askBy(expiresAt(app, body))
  const identities = await targetsOf(app, body)
  const { action } = what
  if (body.dryRun === true) return { dryRun: true, action, total: identities.length, identities }
  const { bulkId, done } = await app.bulkCalls.start({
    ...what,
    bulkId: request.repeatable?.messageId,
    operator: request.operator?.name ?? '',
    identities,
    concurrency: body.concurrency ?? CONCURRENCY,
    ask
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
  return result(app, bulkId, app.scopes.mayOf(request))
}

function expiresAt({ config }: FastifyInstance, { whenOffline, expiresIn, expiresAt }: Targets): number | undefined {
  const said: Offline = readOffline({
    whenOffline,
    expiresAt,
    ...(expiresIn !== undefined && { expiresIn: String(expiresIn) })
  })
  return whenOffline === 'queue' ? expiryOf(said, config.OFFLINE_CALLS_EXPIRY) : undefined
}

/** Request and answers without regard to scopes: the operator sent the request itself. */
async function result({ store }: FastifyInstance, bulkId: string, may: May): Promise<Json> {
  const row = await findBulk(store.db, bulkId)
  if (row === undefined) throw new Error('the bulk call was deleted before it was answered')
  return { ...(await showBulk(store.db, row, () => true)), items: await showItems(store.db, row, may) }
}
