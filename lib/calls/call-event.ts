import type { CallEvent } from 'fastify-ocpp'
import { inSeconds } from '../date-time.js'
import { LazyEvent, type LazyKind } from '../events/lazy.js'

type Ended = Pick<CallEvent, 'messageId' | 'action' | 'outcome' | 'duration'>

/** Estimated UTF-16 units of the event beside its texts. */
const EVENT_SIZE = 250

const CALL: LazyKind<'call', Ended> = {
  type: 'call',
  sizeOf: ({ messageId, action }) => EVENT_SIZE + messageId.length + action.length,
  // Milliseconds in the library, seconds in the API.
  dataOf: ({ messageId, action, outcome, duration }) => ({
    ...{ messageId, action, outcome },
    duration: inSeconds(duration)
  })
}

/** The event of a call that has ended. */
export function endedCall({ chargePoint, messageId, action, outcome, duration }: CallEvent): LazyEvent<'call', Ended> {
  return new LazyEvent(CALL, chargePoint.identity, { messageId, action, outcome, duration })
}
