import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certainLoad, type Lines, loadedPhases, type SeenLines, seenLines } from '../../lib/load-management/lines.js'
import { plantOf } from '../../lib/load-management/plant.js'
import { type Currents, currentsIn } from '../../lib/load-management/samples.js'

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

const AT = Date.parse('2026-01-01T00:00:00Z')
const reading = (value: number, phase?: string, measurand = 'Current.Import') => ({
  ...{ timestamp: '2026-01-01T00:00:00Z', measurand, value },
  ...(phase !== undefined && { phase })
})
const power = (value: number, phase?: string) => reading(value, phase, 'Power.Active.Import')
const seenBy = (more: object, readings: Parameters<typeof currentsIn>[0], now = AT) => {
  return currentsIn(readings, now, { evse: evseOf(more), voltage: 230 })
}

test('lines are known only when all three were told', () => {
  assert.deepEqual(seenBy({}, [reading(16, 'L1'), reading(0, 'L2'), reading(1, 'L3-N')]), {
    takenAt: AT,
    highest: 16,
    lines: [16, 0, 1]
  })
  assert.deepEqual(seenBy({}, [reading(16, 'L1')]), { highest: 16, takenAt: AT })
  assert.deepEqual(seenBy({}, [reading(16)]), { highest: 16, takenAt: AT })
  assert.equal(seenBy({}, [reading(16)], AT + 600_000), undefined)
})

const rounded = ({ highest, used = [highest, highest], lines }: Currents) => {
  return [highest, ...used, ...(lines ?? [])].map((amperes) => Math.round(amperes * 10) / 10)
}

test('a power may be on one line, and is at least a part of it on each, at a voltage that may be high', () => {
  const by = (more: object, ...readings: Parameters<typeof currentsIn>[0]) => {
    const seen = seenBy(more, readings)
    return seen === undefined ? undefined : rounded(seen)
  }
  assert.deepEqual(by({}, power(6900)), [30, 9.1, 30])
  assert.deepEqual(by({ wiring: 'L2' }, power(3680)), [16, 14.5, 16])
  assert.deepEqual(by({}, power(6900), reading(230, 'L1', 'Voltage')), [30, 9.1, 30], 'of one line only')
  assert.deepEqual(by({}, power(6900), reading(240, undefined, 'Voltage')), [28.8, 9.6, 28.8])
  assert.deepEqual(by({}, power(6900), reading(1, undefined, 'Voltage')), [30, 9.1, 30], 'that is no voltage')
  assert.deepEqual(by({}, power(3680, 'L1'), power(0, 'L2'), power(230, 'L3')), [16, 14.5, 16, 16, 0, 1])
  assert.deepEqual(by({}, power(2300, 'L1')), [30, 9.1, 30])
  assert.deepEqual(by({}, { ...power(6.9), unit: 'kW' }), [30, 9.1, 30])
  assert.equal(by({}, reading(5, undefined, 'SoC')), undefined)
})

test('a limit in W is that of all lines together', () => {
  const by = (...readings: Parameters<typeof currentsIn>[0]) => {
    const seen = seenBy({ unit: 'W' }, readings)
    return seen === undefined ? undefined : rounded(seen)
  }
  const lines = [reading(10, 'L1'), reading(10, 'L2'), reading(10, 'L3')]
  assert.deepEqual(by(...lines), [10, 27.3, 30, 10, 10, 10])
  assert.deepEqual(by(...lines, power(6670)), [10, 29, 29, 10, 10, 10])
  assert.deepEqual(by(reading(10)), [10, 9.1, 30])
  const full = currentsIn(lines, AT, { evse: evseOf({ unit: 'W' }), voltage: 230, isFull: true })
  assert.deepEqual(full && rounded(full), [10, 9.1, 10, 10, 10, 10], 'the maximum is that of each line')
  assert.deepEqual(by(power(6900)), [30, 30, 30])
  assert.deepEqual(by(power(2300, 'L1'), power(2300, 'L2'), power(2300, 'L3')), [10, 30, 30, 10, 10, 10])
})

test('a car certainly loads the lines that were told, and nothing of a current without lines', () => {
  const loadOf = (more: object, measured: Parameters<typeof certainLoad>[1]) => {
    return Object.fromEntries(certainLoad(evseOf(more), measured))
  }
  const onePhase = { amperes: 16, lines: [16, 0, 0.2] } as const
  assert.deepEqual(loadOf({}, onePhase), { L1: 16, L2: 0, L3: 0.2 })
  assert.deepEqual(loadOf({ wiring: 'L2L3L1' }, onePhase), { L2: 16, L3: 0, L1: 0.2 })
  assert.deepEqual(loadOf({}, { amperes: 16 }), {}, 'it may be on any line')
  assert.deepEqual(loadOf({ wiring: 'L2' }, { amperes: 16 }), { L2: 16 })
  assert.deepEqual(loadOf({ wiring: 'L1L2' }, { amperes: 16 }), { L1: 16, L2: 16 })
  assert.deepEqual(loadOf({ wiring: 'L2' }, { amperes: 16, used: [14.5, 16] }), { L2: 14.5 }, 'by its power')
  assert.deepEqual(loadOf({ wiring: 'L1L2', unit: 'W' }, { amperes: 16, used: [16, 16] }), { L1: 8, L2: 8 })
})
