import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certainLoad, type Lines, loadedPhases, type SeenLines, seenLines } from '../../lib/load-management/lines.js'
import { plantOf } from '../../lib/load-management/plant.js'
import { currentsIn } from '../../lib/load-management/samples.js'

const SECOND = 1000

/** The lines that are seen after samples that come every ten seconds. */
function after(samples: readonly Lines[]): SeenLines | undefined {
  let seen: SeenLines | undefined
  for (const [index, lines] of samples.entries()) seen = seenLines(seen, lines, index * 10 * SECOND)
  return seen
}

const times = (count: number, lines: Lines): Lines[] => Array.from({ length: count }, () => lines)

test('a car that loads one line for a minute is a one-phase car, until current appears on another line', () => {
  const minute = times(7, [16, 0, 0.2])
  assert.equal(after(minute.slice(1))?.isProven, false)
  assert.deepEqual(after(minute)?.used, [true, false, false])
  assert.equal(after(minute)?.isProven, true)
  assert.equal(after([...minute, [16, 16, 16]])?.isProven, false)
  assert.equal(after([...minute, [3, 3, 3]])?.isProven ?? false, false, 'also if it is little')
})

test('a pause and little current prove nothing', () => {
  assert.equal(after(times(20, [4, 0, 0])), undefined)
  assert.equal(after([...times(7, [16, 0, 0]), ...times(20, [0, 0, 0])])?.isProven, true)
})

test('a line that falls silent for a moment is not given away', () => {
  const three = times(10, [16, 16, 16])
  assert.deepEqual(after([...three, [16, 0, 0]])?.used, [true, true, true])
})

const EVSE = { identity: 'CP-1', evseId: 1, circuit: 'main', maximum: 32, fallback: 0 }
const SEEN = { used: [true, false, false], since: 0, isProven: true }

function evseOf(more: object) {
  const circuits = [{ id: 'main', limit: { A: 63 } }]
  const [evse] = plantOf({ mode: 'control', circuits, evses: [{ ...EVSE, ...more }] }, 'UTC').evses
  assert.ok(evse)
  return evse
}

test('the wiring says which phase of the site a line is', () => {
  const loaded = (more: object, seen: SeenLines = SEEN) => {
    return loadedPhases(evseOf(more), seen)
  }
  assert.deepEqual(loaded({}), ['L1'])
  assert.deepEqual(loaded({ wiring: 'L2L3L1' }), ['L2'])
  assert.deepEqual(loaded({}, { ...SEEN, isProven: false }), ['L1', 'L2', 'L3'])
  assert.deepEqual(loaded({ wiring: 'L1L2' }), ['L1', 'L2'], 'a line-to-line load is always on both')
  assert.deepEqual(loaded({ unit: 'W' }), ['L1', 'L2', 'L3'], 'a limit in W may be put on any line')
})

test('lines are known only when all three were told', () => {
  const at = Date.parse('2026-01-01T00:00:00Z')
  const reading = (value: number, phase?: string) => ({
    ...{ timestamp: '2026-01-01T00:00:00Z', measurand: 'Current.Import', value },
    ...(phase !== undefined && { phase })
  })
  assert.deepEqual(currentsIn([reading(16, 'L1'), reading(0, 'L2'), reading(1, 'L3-N')], at), {
    highest: 16,
    lines: [16, 0, 1]
  })
  assert.deepEqual(currentsIn([reading(16, 'L1')], at), { highest: 16 })
  assert.deepEqual(currentsIn([reading(16)], at), { highest: 16 })
  assert.equal(currentsIn([reading(16)], at + 600_000), undefined)
})

test('a car certainly loads the lines that were told, and nothing of a current without lines', () => {
  const loadOf = (more: object, measured: { amperes: number; lines?: Lines }) => {
    return Object.fromEntries(certainLoad(evseOf(more), measured))
  }
  const onePhase = { amperes: 16, lines: [16, 0, 0.2] } as const
  assert.deepEqual(loadOf({}, onePhase), { L1: 16, L2: 0, L3: 0.2 })
  assert.deepEqual(loadOf({ wiring: 'L2L3L1' }, onePhase), { L2: 16, L3: 0, L1: 0.2 })
  assert.deepEqual(loadOf({}, { amperes: 16 }), {}, 'it may be on any line')
  assert.deepEqual(loadOf({ wiring: 'L2' }, { amperes: 16 }), { L2: 16 })
  assert.deepEqual(loadOf({ wiring: 'L1L2' }, { amperes: 16 }), { L1: 16, L2: 16 })
})
