// Formats of figures in the browser's locale. An unknown value is `undefined`, and is shown as a dash.

export const UNKNOWN = '–'

type Value = number | undefined | null

const formats = new Map<string, Intl.NumberFormat>()

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(undefined, options)
  formats.set(key, made)
  return made
}

export function formatNumber(value: Value, options: Intl.NumberFormatOptions = {}): string {
  return typeof value === 'number' ? numberFormat(options).format(value) : UNKNOWN
}

function fixed(value: number, digits: number): string {
  return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

/** Wh below 1 kWh, then kWh, MWh. */
export function formatEnergy(wattHours: Value): string {
  if (typeof wattHours !== 'number') return UNKNOWN
  const size = Math.abs(wattHours)
  if (size < 1_000) return `${fixed(wattHours, 0)} Wh`
  if (size < 1_000_000) return `${fixed(wattHours / 1_000, 2)} kWh`
  return `${fixed(wattHours / 1_000_000, 2)} MWh`
}

/** kW with one decimal. */
export function formatPower(watts: Value): string {
  return typeof watts === 'number' ? `${fixed(watts / 1_000, 1)} kW` : UNKNOWN
}

export function formatPercent(percent: Value): string {
  return typeof percent === 'number' ? `${fixed(percent, 0)} %` : UNKNOWN
}

/** With the decimals of the currency. */
export function formatMoney(amount: Value, currency: string | undefined): string {
  if (typeof amount !== 'number') return UNKNOWN
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return `${fixed(amount, 2)} ${currency ?? ''}`.trim()
  return numberFormat({ style: 'currency', currency }).format(amount)
}

/** Hours, minutes and seconds: `0:41:07`. */
export function formatElapsed(seconds: Value): string {
  if (typeof seconds !== 'number') return UNKNOWN
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(whole / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1]
] as const

function largestUnit(seconds: number): readonly ['day' | 'hour' | 'minute' | 'second', number] {
  return UNITS.find(([, size]) => seconds >= size) ?? ['second', 1]
}

/** An age or a length in its largest unit: `41 min`, `3 d`. */
export function formatAge(seconds: Value): string {
  if (typeof seconds !== 'number') return UNKNOWN
  const size = Math.max(0, seconds)
  const [unit, of] = largestUnit(size)
  return numberFormat({ style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 }).format(
    Math.floor(size / of)
  )
}

/** Milliseconds until an answer: `64 ms`, `2.1 s`. */
export function formatDuration(milliseconds: Value): string {
  if (typeof milliseconds !== 'number') return UNKNOWN
  return milliseconds < 1_000 ? `${fixed(milliseconds, 0)} ms` : `${fixed(milliseconds / 1_000, 1)} s`
}

export type Zone = 'browser' | 'UTC'

const dateFormats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([zone, options])
  const known = dateFormats.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(undefined, { ...options, ...(zone === 'UTC' && { timeZone: 'UTC' }) })
  dateFormats.set(key, made)
  return made
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }

/** `14:03:22` */
export function formatClock(time: number, zone: Zone = 'browser'): string {
  return dateFormat(zone, CLOCK).format(time)
}

/** To the millisecond, for logs. */
export function formatExact(time: number, zone: Zone = 'browser'): string {
  return dateFormat(zone, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...CLOCK,
    fractionalSecondDigits: 3,
    timeZoneName: 'short'
  }).format(time)
}

/** Date and time to the minute. */
export function formatMoment(time: number, zone: Zone = 'browser'): string {
  return dateFormat(zone, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit'
  }).format(time)
}

/** A day, also with the time. */
export function formatDay(time: number, { zone, hasClock }: { zone: Zone; hasClock: boolean }): string {
  if (hasClock) return formatMoment(time, zone)
  return dateFormat(zone, { year: 'numeric', month: 'short', day: 'numeric' }).format(time)
}

/** The time of this day, else the date with the time. */
export function formatShort(time: number, now: number, zone: Zone = 'browser'): string {
  const day = (value: number) => dateFormat(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(value)
  if (day(time) === day(now)) return dateFormat(zone, { hour: '2-digit', minute: '2-digit' }).format(time)
  return formatMoment(time, zone)
}

const plurals = new Intl.PluralRules('en')

/** `1 transaction`, `2 transactions` */
export function count(number: number, one: string, other = `${one}s`): string {
  return `${formatNumber(number)} ${plurals.select(number) === 'one' ? one : other}`
}

/** Text of a charge point for display: invisible characters, and those that change the direction, become visible. */
export function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })
}

/** Any value as JSON for display, with one member per line. */
export function visibleJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? ''
  return text.split('\n').map(visibleText).join('\n')
}
