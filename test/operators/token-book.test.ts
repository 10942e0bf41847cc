import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { TokenBook } from '../../lib/operators/token-book.js'
import type { OperatorTokenRow } from '../../lib/operators/tokens.js'
import { TokenWatch } from '../../lib/operators/watch.js'
import { deferred } from '../support/wait.js'

const ROW: OperatorTokenRow = {
  id: 1,
  name: 'a',
  token_hash: 'hash',
  scopes: '["admin"]',
  expires_at: null,
  last_used_at: null,
  created_at: 0
}

function bookOf(read: () => Promise<OperatorTokenRow | undefined>) {
  const clock = { now: 1_000_000 }
  const uses: number[] = []
  let reads = 0
  const book = new TokenBook({
    read: () => {
      reads++
      return read()
    },
    markUsed: (_row, now) => uses.push(now),
    now: () => clock.now
  })
  return { book, clock, uses, reads: () => reads }
}

describe('the tokens that are in use', () => {
  it('are read once for simultaneous requests, and again after two seconds', async () => {
    const { book, clock, reads } = bookOf(async () => ROW)
    assert.deepEqual(await Promise.all([book.use('hash'), book.use('hash'), book.use('hash')]), [ROW, ROW, ROW])
    clock.now += 1_999
    await book.use('hash')
    assert.equal(reads(), 1)
    clock.now += 1
    await book.use('hash')
    assert.equal(reads(), 2)
  })

  it('are invalid once another process has revoked them', async () => {
    let row: OperatorTokenRow | undefined = ROW
    const { book, clock } = bookOf(async () => row)
    assert.equal(await book.use('hash'), ROW)
    row = undefined
    clock.now += 2_000
    assert.equal(await book.use('hash'), undefined)
    assert.equal(book.has('hash'), false)
  })

  it('stay revoked when a query from before the revocation is answered after it', async () => {
    const slow = deferred<OperatorTokenRow | undefined>()
    const answers = [slow.promise, Promise.resolve(undefined)]
    const { book } = bookOf(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
    const before = book.use('hash')
    book.forget()
    assert.equal(await book.use('hash'), undefined)
    slow.resolve(ROW)
    await before
    assert.equal(book.has('hash'), false)
  })

  it('are read again after a failed query', async () => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve(ROW)]
    const { book } = bookOf(() => answers.shift() ?? Promise.reject(new Error('asked too often')))
    await assert.rejects(async () => book.use('hash'), /down/)
    assert.equal(await book.use('hash'), ROW)
  })

  it('have their last use stored once a minute, however often they are read', async () => {
    const { book, clock, uses } = bookOf(async () => ROW)
    for (const step of [0, 1_000, 3_000, 55_999, 1, 3_000]) {
      clock.now += step
      await book.use('hash')
    }
    assert.deepEqual(uses, [1_000_000, 1_060_000])
  })

  it('are read again when the clock was set back', async () => {
    const { book, clock, reads } = bookOf(async () => ROW)
    await book.use('hash')
    clock.now -= 3_600_000
    await book.use('hash')
    assert.equal(reads(), 2)
  })

  it('are forgotten when there are too many, the oldest first', async () => {
    const { book } = bookOf(async () => ROW)
    for (let number = 0; number <= 10_000; number++) await book.use(String(number))
    assert.deepEqual([book.has('0'), book.has('1'), book.has('10000')], [false, true, true])
  })
})

describe('long answers to tokens', () => {
  it('end with their own token, and not because the database is away', async () => {
    let valid: Set<number> | undefined = new Set([1, 2])
    const watch = new TokenWatch({
      valid: async () => valid ?? Promise.reject(new Error('the database is away')),
      onError: (error) => assert.fail(String(error))
    })
    after(() => watch.stop())
    const ended: number[] = []
    for (const id of [1, 2]) watch.add(id, () => ended.push(id))
    const left = watch.add(3, () => ended.push(3))
    left()
    valid = undefined
    await watch.look()
    assert.deepEqual(ended, [])
    valid = new Set([2])
    await watch.look()
    assert.deepEqual(ended, [1])
  })
})
