import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../src/simulator/random.js'
import { ManualScheduler, Scheduler } from '../../src/simulator/scheduler.js'

test('tasks run in the order of their times, and with equal times in the order of their creation', () => {
  const time = new ManualScheduler()
  const ran: string[] = []
  for (const [name, delay] of [
    ['c', 30],
    ['a', 10],
    ['b1', 20],
    ['b2', 20],
    ['d', 40]
  ] as const) {
    time.after(delay, () => ran.push(name))
  }
  time.advance(30)
  assert.deepEqual(ran, ['a', 'b1', 'b2', 'c'])
})

test('the clock in a task shows the time of the task', () => {
  const time = new ManualScheduler(0)
  const seen: number[] = []
  const again = () => {
    seen.push(time.now())
    if (seen.length < 4) time.after(10, again)
  }
  time.after(10, again)
  time.advance(100)
  assert.deepEqual(seen, [10, 20, 30, 40])
  assert.equal(time.now(), 100)
})

test('a cancelled task does not run', () => {
  const time = new ManualScheduler()
  let ran = 0
  const first = time.after(10, () => ran++)
  time.after(20, () => ran++)
  time.cancel(first)
  time.advance(50)
  assert.equal(ran, 1)
})

test('a thousand tasks at random run in order', () => {
  const time = new ManualScheduler(0)
  const random = seeded(7)
  const ran: number[] = []
  for (let index = 0; index < 1000; index++) time.after(Math.floor(random() * 10_000), () => ran.push(time.now()))
  time.advance(10_000)
  assert.equal(ran.length, 1000)
  assert.deepEqual(
    ran,
    [...ran].sort((a, b) => a - b)
  )
})

test('a simulated hour is over at once when the speed is high', async () => {
  const time = new Scheduler({ speed: 100_000 })
  const before = time.now()
  await new Promise<void>((resolve) => time.after(3_600_000, resolve))
  assert(time.now() - before >= 3_600_000)
  time.stop()
})

test('the same seed gives the same numbers', () => {
  const [a, b, c] = [seeded(1), seeded(1), seeded(2)]
  const first = Array.from({ length: 5 }, a)
  assert.deepEqual(Array.from({ length: 5 }, b), first)
  assert.notDeepEqual(Array.from({ length: 5 }, c), first)
})
