import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { validatePayload } from 'fastify-ocpp'
import { hashOf, ocppTariffId } from '../../lib/money/canonical.js'
import { render } from '../../lib/money/render.js'
import type { TariffDocument } from '../../lib/money/tariff.js'

const VAT = [{ type: 'VAT', tax: 19 }]
const DAY = { startTimeOfDay: '08:00', endTimeOfDay: '18:00' }
const WHOLE: TariffDocument = {
  currency: 'EUR',
  description: [{ format: 'UTF8', content: 'Day and night' }],
  validFrom: '2026-01-01T00:00:00Z',
  energy: {
    prices: [
      { priceKwh: 0.4, conditions: DAY },
      { priceKwh: 0.25, conditions: {} }
    ],
    taxRates: VAT
  },
  idleTime: { prices: [{ priceHour: 6, conditions: { minIdleTime: 300 } }], taxRates: VAT },
  minCost: { exclTax: 1 },
  maxCost: { inclTax: 50 }
}

function tariffOf(document: TariffDocument, kind: 'default' | 'driver' = 'default') {
  const rendered = render({ id: 'T', document }, {}, kind)
  assert.ok('tariff' in rendered)
  return rendered
}

describe('a tariff for a charge point of 2.1', () => {
  it('is whole, in the words of the standard', () => {
    const { tariff, warnings } = tariffOf(WHOLE)
    assert.deepEqual(warnings, [])
    assert.deepEqual(tariff, {
      ...WHOLE,
      tariffId: ocppTariffId('T', hashOf(WHOLE)),
      energy: { prices: [{ priceKwh: 0.4, conditions: DAY }, { priceKwh: 0.25 }], taxRates: VAT },
      idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates: VAT }
    })
    assert.equal(validatePayload('ocpp2.1', 'SetDefaultTariff', 'request', { evseId: 0, tariff }), undefined)
  })

  it('has no validFrom if it is for one driver, and another id then', () => {
    const { tariff } = tariffOf(WHOLE, 'driver')
    assert.equal(tariff.validFrom, undefined)
    assert.notEqual(tariff.tariffId, tariffOf(WHOLE).tariff.tariffId)
    const { validFrom: _, ...always } = WHOLE
    assert.equal(tariff.tariffId, tariffOf(always).tariff.tariffId)
  })

  it('has a price for a minute to six decimals, with a warning if that is not exact', () => {
    const { tariff, warnings } = tariffOf({ currency: 'EUR', chargingTime: { prices: [{ priceHour: 2 }] } })
    assert.deepEqual(tariff.chargingTime, { prices: [{ priceMinute: 0.033333 }] })
    assert.deepEqual(
      warnings.map(({ pointer }) => pointer),
      ['/chargingTime/prices/0/priceHour']
    )
  })

  it('does not say what the standard has no words for, with a warning if it is a matter of price', () => {
    const document: TariffDocument = {
      ...WHOLE,
      billedBy: 'station',
      idleIncludesEvse: true,
      waive: { belowWh: 100 }
    }
    const { tariff, warnings } = tariffOf(document)
    for (const name of ['billedBy', 'idleIncludesEvse', 'waive']) assert.equal(tariff[name], undefined)
    assert.deepEqual(
      warnings.map(({ pointer }) => pointer),
      ['/idleIncludesEvse', '/waive']
    )
  })

  it('is refused whole if the charge point cannot take it', () => {
    const tried = { id: 'T', document: WHOLE }
    assert.deepEqual(render(tried, { maxElements: 2, hasConditions: false, currency: 'CHF' }, 'driver'), {
      problems: ['too-many-elements', 'conditions-not-supported', 'other-currency']
    })
    assert.ok('tariff' in render(tried, { maxElements: 3, hasConditions: true, currency: 'EUR' }, 'driver'))
    const plain = { id: 'T', document: { currency: 'EUR', energy: { prices: [{ priceKwh: 1, conditions: {} }] } } }
    assert.ok('tariff' in render(plain, { hasConditions: false }, 'driver'))
  })
})
