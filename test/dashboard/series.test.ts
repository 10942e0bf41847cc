import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { align, figuresOf, type Point, rowsOf, withLive } from '../../dashboard/chart/series.js'

const flat = (...points: [number, number][]): Point[] => points.map(([time, value]) => [time, value, value, value])

test('series of different times share one column of times', () => {
  const power = { name: 'power', points: flat([0, 1], [60, 2], [120, 3]) }
  const charge = { name: 'charge', points: flat([30, 50], [90, 51]) }
  assert.deepEqual(align([power, charge], 60), {
    times: [0, 30, 60, 90, 120],
    values: [
      [1, undefined, 2, undefined, 3],
      [undefined, 50, undefined, 51, undefined]
    ]
  })
})

test('the line ends where nothing was reported, by the interval of the charge point and not by the buckets', () => {
  const points = flat([0, 1], [60, 2], [120, 3], [600, 4], [660, 5])
  const { times, values } = align([{ name: 'power', points }], 1)
  assert.deepEqual(times, [0, 60, 120, 360, 600, 660])
  assert.deepEqual(values, [[1, 2, 3, null, 4, 5]])
  assert.deepEqual(align([{ name: 'power', points }], 600).values, [[1, 2, 3, 4, 5]])
})

test('every value of every series is in its column, at its time', () => {
  const points = fc
    .uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 40 })
    .map((times) => times.sort((a, b) => a - b).map((time): Point => [time, time, time * 2, time * 3]))
  fc.assert(
    fc.property(fc.array(points, { maxLength: 4 }), fc.constantFrom(0, 1, 60), (all, step) => {
      const { times, values } = align(
        all.map((points) => ({ name: 'a', points })),
        step
      )
      assert.deepEqual(
        [...times],
        [...new Set(times)].sort((a, b) => a - b)
      )
      all.forEach((points, series) => {
        const column = values[series] ?? []
        assert.equal(column.length, times.length)
        const found = times.flatMap((time, index) => (column[index] == null ? [] : [[time, column[index]]]))
        assert.deepEqual(
          found,
          points.map(([time, , mean]) => [time, mean])
        )
      })
    }),
    { seed: 3 }
  )
})

test('nothing to show gives no figures and no rows', () => {
  assert.deepEqual(align([], 60), { times: [], values: [] })
  assert.equal(figuresOf([]), undefined)
  assert.deepEqual(rowsOf({ times: [], values: [[]] }, 10), [])
})

test('a reading that arrives twice, or late, changes nothing', () => {
  const points = withLive(flat([0, 1]), 10, 7)
  assert.deepEqual(points, flat([0, 1], [10, 7]))
  assert.equal(withLive(points, 10, 8), points)
  assert.equal(withLive(points, 9, 8), points)
})

test('the lowest and highest value are those within the buckets', () => {
  const points: Point[] = [
    [0, 1, 5, 9],
    [60, 0.5, 6, 7],
    [120, 2, 4, 22]
  ]
  assert.deepEqual(figuresOf(points), { first: 5, last: 4, min: 0.5, minAt: 60, max: 22, maxAt: 120 })
})

test('a table has the last row and at most the requested number, with the latest values by then', () => {
  const power = { name: 'power', points: flat(...Array.from({ length: 100 }, (_, n): [number, number] => [n * 60, n])) }
  const charge = { name: 'charge', points: flat([30, 50]) }
  const rows = rowsOf(align([power, charge], 60), 20)
  assert(rows.length <= 21, String(rows.length))
  assert.deepEqual(rows[0], { time: 0, values: [0, undefined] })
  assert.deepEqual(rows.at(-1), { time: 5940, values: [99, 50] })
})
