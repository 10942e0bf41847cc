import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allocate, type Constraint, type Session } from '../../lib/load-management/allocate.js'

const near = 1e-6

/** Sessions and constraints of a random tree of circuits with three phases, and limits of power. */
const sitesWith = (isPower: boolean) =>
  fc
    .record({
      count: fc.integer({ min: 1, max: 12 }),
      leaves: fc.integer({ min: 1, max: 4 }),
      seed: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 80, maxLength: 80 })
    })
    .map(({ count, leaves, seed }) => {
      const take = (index: number, below: number) => (seed[index % seed.length] ?? 0) % below
      const phasesOf = (index: number) =>
        take(index + 29, 3) === 0 ? ['L1', 'L2', 'L3'] : [`L${1 + take(index + 31, 3)}`]
      // In power, a car counts by the phases that it loads, and by its voltage.
      const worthOf = (index: number) => (isPower ? { worth: phasesOf(index).length / (1 + take(index + 53, 2)) } : {})
      const sessions = Array.from({ length: count }, (_, index): Session => {
        const floor = take(index, 2) === 0 ? 0 : 6
        return { id: `s${index}`, floor, minimum: 6, cap: Math.max(floor, take(index + 13, 40)), ...worthOf(index) }
      })
      const leafOf = (index: number) => take(index + 37, leaves)
      const constraints: Constraint[] = []
      for (const phase of ['L1', 'L2', 'L3']) {
        const on = sessions.filter((_, index) => phasesOf(index).includes(phase))
        const weights = new Map(on.map(({ id }) => [id, 1]))
        const floors = on.reduce((sum, { floor }) => sum + floor, 0)
        constraints.push({ id: `main ${phase}`, capacity: floors + take(constraints.length + 41, 100), weights })
        for (let leaf = 0; leaf < leaves; leaf++) {
          const members = on.filter(({ id }) => leafOf(Number(id.slice(1))) === leaf)
          const own = members.reduce((sum, { floor }) => sum + floor, 0)
          const capacity = own + take(constraints.length + 43, 50)
          constraints.push({ id: `leaf${leaf} ${phase}`, capacity, weights: new Map(members.map(({ id }) => [id, 1])) })
        }
      }
      const watts = new Map(sessions.map(({ id }, index) => [id, phasesOf(index).length * 230]))
      const floors = sessions.reduce((sum, { id, floor }) => sum + floor * (watts.get(id) ?? 0), 0)
      constraints.push({ id: 'main W', capacity: floors + take(47, 60) * 230, weights: watts })
      return { sessions, constraints }
    })

const sites = fc.oneof(sitesWith(false), sitesWith(true))

function loadOf({ weights }: Constraint, targets: ReadonlyMap<string, number>): number {
  return [...weights].reduce((sum, [id, weight]) => sum + (targets.get(id) ?? 0) * weight, 0)
}

test('nothing is above a constraint, and a car has nothing, its floor, or at least its minimum', () => {
  const check = ({ sessions, constraints }: { sessions: Session[]; constraints: Constraint[] }) => {
    const { targets, overloaded } = allocate(sessions, constraints)
    for (const constraint of constraints)
      assert.ok(loadOf(constraint, targets) <= constraint.capacity + near, constraint.id)
    for (const { id, floor, minimum, cap } of sessions) {
      const target = targets.get(id) ?? Number.NaN
      assert.ok(
        target === floor || (target >= minimum - near && target <= Math.max(cap, floor) + near),
        `${id}: ${target}`
      )
    }
    assert.deepEqual(overloaded, [])
  }
  fc.assert(fc.property(sites, check), { numRuns: 1000 })
})

test('it is max-min fair: who has less than the cap is at a full constraint where nobody who was raised has more', () => {
  const check = ({ sessions, constraints }: { sessions: Session[]; constraints: Constraint[] }) => {
    const { targets } = allocate(sessions, constraints)
    const baseOf = ({ floor, minimum, cap }: Session) => Math.max(floor, Math.min(minimum, cap))
    for (const session of sessions) {
      const target = targets.get(session.id) ?? 0
      const isAdmitted = target > 0 && target >= session.minimum - near
      if (!isAdmitted || target >= session.cap - near) continue
      const bottleneck = constraints.find((constraint) => {
        if ((constraint.weights.get(session.id) ?? 0) === 0) return false
        if (loadOf(constraint, targets) < constraint.capacity - near) return false
        return sessions.every((other) => {
          const theirs = targets.get(other.id) ?? 0
          const isRaised = theirs > baseOf(other) + near && constraint.weights.has(other.id)
          return !isRaised || theirs * (other.worth ?? 1) <= target * (session.worth ?? 1) + near
        })
      })
      assert.ok(bottleneck, `${session.id} has ${target} of ${session.cap}`)
    }
  }
  fc.assert(fc.property(sites, check), { numRuns: 1000 })
})

/** The shares of the admitted, found by trying: all are raised together as far as they fit, and who cannot have more is done. */
function tried(admitted: readonly Session[], targets: ReadonlyMap<string, number>, constraints: readonly Constraint[]) {
  const shares = new Map([...targets].map(([id, target]) => [id, target]))
  const open = new Map(
    admitted.map((one) => [one.id, { ...one, base: Math.max(one.floor, Math.min(one.minimum, one.cap)) }])
  )
  for (const [id, { base }] of open) shares.set(id, base)
  const at = (level: number, some: Iterable<{ id: string; base: number; cap: number; worth?: number }>) => {
    const found = new Map(shares)
    for (const { id, base, cap, worth = 1 } of some) found.set(id, Math.max(base, Math.min(cap, level / worth)))
    return found
  }
  const fits = (some: ReadonlyMap<string, number>) =>
    constraints.every((one) => loadOf(one, some) <= one.capacity + 1e-9)
  while (open.size > 0) {
    let [low, high] = [0, 200]
    for (let round = 0; round < 60; round++) {
      const middle = (low + high) / 2
      if (fits(at(middle, open.values()))) low = middle
      else high = middle
    }
    const level = at(low, open.values())
    const done = [...open.values()].filter((one) => {
      const mine = level.get(one.id) ?? 0
      return (
        mine >= one.cap - near ||
        (mine <= low / (one.worth ?? 1) + near && !fits(new Map(level).set(one.id, mine + 1e-5)))
      )
    })
    for (const { id } of done.length > 0 ? done : open.values()) {
      shares.set(id, level.get(id) ?? 0)
      open.delete(id)
    }
  }
  return shares
}

test('T8: shares of power are those that are found by trying, on 1,000 trees', () => {
  const check = ({ sessions, constraints }: { sessions: Session[]; constraints: Constraint[] }) => {
    const { targets } = allocate(sessions, constraints)
    const admitted = sessions.filter(
      (one) => (targets.get(one.id) ?? 0) >= one.minimum - near && one.cap >= one.minimum
    )
    const expected = tried(admitted, targets, constraints)
    for (const [id, share] of expected) {
      assert.ok(Math.abs(share - (targets.get(id) ?? 0)) <= 1e-4, `${id}: ${targets.get(id)} and not ${share}`)
    }
  }
  fc.assert(fc.property(sitesWith(true), check), { numRuns: 1000 })
})

test('cars on one and on three phases get the same power where that is shared, as far as they can take it', () => {
  const session = (id: string, worth: number, cap = 32): Session => ({ id, floor: 0, minimum: 6, cap, worth })
  const sessions = [session('one', 1), session('three', 3)]
  const shared = (capacity: number) => {
    const weights = new Map([
      ['one', 1],
      ['three', 1]
    ])
    return [...allocate(sessions, [{ id: 'main L1', capacity, weights }]).targets.values()]
  }
  assert.deepEqual(shared(36), [27, 9])
  // Nobody gets less than the minimum, and nobody more than the cap.
  assert.deepEqual(shared(20), [14, 6])
  assert.deepEqual(shared(50), [32, 18])
})

test('a car waits only where its minimum does not fit beside those before it', () => {
  const check = ({ sessions, constraints }: { sessions: Session[]; constraints: Constraint[] }) => {
    const { targets, boundBy } = allocate(sessions, constraints)
    for (const { id, floor, minimum, cap } of sessions) {
      if (targets.get(id) !== 0 || floor > 0 || cap < minimum) continue
      assert.ok(boundBy.has(id), id)
    }
  }
  fc.assert(fc.property(sites, check), { numRuns: 300 })
})

test('the first ones get in, and what is too little for one is shared by the others', () => {
  const session = (id: string): Session => ({ id, floor: 0, minimum: 6, cap: 32 })
  const sessions = ['a', 'b', 'c'].map(session)
  const constraint = { id: 'main L1', capacity: 17, weights: new Map(sessions.map(({ id }) => [id, 1])) }
  const { targets, boundBy } = allocate(sessions, [constraint])
  assert.deepEqual(
    [...targets],
    [
      ['a', 8.5],
      ['b', 8.5],
      ['c', 0]
    ]
  )
  assert.equal(boundBy.get('c'), 'main L1')
})

test('floors that do not fit are told, and nobody gets more', () => {
  const sessions = [
    { id: 'a', floor: 6, minimum: 6, cap: 32 },
    { id: 'b', floor: 6, minimum: 6, cap: 32 }
  ]
  const constraint = {
    id: 'main L1',
    capacity: 10,
    weights: new Map([
      ['a', 1],
      ['b', 1]
    ])
  }
  const { targets, overloaded } = allocate(sessions, [constraint])
  assert.deepEqual([[...targets.values()], overloaded], [[6, 6], ['main L1']])
})

test('shares among 2000 sessions below 100 circuits that are full one after another, without looking at all of them each time', () => {
  let looks = 0
  const sessions = Array.from({ length: 2000 }, (_, index): Session => {
    const cap = 10 + (index % 220) / 10
    return {
      ...{ id: `s${index}`, floor: 0, minimum: 6 },
      get cap() {
        looks++
        return cap
      }
    }
  })
  const below = (part: readonly Session[]) => new Map(part.map(({ id }) => [id, 1]))
  const circuits = Array.from({ length: 100 }, (_, circuit): Constraint => {
    const part = sessions.filter((_session, index) => index % 100 === circuit)
    return { id: `c${circuit}`, capacity: part.length * (8 + circuit / 20), weights: below(part) }
  })
  const main = { id: 'main', capacity: 23_000, weights: below(sessions) }
  const { targets } = allocate(sessions, [main, ...circuits])
  const sum = [...targets.values()].reduce((total, one) => total + one, 0)
  assert.ok(Math.abs(sum - 20_950) < near, `${sum}`)
  // Sorting by cap, and a few reads of each session.
  assert.ok(looks < 2000 * 50, `${looks} reads`)
})
