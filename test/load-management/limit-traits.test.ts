import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withLeastFallbacks } from '../../lib/load-management/lifted.js'
import { inForm, type LoadManagementBody, type PlantEvse, plantOf } from '../../lib/load-management/plant.js'
import { answered, type EvseState, initialState } from '../../lib/load-management/reserve.js'
import { type Command, step } from '../../lib/load-management/step.js'
import { isWithinBudget, leaseOf, type WriteKind, withWrite } from '../../lib/load-management/writes.js'

const START = Date.UTC(2026, 0, 5, 12)
const SECOND = 1000
const HOUR = 3600 * SECOND

/** EVSEs with cars that take all they get, whose charge points accept all. */
class Bench {
  readonly body: LoadManagementBody
  readonly habits: Partial<PlantEvse>
  now = START
  states = new Map<string, EvseState>()
  /** All that was sent. */
  sent: (Command & { at: number })[] = []
  /** A of a limit that an energy manager has set. */
  limit: number | undefined
  reasons: string[] = []
  causes: unknown[] = []

  constructor(habits: Partial<PlantEvse>, more: { A?: number; fallback?: number; count?: number } = {}) {
    const { A = 21, fallback = 6, count = 2 } = more
    this.habits = habits
    this.body = {
      mode: 'control',
      circuits: [{ id: 'main', limit: { A }, margin: 0 }],
      evses: Array.from({ length: count }, (_, index) => {
        return { identity: `CP-${index}`, evseId: 1, circuit: 'main', maximum: 32, fallback }
      })
    }
  }

  get keys() {
    return this.body.evses.map((_, index) => `cp-${index} 1`)
  }

  state(index: number): EvseState {
    return this.states.get(`cp-${index} 1`) ?? initialState()
  }

  inForce(index: number): number {
    const { sent, fallback = 0 } = this.state(index)
    return sent !== undefined && sent.until > this.now ? sent.amperes : fallback
  }

  arrive(index: number): void {
    const transaction = { key: `t${index}`, id: index + 1, since: this.now, poweredAt: this.now }
    this.states.set(`cp-${index} 1`, { ...this.state(index), transaction, obedience: 'obeys' })
  }

  /** Seconds pass; each is a run, or each of so many. */
  pass(seconds: number, every = 1): void {
    for (let passed = 0; passed < seconds; passed += every) {
      this.now += every * SECOND
      this.#run()
    }
  }

  #run(): void {
    const plant = plantOf(this.body, 'UTC')
    const formed = plant.evses.map((evse) => inForm({ ...evse, ...this.habits }, evse))
    const evses = withLeastFallbacks(plant, formed)
    const dynamic = this.limit !== undefined && {
      dynamic: { limit: { A: this.limit }, source: 'test', expiresAt: this.now + HOUR * 48 }
    }
    const told = new Map([['main', { ...dynamic }]])
    const facts = new Map(this.keys.map((key) => [key, { isConnected: true, isMember: true }]))
    const result = step({ plant: { ...plant, evses }, now: this.now, told, facts, states: this.states })
    this.states = result.states
    this.reasons = this.keys.map((key) => result.evses.get(key)?.reason ?? '')
    this.causes = this.keys.map((key) => result.evses.get(key)?.cause)
    for (const command of result.commands) {
      this.sent.push({ ...command, at: this.now })
      const settle =
        (evses.find(({ identity }) => command.key.startsWith(identity.toLowerCase()))?.settle ?? 0) * SECOND
      this.states.set(
        command.key,
        answered(this.states.get(command.key) ?? initialState(), 'accepted', { now: this.now, settle })
      )
    }
  }
}

describe('a charge point that does not go on after 0 A', () => {
  it('never gets less than its minimum, whatever the limit and its configured fallback', () => {
    for (const fallback of [0, 6]) {
      const bench = new Bench({ avoidsZero: true }, { fallback, A: 13 })
      bench.pass(20)
      bench.arrive(0)
      bench.arrive(1)
      bench.pass(120)
      assert.ok(bench.inForce(0) >= 6 && bench.inForce(1) >= 6)
      bench.limit = 3
      bench.pass(300)
      bench.limit = undefined
      bench.pass(300)
      assert.deepEqual(
        bench.sent.filter(({ amperes }) => amperes < 6),
        []
      )
    }
  })

  it('waits with the fallback of 0 A that it has, until its minimum fits', () => {
    const bench = new Bench({}, { fallback: 0, A: 13 })
    bench.pass(20)
    bench.habits.avoidsZero = true
    bench.sent = []
    bench.limit = 10
    bench.arrive(0)
    bench.pass(60)
    bench.arrive(1)
    bench.pass(60)
    assert.deepEqual([bench.state(0).fallback, bench.state(1).fallback, bench.inForce(1)], [6, 0, 0])
    bench.limit = undefined
    bench.pass(60)
    assert.ok(bench.inForce(0) >= 6 && bench.inForce(1) >= 6)
    assert.ok(bench.sent.every(({ amperes }) => amperes >= 6))
  })

  it('keeps its minimum when its limit falls, while its fallback is still 0 A', () => {
    const bench = new Bench({}, { fallback: 0, A: 20, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    bench.pass(60)
    bench.habits.avoidsZero = true
    bench.limit = 2
    bench.pass(60)
    assert.equal(bench.inForce(0), 6)
  })

  it('gets no 0 A either after a call that nobody answered', () => {
    const bench = new Bench({ avoidsZero: true }, { A: 13, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    const until = bench.now + HOUR
    const possible = [0, 12].map((amperes) => ({ amperes, until }))
    bench.states.set('cp-0 1', { ...bench.state(0), possible, isDoubtful: true })
    bench.sent = []
    bench.pass(1)
    assert.deepEqual(
      bench.sent.map(({ amperes }) => amperes),
      [6]
    )
  })

  it('has a fallback that all lines can use, where W was learned', () => {
    const [evse] = plantOf(new Bench({}).body, 'UTC').evses
    assert.ok(evse)
    const formed = (avoidsZero: boolean) => {
      return inForm({ ...evse, avoidsZero }, { form: { ...evse.form, unit: 'W' }, forms: 1 })
    }
    assert.deepEqual([formed(false).fallback, formed(true).fallback], [0, 6])
    const plant = plantOf(new Bench({}).body, 'UTC')
    const [learned, other] = withLeastFallbacks({ ...plant, evses: [] }, [formed(true), { ...formed(true), evseId: 2 }])
    // The sum of 24 A is above the limit of 21 A.
    assert.deepEqual([learned?.fallback, other?.fallback, other?.isShort], [6, 6, true])
    const wide = plantOf(new Bench({}, { A: 25 }).body, 'UTC')
    const lifted = withLeastFallbacks(wide, [formed(true), { ...formed(true), evseId: 2 }])
    assert.deepEqual(
      lifted.map(({ fallback, isShort }) => [fallback, isShort]),
      [
        [18, undefined],
        [6, true]
      ]
    )
  })

  it('keeps its configured fallback where more does not fit, and says so', () => {
    const bench = new Bench({ avoidsZero: true }, { fallback: 0, A: 11 })
    bench.pass(20)
    bench.arrive(1)
    bench.pass(60)
    assert.deepEqual([bench.state(0).fallback, bench.state(1).fallback], [6, 0])
    assert.match(bench.reasons[1] ?? '', /^the fallback stays at 0 A/)
  })

  it('has no fallback that does not fit in a window, on the phases of a circuit, or in its watts', () => {
    const fallbacks = (circuit: object, wiring: 'L1' | 'L2' = 'L1') => {
      const body = new Bench({}, { fallback: 0 }).body
      const circuits = [{ id: 'main', limit: { A: 40 }, margin: 0, ...circuit }]
      const plant = plantOf({ ...body, circuits }, 'UTC')
      const evses = plant.evses.map((evse, index) => ({
        ...evse,
        avoidsZero: true,
        wiring: index === 0 ? 'L1' : wiring
      }))
      return withLeastFallbacks(plant, evses).map(({ fallback }) => fallback)
    }
    assert.deepEqual(fallbacks({}), [6, 6])
    assert.deepEqual(fallbacks({ windows: [{ from: '01:00', to: '02:00', limit: { L1: 11 } }] }), [6, 0])
    assert.deepEqual(fallbacks({ windows: [{ from: '01:00', to: '02:00', limit: { L1: 11 } }] }, 'L2'), [6, 6])
    assert.deepEqual(fallbacks({ fallbackLimit: { W: 11 * 230 } }, 'L2'), [6, 0])
    assert.deepEqual(fallbacks({ limit: { A: 12 }, margin: 1 }), [6, 0])
  })
})

describe('a charge point of which the writes are counted', () => {
  it('gets no change that does not lower for safety when they are used up, and still its renewals', () => {
    const bench = new Bench({ writesPerDay: 8 }, { A: 40, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    for (let round = 0; round < 20; round++) {
      bench.limit = round % 2 === 0 ? 40 : 30
      bench.pass(60)
    }
    // 30 A at last, because a circuit would be above its limit with more.
    bench.limit = 40
    bench.pass(300)
    assert.equal(bench.inForce(0), 30)
    assert.match(bench.reasons[0] ?? '', /changes of the day/)
    const before = bench.sent.length
    // Half of 8 are changes, and one more lowers.
    assert.ok(before <= 5, JSON.stringify(bench.sent.map(({ amperes }) => amperes)))
    bench.pass(23 * 3600, 60)
    const renewals = bench.sent.slice(before)
    assert.ok(renewals.length >= 1 && renewals.length + before <= 8, `${renewals.length} renewals`)
    assert.ok(renewals.every(({ amperes }) => amperes === 30))
    assert.equal(bench.inForce(0), 30, 'the lease is renewed')
    bench.pass(3 * 3600, 60)
    assert.equal(bench.inForce(0), 32, 'a new day')
  })

  it('is lowered when a circuit is above its limit, however much was sent', () => {
    const bench = new Bench({ writesPerDay: 4 }, { A: 40, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    bench.pass(30)
    assert.equal(bench.inForce(0), 32)
    for (const limit of [30, 25, 20, 15, 10]) {
      bench.limit = limit
      bench.pass(30)
      assert.equal(bench.inForce(0), limit)
    }
    bench.limit = 6
    bench.pass(30)
    assert.equal(bench.inForce(0), 6)
  })

  it('gets a shorter lease when less is allowed before its end, however much was sent', () => {
    const bench = new Bench({ writesPerDay: 4 }, { A: 40, fallback: 6, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    bench.pass(30)
    assert.equal(bench.inForce(0), 32)
    const [circuit] = bench.body.circuits
    assert.ok(circuit)
    circuit.windows = [{ from: '13:00', to: '14:00', limit: { A: 10 } }]
    bench.pass(30)
    assert.ok((bench.state(0).sent?.until ?? 0) < START + HOUR)
    assert.equal(bench.inForce(0), 32)
  })

  it('keeps what it has for itself, so that others do not wait for it', () => {
    const bench = new Bench({ writesPerDay: 4 }, { A: 38, fallback: 6 })
    bench.pass(20)
    bench.arrive(0)
    bench.pass(30)
    assert.equal(bench.inForce(0), 32)
    bench.arrive(1)
    bench.pass(300)
    assert.deepEqual([bench.inForce(0), bench.inForce(1)], [32, 6])
  })

  it('counts 24 hours at least, and leaves renewals their half', () => {
    const writesPerDay = 6
    let writes = withWrite(undefined, 'changes', START)
    const may = (kind: WriteKind, now: number) => isWithinBudget({ writesPerDay }, { writes }, { kind, now })
    writes = withWrite(withWrite(writes, 'changes', START), 'changes', START + HOUR)
    assert.deepEqual([may('changes', START + HOUR), may('renewals', START + HOUR)], [false, true])
    for (let hour = 2; hour < 5; hour++) writes = withWrite(writes, 'renewals', START + hour * HOUR)
    assert.equal(may('renewals', START + 24 * HOUR), false)
    assert.deepEqual([may('changes', START + 25 * HOUR), may('renewals', START + 25 * HOUR)], [true, true])
    assert.equal(withWrite(writes, 'renewals', START + 100 * HOUR).length, 1, 'forgets what does not count any more')
  })

  it('has leases that its renewals are enough for', () => {
    const lease = (writesPerDay: number | undefined) => {
      return leaseOf(writesPerDay === undefined ? {} : { writesPerDay }, 900)
    }
    assert.deepEqual([undefined, 10_000, 25, 4].map(lease), [900, 900, 14_400, 86_400])
  })
})

describe('a charge point with a settle time of its own', () => {
  it('keeps the room of what it had for that long before others get it', () => {
    const raisedAfter = (settle: number) => {
      const bench = new Bench({ settle }, { A: 40 })
      bench.pass(20)
      bench.arrive(0)
      bench.pass(30 + settle)
      assert.equal(bench.inForce(0), 32)
      bench.arrive(1)
      bench.pass(settle + 60)
      const lowered = bench.sent.find(({ key, amperes, at }) => key === 'cp-0 1' && amperes < 32 && at > START + 50_000)
      const raised = bench.sent.find(({ key, kind, amperes }) => key === 'cp-1 1' && kind === 'limit' && amperes > 8)
      return ((raised?.at ?? 0) - (lowered?.at ?? 0)) / SECOND
    }
    assert.equal(raisedAfter(20), 20)
    assert.equal(raisedAfter(45), 45)
  })

  it('is not accused before that', () => {
    const causeWith = (settle: number) => {
      const bench = new Bench({ settle }, { A: 40, count: 1 })
      bench.pass(20)
      bench.arrive(0)
      bench.pass(30 + settle)
      bench.limit = 10
      bench.pass(20)
      bench.states.set('cp-0 1', { ...bench.state(0), measured: { amperes: 31, at: bench.now } })
      bench.pass(1)
      return bench.causes[0]
    }
    assert.deepEqual([causeWith(10), causeWith(30)], ['measured', 'limit'])
  })
})

describe('a limit of which nobody knows whether it holds', () => {
  const doubtful = (settle: number, more: { left: number; limit?: number }) => {
    const bench = new Bench({ settle }, { A: 40, count: 1 })
    bench.pass(20)
    bench.arrive(0)
    const possible = [{ amperes: 16, until: bench.now + more.left * SECOND }]
    bench.states.set('cp-0 1', { ...bench.state(0), possible, isDoubtful: true })
    bench.limit = more.limit
    bench.sent = []
    bench.pass(1)
    return bench.sent.map(({ amperes }) => amperes)
  }

  it('is sent again while its lease lasts, and not brought back after it', () => {
    assert.deepEqual(doubtful(10, { left: 30 }), [16])
    assert.deepEqual(doubtful(40, { left: 30 }), [])
  })

  it('is followed by the least while a circuit is above its limit', () => {
    assert.deepEqual(doubtful(10, { left: 30, limit: 12 }), [6])
  })
})
