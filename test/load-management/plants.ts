import { type LoadManagementBody, type Plant, pathOf, plantOf, WIRINGS } from '../../lib/load-management/plant.js'
import { seeded } from '../../src/simulator/random.js'

// Random sites.

/** A random site whose fallbacks fit. */
export function plantFor(seed: number): Plant {
  const random = seeded(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const children = Math.floor(random() * 3)
  const count = 2 + Math.floor(random() * 6)
  const fallback = pick([0, 6, 8])
  const circuits = ['main', ...Array.from({ length: children }, (_, index) => `row-${index}`)]
  const evses = Array.from({ length: count }, (_, index) => ({
    identity: `CP-${index}`,
    evseId: 1,
    circuit: pick(circuits),
    wiring: pick(WIRINGS),
    maximum: pick([16, 32, 63]),
    fallback,
    priority: pick([0, 0, 1])
  }))
  // Enough for all fallbacks below, and some more.
  const room = fallback * count + 6 + Math.floor(random() * 60)
  const window = {
    from: pick(['16:10', '16:20', '16:31']),
    to: '17:00',
    limit: { A: fallback * count + pick([1, 10]) }
  }
  const body: LoadManagementBody = {
    mode: 'control',
    fairness: seed % 2 === 0 ? 'current' : 'power',
    lease: pick([60, 120, 900]),
    raiseDelay: pick([0, 15]),
    dwell: pick([60, 300]),
    circuits: circuits.map((id) => ({
      id,
      ...(id !== 'main' && { parent: 'main' }),
      limit: { A: id === 'main' ? room : room - Math.floor(random() * 5), ...(random() < 0.3 && { W: room * 690 }) },
      margin: pick([0, 1]),
      ...(random() < 0.5 && { windows: [window] })
    })),
    evses
  }
  return plantOf(body, 'UTC')
}

/** The circuits at and below each one. */
export function below(plant: Plant, id: string): Set<string> {
  return new Set(
    plant.circuits.filter((circuit) => pathOf(plant.circuits, circuit.id).includes(id)).map((one) => one.id)
  )
}
