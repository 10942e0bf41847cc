import { strings } from '../../strings/en/charge-point.js'
import { useApp } from '../../ui/app-context.js'
import { formatEnergy, formatNumber, formatPercent, formatPower } from '../../ui/format.js'
import { Table } from '../../ui/table.js'
import { Foreign } from '../../ui/text.js'
import { Age } from '../../ui/time.js'
import { useQuery } from '../../ui/use-query.js'
import { type PlaceReadings, phasesOf, type Sample } from './phases.js'
import { pathOf } from './use-charge-point.js'

/** Milliseconds between two reads of readings, which events announce. */
const READ_MS = 5_000

/** The latest readings of each place of a charge point. Without the scope for them there are none. */
export function useReadings(identity: string): readonly PlaceReadings[] {
  const { session } = useApp()
  const path = session.may('transactions:read') ? pathOf(identity, '/state') : undefined
  const state = useQuery<{ readings?: PlaceReadings[] }>(
    path,
    { blocks: 'readings' },
    { interval: READ_MS, live: { chargePoints: [identity], types: ['meter-values'] } }
  )
  return state.data.value?.readings ?? []
}

/** What flows in each phase, against what is offered. */
export function PhaseBars({ readings }: { readings: PlaceReadings | undefined }) {
  const phases = phasesOf(readings?.samples ?? [])
  if (phases.length === 0) return null
  const most = Math.max(...phases.map(({ value, offered }) => offered ?? value), 1)
  return (
    <div class="phases">
      {phases.map(({ phase, value, offered, unit }) => (
        <label key={phase}>
          <span>{phase}</span>
          <meter min={0} max={offered ?? most} value={value} />
          <span class="number">
            {offered === undefined
              ? format(value, unit)
              : strings.ofOffered(format(value, unit), format(offered, unit))}
          </span>
        </label>
      ))}
    </div>
  )
}

/** All latest readings, as the charge point has sent them. */
export function LatestReadings({ places }: { places: readonly PlaceReadings[] }) {
  const { readings } = strings
  const rows = places.flatMap(({ samples, timestamp, ...place }) =>
    samples.map((sample, index) => ({ ...sample, timestamp, place, key: `${JSON.stringify(place)} ${index}` }))
  )
  if (rows.length === 0) return null
  return (
    <details class="section">
      <summary>
        <h2>{readings.title(rows.length)}</h2>
      </summary>
      <Table
        caption={readings.caption}
        rows={rows}
        keyOf={({ key }) => key}
        columns={[
          { id: 'measurand', title: readings.measurand, isHead: true, cell: (row) => <Foreign text={row.measurand} /> },
          { id: 'place', title: readings.place, cell: ({ place }) => readings.at(place.evseId ?? place.connectorId) },
          {
            id: 'phase',
            title: readings.phase,
            cell: ({ phase, location }) => [phase, location].filter((part) => part !== undefined).join(', ')
          },
          { id: 'value', title: readings.value, isNumeric: true, cell: ({ value, unit }) => format(value, unit) },
          { id: 'at', title: readings.time, cell: ({ timestamp }) => <Age since={timestamp} ago /> }
        ]}
      />
    </details>
  )
}

function format(value: Sample['value'], unit = ''): string {
  if (unit === 'W') return formatPower(value)
  if (unit === 'Wh') return formatEnergy(value)
  if (unit === 'Percent') return formatPercent(value)
  return `${formatNumber(value, { maximumFractionDigits: 1 })} ${unit}`.trim()
}
