import { strings } from '../../strings/en.js'
import { useApp } from '../../ui/app-context.js'
import { formatClock } from '../../ui/format.js'

/** Shows whether the page follows the server, or since when it does not. */
export function ConnectionPill() {
  const { live, session, preferences } = useApp()
  const state = session.state.value === 'ended' ? 'signed-out' : live.state.value
  const heardAt = state === 'live' ? undefined : live.heardAt.value
  const clock = heardAt === undefined ? undefined : formatClock(heardAt, preferences.zone.value)
  return (
    <span class="pill" data-state={state} role="status">
      {textOf(state, clock)}
    </span>
  )
}

function textOf(state: string, clock: string | undefined): string {
  const { pill } = strings
  if (state === 'live') return pill.live
  if (state === 'signed-out') return pill.signedOut
  if (state === 'paused') return pill.paused
  if (state === 'reconnecting' && clock !== undefined) return pill.reconnecting(clock)
  if (state === 'away') return clock === undefined ? pill.away : pill.awayAsOf(clock)
  return pill.connecting
}
