import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Told } from '../../lib/load-management/limits.js'
import type { Needs } from '../../lib/load-management/needs.js'
import type { Snapshot } from '../../lib/load-management/options.js'
import { keyOf, plantOf } from '../../lib/load-management/plant.js'
import { toStateRecord } from '../../lib/load-management/records.js'
import { type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { step } from '../../lib/load-management/step.js'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const SECOND = 1000
const MINUTE = 60 * SECOND

interface Stall {
  circuit?: string
  wiring?: 'L1' | 'L1L2L3' | 'L2L3L1'
  fallback?: number
  priority?: number
  isConnected?: boolean
  needs?: Needs
  state?: Partial<EvseState>
}

/** A site with these EVSEs, and what a step makes of it. */
function shown(limit: number, stalls: readonly Stall[], { told = new Map<string, Told>(), mode = 'control' } = {}) {
  const evses = stalls.map(({ circuit = 'main', wiring = 'L1L2L3', fallback = 0, priority = 0 }, index) => {
    return { identity: `E${index}`, evseId: 1, circuit, wiring, maximum: 32, fallback, priority } as const
  })
  const circuits = [
    { id: 'main', limit: { A: limit, W: 100_000 }, margin: 1 },
    { id: 'sub', parent: 'main', limit: { A: 500 }, margin: 0 }
  ]
  const plant = plantOf({ mode: 'control', circuits, evses }, 'UTC')
  const states = new Map(
    plant.evses.map((evse, index) => {
      const { state } = stalls[index] ?? {}
      return [keyOf(evse), { ...initialState(), fallback: evse.fallback, servedAt: NOW, ...state }]
    })
  )
  const facts = new Map(
    plant.evses.map((evse, index) => {
      const { isConnected = true, needs } = stalls[index] ?? {}
      return [keyOf(evse), { isConnected, isMember: true, ...(needs && { needs }) }]
    })
  )
  const result = step({ plant, now: NOW, told, facts, states })
  const snapshot = { plant, site: {}, mode, at: NOW, told, facts, result } as unknown as Snapshot
  const record = toStateRecord(snapshot.mode, snapshot)
  const load = (circuit: string, phase: string) => {
    return record.loads.find((one) => one.circuit === circuit && one.phase === phase)
  }
  return { record, load, evses: record.evses }
}

let transactions = 0

/** A car that charges with a limit. */
function charging(amperes: number, more: Partial<EvseState> = {}): Partial<EvseState> {
  const until = NOW + 10 * MINUTE
  const since = NOW - 60 * MINUTE
  return {
    transaction: { key: `t${++transactions}`, id: transactions, since, poweredAt: since },
    obedience: 'obeys',
    sent: { amperes, at: NOW - 5 * SECOND, until },
    possible: [{ amperes, until }],
    measured: { amperes, at: NOW - 10 * SECOND },
    servedSince: since,
    ...more
  }
}

/** A car that has nothing. */
function waiting(minutes: number): Partial<EvseState> {
  const { sent: _, measured: _seen, servedSince: _since, ...rest } = charging(0)
  return { ...rest, possible: [], waitingSince: NOW - minutes * MINUTE, measured: { amperes: 0, at: NOW - SECOND } }
}

test('what is kept free is rounded', () => {
  const circuits = [{ id: 'main', limit: { W: 9000 }, margin: 1.111, voltage: 230.5 }]
  const plant = plantOf({ mode: 'control', circuits, evses: [] }, 'UTC')
  const told = new Map<string, Told>()
  const result = step({ plant, now: NOW, told, facts: new Map(), states: new Map() })
  const snapshot = { plant, site: {}, mode: 'control', at: NOW, told, facts: new Map(), result } as unknown as Snapshot
  assert.equal(toStateRecord('control', snapshot).loads.find(({ phase }) => phase === 'W')?.margin, 256.09)
})

test('each limit shows what is reserved for which cause, meant for whom, and measured', () => {
  const onePhase = { used: [true, false, false], since: NOW - 10 * MINUTE, isProven: true }
  const { load, evses } = shown(
    100,
    [
      { circuit: 'sub', state: charging(16, { measured: { amperes: 15, lines: [15, 14, 13], at: NOW - SECOND } }) },
      {
        wiring: 'L2L3L1',
        state: charging(10, { lines: onePhase, measured: { amperes: 10, lines: [10, 0, 0], at: NOW - SECOND } })
      },
      { wiring: 'L1', fallback: 6 },
      { wiring: 'L1', state: { ...waiting(1), obedience: 'ignoring' } }
    ],
    {
      told: new Map([
        ['main', { measurement: { currents: { L1: 7, L2: 0, L3: 0 }, includesChargers: false, at: NOW } }]
      ])
    }
  )
  assert.deepEqual(load('main', 'L1')?.reservedBy, { limit: 16, fallback: 6, 'ignores-limits': 32 })
  assert.deepEqual(load('main', 'L2')?.reservedBy, { limit: 26 })
  assert.deepEqual(load('sub', 'L3')?.reservedBy, { limit: 16 })
  assert.equal(load('main', 'L1')?.reserved, 54)
  assert.equal(load('main', 'L1')?.measured, 15)
  assert.equal(load('main', 'L2')?.measured, 14 + 10)
  assert.equal(load('main', 'L3')?.measured, 13)
  assert.equal(load('main', 'W')?.measured, (15 + 14 + 13 + 10) * 230)
  assert.equal(load('main', 'L1')?.headroom, 100 - 1 - 7 - 54)
  assert.equal(load('sub', 'L1')?.allocated, evses[0]?.target)
  assert.equal(load('main', 'L2')?.allocated, (evses[0]?.target ?? 0) + (evses[1]?.target ?? 0))
  assert.deepEqual(
    evses.map(({ phases }) => phases),
    [undefined, ['L2'], undefined, undefined]
  )
})

test('what is taken is absent as soon as one EVSE is not known, and nothing without cars', () => {
  const idle = shown(100, [{}, {}])
  assert.equal(idle.load('main', 'L1')?.measured, 0)
  const old = { measured: { amperes: 16, at: NOW - 10 * MINUTE } }
  for (const stall of [{ isConnected: false }, { state: charging(16, old) }]) {
    const { load } = shown(100, [{ circuit: 'sub', state: charging(10) }, stall])
    assert.equal(load('main', 'L1')?.measured, undefined)
    assert.equal(load('sub', 'L1')?.measured, 10)
  }
})

test('a car that waits can expect its turn when one that charges has done so for a dwell, in its order', () => {
  const turns = ({ evses }: ReturnType<typeof shown>) => {
    return evses.map(({ expectedTurn }) => expectedTurn && Math.floor((Date.parse(expectedTurn) - NOW) / MINUTE))
  }
  const served = (minutes: number) => {
    return charging(6, { servedSince: NOW - minutes * MINUTE, served: (6.1 * minutes) / 60 })
  }
  const stalls = [{ state: served(5) }, { state: served(3) }]
  // A dwell is 15 minutes. The first one waits for the other's 10 minutes, the second one for 12, the third for one dwell more.
  // Before each start, the current of the other has to fall.
  const queue = [{ state: waiting(8) }, { state: waiting(7) }, { state: waiting(6) }]
  assert.deepEqual(turns(shown(14, [...stalls, ...queue])).slice(0, 2), [undefined, undefined])
  assert.deepEqual(
    turns(shown(14, [...stalls, ...queue]))
      .slice(2)
      .sort((one, other) => Number(one) - Number(other)),
    [10, 12, 26]
  )
  assert.deepEqual(turns(shown(14, [...stalls, { state: waiting(1) }])).at(-1), 14, 'it waits for a dwell itself')
  const urgent = stalls.map((stall) => ({ ...stall, priority: 9 }))
  assert.deepEqual(turns(shown(14, [...urgent, ...queue])).slice(2), [undefined, undefined, undefined])
  const pinned = [
    { state: served(5), fallback: 6 },
    { state: served(3), fallback: 6 }
  ]
  assert.deepEqual(turns(shown(14, [...pinned, ...queue])).slice(2), [undefined, undefined, undefined])
  const leaving = { state: waiting(8), needs: { energy: 5000, departure: NOW + 60 * MINUTE } }
  assert.deepEqual(turns(shown(14, [...stalls, leaving])).at(-1), undefined)
  assert.deepEqual(turns(shown(14, [...stalls, ...queue], { mode: 'observe' })).at(-1), undefined)
})
