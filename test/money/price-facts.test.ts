import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import type { Charger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { charging, event, ok, result } from './telling.js'

// Prices that depend on the kind of the EVSE and on how was paid: what charge points tell of it.

const BY_KIND = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.7, conditions: { evseKind: 'DC' } }, { priceKwh: 0.5 }] }
}
const BY_PAYMENT = {
  currency: 'EUR',
  fixedFee: { prices: [{ priceFixed: 3, conditions: { paymentRecognition: 'CC' } }, { priceFixed: 2 }] }
}

type Reported = readonly [
  component: string,
  variable: string,
  value: string,
  place: { id: number; connectorId?: number }
]

function reports(charger: Charger, told: readonly Reported[]) {
  return result(charger, 'NotifyReport', {
    ...{ requestId: 1, generatedAt: '2026-03-02T07:00:00.000Z', seqNo: 0 },
    reportData: told.map(([name, variable, value, evse]) => ({
      component: { name, evse },
      variable: { name: variable },
      variableAttribute: [{ value }]
    }))
  })
}

async function charge(server: TestServer, charger: Charger, idToken: object, evse = 1) {
  const id = `tx-${evse}`
  const begins = { ...event('Started', 0, '08:00:00', { id, evse, wh: 0, state: 'Charging' }), idToken }
  await result(charger, 'TransactionEvent', begins)
  await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { id, evse, wh: 10_000 }))
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${charger.identity}&transactionId=${id}`)
  return items[0]
}

onSharedBackend('the kind of an EVSE', (start) => {
  it('is what its connector and its phases tell, and unknown if they contradict', async () => {
    const server = await start()
    const cases: readonly [string, readonly Reported[], number | undefined][] = [
      ['KIND-NONE', [], undefined],
      ['KIND-CCS', [['Connector', 'ConnectorType', 'cCCS2', { id: 1, connectorId: 1 }]], 7],
      ['KIND-TYPE2', [['Connector', 'ConnectorType', 'cType2', { id: 1, connectorId: 1 }]], 5],
      ['KIND-PHASES-0', [['EVSE', 'SupplyPhases', '0', { id: 1 }]], 7],
      ['KIND-PHASES-3', [['EVSE', 'SupplyPhases', '3', { id: 1 }]], 5],
      // The phases may be those of its supply.
      [
        'KIND-BOTH',
        [
          ['Connector', 'ConnectorType', 'cCCS2', { id: 1, connectorId: 1 }],
          ['EVSE', 'SupplyPhases', '3', { id: 1 }]
        ],
        undefined
      ],
      ['KIND-OTHER', [['Connector', 'ConnectorType', 'cCCS2', { id: 2, connectorId: 1 }]], undefined],
      ['KIND-ODD', [['Connector', 'ConnectorType', 'Undetermined', { id: 1, connectorId: 1 }]], undefined]
    ]
    for (const [identity, told, expected] of cases) {
      const charger = await charging(server, identity, { protocol: 'ocpp2.0.1', tariff: BY_KIND })
      if (told.length > 0) await reports(charger, told)
      const { cost, costUnknown } = await charge(server, charger, { idToken: 'ANNA', type: 'ISO14443' })
      assert.deepEqual([cost, costUnknown], [expected, expected === undefined ? 'no-fact' : undefined], identity)
    }
  })
})

onSharedBackend('how an ad-hoc payment was made', (start) => {
  it('is what the id token of the start tells', async () => {
    const server = await start()
    const info = (type: string, additionalIdToken: string) => ({ type, additionalIdToken })
    const cases = [
      ['PAID-CC', [info('PaymentBrand', 'Visa'), info('PaymentRecognition', 'CC')], 3],
      ['PAID-DEBIT', [info('PaymentRecognition', 'Debit')], 2],
      ['PAID-NONE', [info('PaymentBrand', 'Visa')], undefined]
    ] as const
    for (const [identity, additionalInfo, expected] of cases) {
      const charger = await charging(server, identity, { protocol: 'ocpp2.1', tariff: BY_PAYMENT })
      const idToken = { idToken: 'PSP-1', type: 'DirectPayment', additionalInfo }
      const { cost, costUnknown } = await charge(server, charger, idToken)
      assert.deepEqual([cost, costUnknown], [expected, expected === undefined ? 'no-fact' : undefined], identity)
    }
  })
})

onSharedBackend('the price at a charge point', (start) => {
  it('is that of the tariff that applies there to drivers of a kind, by what is known of the EVSE', async () => {
    const server = await start()
    const charger = await charging(server, 'PRICE-1', { protocol: 'ocpp2.0.1', tariff: BY_KIND })
    const flat = (priceKwh: number, appliesTo: object) => ({
      currency: 'EUR',
      energy: { prices: [{ priceKwh }] },
      appliesTo
    })
    const here = { chargePoints: ['PRICE-1'] }
    await ok(server, 'PUT', '/tariffs/price-roaming', flat(0.8, { ...here, kinds: ['roaming'] }))
    await ok(server, 'PUT', '/tariffs/price-contract', flat(0.3, { ...here, kinds: ['contract'] }))
    await reports(charger, [['Connector', 'ConnectorType', 'cCCS2', { id: 1, connectorId: 1 }]])
    const price = async (body: object) => {
      const answer = await operate(server, 'POST', '/tariffs/price', {
        energyWh: 10_000,
        chargingSeconds: 3600,
        ...body
      })
      return { status: answer.statusCode, ...answer.json() }
    }
    const at = { chargePoint: 'price-1', evseId: 1 }
    assert.equal((await price(at)).total, 7)
    assert.equal((await price({ ...at, evseKind: 'AC' })).total, 5)
    assert.equal((await price({ ...at, kind: 'contract' })).total, 3)
    assert.equal((await price({ ...at, kind: 'roaming' })).total, 8)
    const unknown = await price({ chargePoint: 'PRICE-1', evseId: 2 })
    assert.deepEqual([unknown.total, unknown.unknown], [undefined, [{ component: 'energy', reason: 'no-fact' }]])
    for (const [body, code] of [
      [{ chargePoint: 'NOBODY' }, 'UNKNOWN_CHARGE_POINT'],
      [{ ...at, tariffId: 'price-contract' }, 'INVALID_TARIFF'],
      [{}, 'INVALID_TARIFF']
    ] as const) {
      const answer = await price(body)
      assert.deepEqual([answer.status, answer.code], [422, code])
    }
    assert.equal((await price({ ...at, kind: 'friends' })).status, 400)
  })
})
