// Ranges of time in the zone of the browser, as query parameters: `from` is part of the range, `to` is not.

export interface Range {
  from: string
  to: string
}

/** The month that a time is in, moved by a number of months. */
export function monthOf(time: number, by = 0): Range {
  const date = new Date(time)
  const start = new Date(date.getFullYear(), date.getMonth() + by, 1)
  const end = new Date(date.getFullYear(), date.getMonth() + by + 1, 1)
  return { from: start.toISOString(), to: end.toISOString() }
}

/** Whether a range is one whole month. */
export function isMonth({ from, to }: Partial<Range>): boolean {
  if (from === undefined || to === undefined) return false
  const month = monthOf(Date.parse(from))
  return Date.parse(month.from) === Date.parse(from) && Date.parse(month.to) === Date.parse(to)
}

/** The day of a time, as a date input has it. `before`: the last day of a range that ends then. */
export function dayText(time: string | undefined, { before = false } = {}): string {
  const at = Date.parse(time ?? '') - (before ? 1 : 0)
  if (Number.isNaN(at)) return ''
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** When a day of a date input begins, or the day after it. `undefined`: the text is no day. */
export function startOfDay(day: string, { after = false } = {}): string | undefined {
  const [year, month, date] = day.split('-').map(Number)
  if (!year || !month || !date) return undefined
  return new Date(year, month - 1, date + (after ? 1 : 0)).toISOString()
}
