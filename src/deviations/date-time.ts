import { isDateTime } from '../schema.js'
import { offsetAt } from './time-zone.js'

/** Maximum length of a text that is parsed as a date-time, in characters. */
const MAX_DATE_TIME = 64
const ZONE = /(?:[Zz]|([+-]\d\d)(?::?(\d\d))?)?$/

/**
 * Gives a date-time a zone of RFC 3339: a missing one is that of `timeZone`, `+02` and `+0200` become `+02:00`. What is
 * no date-time stays as it is.
 */
export function withZone(text: string, timeZone?: string): string {
  if (text.length > MAX_DATE_TIME || !text.includes(':')) return text
  const zone = ZONE.exec(text)
  const clock = text.slice(0, zone?.index ?? text.length)
  if (zone?.[1] !== undefined) {
    const given = `${clock}${zone[1]}:${zone[2] ?? '00'}`
    return isDateTime(given) ? given : text
  }
  if (!isDateTime(`${clock}Z`)) return text
  const isLocal = zone === null || zone[0] === ''
  return `${clock}${isLocal && timeZone !== undefined ? offsetAt(timeZone, clock) : 'Z'}`
}
