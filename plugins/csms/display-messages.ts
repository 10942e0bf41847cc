import type { FastifyInstance } from 'fastify'
import type { HandlerContext } from 'fastify-ocpp'
import type * as v21 from 'fastify-ocpp/v21'
import type * as v201 from 'fastify-ocpp/v201'
import fp from 'fastify-plugin'
import {
  deleteDisplayMessage,
  deleteDisplayMessages,
  saveDisplayMessages
} from '../../lib/charge-points/display-messages.js'
import type { Change } from '../../lib/events/scope.js'

interface StatusResponse {
  status: string
}

function shown(
  { message }: v201.SetDisplayMessageRequest | v21.SetDisplayMessageRequest,
  { status }: StatusResponse
): Change | undefined {
  return status === 'Accepted' ? saveDisplayMessages([message]) : undefined
}

/** Accepted or Unknown: it has none. */
function cleared({ id }: { id: number }, { status }: StatusResponse): Change | undefined {
  return status === 'Rejected' ? undefined : deleteDisplayMessage(id)
}

/** Of no kind in particular there are none. [2.x O03] */
function found(
  { id, priority, state }: v201.GetDisplayMessagesRequest | v21.GetDisplayMessagesRequest,
  { status }: StatusResponse
): Change | undefined {
  const isOfAny = id === undefined && priority === undefined && state === undefined
  return isOfAny && status === 'Unknown' ? deleteDisplayMessages : undefined
}

type NotifyRequest = v201.NotifyDisplayMessagesRequest | v21.NotifyDisplayMessagesRequest

/** Messages on displays. [2.x O] */
async function displayMessages({ ocpp, store, calls }: FastifyInstance): Promise<void> {
  async function answer({ messageInfo = [] }: NotifyRequest, { chargePoint }: HandlerContext) {
    await store.commit(chargePoint.identity, saveDisplayMessages(messageInfo))
    return {}
  }

  ocpp.v201.on('NotifyDisplayMessages', answer)
  ocpp.v21.on('NotifyDisplayMessages', answer)

  calls
    .after('ocpp2.0.1', 'SetDisplayMessage', shown)
    .after('ocpp2.1', 'SetDisplayMessage', shown)
    .after('ocpp2.0.1', 'GetDisplayMessages', found)
    .after('ocpp2.1', 'GetDisplayMessages', found)
    .after('ocpp2.0.1', 'ClearDisplayMessage', cleared)
    .after('ocpp2.1', 'ClearDisplayMessage', cleared)
}

export default fp(displayMessages, {
  fastify: '5.x',
  name: 'csms-display-messages',
  dependencies: ['ocpp', 'store', 'calls']
})
