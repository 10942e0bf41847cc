import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v21 from 'fastify-ocpp/v21'
import { Backend, casesOf, type Station } from './station.js'

// Local cost calculation: what the CSMS does by itself.

type Station21 = Station<'ocpp2.1'>

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.1')

const DRIVER: v21.IdTokenType = { idToken: 'DRIVER', type: 'ISO14443' }
const BEGIN = '2026-01-01T00:00:00.000Z'
const PLAIN = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.5 }] } }
const NIGHT = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.2, conditions: { startTimeOfDay: '22:00', endTimeOfDay: '06:00' } }] }
}

/** Calculates by itself, and has a tariff of its own. */
async function calculates(station: Station21, variables: Record<string, string> = {}, tariff: object = PLAIN) {
  const { identity } = station
  await backend.put(`/tariffs/${identity}`, { ...tariff, appliesTo: { chargePoints: [identity] } })
  const reportData = Object.entries({ Enabled: 'true', ...variables }).map(([name, value]) => ({
    component: { name: 'TariffCostCtrlr' },
    variable: { name, instance: 'Tariff' },
    variableAttribute: [{ value }]
  }))
  assert.deepEqual(await station.says('NotifyReport', { requestId: 1, generatedAt: BEGIN, seqNo: 0, reportData }), {})
}

async function charges(station: Station21): Promise<number> {
  const answer = await station.says('TransactionEvent', {
    eventType: 'Started',
    seqNo: 0,
    timestamp: BEGIN,
    triggerReason: 'Authorized',
    transactionInfo: { transactionId: 'tx' },
    evse: { id: 1 },
    idToken: DRIVER
  })
  assert.equal(answer.idTokenInfo?.status, 'Accepted')
  const { items } = await backend.get(`/transactions?chargePoint=${station.identity}`)
  return items[0].id
}

describe('2.1 I: a tariff of the driver', () => {
  scenario('TC_I_109_CSMS', 'in the answer to Authorize', async (station) => {
    await calculates(station, { ConditionsSupported: 'true' }, NIGHT)
    const { idTokenInfo, tariff } = await station.says('Authorize', { idToken: DRIVER })
    const { ocppTariffId } = await backend.get(`/tariffs/${station.identity}`)
    assert.deepEqual(idTokenInfo, { status: 'Accepted' })
    assert.deepEqual(tariff, { tariffId: ocppTariffId, ...NIGHT })
  })
})

describe('2.1 I: another tariff of a transaction', () => {
  const outcomes = [
    ['TC_I_113_CSMS', 'that has too many elements for it', 'TooManyElements', 409],
    ['TC_I_114_CSMS', 'with conditions, which it does not support', 'ConditionNotSupported', 409],
    ['TC_I_115_CSMS', 'with conditions, which it supports', 'Accepted', 200]
  ] as const
  for (const [id, name, status, expected] of outcomes) {
    scenario(id, name, async (station) => {
      await calculates(station)
      await backend.put(`/tariffs/${id}-night`, { ...NIGHT, appliesTo: { idTokens: [id] } })
      const transaction = await charges(station)
      const told = station.isTold('ChangeTransactionTariff', { status })
      const { statusCode } = await backend.post(`/transactions/${transaction}/tariff`, { tariffId: `${id}-night` })
      const { ocppTariffId } = await backend.get(`/tariffs/${id}-night`)
      assert.deepEqual(await told, { transactionId: 'tx', tariff: { tariffId: ocppTariffId, ...NIGHT } })
      assert.equal(statusCode, expected)
      const { tariffs } = await backend.get(`/transactions/${transaction}/cost`)
      assert.equal(tariffs.length, status === 'Accepted' ? 2 : 1)
    })
  }
})
