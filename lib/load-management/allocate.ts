// How a site shares what is left: as many cars as possible get their minimum, and the rest is shared max-min fairly.

/** An EVSE that can be steered now. */
export interface Session {
  id: string
  /** A that is used whatever is decided: its fallback. 0 or at least `minimum`. */
  floor: number
  /** A below which the car does not charge. */
  minimum: number
  /** The most that it can use. A. */
  cap: number
}

/** What all sessions together must not exceed: the sum of A times weight. */
export interface Constraint {
  id: string
  /** What is left for the sessions, their floors included. */
  capacity: number
  /** By session id. Absent: it loads something else. */
  weights: ReadonlyMap<string, number>
}

export interface Allocation {
  /** A by session id. */
  targets: Map<string, number>
  /** The constraint that limits a session; absent: its cap. */
  boundBy: Map<string, string>
  /** Constraints that even the floors exceed. */
  overloaded: string[]
}

const EPSILON = 1e-9

/**
 * Shares the capacity of the constraints among sessions. Pure and deterministic.
 *
 * @param sessions those to be admitted first come first
 */
export function allocate(sessions: readonly Session[], constraints: readonly Constraint[]): Allocation {
  const used = new Map(constraints.map(({ id }) => [id, 0]))
  const targets = new Map<string, number>()
  const boundBy = new Map<string, string>()
  const take = (session: Session, amperes: number) => {
    for (const { id, weights } of constraints) {
      used.set(id, (used.get(id) ?? 0) + amperes * (weights.get(session.id) ?? 0))
    }
  }
  for (const session of sessions) {
    targets.set(session.id, session.floor)
    take(session, session.floor)
  }
  const overloaded = constraints
    .filter(({ id, capacity }) => (used.get(id) ?? 0) > capacity + EPSILON)
    .map(({ id }) => id)
  const admitted: Session[] = []
  for (const session of sessions) {
    const base = Math.max(session.floor, Math.min(session.minimum, session.cap))
    if (session.cap < session.minimum && session.floor === 0) continue
    const full = constraints.find(({ id, capacity, weights }) => {
      const weight = weights.get(session.id) ?? 0
      return weight > 0 && (used.get(id) ?? 0) + (base - session.floor) * weight > capacity + EPSILON
    })
    // A floor is used anyway.
    if (full !== undefined) boundBy.set(session.id, full.id)
    if (full !== undefined && session.floor === 0) continue
    if (full === undefined) {
      take(session, base - session.floor)
      targets.set(session.id, base)
      admitted.push(session)
    }
  }
  fill(admitted, constraints, { targets, boundBy })
  return { targets, boundBy, overloaded }
}

/** Raises all together, and freezes who is at the cap or at a full constraint. */
function fill(
  sessions: readonly Session[],
  constraints: readonly Constraint[],
  { targets, boundBy }: Pick<Allocation, 'targets' | 'boundBy'>
): void {
  const at = (session: Session, level: number) =>
    Math.max(targets.get(session.id) ?? 0, Math.min(level, Math.max(session.cap, targets.get(session.id) ?? 0)))
  const frozen = new Set<string>()
  let open = [...sessions]
  while (open.length > 0) {
    let level = Number.POSITIVE_INFINITY
    const levels = constraints.map((constraint) => {
      const members = open.filter(({ id }) => (constraint.weights.get(id) ?? 0) > 0)
      const found = members.length === 0 ? Number.POSITIVE_INFINITY : levelOf(constraint, members, { targets, at })
      level = Math.min(level, found)
      return found
    })
    if (level === Number.POSITIVE_INFINITY) {
      for (const session of open) targets.set(session.id, at(session, level))
      return
    }
    for (const session of open) {
      const full = constraints.find((constraint, index) => {
        return (levels[index] ?? 0) <= level + EPSILON && (constraint.weights.get(session.id) ?? 0) > 0
      })
      if (full === undefined && session.cap > level + EPSILON) continue
      if (full !== undefined && session.cap > at(session, level) + EPSILON) boundBy.set(session.id, full.id)
      frozen.add(session.id)
    }
    for (const session of open) if (frozen.has(session.id)) targets.set(session.id, at(session, level))
    open = open.filter(({ id }) => !frozen.has(id))
  }
}

interface Filling {
  targets: ReadonlyMap<string, number>
  at: (session: Session, level: number) => number
}

/** The level at which the constraint is full: infinite if all its members reach their caps before. */
function levelOf({ capacity, weights }: Constraint, members: readonly Session[], { targets, at }: Filling): number {
  const open = new Set(members.map(({ id }) => id))
  let fixed = 0
  for (const [id, weight] of weights) if (!open.has(id)) fixed += (targets.get(id) ?? 0) * weight
  const loadAt = (level: number) =>
    members.reduce((sum, session) => sum + at(session, level) * (weights.get(session.id) ?? 0), fixed)
  const edges = [...new Set(members.flatMap((session) => [targets.get(session.id) ?? 0, session.cap]))].sort(
    (a, b) => a - b
  )
  const [last = 0] = edges.slice(-1)
  if (loadAt(last) <= capacity + EPSILON) return Number.POSITIVE_INFINITY
  // The load grows with the level: the last edge that fits, and the part of the way to the next one.
  let [from, to] = [-1, edges.length - 1]
  while (to - from > 1) {
    const middle = (from + to) >> 1
    if (loadAt(edges[middle] ?? 0) > capacity + EPSILON) to = middle
    else from = middle
  }
  const [low, high] = [edges[Math.max(from, 0)] ?? 0, edges[to] ?? 0]
  const [before, after] = [loadAt(low), loadAt(high)]
  return after <= before ? low : low + Math.max(0, (capacity - before) / (after - before)) * (high - low)
}
