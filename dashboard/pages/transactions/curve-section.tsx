import { useMemo } from 'preact/hooks'
import type { Transaction, TransactionSeries } from '../../api/records.js'
import type { LiveEvent } from '../../api/stream.js'
import { Curves } from '../../chart/curves.js'
import type { Marker } from '../../chart/markers.js'
import { linkTo } from '../../router/links.js'
import { strings } from '../../strings/en/transactions.js'
import { Empty } from '../../ui/empty.js'
import { formatEnergy, formatNumber, formatPercent, formatPower } from '../../ui/format.js'
import { Loaded } from '../../ui/loaded.js'
import { useQuery } from '../../ui/use-query.js'
import { bringsNew, curvesOf, MEASURANDS, withReadings } from './curve-of.js'

const POINTS = 600
const READ_MS = 5_000

/** The curves of the transaction. New readings are added when they arrive. */
export function CurveSection({ transaction, markers }: { transaction: Transaction; markers: readonly Marker[] }) {
  const { id, status, chargePoint } = transaction
  const series = useQuery<TransactionSeries>(
    `/transactions/${id}/series`,
    { measurand: MEASURANDS, points: POINTS },
    {
      interval: READ_MS,
      ...(status === 'open' && { live: { types: ['meter-values'] } }),
      reduce: (data, event) => reduce(data, event, transaction)
    }
  )
  return (
    <section class="panel">
      <h2>{strings.curve}</h2>
      <Loaded query={series}>{(data) => <Drawn data={data} chargePoint={chargePoint} markers={markers} />}</Loaded>
    </section>
  )
}

function reduce(data: TransactionSeries, event: LiveEvent, { id, chargePoint }: Transaction) {
  const isOfIt = event.chargePoint === chargePoint && (event.data as { id?: number }).id === id
  if (!isOfIt) return data
  return bringsNew(data, event) ? 'reload' : withReadings(data, event)
}

interface DrawnProps {
  data: TransactionSeries
  chargePoint: string
  markers: readonly Marker[]
}

function Drawn({ data, chargePoint, markers }: DrawnProps) {
  const curves = useMemo(() => curvesOf(data.series), [data])
  if (curves.every(({ points }) => points.length === 0)) {
    return (
      <Empty title={strings.noCurve}>
        <p>{strings.noCurveHelp}</p>
        <a href={linkTo('variables', { identity: chargePoint }, { q: 'Interval' })}>{strings.settings}</a>
      </Empty>
    )
  }
  return <Curves curves={curves} markers={markers} step={data.step} caption={strings.curve} format={formatValue} />
}

function formatValue(value: number, unit: string): string {
  if (unit === '%') return formatPercent(value)
  if (unit === 'W') return formatPower(value)
  if (unit === 'Wh') return formatEnergy(value)
  return `${formatNumber(value, { maximumFractionDigits: 1 })} ${unit}`.trim()
}
