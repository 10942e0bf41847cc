// How a site shares what is left: as many cars as possible get their minimum, and the rest is shared max-min fairly
// among those that are as urgent: the A of each car on its phases, or its power.

/** An EVSE that can be steered now. */
export interface Session {
  id: string
  /** A that is used whatever is decided: its fallback. 0 or at least `minimum`. */
  floor: number
  /** A below which the car does not charge. */
  minimum: number
  /** The most that it can use. A. */
  cap: number
  /** What an A of it counts where shares are compared. Default: 1. */
  worth?: number
  /** The lowest are filled up first, and equal ones share alike. Default: 0. */
  order?: number
  /** Whether it gets only what all others cannot use. */
  isSpare?: boolean
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
  const spare = sessions.filter(({ isSpare = false }) => isSpare)
  const others = spare.length === 0 ? sessions : sessions.filter(({ isSpare = false }) => !isSpare)
  const sharing = { targets, boundBy, of, used, take }
  for (const some of [others, spare]) {
    const admitted = admit(some, sharing)
    const minimums = new Map(targets)
    for (const group of inGroups(admitted)) fill(group, constraints, sharing)
    for (const session of admitted) {
      take(session, (targets.get(session.id) ?? 0) - (minimums.get(session.id) ?? 0))
    }
  }
  return { targets, boundBy, overloaded }
}

interface Sharing extends Pick<Allocation, 'targets' | 'boundBy'> {
  of: (session: Session) => readonly Share[]
}

interface Admission extends Sharing {
  /** By constraint. */
  used: readonly number[]
  take: (session: Session, amperes: number) => void
}

/** The sessions that get their minimum, as far as it fits. */
function admit(sessions: readonly Session[], { targets, boundBy, of, used, take }: Admission): Session[] {
  return sessions.filter((session) => {
    const base = Math.max(session.floor, Math.min(session.minimum, session.cap))
    if (session.cap < session.minimum && session.floor === 0) return false
    const full = of(session).find(({ index, weight, constraint }) => {
      return (used[index] ?? 0) + (base - session.floor) * weight > constraint.capacity + EPSILON
    })
    if (full !== undefined) {
      boundBy.set(session.id, full.constraint.id)
      return false
    }
    take(session, base - session.floor)
    targets.set(session.id, base)
    return true
  })
}

/** The sessions that share alike, those that are filled up first in front. */
function inGroups(sessions: readonly Session[]): Session[][] {
  const groups = new Map<number, Session[]>()
  for (const session of sessions) {
    const { order = 0 } = session
    const group = groups.get(order)
    if (group === undefined) groups.set(order, [session])
    else group.push(session)
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group)
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

function worthOf({ worth = 1 }: Session): number {
  return worth
}

/** Raises all together, and freezes who is at the cap or at a full constraint. */
function fill(
  sessions: readonly Session[],
  constraints: readonly Constraint[],
  { targets, boundBy, of }: Sharing
): void {
  const at = (session: Session, level: number) => {
    const least = targets.get(session.id) ?? 0
    return Math.max(least, Math.min(level / worthOf(session), Math.max(session.cap, least)))
  }
  const members = constraints.map((): Session[] => [])
  for (const session of sessions) for (const { index } of of(session)) members[index]?.push(session)
  // A constraint only gains room by what is frozen below others: a level that is not up to date is too low, never too high.
  const levels = constraints.map(() => Number.NEGATIVE_INFINITY)
  const stale = new Set(constraints.keys())
  const frozen = new Set<string>()
  const refresh = (index: number) => {
    stale.delete(index)
    const left = (members[index] ?? []).filter(({ id }) => !frozen.has(id))
    members[index] = left
    const constraint = constraints[index]
    const isOver = constraint === undefined || left.length === 0
    levels[index] = isOver ? Number.POSITIVE_INFINITY : levelOf(constraint, left, { targets, at })
  }
  const lowest = () => {
    for (;;) {
      const level = levels.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
      const first = [...stale].filter((index) => (levels[index] ?? 0) <= level + EPSILON)
      if (first.length === 0 || level === Number.POSITIVE_INFINITY) return level
      for (const index of first) refresh(index)
    }
  }
  const byCap = [...sessions].sort((one, other) => one.cap * worthOf(one) - other.cap * worthOf(other))
  let next = 0
  const freeze = (session: Session, level: number) => {
    if (frozen.has(session.id)) return
    const share = at(session, level)
    const full = of(session).find(({ index }) => isFull(levels[index], level))
    if (full !== undefined && session.cap > share + EPSILON) boundBy.set(session.id, full.constraint.id)
    frozen.add(session.id)
    targets.set(session.id, share)
    for (const { index } of of(session)) stale.add(index)
  }
  while (frozen.size < sessions.length) {
    const level = lowest()
    const full = [...levels.keys()].filter((index) => level < Number.POSITIVE_INFINITY && isFull(levels[index], level))
    for (const index of full) for (const session of members[index] ?? []) freeze(session, level)
    for (; isCapped(byCap[next], level); next++) freeze(byCap[next] as Session, level)
  }
}

function isFull(own: number | undefined, level: number): boolean {
  return own !== undefined && own <= level + EPSILON
}

function isCapped(session: Session | undefined, level: number): boolean {
  return session !== undefined && session.cap * worthOf(session) <= level + EPSILON
}

interface Filling {
  targets: ReadonlyMap<string, number>
  at: (session: Session, level: number) => number
}

type Numbers = [Float64Array, Float64Array, Float64Array]

/** The level at which the constraint is full: infinite if all its members reach their caps before. */
function levelOf({ capacity, weights }: Constraint, members: readonly Session[], { targets, at }: Filling): number {
  const open = new Set(members.map(({ id }) => id))
  let fixed = 0
  for (const [id, weight] of weights) if (!open.has(id)) fixed += (targets.get(id) ?? 0) * weight
  // Numbers only: this is looked at for each edge.
  const [lows, highs, factors] = [0, 1, 2].map(() => new Float64Array(members.length)) as Numbers
  for (const [index, session] of members.entries()) {
    const worth = worthOf(session)
    lows[index] = (targets.get(session.id) ?? 0) * worth
    highs[index] = at(session, Number.POSITIVE_INFINITY) * worth
    factors[index] = (weights.get(session.id) ?? 0) / worth
  }
  const loadAt = (level: number) => {
    let sum = fixed
    for (let index = 0; index < factors.length; index++) {
      const [low = 0, high = 0, factor = 0] = [lows[index], highs[index], factors[index]]
      sum += Math.max(low, Math.min(level, high)) * factor
    }
    return sum
  }
  const edges = [...new Set([...lows, ...highs])].sort((one, other) => one - other)
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
