import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { limitNow } from '../../lib/load-management/limits.js'
import { keyOf, PHASES, type Plant, pathOf, plantOf, WIRINGS } from '../../lib/load-management/plant.js'
import { seeded } from '../../src/simulator/random.js'
import { isLong } from '../support/long.js'
import { measureCpu } from '../support/wait.js'
import { Model } from './model.js'
import { below, plantFor } from './plants.js'

const START = Date.UTC(2026, 0, 5, 16, 0)
const KEYS = ['L1', 'L2', 'L3', 'W'] as const

/** The same with charge points of all habits. */
function withHabits(plant: Plant, seed: number): Plant {
  const random = seeded(seed + 1)
  const evses = plant.evses.map((evse) => ({
    ...evse,
    settle: random() < 0.5 ? 10 : 40,
    avoidsZero: evse.fallback > 0 && random() < 0.5,
    ...(random() < 0.5 && { writesPerDay: 4 + Math.floor(random() * 40) })
  }))
  return { ...plant, evses }
}

/** The same with limits of the unbalance, also of circuits below others, more EVSEs, and some that are limited in W. */
function withUnbalance(plant: Plant, seed: number): Plant {
  const random = seeded(seed + 2)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const evses = plant.evses.flatMap((evse, index) => {
    const isWhole = evse.wiring.length === 6
    const unit = isWhole && evse.fallback === 0 && random() < 0.15 ? ('W' as const) : ('A' as const)
    const one = { ...evse, unit, form: { ...evse.form, unit } }
    return [one, { ...one, identity: `CP-${index}-B`, wiring: pick(WIRINGS), unit: 'A' as const, form: evse.form }]
  })
  const fallbacks = evses.reduce((sum, { fallback }) => sum + fallback, 0)
  const circuits = plant.circuits.map(({ limit, windows: _, ...circuit }) => {
    // The fallbacks of all have to fit.
    const watts = limit.W !== undefined && { W: limit.W + fallbacks * 690 }
    const room = { ...limit, ...watts, A: fallbacks + 20 + Math.floor(random() * 200) }
    return { ...circuit, limit: room, ...(random() < 0.8 && { unbalance: fallbacks + pick([8, 12, 20]) }) }
  })
  return { ...plant, lease: pick([60, 120]), circuits, evses }
}

const PHASE_PAIRS = PHASES.flatMap((one) =>
  PHASES.filter((other) => other !== one).map((other) => [one, other] as const)
)

/** Watches by how much the phases of circuits differ. */
class Differences {
  readonly #model: Model
  readonly #patience: number
  /** By circuit and phase: the uneven currents of the last seconds. */
  readonly #past = new Map<string, number[]>()
  /** Seconds in which the uneven current of a phase alone was above the limit. */
  credited = 0

  /** @param patience seconds after other cars have stopped */
  constructor(model: Model, patience: number) {
    this.#model = model
    this.#patience = patience
  }

  /** The circuits in which a phase carries more above another one than the limit allows since the other cars stopped. */
  look(): string[] {
    const { plant } = this.#model
    return plant.circuits.flatMap(({ id, unbalance }) => {
      if (unbalance === undefined) return []
      const circuits = below(plant, id)
      for (const phase of PHASES) {
        const past = this.#past.get(`${id} ${phase}`) ?? []
        this.#past.set(`${id} ${phase}`, [...past, this.#model.unevenLoad(circuits, phase)].slice(-this.#patience))
      }
      return PHASE_PAIRS.flatMap(([one, other]) => {
        const own = this.#past.get(`${id} ${one}`)?.at(-1) ?? 0
        const others = this.#past.get(`${id} ${other}`) ?? []
        if (own > unbalance + 1e-6) this.credited++
        const allowed = unbalance + Math.max(...others)
        return own > allowed + 1e-6 ? [`${id}: ${one} is ${own}, at most ${allowed} with ${other}`] : []
      })
    })
  }
}

/** Where more is taken than is allowed, whatever the control believes. */
function violations(model: Model): string[] {
  return model.plant.circuits.flatMap((circuit) => {
    const { bounds } = limitNow(circuit, {}, { now: model.now, timeZone: 'UTC' })
    const circuits = below(model.plant, circuit.id)
    return KEYS.flatMap((key) => {
      const load = model.load(circuits, key)
      return load > bounds[key] + 1e-6 ? [`${circuit.id} ${key}: ${load} > ${bounds[key]}`] : []
    })
  })
}

/** Whether every charger has its fallback: before, nobody can guarantee anything. */
function isReady(model: Model): boolean {
  return [...model.chargers.values()].every(({ fallback }) => fallback !== undefined)
}

test('whatever is lost, late, refused or away, no phase of any circuit carries more than its limit at any second', () => {
  let accepted = 0
  let restarts = 0
  const run = (seed: number) => {
    const model = new Model({ plant: plantFor(seed), seed, trouble: 1, start: START })
    let readyFor = 0
    for (let second = 0; second < 2400; second++) {
      model.tick()
      readyFor = isReady(model) ? readyFor + 1 : 0
      // Cars that charged before the fallback came need a moment to follow it.
      if (readyFor > 6) assert.deepEqual(violations(model), [], `second ${second}`)
    }
    accepted += model.accepted
    restarts += model.restarts
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 18 : 15 })
  assert.ok(accepted > 40 && restarts > 40, `${accepted} profiles accepted, ${restarts} restarts`)
})

test('the same holds where writes are counted, 0 A is avoided and currents follow late', () => {
  const run = (seed: number) => {
    const plant = withHabits(plantFor(seed), seed)
    const model = new Model({ plant, seed, trouble: 1, start: START })
    let readyFor = 0
    for (let second = 0; second < 2400; second++) {
      model.tick()
      readyFor = isReady(model) ? readyFor + 1 : 0
      if (readyFor > 6) assert.deepEqual(violations(model), [], `second ${second}`)
    }
    const avoiding = new Set(plant.evses.flatMap((evse) => (evse.avoidsZero ? [keyOf(evse)] : [])))
    const paused = model.sent.filter(({ key, amperes }) => avoiding.has(key) && amperes < 6)
    assert.deepEqual(paused, [])
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 10 : 6 })
})

test('the same holds where fallbacks are accepted and not kept, once all of them are there', () => {
  let missing = 0
  const run = (seed: number) => {
    const plant = plantFor(seed)
    const model = new Model({ plant, seed, trouble: 1, start: START, isLossy: true })
    let readyFor = 0
    for (let second = 0; second < 1200; second++) {
      model.tick()
      readyFor = isReady(model) ? readyFor + 1 : 0
      if (readyFor > 6) assert.deepEqual(violations(model), [], `second ${second}`)
    }
    missing += model.missing
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 12 : 4 })
  assert.ok(missing > 0, `${missing} fallbacks were not kept`)
})

/** Of cars that come, go and take what they like, at EVSES that answer. Returns how the phases differed. */
function differencesIn(seed: number, { trouble, patience }: { trouble: number; patience: (plant: Plant) => number }) {
  const plant = withUnbalance(plantFor(seed), seed)
  const model = new Model({ plant, seed, trouble, traffic: 1, start: START, isVaried: true })
  const differences = new Differences(model, patience(plant))
  let readyFor = 0
  for (let second = 0; second < 2400; second++) {
    model.tick()
    readyFor = isReady(model) ? readyFor + 1 : 0
    const found = differences.look()
    if (readyFor <= 6) continue
    assert.deepEqual(violations(model), [], `seed ${seed}, second ${second}`)
    assert.deepEqual(found, [], `seed ${seed}, second ${second}`)
  }
  return differences
}

test('phases differ by no more than the limit, but for half a minute after cars on the other ones have stopped', () => {
  let credited = 0
  const run = (seed: number) => {
    const found = differencesIn(seed, { trouble: 0, patience: () => 30 })
    credited += found.credited
  }
  // In the first two, another car comes before anybody hears that the one before has left.
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 14 : 8, examples: [[7], [15]] })
  assert.ok(credited > 0, `${credited} s above the limit of the unbalance, because others carried as much`)
})

test('the same holds after a lease, whatever is lost, late, refused or away', () => {
  const run = (seed: number) => {
    differencesIn(seed, { trouble: 1, patience: ({ lease }) => lease + 60 })
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 10 : 6 })
})

/** The same with charge points whose limits do not end by themselves. */
function withoutLeases(plant: Plant, seed: number): Plant {
  const random = seeded(seed + 2)
  const evses = plant.evses.map((evse) => (random() < 0.6 ? { ...evse, limitLease: 'ignored' as const } : evse))
  return { ...plant, evses }
}

test('the same holds where limits do not end by themselves, also after the back-end has gone for good', () => {
  let unleased = 0
  const run = (seed: number) => {
    const model = new Model({ plant: withoutLeases(plantFor(seed), seed), seed, trouble: 1, start: START })
    let readyFor = 0
    for (let second = 0; second < 2400; second++) {
      if (second === 400 + (seed % 400)) model.end()
      model.tick()
      readyFor = isReady(model) ? readyFor + 1 : 0
      if (readyFor > 6) assert.deepEqual(violations(model), [], `second ${second}`)
    }
    unleased += [...model.states.values()].filter(({ isUnleased, sent }) => isUnleased && sent !== undefined).length
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 18 : 15 })
  assert.ok(unleased > 0, `${unleased} limits went on`)
})

test('when all is calm again, whatever is free on all phases of a car that could take it is given to it', () => {
  const run = (seed: number) => {
    const plant = plantFor(seed)
    const model = new Model({ plant, seed, trouble: 1, start: START + 3 * 3_600_000 })
    for (let second = 0; second < 300; second++) model.tick()
    model.calm()
    for (let second = 0; second < 1500; second++) model.tick()
    for (const evse of plant.evses) {
      const key = `${evse.identity.toLowerCase()} 1`
      const current = model.current(key)
      const path = pathOf(plant.circuits, evse.circuit)
      const room = Math.min(
        ...plant.circuits
          .filter(({ id }) => path.includes(id))
          .flatMap((circuit) => {
            const { bounds } = limitNow(circuit, {}, { now: model.now, timeZone: 'UTC' })
            const circuits = below(plant, circuit.id)
            const phases = (['L1', 'L2', 'L3'] as const).filter((phase) => evse.wiring.includes(phase))
            const free = phases.map((phase) => bounds[phase] - circuit.margin - model.load(circuits, phase))
            const watts = (bounds.W - circuit.margin * 230 - model.load(circuits, 'W')) / (230 * phases.length)
            return [...free, watts]
          })
      )
      const wants = current === 0 ? evse.minimum : current + 1.1
      // Raises of less than 1 A are not sent, to spare the charge points.
      const isWaste = wants <= evse.maximum && room >= wants - current + plant.evses.length
      assert.ok(
        !isWaste,
        `${key} has ${current} of ${evse.maximum} A, and ${room} A are free: ${model.last?.evses.get(key)?.reason}`
      )
    }
  }
  fc.assert(fc.property(fc.nat(1_000_000), run), { numRuns: isLong ? 14 : 10 })
})

test('the same facts lead to the same commands', () => {
  const commandsOf = (seed: number) => {
    const model = new Model({ plant: plantFor(seed), seed, trouble: 1, start: START })
    const commands: unknown[] = []
    for (let second = 0; second < 300; second++) {
      model.tick()
      commands.push(model.last?.commands)
    }
    return commands
  }
  for (const seed of [1, 2, 3]) assert.deepEqual(commandsOf(seed), commandsOf(seed))
})

test('500 EVSEs on 50 circuits are decided upon in a moment', () => {
  const circuits = Array.from({ length: 50 }, (_, index) => ({
    id: `c${index}`,
    ...(index > 0 && { parent: `c${Math.floor((index - 1) / 7)}` }),
    limit: { A: 5000 }
  }))
  const evses = Array.from({ length: 500 }, (_, index) => {
    return { identity: `CP-${index}`, evseId: 1, circuit: `c${index % 50}`, maximum: 32, fallback: 6 }
  })
  const plant = plantOf({ mode: 'control', circuits, evses }, 'UTC')
  const model = new Model({ plant, seed: 1, trouble: 0, start: START })
  model.calm()
  for (let second = 0; second < 30; second++) model.tick()
  const cpu = measureCpu()
  for (let second = 0; second < 20; second++) model.tick()
  assert.ok(cpu() / 20 < 200, `${cpu() / 20} ms`)
})
