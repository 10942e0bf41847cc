import { strings } from '../strings/en.js'
import { useApp } from './app-context.js'
import { formatAge, formatElapsed, formatExact, formatShort, UNKNOWN } from './format.js'

type Moment = string | number | undefined

function parse(moment: Moment): number | undefined {
  const time = typeof moment === 'string' ? Date.parse(moment) : moment
  return time === undefined || Number.isNaN(time) ? undefined : time
}

/** A time; the exact one on hover and focus. */
export function Time({ at, exact = false }: { at: Moment; exact?: boolean }) {
  const { clock, preferences } = useApp()
  const time = parse(at)
  if (time === undefined) return <span class="muted">{UNKNOWN}</span>
  const zone = preferences.zone.value
  const full = formatExact(time, zone)
  return (
    <time dateTime={new Date(time).toISOString()} title={full}>
      {exact ? full : formatShort(time, clock.now.peek(), zone)}
    </time>
  )
}

/** How long ago, by the clock of the server; it ticks. The exact time on hover. */
export function Age({ since, ago = false }: { since: Moment; ago?: boolean }) {
  const { clock, preferences } = useApp()
  const time = parse(since)
  if (time === undefined) return <span class="muted">{UNKNOWN}</span>
  const seconds = (clock.now.value - time) / 1_000
  const age = formatAge(seconds)
  return (
    <time dateTime={new Date(time).toISOString()} title={formatExact(time, preferences.zone.value)}>
      {ago ? (seconds < 2 ? strings.now : strings.ago(age)) : age}
    </time>
  )
}

/** Time since `since` as `0:41:07`, which ticks by the clock of the server. */
export function Elapsed({ since, until }: { since: Moment; until?: Moment }) {
  const { clock } = useApp()
  const from = parse(since)
  if (from === undefined) return <span class="muted">{UNKNOWN}</span>
  const to = parse(until) ?? clock.now.value
  return <span class="figure-text">{formatElapsed((to - from) / 1_000)}</span>
}
