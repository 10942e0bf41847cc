import { DAY, type Visit, VOLTAGE } from './visits.js'
import { phasesAt } from './wiring.js'

// What nobody can exceed: the most energy that the visits of a day can get below the limit of each phase, all known beforehand,
// without a minimum, tapering or a time to react. A linear program: for each phase the largest flow from cars through slots of
// five minutes. A three-phase car may take different currents on its phases here, so the bound is on the safe side.

/** Seconds. */
export const SLOT = 300
const EPSILON = 1e-9

interface Edge {
  to: number
  room: number
  back: Edge
}

/** The seconds of a slot of five minutes in which a car can be limited, of those in which it is there. */
export type Steerable = (visit: Visit, slot: number) => number

/** Wh, at a limit in A of each phase. */
export function upperBound(visits: readonly Visit[], limit: number, steerable: Steerable = () => SLOT): number {
  return [0, 1, 2].reduce((sum, phase) => sum + boundOf(visits, limit, { phase, steerable }), 0)
}

interface OfPhase {
  phase: number
  steerable: Steerable
}

function boundOf(visits: readonly Visit[], limit: number, { phase, steerable }: OfPhase): number {
  const here = visits.filter((visit) => phasesAt(visit).includes(phase))
  const slots = DAY / SLOT
  const [source, sink] = [here.length + slots, here.length + slots + 1]
  const network = new Network(sink + 1)
  for (const [index, visit] of here.entries()) {
    const { from, to, maximum, phases, demand } = visit
    network.connect(source, index, demand / phases / VOLTAGE)
    for (let slot = Math.floor(from / SLOT); slot < Math.min(slots, to / SLOT); slot++) {
      const seconds = Math.min(to, (slot + 1) * SLOT) - Math.max(from, slot * SLOT)
      network.connect(index, here.length + slot, (maximum * Math.min(seconds, steerable(visit, slot))) / 3600)
    }
  }
  for (let slot = 0; slot < slots; slot++) network.connect(here.length + slot, sink, (limit * SLOT) / 3600)
  return network.flow(source, sink) * VOLTAGE
}

/** The largest flow through a network, by Dinic's algorithm. */
class Network {
  readonly #edges: Edge[][]
  #levels: number[] = []
  #next: number[] = []

  constructor(size: number) {
    this.#edges = Array.from({ length: size }, () => [])
  }

  connect(from: number, to: number, room: number): void {
    const edge = { to, room } as Edge
    const back: Edge = { to: from, room: 0, back: edge }
    edge.back = back
    this.#edges[from]?.push(edge)
    this.#edges[to]?.push(back)
  }

  flow(source: number, sink: number): number {
    let total = 0
    while (this.#reach(source, sink)) {
      this.#next = this.#edges.map(() => 0)
      for (let more = this.#push(source, sink, Infinity); more > EPSILON; more = this.#push(source, sink, Infinity)) {
        total += more
      }
    }
    return total
  }

  /** Distances from the source along edges with room. */
  #reach(source: number, sink: number): boolean {
    this.#levels = this.#edges.map(() => -1)
    this.#levels[source] = 0
    const queue = [source]
    for (const at of queue) {
      for (const { to, room } of this.#edges[at] ?? []) {
        if (room <= EPSILON || this.#levels[to] !== -1) continue
        this.#levels[to] = (this.#levels[at] ?? 0) + 1
        queue.push(to)
      }
    }
    return this.#levels[sink] !== -1
  }

  #push(at: number, sink: number, most: number): number {
    if (at === sink) return most
    const edges = this.#edges[at] ?? []
    for (let index = this.#next[at] ?? 0; index < edges.length; index++) {
      this.#next[at] = index
      const edge = edges[index]
      if (edge === undefined || edge.room <= EPSILON) continue
      if (this.#levels[edge.to] !== (this.#levels[at] ?? 0) + 1) continue
      const moved = this.#push(edge.to, sink, Math.min(most, edge.room))
      if (moved <= EPSILON) continue
      edge.room -= moved
      edge.back.room += moved
      return moved
    }
    this.#next[at] = edges.length
    return 0
  }
}
