import type { CompositeSchedule } from '../../api/records.js'
import type { Query } from '../../store/query.js'
import { limits as strings } from '../../strings/en/limits.js'
import { useApp } from '../../ui/app-context.js'
import { formatClock, formatPower } from '../../ui/format.js'
import { Foreign } from '../../ui/text.js'
import { useQuery } from '../../ui/use-query.js'
import { pathOf } from './use-charge-point.js'

/** Milliseconds between two reads: time alone ends and begins limits, and limits of others have no event. */
const READ_MS = 15_000
const INTERVAL_MS = 2_000
/** Events after which other profiles may hold. */
const TYPES = ['call', 'transaction', 'boot', 'connect', 'disconnect']

type Calculated = NonNullable<CompositeSchedule['calculated']>
type Period = Calculated['periods'][number]

/** The limits of the power of an EVSE now, by the profiles that the server knows of. */
export function LimitedBy({ identity, evseId }: { identity: string; evseId: number }) {
  const query = useQuery<CompositeSchedule>(
    pathOf(identity, '/composite-schedule'),
    { evseId, duration: 60, unit: 'W' },
    {
      every: READ_MS,
      interval: INTERVAL_MS,
      live: { chargePoints: [identity], types: TYPES },
      reduce: () => 'reload'
    }
  )
  return <Answer query={query} />
}

function Answer({ query }: { query: Query<CompositeSchedule> }) {
  const { preferences } = useApp()
  const problem = query.problem.value
  const { calculated, assumed } = query.data.value ?? {}
  const at = query.at.value
  if (calculated === undefined) {
    return problem === undefined ? null : <p class="muted">{strings.notKnown(problem.message)}</p>
  }
  const period = calculated.periods[0]
  return (
    <p class="limited">
      {period === undefined ? strings.notKnown(calculated.reason ?? '') : <Limit period={period} />}
      {period !== undefined && assumed !== undefined && Object.keys(assumed).length > 0 && isLimited(period) && (
        <small class="muted">{strings.assumed(assumed.phases, assumed.voltage)}</small>
      )}
      {problem !== undefined && at !== undefined && (
        <small class="muted">{strings.asOf(formatClock(at, preferences.zone.value))}</small>
      )}
    </p>
  )
}

function isLimited({ limit, setpoint }: Period): boolean {
  return limit !== null || setpoint !== undefined
}

function Limit({ period }: { period: Period }) {
  const { limit, limitL2, limitL3, setpoint, dischargeLimit, by, uncertain = [] } = period
  const phases = [limit, limitL2, limitL3]
  const isPerPhase = limitL2 !== undefined || limitL3 !== undefined
  const power = isPerPhase
    ? phases.flatMap((value, index) => (typeof value === 'number' ? [`L${index + 1} ${formatPower(value)}`] : []))
    : [formatPower(limit)]
  return (
    <>
      {isLimited(period) ? (
        <Foreign
          text={[
            ...(limit === null ? [] : [strings.limited(power.join(', '), by)]),
            ...(setpoint === undefined ? [] : [strings.setpoint(formatPower(setpoint), by)])
          ].join(' ')}
          limit={300}
        />
      ) : uncertain.length === 0 ? (
        strings.unlimited
      ) : (
        strings.unclear
      )}
      {dischargeLimit !== undefined && dischargeLimit < 0 && ` ${strings.discharge(formatPower(-dischargeLimit))}`}
      {uncertain.length > 0 && <small class="muted">{strings.uncertain(uncertain)}</small>}
    </>
  )
}
