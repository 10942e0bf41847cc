import { InvalidPayloadError, type Protocol, UnknownActionError, validatePayload } from 'fastify-ocpp'
import { actions as v16 } from 'fastify-ocpp/v16'
import { actions as v21 } from 'fastify-ocpp/v21'
import { actions as v201 } from 'fastify-ocpp/v201'

interface Action {
  direction: string
  messageType: string
}

const ACTIONS: Record<Protocol, Readonly<Record<string, Action>>> = {
  'ocpp1.6': v16,
  'ocpp2.0.1': v201,
  'ocpp2.1': v21
}

/** Whether a CSMS may send this action with a CALL. */
function isCall(protocol: Protocol, action: string): boolean {
  if (!Object.hasOwn(ACTIONS[protocol], action)) return false
  const definition = ACTIONS[protocol][action]
  return definition?.messageType === 'CALL' && definition.direction !== 'chargePoint'
}

/**
 * Checks a call to a charge point that speaks this version, as it is checked again when it is sent.
 *
 * @throws `OCPP_ERR_UNKNOWN_ACTION`, `OCPP_ERR_INVALID_PAYLOAD`
 */
export function checkCall(protocol: Protocol, action: string, payload: unknown): void {
  if (!isCall(protocol, action)) throw new UnknownActionError(`${action} is nothing that a CSMS calls in ${protocol}`)
  const violation = validatePayload(protocol, action, 'request', payload)
  if (violation !== undefined) throw new InvalidPayloadError(action, violation)
}

/**
 * Checks a call whose version is not known: one of these has to have it.
 *
 * @throws `OCPP_ERR_UNKNOWN_ACTION`, `OCPP_ERR_INVALID_PAYLOAD`
 */
export function checkCallOfAny(protocols: readonly Protocol[], action: string, payload: unknown): void {
  const having = protocols.filter((protocol) => isCall(protocol, action))
  if (having.length === 0) throw new UnknownActionError(`${action} is nothing that a CSMS calls`)
  const violations = having.map((protocol) => validatePayload(protocol, action, 'request', payload))
  const [first] = violations
  if (first !== undefined && !violations.includes(undefined)) throw new InvalidPayloadError(action, first)
}
