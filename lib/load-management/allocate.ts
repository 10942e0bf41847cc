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

/** A limit for all sessions together: for the sum of A times weight. */
export interface Constraint {
  id: string
  /** The capacity that is left for the sessions, their floors included. */
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
  const used = constraints.map(() => 0)
  const targets = new Map<string, number>()
  const boundBy = new Map<string, string>()
  const shares = sharesOf(constraints)
  const of = ({ id }: Session) => shares.get(id) ?? []
  const take = (session: Session, amperes: number) => {
    for (const { index, weight } of of(session)) used[index] = (used[index] ?? 0) + amperes * weight
  }
  for (const session of sessions) {
    targets.set(session.id, session.floor)
    take(session, session.floor)
  }
  const overloaded = constraints
    .filter(({ capacity }, index) => (used[index] ?? 0) > capacity + EPSILON)
    .map(({ id }) => id)
  const admitted: Session[] = []
  for (const session of sessions) {
    const base = Math.max(session.floor, Math.min(session.minimum, session.cap))
    if (session.cap < session.minimum && session.floor === 0) continue
    const full = of(session).find(({ index, weight, constraint }) => {
      return (used[index] ?? 0) + (base - session.floor) * weight > constraint.capacity + EPSILON
    })
    // A floor is used anyway.
    if (full !== undefined) boundBy.set(session.id, full.constraint.id)
    if (full !== undefined && session.floor === 0) continue
    if (full === undefined) {
      take(session, base - session.floor)
      targets.set(session.id, base)
      admitted.push(session)
    }
  }
  fill(admitted, constraints, { targets, boundBy, of })
  return { targets, boundBy, overloaded }
}

/** The part of a session in one of the constraints. */
interface Share {
  index: number
  weight: number
  constraint: Constraint
}

/** By session id, in the order of the constraints: a session is in few of them. */
function sharesOf(constraints: readonly Constraint[]): Map<string, Share[]> {
  const shares = new Map<string, Share[]>()
  for (const [index, constraint] of constraints.entries()) {
    for (const [id, weight] of constraint.weights) {
      if (weight <= 0) continue
      const known = shares.get(id)
      if (known === undefined) shares.set(id, [{ index, weight, constraint }])
      else known.push({ index, weight, constraint })
    }
  }
  return shares
}

interface Sharing extends Pick<Allocation, 'targets' | 'boundBy'> {
  of: (session: Session) => readonly Share[]
}

/** Raises all together, and freezes who is at the cap or at a full constraint. */
function fill(
  sessions: readonly Session[],
  constraints: readonly Constraint[],
  { targets, boundBy, of }: Sharing
): void {
  const at = (session: Session, level: number) =>
    Math.max(targets.get(session.id) ?? 0, Math.min(level, Math.max(session.cap, targets.get(session.id) ?? 0)))
  const members = constraints.map((): Session[] => [])
  for (const session of sessions) for (const { index } of of(session)) members[index]?.push(session)
  const levels = constraints.map(() => Number.POSITIVE_INFINITY)
  // Those whose members have changed.
  let changed = new Set(constraints.keys())
  const frozen = new Set<string>()
  let open = [...sessions]
  while (open.length > 0) {
    for (const index of changed) {
      const left = (members[index] ?? []).filter(({ id }) => !frozen.has(id))
      members[index] = left
      const constraint = constraints[index]
      const isOver = constraint === undefined || left.length === 0
      levels[index] = isOver ? Number.POSITIVE_INFINITY : levelOf(constraint, left, { targets, at })
    }
    const level = levels.reduce((lowest, one) => Math.min(lowest, one), Number.POSITIVE_INFINITY)
    if (level === Number.POSITIVE_INFINITY) {
      for (const session of open) targets.set(session.id, at(session, level))
      return
    }
    changed = new Set()
    for (const session of open) {
      const full = of(session).find(({ index }) => (levels[index] ?? 0) <= level + EPSILON)
      if (full === undefined && session.cap > level + EPSILON) continue
      if (full !== undefined && session.cap > at(session, level) + EPSILON) boundBy.set(session.id, full.constraint.id)
      frozen.add(session.id)
      for (const { index } of of(session)) changed.add(index)
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
