import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Head, Streams } from '../../lib/webhooks/streams.js'

const KEYS = ['a', 'b', 'c']

type Step =
  | { kind: 'add'; id: number }
  | { kind: 'take' }
  | { kind: 'finish' | 'postpone'; which: number }
  | { kind: 'resume'; key: string }
  | { kind: 'resumeAll' }
  | { kind: 'forget'; ids: number[] }

const id = fc.integer({ min: 1, max: 40 })
const key = fc.constantFrom(...KEYS)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('finish' as const, 'postpone' as const), which: fc.nat() })
  },
  fc.record({ kind: fc.constant('resume' as const), key }),
  fc.record({ kind: fc.constant('resumeAll' as const) }),
  fc.record({ kind: fc.constant('forget' as const), ids: fc.array(id, { maxLength: 5 }) })
)

/** The same with as little thought as possible. */
class Model {
  readonly waiting = new Map<string, number[]>(KEYS.map((name) => [name, []]))
  readonly busy = new Map<string, number>()
  readonly postponed = new Set<string>()
  readonly done = new Set<number>()

  get size(): number {
    return [...this.waiting.values()].reduce((sum, ids) => sum + ids.length, this.busy.size)
  }

  mayTake(name: string): boolean {
    return !this.busy.has(name) && !this.postponed.has(name) && this.of(name).length > 0
  }

  of(name: string): number[] {
    return this.waiting.get(name) ?? []
  }
}

describe('streams', () => {
  it('give the lowest id of each stream, one at a time, independently of the others', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const streams = new Streams()
        const model = new Model()
        for (const taken of steps) play(streams, model, taken)
        assert.equal(streams.size, model.size)
        drain(streams, model)
        assert.equal(streams.size, 0)
        assert.equal(model.size, 0)
      })
    )
  })

  it('take turns', () => {
    const streams = new Streams()
    for (const number of [1, 2, 3, 4, 5, 6]) streams.add({ key: number <= 3 ? 'a' : 'b', id: number })
    const order: number[] = []
    for (let head = streams.take(); head !== undefined; head = streams.take()) {
      order.push(head.id)
      streams.done(head.key)
    }
    assert.deepEqual(order, [1, 4, 2, 5, 3, 6])
  })

  it('drop ended deliveries', () => {
    const streams = new Streams()
    for (let number = 1; number <= 5_000; number++) streams.add({ key: 'a', id: number })
    for (let number = 1; number <= 5_000; number++) {
      assert.deepEqual(streams.take(), { key: 'a', id: number })
      streams.done('a')
    }
    assert.equal(streams.take(), undefined)
  })
})

/** Ids belong to one stream each, as in the database. */
function ownerOf(number: number): string {
  return KEYS[number % KEYS.length] ?? 'a'
}

function play(streams: Streams, model: Model, taken: Step): void {
  switch (taken.kind) {
    case 'add':
      add(streams, model, taken.id)
      break
    case 'take':
      take(streams, model)
      break
    case 'resume':
      streams.resume(taken.key)
      model.postponed.delete(taken.key)
      break
    case 'resumeAll':
      streams.resumeAll()
      model.postponed.clear()
      break
    case 'forget':
      forget(streams, model, taken.ids)
      break
    default:
      end(streams, model, taken)
  }
}

function add(streams: Streams, model: Model, number: number): void {
  const owner = ownerOf(number)
  // A done delivery is never added again: the database knows.
  if (model.done.has(number)) return
  const isNew = !model.of(owner).includes(number) && model.busy.get(owner) !== number
  assert.equal(streams.add({ key: owner, id: number }), isNew)
  if (isNew) model.of(owner).push(number)
}

function take(streams: Streams, model: Model): void {
  const head = streams.take()
  if (head === undefined) {
    assert.ok(!KEYS.some((name) => model.mayTake(name)))
    return
  }
  assertMayTake(model, head)
  model.waiting.set(
    head.key,
    model.of(head.key).filter((number) => number !== head.id)
  )
  model.busy.set(head.key, head.id)
}

function assertMayTake(model: Model, { key: name, id: number }: Head): void {
  assert.ok(model.mayTake(name))
  assert.equal(number, Math.min(...model.of(name)))
}

function end(streams: Streams, model: Model, { kind, which }: { kind: 'finish' | 'postpone'; which: number }): void {
  const [name, number] = [...model.busy][which % Math.max(1, model.busy.size)] ?? []
  if (name === undefined || number === undefined) return
  model.busy.delete(name)
  if (kind === 'finish') {
    streams.done(name)
    model.done.add(number)
  } else {
    streams.postpone(name)
    model.postponed.add(name)
    model.of(name).push(number)
  }
}

function forget(streams: Streams, model: Model, ids: readonly number[]): void {
  streams.forget(new Set(ids))
  for (const number of ids) {
    if (model.busy.get(ownerOf(number)) !== number) model.done.add(number)
  }
  for (const name of KEYS) {
    model.waiting.set(
      name,
      model.of(name).filter((number) => !ids.includes(number))
    )
    // With nothing behind it nobody waits for it any more.
    if (model.of(name).length === 0 && !model.busy.has(name)) model.postponed.delete(name)
  }
}

function drain(streams: Streams, model: Model): void {
  streams.resumeAll()
  model.postponed.clear()
  while (model.size > 0) {
    take(streams, model)
    for (const which of [0, 1, 2]) end(streams, model, { kind: 'finish', which })
  }
}
