import type { Deviation } from '../deviations/names.js'
import type { CallFailure, LimitRule } from '../types/events.js'
import type { ConnectionPort } from './port.js'

/** Reports that the connection has reached a limit. */
export function reportLimit(port: ConnectionPort, rule: LimitRule): void {
  port.publishLimited(rule)
  port.surroundings.events.lines.line(rule, (more) => port.log.warn({ ...more, rule }, 'a limit is reached'))
}

/**
 * Reports a message that cannot be read.
 *
 * @param rule the fault, without any text of the message
 * @param error the answer to the message, if it gets one
 * @param suggestion the deviation that would have to be accepted
 */
export function reportMalformed(port: ConnectionPort, rule: string, error?: CallFailure, suggestion?: Deviation): void {
  const { chargePoint, log } = port
  const { events } = port.surroundings
  events.publish('malformed', { rule, chargePoint, error, ...(suggestion !== undefined && { suggestion }) })
  events.lines.line(rule, (more) => log.warn({ ...more, rule }, 'malformed message'))
}

/** Reports an answer to no call of ours, or to a call after which others were sent. */
export function reportUnexpected({ counters, chargePoint, log, surroundings }: ConnectionPort): void {
  counters.ignored++
  surroundings.events.publish('malformed', { rule: 'response that nobody waits for', chargePoint, error: undefined })
  log.debug('response that nobody waits for')
}
