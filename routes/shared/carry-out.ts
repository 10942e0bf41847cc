import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CallExtras, CallRequest } from 'fastify-ocpp/rest'
import type { CallAnswer, CallCommand, StartedCall } from '../../lib/calls/caller.js'
import { expiryOf, OfflineQuery, readOffline } from '../../lib/calls/offline-query.js'
import { type Preferences, readPreferences } from '../../lib/calls/preferences.js'
import { within } from '../../lib/calls/within.js'
import { API } from '../../lib/http/api.js'
import { forwardedSignal } from '../../lib/nodes/forwarding.js'
import { textLike } from '../../lib/text-like.js'

/** The answer to a request whose call goes on after it. */
export interface AcceptedCall {
  messageId: string
  identity: string
  action: string
  status: 'pending' | 'queued'
}

type Target = Pick<CallRequest, 'identity' | 'action'>

/** Makes a call of the operator API. */
export async function carryOut(app: FastifyInstance, call: CallRequest): Promise<CallAnswer | AcceptedCall> {
  const { request, reply, identity, action, payload, timeout } = call
  const preferences = readPreferences(request.headers.prefer)
  const { messageId, key: idempotencyKey } = request.repeatable ?? {}
  const operator = request.operator?.name ?? ''
  const command: CallCommand = { identity, action, payload, operator, timeout, messageId, idempotencyKey }
  const offline = readOffline(request.query)
  if (offline.whenOffline === 'queue') {
    const expiresAt = expiryOf(offline, app.config.OFFLINE_CALLS_EXPIRY)
    return queue(app, reply, { command: { ...command, expiresAt }, preferences })
  }
  // A client that can repeat the request, or asked not to wait, may leave: the call goes on without it.
  if (!preferences.respondAsync && messageId === undefined) {
    // Only a call that waits for others can be aborted when its HTTP client leaves.
    const isBusy = (app.ocpp.chargePoints.get(identity)?.pendingCalls ?? 0) > 0
    return app.calls.call(isBusy ? { ...command, signal: forwardedSignal() ?? call.signal } : command)
  }
  const started = await app.calls.start(command)
  if (!preferences.respondAsync) return started.answer
  return answerSoon(reply, call, { started, wait: preferences.wait })
}

interface Queueing {
  command: CallCommand & { expiresAt: number }
  preferences: Preferences
}

/** Queues a call. When its charge point is connected, the call is sent and answered like any other. */
async function queue({ offlineCalls }: FastifyInstance, reply: FastifyReply, { command, preferences }: Queueing) {
  const { messageId, outcome } = await offlineCalls.add(command)
  if (preferences.respondAsync) reply.header('preference-applied', 'respond-async')
  const seen = preferences.respondAsync ? undefined : await outcome
  if (seen === undefined || seen === 'waits') return accepted(reply, command, { messageId, status: 'queued' })
  if ('error' in seen) throw seen.error
  return seen.answer
}

interface Soon {
  started: StartedCall
  wait: number | undefined
}

/** Answers 202, unless the charge point answers within the seconds that the operator prefers to wait. [RFC 7240 §4.1, §4.3] */
async function answerSoon(reply: FastifyReply, target: Target, { started, wait }: Soon) {
  const { messageId } = started
  reply.header('preference-applied', wait === undefined ? 'respond-async' : `respond-async, wait=${wait}`)
  const answer = wait === undefined ? undefined : await within(wait, started.answer)
  return answer ?? accepted(reply, target, { messageId, status: 'pending' })
}

function accepted(
  reply: FastifyReply,
  { identity, action }: Target,
  { messageId, status }: Pick<AcceptedCall, 'messageId' | 'status'>
): AcceptedCall {
  reply.code(202).header('location', `${API}/calls/${messageId}`)
  return { messageId, identity, action, status }
}

const text = (description: string) => ({ type: 'string', description })

/** Headers of every route that calls charge points. */
export const CallHeaders = Type.Object({
  prefer: Type.Optional(
    Type.String({
      description:
        '`respond-async`: answer 202 at once, or with `wait=5` after 5 seconds without an answer from the charge point. RFC 7240'
    })
  ),
  'idempotency-key': Type.Optional(
    textLike('^[\\x21-\\x7e]+$', 'must consist of visible ASCII characters without spaces', {
      description: 'A request with the same key is carried out once. For 24 hours its repetitions get the same answer',
      minLength: 1,
      maxLength: 255
    })
  )
})

/** Additions of this API to the operator routes of the library. */
export const CALL_EXTRAS: CallExtras = {
  querystring: OfflineQuery.properties,
  headers: CallHeaders.properties,
  response: {
    202: {
      description: 'The call goes on, or waits until its charge point connects; `Location` is its address',
      type: 'object',
      required: ['messageId', 'identity', 'action', 'status'],
      properties: {
        messageId: { type: 'string', maxLength: 36 },
        identity: { type: 'string' },
        action: { type: 'string' },
        status: { type: 'string', enum: ['pending', 'queued'] }
      },
      headers: {
        Location: text('`/api/v1/calls/{messageId}`'),
        'Preference-Applied': text('The preferences that were honoured')
      }
    }
  }
}
