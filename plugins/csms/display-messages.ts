import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import fp from 'fastify-plugin'
import {
  deleteDisplayMessage,
  deleteDisplayMessages,
  saveDisplayMessages
} from '../../lib/charge-points/display-messages.js'
import { PROTOCOLS_2, type Request2, Version2 } from '../../lib/charge-points/versions.js'
import type { Change } from '../../lib/events/scope.js'

interface StatusResponse {
  status: string
}

function shown({ message }: Request2<'SetDisplayMessage'>, { status }: StatusResponse): Change | undefined {
  return status === 'Accepted' ? saveDisplayMessages([message]) : undefined
}

/** Both Accepted and Unknown mean that the charge point does not have the message any more. */
function cleared({ id }: { id: number }, { status }: StatusResponse): Change | undefined {
  return status === 'Rejected' ? undefined : deleteDisplayMessage(id)
}

/** Unknown, in answer to a request without a filter, means that the charge point has no messages. [2.x O03] */
function found(
  { id, priority, state }: Request2<'GetDisplayMessages'>,
  { status }: StatusResponse
): Change | undefined {
  const isOfAny = id === undefined && priority === undefined && state === undefined
  return isOfAny && status === 'Unknown' ? deleteDisplayMessages : undefined
}

type NotifyRequest = Request2<'NotifyDisplayMessages'>

/** Display messages. [2.x O] */
async function displayMessages({ ocpp, store, calls }: FastifyInstance): Promise<void> {
  async function answer({ messageInfo = [] }: NotifyRequest, { chargePoint }: HandlerContext) {
    await store.commit(chargePoint.identity, saveDisplayMessages(messageInfo))
    return {}
  }

  new Version2(ocpp).on('NotifyDisplayMessages', answer)

  calls
    .after(PROTOCOLS_2, 'SetDisplayMessage', shown)
    .after(PROTOCOLS_2, 'GetDisplayMessages', found)
    .after(PROTOCOLS_2, 'ClearDisplayMessage', cleared)
}

export default fp(displayMessages, {
  fastify: '5.x',
  name: 'csms-display-messages',
  dependencies: ['ocpp', 'store', 'calls']
})
