import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  addUp,
  availabilityOf,
  type Known,
  type Span,
  type StateSpan,
  spansOf
} from '../../lib/charge-points/availability.js'
import { STATES } from '../../lib/charge-points/connector-state.js'
import { measureCpu } from '../support/wait.js'

const MAX = 1_000
const span = fc
  .tuple(fc.integer({ min: 0, max: MAX }), fc.integer({ min: 0, max: MAX }))
  .map(([one, other]): Span => ({ from: Math.min(one, other), to: Math.max(one, other) }))
const range = span.filter(({ from, to }) => from < to)
const state = fc
  .tuple(span, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }), fc.constantFrom(...STATES))
  .map(([when, evseId, connectorId, state]): StateSpan => ({ ...when, evseId, connectorId, state }))
const known = fc.tuple(fc.array(span, { maxLength: 6 }), fc.array(state, { maxLength: 10 })).map(
  ([connections, states]): Known => ({
    connections,
    states,
    evseIds: [1, 2],
    since: connections.length === 0 ? undefined : Math.min(...connections.map(({ from }) => from))
  })
)

const TOLD = { connections: [{ from: 0, to: 100 }], evseIds: [1], since: 0 }
const at = (from: number, to: number, state: StateSpan['state'], evseId = 1, connectorId = 1): StateSpan => ({
  from,
  to,
  state,
  evseId,
  connectorId
})
const NOTHING = { connected: 0, up: 0, faulted: 0, outOfService: 0, unknown: 0, occupied: 0 }

describe('the availability of an EVSE', () => {
  it('has parts that add up, and none is longer than the time', () => {
    fc.assert(
      fc.property(known, range, (facts, within) => {
        const found = availabilityOf(facts, 1, within)
        if (found === undefined) return
        const { time, connected, up, faulted, outOfService, unknown, occupied } = found
        assert.equal(connected, up + faulted + outOfService + unknown)
        assert.ok(time > 0 && time <= within.to - within.from)
        assert.ok(connected <= time && occupied <= up)
        assert.ok(Object.values(found).every((value) => value >= 0))
      })
    )
  })

  it('takes a time that grows with the number of connections and states, not with its square', () => {
    const factsOf = (length: number): Known => {
      const spans = Array.from({ length }, (_, index) => ({ from: 10 * index, to: 10 * index + 7 }))
      return {
        connections: spans,
        states: spans.map(({ from, to }) => at(from + 1, to, 'Available')),
        evseIds: [1],
        since: 0
      }
    }
    const quickestOf = (length: number) => {
      const facts = factsOf(length)
      const times = Array.from({ length: 5 }, () => {
        const cpu = measureCpu()
        assert.equal(availabilityOf(facts, 1, { from: 0, to: 10 * length })?.up, 6 * length)
        return cpu()
      })
      return Math.min(...times)
    }
    quickestOf(1_000)
    const ratio = quickestOf(16_000) / quickestOf(1_000)
    assert.ok(ratio < 80, `sixteen times as many take ${ratio} times as long`)
  })

  it('is the sum of that of the parts of a range', () => {
    fc.assert(
      fc.property(known, range, fc.integer({ min: 0, max: MAX }), (facts, { from, to }, middle) => {
        fc.pre(from < middle && middle < to)
        const parts = [availabilityOf(facts, 1, { from, to: middle }), availabilityOf(facts, 1, { from: middle, to })]
        const known = parts.filter((part) => part !== undefined)
        assert.deepEqual(addUp(known), availabilityOf(facts, 1, { from, to }))
      })
    )
  })

  it('is as connected as the charge point was, moment by moment', () => {
    fc.assert(
      fc.property(known, range, (facts, { from, to }) => {
        let connected = 0
        for (let now = from; now < to; now++) {
          if (facts.connections.some((one) => one.from <= now && one.to > now)) connected++
        }
        assert.equal(availabilityOf(facts, 1, { from, to })?.connected ?? 0, connected)
      }),
      { numRuns: 50 }
    )
  })

  it('does not depend on the other EVSEs', () => {
    fc.assert(
      fc.property(known, range, (facts, within) => {
        const own = { ...facts, states: facts.states.filter(({ evseId }) => evseId !== 2) }
        assert.deepEqual(availabilityOf(facts, 1, within), availabilityOf(own, 1, within))
      })
    )
  })

  it('is absent where nothing is known, and never whole without a state', () => {
    assert.equal(
      availabilityOf({ connections: [], states: [], evseIds: [1], since: undefined }, 1, { from: 0, to: 9 }),
      undefined
    )
    assert.equal(availabilityOf({ ...TOLD, states: [], since: 50 }, 1, { from: 0, to: 50 }), undefined)
    const silent = availabilityOf({ ...TOLD, states: [] }, 1, { from: 0, to: 100 })
    assert.deepEqual(silent, { ...NOTHING, time: 100, connected: 100, unknown: 100 })
  })

  it('counts states only while the charge point was connected', () => {
    const facts = {
      ...TOLD,
      connections: [
        { from: 0, to: 60 },
        { from: 50, to: 80 }
      ],
      states: [at(0, 100, 'Charging')]
    }
    const found = availabilityOf(facts, 1, { from: 0, to: 100 })
    assert.deepEqual(found, { ...NOTHING, time: 100, connected: 80, up: 80, occupied: 80 })
  })

  it('is up if one of its connectors is, and down if all of it or the charge point is', () => {
    const kinds = (...states: StateSpan[]) => availabilityOf({ ...TOLD, states }, 1, { from: 0, to: 100 })
    assert.equal(kinds(at(0, 100, 'Faulted'), at(0, 40, 'Available', 1, 2))?.up, 40)
    assert.equal(kinds(at(0, 100, 'Faulted'), at(0, 40, 'Available', 1, 2))?.faulted, 60)
    assert.equal(kinds(at(0, 100, 'Available'), at(20, 50, 'Unavailable', 1, 0))?.outOfService, 30)
    assert.equal(kinds(at(0, 100, 'Available'), at(20, 50, 'Faulted', 0, 0))?.faulted, 30)
    assert.equal(kinds(at(20, 50, 'Available', 0, 0))?.unknown, 100)
    assert.equal(kinds(at(0, 100, 'Reserved'))?.up, 100)
    assert.equal(kinds(at(0, 100, 'Reserved'))?.occupied, 0)
  })
})

describe('the intervals of a range', () => {
  it('are hours, days, weeks from Monday, and months in UTC, cut to the range', () => {
    const between = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) })
    const starts = (range: Span, interval: Parameters<typeof spansOf>[1]) =>
      spansOf(range, interval).map(({ from }) => new Date(from).toISOString())
    assert.deepEqual(starts(between('2026-01-30T10:00Z', '2026-03-02T00:00Z'), 'month'), [
      '2026-01-30T10:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z'
    ])
    // A Sunday, then Monday.
    assert.deepEqual(starts(between('2026-03-01T00:00Z', '2026-03-09T00:00Z'), 'week'), [
      '2026-03-01T00:00:00.000Z',
      '2026-03-02T00:00:00.000Z'
    ])
    assert.equal(starts(between('2026-03-01T00:00Z', '2026-03-03T00:00Z'), 'hour').length, 48)
    assert.equal(starts(between('2026-03-01T00:00Z', '2026-03-03T00:00Z'), undefined).length, 1)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e12 }), fc.constantFrom('day', 'week', 'month'), (from, interval) => {
        const whole = { from, to: from + 400 * 86_400_000 }
        const spans = spansOf(whole, interval as 'day')
        assert.equal(spans[0]?.from, whole.from)
        assert.equal(spans.at(-1)?.to, whole.to)
        for (const [index, { to }] of spans.slice(0, -1).entries()) assert.equal(spans[index + 1]?.from, to)
      }),
      { numRuns: 20 }
    )
  })
})
