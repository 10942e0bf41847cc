import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { canonical, documentOf, hashOf, ocppTariffId } from '../../lib/money/canonical.js'
import { check, needsTimeZone } from '../../lib/money/check.js'
import { documentOfFlat, flatOf } from '../../lib/money/flat.js'
import type { TariffBody } from '../../lib/money/tariff.js'
import { textOf } from '../../lib/money/text.js'
import { CASES } from './cases.js'

const KWH = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } }
const DAY = { startTimeOfDay: '08:00', endTimeOfDay: '18:00' }

function errorsOf(body: object) {
  return check({ currency: 'EUR', ...body } as TariffBody).errors.map(({ pointer }) => pointer)
}

describe('the check of a tariff', () => {
  it('finds nothing wrong with the tariffs of the cases', () => {
    for (const { id, tariffs } of CASES) {
      for (const { document } of tariffs) assert.deepEqual(check(document).errors, [], id)
    }
  })

  for (const [name, body, pointers] of [
    ['an unknown currency', { currency: 'EUX', ...{ energy: KWH.energy } }, ['/currency']],
    ['no price at all', {}, ['']],
    ['seven decimals', { energy: { prices: [{ priceKwh: 0.1234567 }] } }, ['/energy/prices/0/priceKwh']],
    ['a tiny price', { energy: { prices: [{ priceKwh: 1e-7 }] } }, ['/energy/prices/0/priceKwh']],
    [
      'prices for a minute and an hour',
      { idleTime: { prices: [{ priceMinute: 1, priceHour: 60 }] } },
      ['/idleTime/prices/0']
    ],
    ['no price for time', { chargingTime: { prices: [{}] } }, ['/chargingTime/prices/0']],
    [
      'a price behind one that always applies',
      { energy: { prices: [{ priceKwh: 1 }, { priceKwh: 2, conditions: DAY }] } },
      ['/energy/prices/1']
    ],
    [
      'a price behind one with empty conditions',
      { energy: { prices: [{ priceKwh: 1, conditions: {} }, { priceKwh: 2 }] } },
      ['/energy/prices/1']
    ],
    [
      'the same conditions twice',
      {
        energy: {
          prices: [
            { priceKwh: 1, conditions: DAY },
            { priceKwh: 2, conditions: DAY }
          ]
        }
      },
      ['/energy/prices/1']
    ],
    [
      'a maximum below the minimum',
      { energy: { prices: [{ priceKwh: 1, conditions: { minEnergy: 10, maxEnergy: 10 } }] } },
      ['/energy/prices/0/conditions/maxEnergy']
    ],
    [
      'a maximum of 0',
      { energy: { prices: [{ priceKwh: 1, conditions: { maxTime: 0 } }] } },
      ['/energy/prices/0/conditions/maxTime']
    ],
    [
      'limits of different signs',
      { energy: { prices: [{ priceKwh: 1, conditions: { minPower: -10, maxPower: 10 } }] } },
      ['/energy/prices/0/conditions/maxPower']
    ],
    [
      'a window of nothing',
      { energy: { prices: [{ priceKwh: 1, conditions: { startTimeOfDay: '08:00', endTimeOfDay: '08:00' } }] } },
      ['/energy/prices/0/conditions/endTimeOfDay']
    ],
    [
      'a date that does not exist',
      { energy: { prices: [{ priceKwh: 1, conditions: { validFromDate: '2026-02-30' } }] } },
      ['/energy/prices/0/conditions/validFromDate']
    ],
    [
      'dates the wrong way round',
      { energy: { prices: [{ priceKwh: 1, conditions: { validFromDate: '2026-03-02', validToDate: '2026-03-02' } }] } },
      ['/energy/prices/0/conditions/validToDate']
    ],
    ['a minimum of nothing', { ...KWH, minCost: {} }, ['/minCost']],
    [
      'a maximum that is below the minimum',
      { ...KWH, minCost: { exclTax: 2, inclTax: 2 }, maxCost: { exclTax: 1 } },
      ['/maxCost/exclTax']
    ],
    [
      'a minimum whose tax is unclear',
      {
        ...KWH,
        fixedFee: { prices: [{ priceFixed: 1 }], taxRates: [{ type: 'VAT', tax: 7 }] },
        minCost: { exclTax: 1 }
      },
      ['/minCost']
    ]
  ] as const) {
    it(`finds ${name}`, () => {
      assert.deepEqual(errorsOf(body), pointers)
    })
  }

  it('warns of what is lost on the wire, and of what the law says of ad-hoc prices', () => {
    const { warnings } = check({
      ...KWH,
      chargingTime: { prices: [{ priceHour: 2 }] },
      fixedFee: { prices: [{ priceFixed: 1 }] },
      appliesTo: { kinds: ['adhoc'] }
    })
    assert.deepEqual(
      warnings.map(({ pointer }) => pointer),
      ['/chargingTime/prices/0/priceHour', '/chargingTime', '/fixedFee']
    )
    assert.deepEqual(check({ ...KWH, idleTime: { prices: [{ priceHour: 6 }] } }).warnings, [])
  })

  it('tells whether a time zone is needed', () => {
    assert.equal(needsTimeZone(KWH), false)
    assert.equal(needsTimeZone({ currency: 'EUR', energy: { prices: [{ priceKwh: 1, conditions: DAY }] } }), true)
  })
})

describe('a version of a tariff', () => {
  it('is known by its content, however it is written', () => {
    const a = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4, conditions: {} }] }, billedBy: 'us' as const }
    const b = { energy: { prices: [{ priceKwh: 0.4 }] }, currency: 'EUR', idleIncludesEvse: false }
    assert.equal(canonical(a), canonical(b))
    assert.deepEqual(documentOf({ ...a, enabled: false, priority: 3, appliesTo: { sites: ['x'] } }), KWH)
    assert.notEqual(hashOf(a), hashOf({ ...a, billedBy: 'station' }))
  })

  it('has an id for the wire of at most 60 characters', () => {
    const hash = hashOf(KWH)
    assert.equal(ocppTariffId('standard', hash), `standard.${hash.slice(0, 12)}`)
    assert.equal(ocppTariffId('x'.repeat(60), hash).length, 60)
  })
})

describe('a flat tariff', () => {
  it('is a document, and comes back from it', () => {
    for (const prices of [
      { pricePerKwh: 0.39, pricePerHour: 0, pricePerSession: 0, tax: 19, description: 'Day' },
      { pricePerKwh: 0, pricePerHour: 1.2, pricePerSession: 0.5, tax: 0 },
      { pricePerKwh: 0, pricePerHour: 0, pricePerSession: 0, tax: 0 }
    ]) {
      const flat = { currency: 'EUR', ...prices }
      const document = documentOfFlat(flat)
      assert.deepEqual(check(document).errors, [])
      assert.deepEqual(flatOf(documentOf(document)), flat)
    }
  })

  it('is not what makes a document with conditions', () => {
    assert.equal(flatOf({ currency: 'EUR', energy: { prices: [{ priceKwh: 1, conditions: DAY }] } }), undefined)
    assert.equal(flatOf({ currency: 'EUR', idleTime: { prices: [{ priceHour: 1 }] } }), undefined)
  })
})

describe('the text of a tariff', () => {
  it('has prices with tax, in the order of the law', () => {
    const taxRates = [{ type: 'VAT', tax: 19 }]
    assert.equal(
      textOf({
        currency: 'EUR',
        fixedFee: { prices: [{ priceFixed: 1 }], taxRates },
        idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates },
        energy: { prices: [{ priceKwh: 0.4, conditions: DAY }, { priceKwh: 0.25 }], taxRates }
      }),
      '0.476 EUR/kWh 08:00-18:00; 0.2975 EUR/kWh otherwise; 0.119 EUR/min idle after 5 min; 1.19 EUR per session (incl. tax)'
    )
  })

  it('has the minimum and the maximum with tax, where their taxes are clear', () => {
    const [vat, reduced] = [[{ type: 'VAT', tax: 19 }], [{ type: 'VAT', tax: 7 }]]
    const energy = { prices: [{ priceKwh: 0.4 }], taxRates: vat }
    const limits = { minCost: { exclTax: 1 }, maxCost: { exclTax: 20 } }
    assert.equal(
      textOf({ currency: 'EUR', energy, ...limits }),
      '0.476 EUR/kWh; at least 1.19 EUR; at most 23.8 EUR (incl. tax)'
    )
    const mixed = { currency: 'EUR', energy, fixedFee: { prices: [{ priceFixed: 1 }], taxRates: reduced } }
    assert.match(textOf({ ...mixed, maxCost: { exclTax: 20 } }), /; at most 20 EUR \S/)
    assert.match(textOf({ ...mixed, maxCost: { exclTax: 20, inclTax: 22 } }), /; at most 22 EUR \(/)
  })

  it('is the description, if there is one', () => {
    assert.equal(textOf({ ...KWH, description: [{ format: 'UTF8', content: 'Cheap' }] }), 'Cheap')
  })
})
