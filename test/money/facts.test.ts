import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Reader } from '../../lib/events/scope.js'
import { defaultPrices } from '../../lib/price-messages/default-texts.js'
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

it('a text that is too long for a configuration key is cut, and the prices beside it are whole', () => {
  const description = [{ format: 'UTF8', language: 'en', content: '"\u{1f50c}'.repeat(200) }] as const
  const document = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.3 }] }, description: [...description] }
  const tariff = { document } as unknown as Parameters<typeof defaultPrices>[0]
  const [main] = defaultPrices(tariff, { isMultilingual: false }, { languages: ['en'], now: Date.now() })
  const value = main?.value ?? ''
  assert.ok(value.length <= 500 && value.length > 490, `${value.length}`)
  const { priceText, priceTextOffline, chargingPrice } = JSON.parse(value)
  assert.match(priceText, /^(?:"\u{1f50c})+"?…$/u)
  assert.deepEqual([priceTextOffline, chargingPrice], [priceText, { kWhPrice: 0.3 }])
})
