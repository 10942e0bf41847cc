import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { shareBackends } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { ok, result, VAT } from './support.js'

const PUBLIC = { PUBLIC_PAGES: 'prices', TARIFF_LANGUAGES: 'de,en', PUBLIC_RATE_LIMIT: '1000' }
const AD_HOC = {
  currency: 'EUR',
  fixedFee: { prices: [{ priceFixed: 0.5 }], taxRates: VAT },
  idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 900 } }], taxRates: VAT },
  energy: {
    prices: [{ priceKwh: 0.59, conditions: { startTimeOfDay: '08:00', endTimeOfDay: '20:00' } }, { priceKwh: 0.49 }],
    taxRates: VAT
  },
  chargingTime: { prices: [{ priceMinute: 0.02 }], taxRates: VAT },
  maxCost: { inclTax: 60 }
}

function open({ app }: TestServer, path: string, headers: Record<string, string> = {}) {
  return app.inject({ url: `/prices/${path}`, headers })
}

async function at(server: TestServer, identity: string, evses: readonly number[] = [1]) {
  const charger = await connectCharger(server.url, identity, { boot: true })
  for (const connectorId of evses) {
    const status = { connectorId, errorCode: 'NoError', status: 'Available', timestamp: '2026-03-02T08:00:00.000Z' }
    await result(charger, 'StatusNotification', status)
  }
}

describe('the page of prices', () => {
  const backend = shareBackends()

  it('has all prices with tax before the start: kWh, minute, session, other', async () => {
    const server = await backend(PUBLIC)
    await at(server, 'AFIR')
    await ok(server, 'PUT', '/tariffs/adhoc', { ...AD_HOC, appliesTo: { chargePoints: ['AFIR'], kinds: ['adhoc'] } })
    // A contract is cheaper, and is nobody's business here.
    const contract = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.11 }] } }
    await ok(server, 'PUT', '/tariffs/contract', {
      ...contract,
      appliesTo: { chargePoints: ['AFIR'], kinds: ['contract'] }
    })
    const page = await open(server, 'AFIR')
    assert.equal(page.statusCode, 200)
    const cells = [...page.body.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, text]) => text)
    assert.deepEqual(cells, [
      ...['Energie', '0,7021 EUR/kWh', '08:00-20:00', 'Energie', '0,5831 EUR/kWh', 'sonst'],
      ...['Ladezeit', '0,0238 EUR/min', '', 'Standzeit', '0,119 EUR/min', 'nach 15 min'],
      ...['pro Ladevorgang', '0,6 EUR', '', 'höchstens', '60 EUR', '']
    ])
    assert.match(page.body, /<html lang="de">.*inkl\. MwSt\./s)
    const { headers } = page
    assert.deepEqual(
      ['cache-control', 'vary', 'content-language', 'referrer-policy', 'x-content-type-options'].map(
        (name) => headers[name]
      ),
      ['public, max-age=60', 'accept, accept-language', 'de', 'no-referrer', 'nosniff']
    )
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
  })

  it('is data for whoever asks for JSON, in the language that is wanted', async () => {
    const server = await backend(PUBLIC)
    const tariff = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.5 }], taxRates: VAT } }
    await at(server, 'DATA')
    await ok(server, 'PUT', '/tariffs/data', { ...tariff, appliesTo: { chargePoints: ['DATA'] } })
    const answer = await open(server, 'DATA/1', {
      accept: 'application/json',
      'accept-language': 'xx, fr;q=0.3, en;q=0.8'
    })
    const { at: time, ...data } = answer.json()
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000)
    const price = { component: 'energy', name: 'energy', price: 0.595, per: 'kWh', text: '0.595 EUR/kWh' }
    assert.deepEqual(data, {
      ...{ chargePoint: 'DATA', taxIncluded: true },
      items: [{ evseId: 1, currency: 'EUR', prices: [price] }]
    })
    // What the operator says of it is beside the prices, and no markup.
    const description = [{ format: 'UTF8', content: 'Strom <b>grün</b>' }]
    await ok(server, 'PUT', '/tariffs/data', { ...tariff, description, appliesTo: { chargePoints: ['DATA'] } })
    const { body } = await open(server, 'DATA')
    assert.ok(body.includes('0,595 EUR/kWh') && body.includes('Strom &lt;b&gt;grün'))
  })

  it('has the prices of each EVSE where they differ, and those of the next version from its time on', async () => {
    const server = await backend(PUBLIC)
    await at(server, 'TWO', [1, 2])
    const tariff = (priceKwh: number) => ({ currency: 'EUR', energy: { prices: [{ priceKwh }], taxRates: VAT } })
    for (const [evse, price] of [
      [1, 0.4],
      [2, 0.6]
    ] as const) {
      await ok(server, 'PUT', `/tariffs/two-${evse}`, {
        ...tariff(price),
        appliesTo: { chargePoints: ['TWO'], evseIds: [evse] }
      })
    }
    const { body } = await open(server, 'TWO')
    assert.match(body, /EVSE 1.*0,476 EUR.*EVSE 2.*0,714 EUR/s)
    const one = await open(server, 'TWO/2')
    assert.ok(one.body.includes('0,714') && !one.body.includes('0,476'))
    assert.equal((await open(server, 'TWO/3')).statusCode, 404)
    // A later price is not told too early.
    const later = {
      ...tariff(9),
      validFrom: '2098-01-01T00:00:00Z',
      appliesTo: { chargePoints: ['TWO'], evseIds: [2] }
    }
    await ok(server, 'PUT', '/tariffs/two-2', later)
    assert.ok((await open(server, 'TWO/2')).body.includes('0,714'))
  })

  it('says nothing of charge points that do not exist, or have no price for everybody', async () => {
    const server = await backend(PUBLIC)
    await at(server, 'PRIVATE')
    const hostile = [
      'PRIVATE',
      'NOWHERE',
      '%00',
      "'%20or%201=1",
      '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
      '..%2f',
      '__proto__'
    ]
    for (const place of [...hostile, 'AFIR/0', 'AFIR/-1', 'AFIR/1e9', 'AFIR/%00', `AFIR/${'9'.repeat(20)}`]) {
      const page = await open(server, place)
      assert.equal(page.statusCode, 404, place)
      assert.ok(!page.body.includes('<script>'), place)
      const data = await open(server, place, { accept: 'application/json' })
      assert.deepEqual([data.statusCode, data.json().code], [404, 'NO_PRICES'], place)
    }
    const nowhere = await open(server, 'NOWHERE')
    assert.equal(nowhere.body.replaceAll('NOWHERE', 'PRIVATE'), (await open(server, 'PRIVATE')).body)
  })

  it('is off unless a setting has it, and answers an address only so often', async () => {
    const off = await backend()
    assert.equal((await open(off, 'AFIR')).json().code, 'NOT_FOUND')
    const server = await backend({ PUBLIC_PAGES: 'prices', PUBLIC_RATE_LIMIT: '2' })
    const codes = [await open(server, 'A'), await open(server, 'B'), await open(server, 'C')].map(
      (page) => page.statusCode
    )
    assert.deepEqual(codes, [404, 404, 429])
  })
})
