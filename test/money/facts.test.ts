import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Reader } from '../../lib/events/scope.js'
import { PriceFactsBook } from '../../lib/price-messages/facts.js'
import { type Deferred, deferred } from '../support/wait.js'

it('a read of facts that fails after a report does not forget the one that has begun since', async () => {
  const reads: Deferred<number>[] = []
  const chargePointId = () => {
    const read = deferred<number>()
    reads.push(read)
    return read.promise
  }
  const book = new PriceFactsBook({ db: {} as Reader, chargePointId })
  const chargePoint = { identity: 'CP-1', protocol: 'ocpp2.1' as const }
  const first = book.of(chargePoint)
  book.forget(chargePoint)
  const second = book.of(chargePoint)
  reads[0]?.reject(new Error('the database is away'))
  await assert.rejects(first, /away/)
  const third = book.of(chargePoint)
  assert.equal(reads.length, 2, 'the third one shares the second read')
  reads[1]?.reject(new Error('test'))
  await Promise.allSettled([second, third])
})
