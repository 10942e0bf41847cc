import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkPlant } from '../../lib/load-management/check.js'
import type { Lines } from '../../lib/load-management/lines.js'
import { keyOf, type LoadManagementBody, type Plant, plantOf } from '../../lib/load-management/plant.js'
import { answered, booted, type EvseState, initialState, sampled, sending } from '../../lib/load-management/reserve.js'
import { Site } from '../../lib/load-management/site.js'
import { isBalanced, type Steady, steadied, takenBy } from '../../lib/load-management/steady.js'
import { overloads, step } from '../../lib/load-management/step.js'
import { startingPhases } from '../../lib/load-management/unbalance.js'

const SECOND = 1000
const NOW = Date.UTC(2026, 0, 5, 16)
const SETTLE = 10 * SECOND
const UNBALANCES = ['unbalance-L1', 'unbalance-L2', 'unbalance-L3']

type Evse = Partial<LoadManagementBody['evses'][number]>

/** EVSEs below a circuit with an unbalance of 20 A. */
function plantWith(evses: readonly Evse[], circuits: object[] = [{ id: 'main' }]): Plant {
  const body = {
    mode: 'control' as const,
    raiseDelay: 0,
    circuits: circuits.map((one) => ({ id: 'main', limit: { A: 200 }, margin: 0, unbalance: 20, ...one })),
    evses: evses.map((one, index) => {
      return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback: 0, ...one }
    })
  }
  return plantOf(body, 'UTC')
}

/** A car that has a limit, and was seen for two minutes with these currents. */
function charging(amperes: number, lines: Lines | 'one', until = NOW): EvseState {
  const since = until - 3_600 * SECOND
  const transaction = { key: 'tx', id: 1, since, poweredAt: since }
  const plain: EvseState = { ...initialState(), fallback: 0, obedience: 'obeys', transaction, servedAt: since }
  const at = until - 300 * SECOND
  const pending = { kind: 'limit' as const, amperes, at, until: until + 600 * SECOND, transaction: 'tx' }
  let state = answered(sending(plain, pending, SETTLE), 'accepted', { now: at, settle: SETTLE })
  for (let now = until - 120 * SECOND; now <= until; now += 10 * SECOND) state = seen(state, lines, now)
  return { ...state, servedSince: since }
}

function seen(state: EvseState, lines: Lines | 'one', now: number): EvseState {
  const times = { now, settle: SETTLE }
  if (lines === 'one') return sampled(state, state.sent?.amperes ?? 0, times)
  return sampled(state, Math.max(...lines), times, { lines })
}

interface At {
  now?: number
  away?: readonly number[]
}

function inputOf(plant: Plant, states: readonly EvseState[], { now = NOW, away = [] }: At = {}) {
  const keys = plant.evses.map(keyOf)
  const facts = keys.map((key, index) => [key, { isConnected: !away.includes(index), isMember: true }] as const)
  return {
    ...{ plant, now, told: new Map(), facts: new Map(facts) },
    states: new Map(keys.map((key, index) => [key, states[index] ?? { ...initialState(), fallback: 0 }]))
  }
}

/** What is reserved, the limit and the credit of the unbalance of each phase. */
function loadsOf(plant: Plant, states: readonly EvseState[], at?: At, circuit = 'main') {
  const { loads } = new Site(inputOf(plant, states, at))
  return UNBALANCES.map((phase) => {
    const load = loads.find((one) => one.phase === phase && one.circuit === circuit)
    return [(load?.reserved ?? 0) + (load?.margin ?? 0), load?.limit, load?.credit]
  })
}

const reservedOf = (...given: Parameters<typeof loadsOf>) => loadsOf(...given).map(([reserved]) => reserved)
const creditOf = (...given: Parameters<typeof loadsOf>) => loadsOf(...given).map(([, , credit]) => credit)

const idle = { ...initialState(), fallback: 6 }

describe('what is reserved for an EVSE counts for the unbalance', () => {
  const one = (more: Evse, state: EvseState, at?: At) => reservedOf(plantWith([more]), [state], at)

  it('on the phases of the first two lines, while nobody knows the car', () => {
    assert.deepEqual(one({}, idle), [6, 6, 0])
    assert.deepEqual(one({ wiring: 'L2L3L1' }, idle), [0, 6, 6])
    assert.deepEqual(one({ wiring: 'L3L2L1' }, idle), [0, 6, 6])
    assert.deepEqual(one({ wiring: 'L3' }, idle), [0, 0, 6])
    assert.deepEqual(one({ wiring: 'L2L3' }, idle), [0, 6, 6])
    assert.deepEqual(one({}, charging(16, 'one')), [16, 16, 0], 'no lines were told')
    assert.deepEqual(startingPhases({ wiring: 'L2L3L1', unit: 'W' }), ['L1', 'L2', 'L3'], 'a power may be on any line')
    assert.deepEqual(one({}, initialState()), [32, 32, 0], 'its maximum, before it has accepted a fallback')
  })

  it('on the lines that its car loads, and not at all if these are all three alike', () => {
    assert.deepEqual(one({}, charging(16, [16, 0, 0])), [16, 0, 0])
    assert.deepEqual(one({ wiring: 'L2L3L1' }, charging(16, [16, 0, 0])), [0, 16, 0])
    assert.deepEqual(one({}, charging(16, [16, 16, 0])), [16, 16, 0])
    assert.deepEqual(one({}, charging(16, [16, 15.2, 15])), [0, 0, 0])
    assert.deepEqual(one({}, charging(16, [16, 16, 12])), [16, 16, 16], 'these are not alike')
    assert.deepEqual(one({ unit: 'W' }, charging(16, [5, 5, 5])), [16, 16, 16], 'a power may be moved')
    assert.deepEqual(one({ wiring: 'L1L2' }, charging(16, 'one')), [16, 16, 0])
  })

  it('again from the first sample in which a car loads its lines differently, also if it is little', () => {
    const three = charging(16, [16, 16, 16])
    assert.deepEqual(one({}, seen(three, [16, 0, 0], NOW + SECOND)), [16, 16, 0])
    assert.deepEqual(one({}, seen(three, [4, 0, 0], NOW + SECOND)), [16, 16, 0])
    assert.deepEqual(one({}, seen(three, [0, 0, 0], NOW + SECOND)), [0, 0, 0], 'a pause says nothing')
    const again = seen(seen(three, [4, 0, 0], NOW + SECOND), [16, 16, 16], NOW + 11 * SECOND)
    assert.deepEqual(one({}, again), [16, 16, 0], 'it has to prove itself again')
  })

  it('as of another car with the fallback, which may have come meanwhile', () => {
    const three = { ...charging(16, [16, 16, 16]), fallback: 6 }
    assert.deepEqual(one({}, three), [6, 6, 0], 'also one that is connected, until the news is there')
    assert.deepEqual(one({}, booted(three)), [32, 32, 0], 'without a fallback, all that it may take')
    assert.deepEqual(one({}, three, { away: [0] }), [6, 6, 0])
    const onePhase = { ...charging(16, [16, 0, 0]), fallback: 6 }
    assert.deepEqual(one({}, onePhase, { away: [0] }), [16, 6, 0])
    const possible = three.possible.map((each) => ({ ...each, isStanding: true as const }))
    assert.deepEqual(
      one({}, { ...three, possible }, { away: [0] }),
      [16, 16, 0],
      'the limit holds for the next car, too'
    )
  })
})

describe('a current that counts as taken', () => {
  const after = (...currents: readonly number[]) => {
    const steps = currents.map((amperes, index) => ({ amperes, now: NOW + index * 10 * SECOND }))
    return steps.reduce<Steady | undefined>((state, { amperes, now }) => steadied(state, { amperes }, now), undefined)
  }
  const taken = (state: Steady | undefined, later = 0) => state && takenBy(state, state.at + later)?.amperes

  it('rises after half a minute, to the least that was taken meanwhile, and falls at once', () => {
    assert.equal(taken(after(16, 16, 16)), undefined)
    assert.equal(taken(after(16, 16, 14, 16)), 14)
    assert.equal(taken(after(16, 16, 16, 16, 32, 32)), 16)
    assert.equal(taken(after(16, 16, 16, 16, 32, 32, 32)), 16)
    assert.equal(taken(after(16, 16, 16, 16, 32, 32, 32, 32, 32, 32)), 32)
    assert.equal(taken(after(16, 16, 16, 16, 9)), 9)
    assert.equal(taken(after(16, 16, 16, 16, 9, 16)), 9)
  })

  it('is forgotten when samples stay away, and has to be seen anew', () => {
    const state = after(16, 16, 16, 16)
    assert.equal(taken(state, 75 * SECOND), 16)
    assert.equal(taken(state, 75 * SECOND + 1), undefined)
    assert.ok(state)
    const late = steadied(state, { amperes: 16 }, state.at + 80 * SECOND)
    assert.equal(taken(late), undefined)
    assert.equal(steadied(state, { amperes: 16 }, NOW).at, state.at, 'a sample that comes late is no newer one')
  })

  it('loads three lines alike after a minute in which no sample was another', () => {
    const lines = (...samples: Lines[]) => {
      return samples.reduce<Steady | undefined>((state, one, index) => {
        return steadied(state, { amperes: one[0], lines: one }, NOW + index * 10 * SECOND)
      }, undefined)
    }
    const times = (count: number, one: Lines): Lines[] => Array.from({ length: count }, () => one)
    const balanced = (...samples: Lines[]) => {
      const state = lines(...samples)
      return state !== undefined && isBalanced(state)
    }
    assert.equal(balanced(...times(6, [16, 16, 16])), false)
    assert.equal(balanced(...times(7, [16, 15, 16])), true)
    assert.equal(balanced(...times(9, [5, 5, 5])), false, 'a little current proves nothing')
    assert.equal(balanced(...times(6, [16, 16, 16]), [16, 12, 16], [16, 16, 16]), false)
  })
})

describe('the credit of a phase', () => {
  const on = (wiring: 'L1' | 'L2' | 'L3' | 'L1L2'): Evse => ({ wiring })
  const plant = plantWith([on('L1'), on('L2'), on('L3')])
  const states = [charging(32, 'one'), charging(16, 'one'), charging(10, 'one')]

  it('is what is certainly taken on each of the others', () => {
    assert.deepEqual(loadsOf(plant, states), [
      [32, 30, 10],
      [16, 30, 10],
      [10, 36, 16]
    ])
    assert.deepEqual(creditOf(plant, states.slice(0, 2)), [0, 0, 16])
    assert.deepEqual(creditOf(plantWith([on('L1L2')]), [charging(16, 'one')]), [0, 0, 16])
    const threePhase = plantWith([on('L1'), {}])
    assert.deepEqual(creditOf(threePhase, [states[0] as EvseState, charging(16, [16, 16, 16])]), [0, 0, 0])
    const unknown = seen(seen(charging(16, 'one'), [16, 16, 16], NOW), [16, 16, 16], NOW + 30 * SECOND)
    assert.deepEqual(creditOf(plantWith([{}]), [unknown]), [0, 0, 0], 'a car that may load all alike gives none')
  })

  it('is never more than the lowest limit that may be in force', () => {
    const [one, two] = states as [EvseState, EvseState]
    const lower = (amperes: number) => {
      const pending = { kind: 'limit' as const, amperes, at: NOW, until: NOW + 600 * SECOND, transaction: 'tx' }
      return sending(charging(10, 'one'), pending, SETTLE)
    }
    assert.deepEqual(creditOf(plant, [one, two, lower(6)]), [6, 6, 16])
    assert.deepEqual(creditOf(plant, [one, two, lower(32)]), [10, 10, 16], 'nor than what was measured')
    const unanswered = answered(lower(6), 'unknown', { now: NOW, settle: SETTLE })
    assert.deepEqual(creditOf(plant, [one, two, unanswered]), [6, 6, 16])
    const ends = 600 * SECOND - SETTLE
    const at = (now: number) => {
      const late = states.map((state) => {
        return [40, 30, 20, 10, 0].reduce((next, ago) => seen(next, 'one', now - ago * SECOND), state)
      })
      return creditOf(plant, late, { now })
    }
    assert.deepEqual(at(NOW + ends - 1), [10, 10, 16])
    assert.deepEqual(at(NOW + ends), [0, 0, 0], 'the leases end')
  })

  it('falls with the sending of a lower limit, before anything else is decided', () => {
    const site = new Site(inputOf(plant, states))
    const pending = { kind: 'limit' as const, amperes: 6, at: NOW, until: NOW + 600 * SECOND, transaction: 'tx' }
    site.set('cp-2 1', sending(site.state('cp-2 1'), pending, SETTLE))
    const limits = site.loads.filter(({ phase }) => UNBALANCES.includes(phase)).map(({ limit }) => limit)
    assert.deepEqual(limits, [26, 26, 36])
  })

  it('is gone when the current is not known any more, and while the charge point is away', () => {
    assert.deepEqual(creditOf(plant, states, { now: NOW + 76 * SECOND }), [0, 0, 0])
    assert.deepEqual(creditOf(plant, states, { away: [2] }), [0, 0, 16])
  })

  it('is that of the EVSEs below the circuit', () => {
    const nested = plantWith(
      [
        { wiring: 'L1', circuit: 'row' },
        { wiring: 'L2', circuit: 'row' },
        { wiring: 'L3', circuit: 'main' }
      ],
      [{ id: 'main' }, { id: 'row', parent: 'main' }]
    )
    assert.deepEqual(creditOf(nested, states), [10, 10, 16])
    assert.deepEqual(creditOf(nested, states, {}, 'row'), [0, 0, 16])
  })
})

describe('cars that load phases differently', () => {
  const wirings = ['L1', 'L1', 'L1', 'L2', 'L3'] as const
  const plant = plantWith(wirings.map((wiring) => ({ wiring })))
  const commandsOf = (states: readonly EvseState[], at?: At, of = plant) => {
    const { commands } = step(inputOf(of, states, at))
    return Object.fromEntries(commands.map(({ key, amperes }) => [key.slice(0, -2), amperes]))
  }

  it('get the limit of the unbalance on a phase, and more as the others do', () => {
    const { steady: _, ...fresh } = charging(0, 'one')
    assert.deepEqual(commandsOf([fresh, fresh, fresh]), { 'cp-0': 6.6, 'cp-1': 6.6, 'cp-2': 6.6 })
    const [two, three] = [charging(16, 'one'), charging(10, 'one')]
    assert.deepEqual(commandsOf([fresh, fresh, fresh, two, three]), {
      'cp-0': 10,
      'cp-1': 10,
      'cp-2': 10,
      'cp-3': 20,
      'cp-4': 20
    })
  })

  it('are lowered in the same run as those on the other phases that they count on', () => {
    const states = [10, 10, 10, 16, 10].map((amperes) => charging(amperes, 'one'))
    const told = new Map([['main', { dynamic: { limit: { L3: 6 }, source: 'EMS', expiresAt: NOW + 3_600 * SECOND } }]])
    const { commands } = step({ ...inputOf(plant, states), told })
    const sent = Object.fromEntries(commands.map(({ key, amperes }) => [key, amperes]))
    assert.deepEqual(sent, { 'cp-0 1': 8.6, 'cp-1 1': 8.6, 'cp-2 1': 8.6, 'cp-3 1': 26, 'cp-4 1': 6 })
  })

  it('show as an overload when cars on the other phases have left', () => {
    const states = [10, 10, 10].map((amperes) => charging(amperes, 'one'))
    const { loads } = new Site(inputOf(plant, states))
    assert.deepEqual(overloads(loads), [{ circuit: 'main', phase: 'unbalance-L1', by: 10 }])
    assert.deepEqual(commandsOf(states), { 'cp-0': 6.6, 'cp-1': 6.6, 'cp-2': 6.6 })
  })
})

describe('a car of which nobody knows how it loads the phases', () => {
  /** Three one-phase cars and others that wait, on EVSEs that are wired alike. */
  const plant = plantWith([{}, {}, {}, {}, {}])
  const onePhase = () => charging(6, [6, 0, 0])
  const unknown = (): EvseState => {
    const { steady: _, lines: _lines, measured: _seen, servedSince: _served, ...state } = charging(0, 'one')
    return { ...state, waitingSince: NOW - 60 * SECOND }
  }
  const targetsOf = (states: readonly EvseState[], of = plant) => {
    const { evses } = step(inputOf(of, states))
    return of.evses.map((evse) => Math.round((evses.get(keyOf(evse))?.target ?? 0) * 10) / 10)
  }

  it('comes first, one at a time, because it may need no room', () => {
    assert.deepEqual(targetsOf([onePhase(), onePhase(), onePhase(), unknown(), unknown()]), [6.7, 6.7, 0, 6.7, 0])
  })

  it('waits while another one is tried', () => {
    const tried = { ...charging(6, 'one'), servedAt: NOW - 60 * SECOND }
    assert.deepEqual(targetsOf([onePhase(), onePhase(), tried, unknown(), unknown()]), [6.7, 6.7, 6.7, 0, 0])
  })

  it('does so for some minutes only, and not in front of a higher priority', () => {
    const hopeless = { ...unknown(), served: 1 }
    assert.deepEqual(targetsOf([onePhase(), onePhase(), onePhase(), hopeless]), [6.7, 6.7, 6.7, 0, 0])
    const preferred = plantWith([{ priority: 1 }, { priority: 1 }, { priority: 1 }, {}])
    assert.deepEqual(targetsOf([onePhase(), onePhase(), onePhase(), unknown()], preferred), [6.7, 6.7, 6.7, 0])
  })
})

describe('a configuration with a limit of the unbalance', () => {
  const bodyOf = (fallback: number, wirings: readonly ('L1L2L3' | 'L2L3L1' | 'L3' | 'L1L2')[]): LoadManagementBody => ({
    mode: 'control',
    circuits: [{ id: 'main', limit: { A: 200 }, unbalance: 20 }],
    evses: wirings.map((wiring, index) => {
      return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback, wiring }
    })
  })
  const check = (body: LoadManagementBody) => {
    return checkPlant(body, new Map(body.evses.map(({ identity }) => [identity.toLowerCase(), {}])))
  }

  it('is refused when the fallbacks alone may break it', () => {
    check(bodyOf(6, ['L1L2L3', 'L1L2L3', 'L1L2L3']))
    check(bodyOf(10, ['L1L2L3', 'L1L2L3']))
    assert.throws(() => check(bodyOf(8, ['L1L2L3', 'L1L2L3', 'L1L2L3'])), {
      message:
        '/circuits/0 unbalance-L1: the fallbacks below need 24 A, the limit leaves 20 A. The largest fallback that fits for all is 6.6 A'
    })
    assert.throws(() => check(bodyOf(6, ['L1L2L3', 'L2L3L1', 'L1L2', 'L1L2'])), /unbalance-L2: .* need 24 A, .* is 0 A/)
    check(bodyOf(6, ['L1L2L3', 'L1L2L3', 'L1L2L3', 'L3', 'L3', 'L3']))
  })
})
