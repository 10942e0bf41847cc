// Date-times: an input shows the time of a zone, the API gets UTC.

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/

/** The text of `<input type="datetime-local">` for an RFC 3339 date-time. `undefined`: it is none. */
export function localText(utc: string, timeZone?: string): string | undefined {
  const at = Date.parse(utc)
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT/.test(utc)) return undefined
  const text = new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, -1)
  return text.replace(/\.000$/, '')
}

/**
 * The UTC date-time of such a text. A time that a clock change leaves out is moved on by the change, a time that it
 * repeats is the earlier one. `undefined`: the text is no time.
 */
export function utcText(local: string, timeZone?: string): string | undefined {
  const parts = LOCAL.exec(local)
  if (parts === null) return undefined
  const wall = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`)
  if (Number.isNaN(wall)) return undefined
  const day = 86_400_000
  // The offsets a day before and after: one of them is in force at a time near a clock change.
  const before = offsetAt(wall - day, timeZone)
  const after = offsetAt(wall + day, timeZone)
  const fitting = [wall - before, wall - after].find((at) => at + offsetAt(at, timeZone) === wall)
  return new Date(fitting ?? wall - before).toISOString().replace('.000Z', 'Z')
}

/** Milliseconds that the clocks of the zone are ahead of UTC. Default zone: that of the browser. */
function offsetAt(at: number, timeZone: string | undefined): number {
  if (timeZone === undefined) return -new Date(at).getTimezoneOffset() * 60_000
  const parts = new Intl.DateTimeFormat('en-u-ca-gregory-hc-h23', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric'
  }).formatToParts(at)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value)
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
    ((at % 1000) + 1000) % 1000
  )
  return wall - at
}
