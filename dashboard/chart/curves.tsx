import { useMemo } from 'preact/hooks'
import { strings } from '../strings/en/chart.js'
import { formatClock } from '../ui/format.js'
import { lazy } from '../ui/lazy.js'
import { Table } from '../ui/table.js'
import { Foreign } from '../ui/text.js'
import type { Line } from './chart.js'
import type { Marker } from './markers.js'
import { align, figuresOf, type Point, rowsOf } from './series.js'

/** uPlot is a separate chunk, which is loaded with the first curve. */
const Chart = lazy(
  () => import('./chart.js'),
  () => reportError(new Error('the chart could not be loaded'))
)

export interface Curve extends Line {
  points: readonly Point[]
}

interface CurvesProps {
  curves: readonly Curve[]
  /** Seconds between two points, or 0 when they are as they were reported. */
  step: number
  caption: string
  markers?: readonly Marker[]
  format: (value: number, unit: string) => string
}

const NONE: readonly Marker[] = []
const TABLE_ROWS = 100

/** Curves with their legend, and their content as a sentence and as a table. */
export function Curves({ curves, step, caption, markers = NONE, format }: CurvesProps) {
  const columns = useMemo(
    () =>
      align(
        curves.map(({ name, points }) => ({ name, points })),
        step
      ),
    [curves, step]
  )
  const lines = curves.map(({ points: _, ...line }) => line)
  const summary = curves.map((curve) => sentenceOf(curve, format)).join(' ')
  return (
    <figure class="curves">
      <Chart columns={columns} lines={lines} markers={markers} label={`${caption}. ${summary}`} format={format} />
      <ul class="legend">
        {lines.map(({ name, color, isDashed }) => (
          <li key={name}>
            <svg viewBox="0 0 24 8" class="legend-line" data-color={color} data-dashed={isDashed} aria-hidden="true">
              <path d="M0 4h24" />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <figcaption>
        {summary}
        {markers.map(({ time, text }) => (
          <span key={`${time} ${text}`} class="muted">
            {' '}
            {formatClock(time * 1_000)} <Foreign text={text} limit={60} />.
          </span>
        ))}
      </figcaption>
      <details class="fold">
        <summary>{strings.asTable}</summary>
        <CurveTable curves={curves} columns={columns} caption={caption} format={format} />
      </details>
    </figure>
  )
}

function sentenceOf({ name, unit, points }: Curve, format: CurvesProps['format']): string {
  const figures = figuresOf(points)
  if (figures === undefined) return strings.empty(name)
  const { last, min, max, maxAt } = figures
  return strings.sentence(name, {
    last: format(last, unit),
    min: format(min, unit),
    max: format(max, unit),
    at: formatClock(maxAt * 1_000)
  })
}

type TableProps = Pick<CurvesProps, 'curves' | 'caption' | 'format'> & { columns: ReturnType<typeof align> }

function CurveTable({ curves, columns, caption, format }: TableProps) {
  const rows = rowsOf(columns, TABLE_ROWS)
  return (
    <Table
      caption={caption}
      rows={rows}
      keyOf={({ time }) => time}
      columns={[
        { id: 'time', title: strings.time, isHead: true, cell: ({ time }) => formatClock(time * 1_000) },
        ...curves.map(({ name, unit }, index) => ({
          id: name,
          title: name,
          isNumeric: true,
          cell: ({ values }: (typeof rows)[number]) => {
            const value = values[index]
            return typeof value === 'number' ? format(value, unit) : ''
          }
        }))
      ]}
    />
  )
}
