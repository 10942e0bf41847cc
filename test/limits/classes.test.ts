import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey } from '../../src/limits/address.js'
import { AgedMap } from '../../src/limits/aged-map.js'
import { ConnectionCounter } from '../../src/limits/connection-counter.js'
import { LogThrottle } from '../../src/limits/log-throttle.js'
import { MemoryWatch, memoryUsage } from '../../src/limits/memory-watch.js'
import { TakeoverLimiter } from '../../src/limits/takeover-limiter.js'
import { TokenBucket } from '../../src/limits/token-bucket.js'

/** A clock that is set by hand. */
function clock() {
  const time = { now: 1000 }
  return { time, read: () => time.now, pass: (milliseconds: number) => (time.now += milliseconds) }
}

test('an aged map never holds more than it may, and what was used last is in it', () => {
  const uses = fc.array(fc.record({ key: fc.integer({ min: 0, max: 40 }).map(String), isRead: fc.boolean() }))
  fc.assert(
    fc.property(uses, fc.integer({ min: 2, max: 20 }), (keys, capacity) => {
      const map = new AgedMap<string>(capacity)
      for (const { key, isRead } of keys) {
        if (isRead) map.get(key)
        else map.set(key, key)
        assert.ok(map.size <= capacity)
        if (!isRead) assert.equal(map.get(key), key)
      }
    })
  )
})

test('an entry that is read repeatedly outlives a flood', () => {
  const map = new AgedMap<number>(100)
  map.set('kept', 1)
  for (let index = 0; index < 100_000; index++) {
    map.set(`flood ${index}`, index)
    if (index % 40 === 0) assert.equal(map.get('kept'), 1)
  }
  assert.ok(map.size <= 100)
  map.delete('kept')
  assert.equal(map.get('kept'), undefined)
})

const ADDRESSES: [address: string, key: string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002:0000:0000:0000:0006', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
  ['not an address', 'not an address'],
  ['x'.repeat(1000), 'x'.repeat(64)],
  [':'.repeat(1000), ':'.repeat(64)]
]

for (const [address, key] of ADDRESSES) {
  test(`the address ${address.slice(0, 50)} counts as ${key.slice(0, 50)}`, () =>
    assert.equal(addressKey(address), key))
}

test('no text makes an address that is longer than 64 characters, or throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => addressKey(text).length <= 70))
  fc.assert(fc.property(fc.ipV6(), (address) => addressKey(address).split('::')[0]?.split(':').length === 4))
})

test('a bucket gives a burst and then as many as come back', () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0)
  const taken = (now: number) => Array.from({ length: 5 }, () => bucket.take(now)).filter(Boolean).length
  assert.deepEqual([taken(0), taken(0), taken(500), taken(2000), taken(100_000)], [3, 0, 1, 3, 3])
})

test('a bucket owes what was charged beyond it, but no more than a burst', () => {
  const bucket = new TokenBucket({ burst: 10, perSecond: 1 }, 0)
  for (let times = 0; times < 1000; times++) bucket.charge(0)
  assert.equal(bucket.wait(0), 11)
  assert.equal(bucket.has(10_999), false)
  assert.equal(bucket.has(11_000), true)
  assert.equal(bucket.wait(60_000), 1, 'at least a second')
})

test('connections are counted by address, and nothing is left of an address when they are gone', () => {
  const counter = new ConnectionCounter()
  for (const address of ['a', 'a', 'b']) counter.enter(address)
  assert.deepEqual([counter.total, counter.of('a'), counter.of('b'), counter.of('c')], [3, 2, 1, 0])
  for (const address of ['a', 'b', 'a']) counter.leave(address)
  assert.deepEqual([counter.total, counter.of('a'), counter.of('b')], [0, 0, 0])
})

test('take-overs are free up to the limit, then limited to it per minute, and reported once a minute', () => {
  const { read, pass } = clock()
  const limiter = new TakeoverLimiter(5, read)
  /** One that is let in, and pushes the one before out. */
  const take = (identity: string) => {
    const refused = limiter.refuse(identity, 0)
    if (refused === undefined) limiter.count(identity)
    return refused
  }
  const free = Array.from({ length: 5 }, () => take('cp-1'))
  assert.deepEqual(free, Array(5).fill(undefined))
  assert.deepEqual(take('cp-1'), { retryAfter: 12, isNews: true })
  assert.deepEqual(take('cp-1'), { retryAfter: 12, isNews: false })
  assert.equal(take('cp-2'), undefined, 'another one is not concerned')
  pass(12_000)
  assert.equal(take('cp-1'), undefined)
  assert.equal(take('cp-1')?.isNews, false)
  for (let times = 0; times < 4; times++) {
    pass(12_000)
    assert.equal(take('cp-1'), undefined)
  }
  assert.equal(take('cp-1')?.isNews, true)
  const unlimited = new TakeoverLimiter(0, read)
  for (let times = 0; times < 1000; times++) assert.equal(unlimited.refuse('cp-1', 1_000), undefined)
})

test('new connections that have replaced no other yet count as long as they can', () => {
  const { read } = clock()
  const limiter = new TakeoverLimiter(2, read)
  assert.equal(limiter.refuse('cp-1', 1), undefined)
  assert.deepEqual(limiter.refuse('cp-1', 2), { retryAfter: 30, isNews: true })
  assert.equal(limiter.refuse('cp-1', 0), undefined)
})

test('memory is short above the watermark, critical half-way to the end, and both end a little below', () => {
  const { read, pass } = clock()
  let usage = 0.1
  let samples = 0
  const sample = () => {
    samples++
    return usage
  }
  const watch = new MemoryWatch(0.8, sample, read)
  const levelAt = (value: number) => {
    usage = value
    pass(250)
    return watch.level
  }
  assert.deepEqual([0.79, 0.8, 0.76, 0.74, 0.79, 0.89, 0.9, 0.86, 0.84, 0.76, 0.1].map(levelAt), [
    'normal',
    'high',
    'high',
    'normal',
    'normal',
    'high',
    'critical',
    'critical',
    'high',
    'high',
    'normal'
  ])
  samples = 0
  for (let times = 0; times < 1000; times++) assert.equal(watch.level, 'normal')
  assert.equal(samples, 0, 'it was looked at more often than every 250 ms')
  const never = new MemoryWatch(1, () => 5, read)
  assert.equal(never.level, 'normal')
})

test('the share of the memory in use is a share, and what the process takes shows in it', () => {
  const before = memoryUsage()
  assert.ok(before > 0 && before < 1, String(before))
  const held = Array.from({ length: 2_000_000 }, (_, index) => ({ index }))
  assert.ok(memoryUsage() > before)
  assert.equal(held.length, 2_000_000)
})

test('a log gets a burst of a kind, then one a second that says how many were left out', () => {
  const { read, pass } = clock()
  const throttle = new LogThrottle(read)
  const lines: (number | undefined)[] = []
  const write = (kind = 'a') => throttle.line(kind, ({ suppressed }) => lines.push(suppressed))
  for (let times = 0; times < 100; times++) write()
  assert.deepEqual(lines.splice(0), Array(20).fill(undefined))
  write('another kind')
  assert.equal(lines.splice(0).length, 1)
  pass(1000)
  write()
  write()
  assert.deepEqual(lines.splice(0), [80])
  pass(60_000)
  write()
  write()
  assert.deepEqual(lines, [1, undefined])
})

test('memory use can be told when no file can be opened', (t) => {
  const before = memoryUsage()
  t.mock.method(process.memoryUsage, 'rss', () => {
    throw Object.assign(new Error('EMFILE: too many open files, uv_resident_set_memory'), { code: 'EMFILE' })
  })
  const without = memoryUsage()
  assert.ok(without > 0 && without < 2 * before + 1)
})
