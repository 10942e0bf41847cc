// Series of the API as columns that a chart draws: pure.

/** A bucket: its time in seconds, and the lowest, mean and highest value in it. */
export type Point = readonly [time: number, min: number, mean: number, max: number]

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

/** `null` ends the line: nothing was reported. `undefined`: this series has no point there, the line goes on. */
export type Cell = number | null | undefined

export interface Columns {
  readonly times: readonly number[]
  readonly values: readonly (readonly Cell[])[]
}

/** Number of steps without a point after which a line is interrupted. */
const GAP_STEPS = 3.5

/**
 * One column of times for all series, and one of mean values for each.
 * @param step seconds between two buckets, or 0 when the points are as they were reported.
 */
export function align(series: readonly Series[], step: number): Columns {
  const marked = series.map(({ points }) => markGaps(points, gapOf(points, step)))
  const times = [...new Set(marked.flatMap((points) => points.map(([time]) => time)))].sort((a, b) => a - b)
  const row = new Map(times.map((time, index) => [time, index]))
  const values = marked.map((points) => {
    const column: Cell[] = Array(times.length).fill(undefined)
    for (const [time, value] of points) column[row.get(time) ?? 0] = value
    return column
  })
  return { times, values }
}

/** The seconds after which a line is interrupted. */
export function gapOf(points: readonly Point[], step: number): number {
  return GAP_STEPS * Math.max(step, usualDistance(points))
}

/** The median distance of two points: a charge point reports at its own interval, whatever the buckets. */
function usualDistance(points: readonly Point[]): number {
  const distances: number[] = []
  for (let index = 1; index < points.length; index++) distances.push(timeAt(points, index) - timeAt(points, index - 1))
  distances.sort((a, b) => a - b)
  return distances[distances.length >> 1] ?? 0
}

function timeAt(points: readonly Point[], index: number): number {
  return points[index]?.[0] ?? 0
}

function markGaps(points: readonly Point[], gap: number): [time: number, value: number | null][] {
  const marked: [number, number | null][] = []
  let last: number | undefined
  for (const [time, , mean] of points) {
    if (last !== undefined && gap > 0 && time - last > gap) marked.push([last + (time - last) / 2, null])
    marked.push([time, mean])
    last = time
  }
  return marked
}

/** The points with a newly reported one. A point that is not newer than the last one is ignored: it is a repetition. */
export function withLive(points: readonly Point[], time: number, value: number): readonly Point[] {
  const last = points.at(-1)
  if (last !== undefined && time <= last[0]) return points
  return [...points, [time, value, value, value]]
}

export interface Figures {
  readonly first: number
  readonly last: number
  readonly min: number
  readonly minAt: number
  readonly max: number
  readonly maxAt: number
}

/** The figures of a series for its sentence. `undefined`: it has no points. */
export function figuresOf(points: readonly Point[]): Figures | undefined {
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return undefined
  const lowest = points.reduce((found, point) => (point[1] < found[1] ? point : found), first)
  const highest = points.reduce((found, point) => (point[3] > found[3] ? point : found), first)
  return {
    first: first[2],
    last: last[2],
    min: lowest[1],
    minAt: lowest[0],
    max: highest[3],
    maxAt: highest[0]
  }
}

/** At most `count` rows of a table, evenly over the time, with the value of each series that is the latest by then. */
export function rowsOf({ times, values }: Columns, count: number): { time: number; values: Cell[] }[] {
  const rows: { time: number; values: Cell[] }[] = []
  const every = Math.max(1, Math.ceil(times.length / count))
  const latest: Cell[] = values.map(() => undefined)
  times.forEach((time, index) => {
    values.forEach((column, series) => {
      if (column[index] !== undefined) latest[series] = column[index]
    })
    if (index % every === 0 || index === times.length - 1) rows.push({ time, values: [...latest] })
  })
  return rows
}
