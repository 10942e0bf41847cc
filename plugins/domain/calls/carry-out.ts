import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { CallRequest } from 'fastify-ocpp/rest'
import type { CallAnswer, CallWish, StartedCall } from './caller.js'
import { readPreferences } from './preferences.js'

/** What a call is answered that goes on without its HTTP request. */
export interface AcceptedCall {
  messageId: string
  identity: string
  action: string
  status: 'pending' | 'queued'
}

/** Carries out a call of the operator API. */
export async function carryOut({ calls }: FastifyInstance, call: CallRequest): Promise<CallAnswer | AcceptedCall> {
  const { request, reply, identity, action, payload, timeout, signal } = call
  const { respondAsync, wait } = readPreferences(request.headers.prefer)
  const { messageId, key: idempotencyKey } = request.repeatable ?? {}
  const wish: CallWish = {
    identity,
    action,
    payload,
    operator: request.operator?.name ?? '',
    timeout,
    messageId,
    idempotencyKey
  }
  // Who may ask again for what has become of it need not wait for it.
  if (!respondAsync && messageId === undefined) return calls.call({ ...wish, signal })
  const started = await calls.start(wish)
  if (!respondAsync) return started.answer
  const answer = wait === undefined ? undefined : await answerWithin(started, wait)
  reply.header('preference-applied', wait === undefined ? 'respond-async' : `respond-async, wait=${wait}`)
  return answer ?? accepted(reply, { messageId: started.messageId, identity, action, status: 'pending' })
}

async function answerWithin({ answer }: StartedCall, seconds: number): Promise<CallAnswer | undefined> {
  const patience = new AbortController()
  const over = sleep(seconds * 1000, undefined, { signal: patience.signal, ref: false }).catch(() => undefined)
  try {
    return await Promise.race([answer, over])
  } finally {
    patience.abort()
  }
}

function accepted(reply: FastifyReply, call: AcceptedCall): AcceptedCall {
  reply.code(202).header('location', `/api/v1/calls/${call.messageId}`)
  return call
}
