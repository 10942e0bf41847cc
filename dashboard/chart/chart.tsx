import { useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useApp } from '../ui/app-context.js'
import { type Marker, markerPlugin } from './markers.js'
import type { Columns } from './series.js'

/** A line of a chart. */
export interface Line {
  name: string
  /** The scale that it belongs to: lines of one unit share it. */
  unit: string
  /** The custom property of its colour. */
  color: string
  isDashed?: boolean
  /** Whether it changes in steps: a limit. */
  isStepped?: boolean
}

export interface ChartProps {
  columns: Columns
  lines: readonly Line[]
  markers: readonly Marker[]
  /** Description of the curve for screen readers. */
  label: string
  format: (value: number, unit: string) => string
}

const HEIGHT = 260
/** Seconds before and after a reading that is alone. */
const ALONE_S = 300

/** Curves on one axis of time, drawn on a canvas. A sentence and a table beside them have the same content. */
export default function Chart({ columns, lines, markers, label, format }: ChartProps) {
  const { preferences } = useApp()
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  const shape = JSON.stringify(lines)
  const present = useRef({ columns, lines, markers, format })
  present.current = { columns, lines, markers, format }

  function draw(): void {
    const element = box.current
    if (element === null) return
    plot.current?.destroy()
    const { lines: shown, format: text } = present.current
    const options = optionsOf(element, shown, text)
    const color = resolved(element, getComputedStyle(element).getPropertyValue('--muted'))
    options.plugins = [markerPlugin(() => present.current.markers, color)]
    plot.current = new UPlot(options, dataOf(present.current.columns), element)
  }

  useEffect(() => {
    draw()
    const element = box.current
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const observer = new ResizeObserver(() => {
      if (element !== null) plot.current?.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT })
    })
    if (element !== null) observer.observe(element)
    scheme.addEventListener('change', draw)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', draw)
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => plot.current?.setData(dataOf(columns)), [columns, markers])
  // The colours of the canvas follow the theme.
  useSignalEffect(() => {
    if (preferences.theme.value !== undefined && plot.current !== undefined) draw()
  })
  return <div class="chart" ref={box} role="img" aria-label={label} />
}

function dataOf({ times, values }: Columns): UPlot.AlignedData {
  return [[...times], ...values.map((column) => [...column])]
}

function optionsOf(element: HTMLElement, lines: readonly Line[], format: ChartProps['format']): UPlot.Options {
  const style = getComputedStyle(element)
  const color = (name: string) => resolved(element, style.getPropertyValue(name))
  const units = [...new Set(lines.map(({ unit }) => unit))]
  const grid = { stroke: color('--line'), width: 1 }
  const axis = { stroke: color('--muted'), grid, ticks: grid, font: '12px system-ui' }
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    scales: Object.fromEntries([
      ['x', { time: true, range: spanOf }],
      ...units.map((unit) => [unit, { range: (_: UPlot, min: number, max: number) => rangeOf(unit, min, max) }])
    ]),
    axes: [
      { ...axis, space: 72, values: (_, times) => times.map(clockOf) },
      ...units.map((unit, index) => ({
        ...axis,
        scale: unit,
        side: (index === 0 ? 3 : 1) as 1 | 3,
        size: (_: UPlot, labels: string[] | null) =>
          18 + 7 * Math.max(6, ...(labels ?? []).map(({ length }) => length)),
        grid: { ...grid, show: index === 0 },
        values: (_: UPlot, ticks: number[]) => ticks.map((tick) => format(tick, unit))
      }))
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, color))]
  }
}

function seriesOf({ name, unit, color: property, isDashed, isStepped }: Line, color: (name: string) => string) {
  const steps = isStepped ? UPlot.paths.stepped?.({ align: 1 }) : undefined
  const series: UPlot.Series = {
    label: name,
    scale: unit,
    stroke: color(property),
    width: 2,
    // One reading alone is no line.
    points: { size: 7, show: ({ data: [times] }) => times.length < 2 },
    ...(isDashed && { dash: [6, 4] }),
    ...(steps !== undefined && { paths: steps })
  }
  return series
}

/** The times of the readings, and around one that is alone ten minutes. */
function spanOf({ data: [times] }: UPlot, from: number, to: number): UPlot.Range.MinMax {
  // It would be at the left of a whole day.
  return times.length < 2 ? [from - ALONE_S, from + ALONE_S] : [from, to]
}

/** From zero, or from below it for energy that flows back; per cents up to 100. */
function rangeOf(unit: string, min: number, max: number): UPlot.Range.MinMax {
  if (unit === '%') return [0, 100]
  const top = max > 0 ? max * 1.08 : 1
  return [min < 0 ? min * 1.08 : 0, top]
}

/** A canvas knows no `light-dark()`. */
function resolved(element: HTMLElement, value: string): string {
  const probe = document.createElement('span')
  probe.style.color = value
  element.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}

function clockOf(seconds: number): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(seconds * 1_000)
}
