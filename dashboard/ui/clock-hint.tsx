import { strings } from '../strings/en.js'
import { formatAge } from './format.js'
import { Foreign } from './text.js'

/** Says that the times of a charge point are by a clock that is wrong. */
export function ClockHint({ identity, offset }: { identity: string; offset: number | undefined }) {
  if (offset === undefined) return null
  // A difference of almost three hours is one of three hours: the message took a moment.
  const by = formatAge(Math.round(Math.abs(offset) / 60_000) * 60)
  return (
    <p class="banner" role="status">
      <span>
        {strings.clockOf} <Foreign text={identity} limit={48} />{' '}
        {offset > 0 ? strings.isAhead(by) : strings.isBehind(by)}
      </span>
    </p>
  )
}
