import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FoundCaps } from '../../lib/load-management/caps.js'
import { limitNow } from '../../lib/load-management/limits.js'
import { keyOf, type Plant, type PlantEvse, type Powered } from '../../lib/load-management/plant.js'
import { isDirect } from '../../lib/load-management/voltages.js'
import { seeded } from '../../src/simulator/random.js'
import { isLong } from '../support/long.js'
import { Model } from './model.js'
import { below, plantFor } from './plants.js'

// Random sites in which everything comes together: transformers, charge points with several EVSEs and maxima, habits, Dynamic profiles,
// limits that do not end, limits of others that are true or not, fallbacks that are not kept, and strict sites.

const START = Date.UTC(2026, 0, 5, 16, 0)
const ODD = [0, 3, 6, 8, 12, 20, -5, 1e308]

function combinedPlantFor(seed: number): Plant {
  const plant = plantFor(seed)
  const random = seeded(seed + 3)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const isFar = random() < 0.5
  const main = { voltage: plant.voltage, area: 'main' }
  const powered = new Map<string, Powered>(
    plant.circuits.map(({ id }) => {
      const voltage = isFar && id !== 'main' ? pick([110, 230, 400]) : plant.voltage
      return [id, voltage === plant.voltage ? main : { voltage, area: id }]
    })
  )
  const evses = plant.evses.map((evse, index): PlantEvse => {
    const [isDynamic, isCounted, isEndless] = [random() < 0.4, random() < 0.3, random() < 0.2]
    return {
      ...{ ...evse, ...(powered.get(evse.circuit) ?? main) },
      ...{
        identity: `CP-${index >> 1}`,
        evseId: 1 + (index % 2),
        mayPause: random() < 0.7,
        settle: pick([10, 10, 40])
      },
      avoidsZero: evse.fallback > 0 && random() < 0.3,
      ...(isCounted && { writesPerDay: 4 + Math.floor(random() * 40) }),
      ...(isEndless && { limitLease: 'ignored' as const }),
      ...(isDynamic && { form: { ...evse.form, profile: 'dynamic' as const } })
    }
  })
  // The fallbacks have to fit, also on the other side of transformers.
  const fallbacks = evses.reduce((sum, { fallback, voltage }) => sum + fallback * Math.max(1, voltage / 110) * 1.2, 0)
  const circuits = plant.circuits.map((circuit) => {
    const found = { ...circuit, ...(powered.get(circuit.id) ?? main) }
    if (!isFar) return found
    const watts = circuit.limit.W !== undefined && { W: circuit.limit.W + fallbacks * 1200 }
    const windows = circuit.windows?.map((window) => ({ ...window, limit: { A: fallbacks + 2 } }))
    const limit = { ...circuit.limit, ...watts, A: fallbacks + 6 + Math.floor(random() * 60) }
    return { ...found, limit, ...(windows !== undefined && { windows }) }
  })
  const identities = [...new Set(evses.map(({ identity }) => identity))]
  const stations = identities.flatMap((identity) => (random() < 0.4 ? [{ identity, maximum: pick([16, 20, 40]) }] : []))
  return { ...plant, circuits, evses, stations, strict: random() < 0.3 }
}

/** Limits of others that come and go, absurd ones among them. */
function capsFor(seed: number): (key: string) => FoundCaps {
  const random = seeded(seed + 9)
  const caps = new Map<string, FoundCaps>()
  const one = (): FoundCaps => {
    const amperes = ODD[Math.floor(random() * ODD.length)] ?? 0
    const kind = random()
    if (kind < 0.3) return {}
    if (kind < 0.6) return { limit: { amperes, by: 'one' } }
    if (kind < 0.7) return { station: { limit: amperes, unit: 'A', by: 'all' } }
    if (kind < 0.8) return { station: { limit: amperes * 690, unit: 'W', by: 'all' } }
    return { plan: { at: String(random()), amperes } }
  }
  return (key) => {
    if (random() < 0.01) caps.set(key, one())
    return caps.get(key) ?? {}
  }
}

/** A of each phase of a circuit, with the transformers of a delta and a star, and W of all. */
function loadOn(model: Model, circuit: Plant['circuits'][number]): Record<'L1' | 'L2' | 'L3' | 'W', number> {
  const circuits = below(model.plant, circuit.id)
  const load = { L1: 0, L2: 0, L3: 0, W: 0 }
  for (const evse of model.plant.evses) {
    if (!circuits.has(evse.circuit)) continue
    const currents = model.currents(evse)
    const ratio = evse.voltage / circuit.voltage
    const isLineToLine = evse.wiring.length === 4
    const { L1, L2, L3 } = isDirect(evse, circuit) ? currents : throughDelta(currents, ratio, isLineToLine)
    load.L1 += L1
    load.L2 += L2
    load.L3 += L3
    load.W += (currents.L1 + currents.L2 + currents.L3) * evse.voltage
  }
  return load
}

/** Each line of the delta carries the difference of two phases. Between two phases of the star, it is the sum of what flows there and back. */
function throughDelta({ L1, L2, L3 }: Record<'L1' | 'L2' | 'L3', number>, ratio: number, isLineToLine: boolean) {
  const on = (one: number, other: number) => {
    const difference = isLineToLine ? one + other : Math.sqrt(one ** 2 + other ** 2 + one * other)
    return (difference / Math.sqrt(3)) * ratio
  }
  return { L1: on(L1, L3), L2: on(L2, L1), L3: on(L3, L2) }
}

function violations(model: Model): string[] {
  return model.plant.circuits.flatMap((circuit) => {
    const { bounds } = limitNow(circuit, {}, { now: model.now, timeZone: 'UTC' })
    const load = loadOn(model, circuit)
    const over = (['L1', 'L2', 'L3', 'W'] as const).filter((phase) => load[phase] > bounds[phase] + 1e-6)
    return over.map((phase) => `${circuit.id} ${phase}: ${load[phase]} > ${bounds[phase]}`)
  })
}

test('no circuit carries more than its limit at any second, whatever comes together at a site', () => {
  let updates = 0
  const run = (seed: number) => {
    const plant = combinedPlantFor(seed)
    const varied = { isLossy: seed % 3 === 0, isVaried: seed % 2 === 0 }
    const model = new Model({ plant, seed, trouble: 1, start: START, ...varied, capsOf: capsFor(seed) })
    let readyFor = 0
    for (let second = 0; second < 1500; second++) {
      model.tick()
      const isReady = [...model.chargers.values()].every(({ fallback }) => fallback !== undefined)
      readyFor = isReady ? readyFor + 1 : 0
      if (readyFor > 6) assert.deepEqual(violations(model), [], `seed ${seed}, second ${second}`)
    }
    updates += model.updates
  }
  const seeds = fc.nat(1_000_000)
  // Strict sites whose limits leave less room than the minimums of all cars that have not obeyed yet.
  fc.assert(fc.property(seeds, run), { numRuns: isLong ? 40 : 4, examples: [[152_920], [999_998]] })
  assert.ok(updates > 0, `${updates} updates of Dynamic profiles`)
})

test('an EVSE at a strict site shows that it obeys with its minimum where that fits, and waits where it does not', () => {
  const plant = { ...plantFor(1), strict: true, lease: 900, raiseDelay: 0, stations: [] }
  const [first] = plant.evses
  assert.ok(first)
  const evses = [1, 2].map((evseId) => {
    return { ...first, evseId, circuit: 'main', wiring: 'L1L2L3' as const, fallback: 0, maximum: 32 }
  })
  const [main] = plant.circuits
  assert.ok(main)
  const { windows: _, ...rest } = main
  const model = new Model({
    plant: { ...plant, evses, circuits: [{ ...rest, limit: { A: 10 }, margin: 0 }] },
    ...{ seed: 1, trouble: 0, start: START }
  })
  model.calm()
  for (let second = 0; second < 120; second++) {
    model.tick()
    if (second > 6) assert.deepEqual(violations(model), [], `second ${second}`)
  }
  const shares = evses.map((evse) => model.current(keyOf(evse)))
  assert.ok(
    shares.includes(0) && shares.some((share) => share >= 6),
    `${shares}: ${[...(model.last?.evses.values() ?? [])].map(({ reason }) => reason).join('; ')}`
  )
})
