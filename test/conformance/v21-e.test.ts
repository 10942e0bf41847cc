import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type * as v21 from 'fastify-ocpp/v21'
import { Backend, casesOf, type Station, soon } from './station.js'

// Limits of transactions, and payment terminals that are not part of the charge point.

type Station21 = Station<'ocpp2.1'>
type Told = Partial<Omit<v21.TransactionEventRequest, 'transactionInfo'>> & Partial<v21.TransactionType>

const backend = await Backend.start()
const scenario = casesOf(backend, 'ocpp2.1')

const TARIFF = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.5 }] } }

/** Supports all limits, and has a tariff of its own. */
async function supportsLimits(station: Station21, variables: readonly [string, string, string, string?][] = []) {
  const { identity } = station
  await backend.put(`/tariffs/${identity}`, { ...TARIFF, appliesTo: { chargePoints: [identity] } })
  const all = [['TxCtrlr', 'SupportedLimits', 'Cost,Energy,Time,SoC'] as const, ...variables]
  const reportData = all.map(([name, variable, value, instance]) => ({
    component: { name },
    variable: { name: variable, ...(instance !== undefined && { instance }) },
    variableAttribute: [{ value }]
  }))
  assert.deepEqual(await station.says('NotifyReport', { requestId: 1, generatedAt: soon(), seqNo: 0, reportData }), {})
}

function sends(
  station: Station21,
  eventType: v21.TransactionEventRequest['eventType'],
  seqNo: number,
  { transactionLimit, stoppedReason, chargingState, remoteStartId, ...told }: Told = {}
): Promise<v21.TransactionEventResponse> {
  const info = { transactionLimit, stoppedReason, chargingState, remoteStartId }
  return station.says('TransactionEvent', {
    ...{ eventType, seqNo, timestamp: soon(), triggerReason: 'MeterValuePeriodic', evse: { id: 1 }, ...told },
    transactionInfo: { transactionId: 'tx', ...JSON.parse(JSON.stringify(info)) }
  })
}

function meter(wh: number): Told {
  const sampledValue = [{ value: wh, measurand: 'Energy.Active.Import.Register' }] as const
  return { meterValue: [{ timestamp: soon(), sampledValue: [...sampledValue] }] }
}

/** An id token with limits, by the name of the case. */
async function prepaid(station: Station21, transactionLimit: object, type = 'ISO14443') {
  const idToken = `PREPAID-${station.identity}`
  await backend.put(`/id-tokens/${idToken}`, { type, transactionLimit })
  return { idToken, type }
}

async function limits({ identity }: Station21) {
  const { items } = await backend.get(`/transactions?chargePoint=${identity}`)
  return backend.get(`/transactions/${items[0].id}/limit`)
}

describe('2.1 E: limits of transactions', () => {
  scenario('TC_E_102_CSMS', 'the back-end and the charge point set limits', async (station) => {
    await supportsLimits(station)
    const idToken = await prepaid(station, { maxEnergy: 20_000 })
    const started = await sends(station, 'Started', 0, { idToken, ...meter(0), triggerReason: 'Authorized' })
    assert.deepEqual(started.transactionLimit, { maxEnergy: 20_000 })
    const own = { maxEnergy: 20_000, maxTime: 600 }
    const set = await sends(station, 'Updated', 1, { triggerReason: 'LimitSet', transactionLimit: own })
    assert.equal(set.transactionLimit, undefined)
    const { limit, station: theirs } = await limits(station)
    assert.deepEqual([limit, theirs], [{ maxEnergy: 20_000 }, own])
  })

  scenario('TC_E_108_CSMS', 'the charge point calculates costs and sets a limit', async (station) => {
    await supportsLimits(station, [['TariffCostCtrlr', 'Enabled', 'true', 'Tariff']])
    const driver = { idToken: 'DRIVER', type: 'ISO14443' }
    await sends(station, 'Started', 0, { idToken: driver, ...meter(0), triggerReason: 'Authorized' })
    const set = await sends(station, 'Updated', 1, { triggerReason: 'LimitSet', transactionLimit: { maxCost: 3 } })
    assert.equal(set.transactionLimit, undefined)
    const totalCost = { currency: 'EUR', typeOfCost: 'NormalCost', total: { exclTax: 3, inclTax: 3 } } as const
    const costDetails = { totalCost, totalUsage: { energy: 6, chargingTime: 60, idleTime: 0 } }
    const reached = { triggerReason: 'CostLimitReached', chargingState: 'SuspendedEVSE', ...meter(6000) } as const
    await sends(station, 'Updated', 2, { ...reached, costDetails })
    await sends(station, 'Ended', 3, { stoppedReason: 'LocalOutOfCredit', ...meter(6000), costDetails })
    assert.deepEqual((await limits(station)).station, { maxCost: 3 })
    await station.shows({ transactions: [{ transactionId: 'tx', status: 'ended', cost: 3 }] })
  })

  scenario('TC_E_109_CSMS', 'the back-end calculates costs and sets a limit of them', async (station) => {
    await supportsLimits(station)
    const idToken = await prepaid(station, { maxCost: 5 })
    const started = await sends(station, 'Started', 0, { idToken, ...meter(0), triggerReason: 'Authorized' })
    assert.deepEqual(started.transactionLimit, { maxCost: 5 })
    // It knows by the totals when the limit is reached.
    assert.deepEqual(await sends(station, 'Updated', 1, meter(4000)), { totalCost: 2 })
    assert.deepEqual(await sends(station, 'Updated', 2, meter(10_000)), { totalCost: 5 })
    const reached = { triggerReason: 'CostLimitReached', chargingState: 'SuspendedEVSE' } as const
    assert.deepEqual(await sends(station, 'Updated', 3, reached), { totalCost: 5 })
    assert.deepEqual(await sends(station, 'Ended', 4, meter(10_000)), { totalCost: 5 })
  })

  for (const [id, limit, reason] of [
    ['TC_E_110_CSMS', { maxEnergy: 10_000 }, 'EnergyLimitReached'],
    ['TC_E_111_CSMS', { maxTime: 3600 }, 'TimeLimitReached']
  ] as const) {
    scenario(id, `the back-end sets ${Object.keys(limit)}`, async (station) => {
      await supportsLimits(station)
      const idToken = await prepaid(station, limit)
      const started = await sends(station, 'Started', 0, { idToken, ...meter(0), triggerReason: 'Authorized' })
      assert.deepEqual(started.transactionLimit, limit)
      const set = await sends(station, 'Updated', 1, { triggerReason: 'LimitSet', transactionLimit: limit })
      assert.equal(set.transactionLimit, undefined)
      await sends(station, 'Ended', 2, { triggerReason: reason, stoppedReason: reason, ...meter(10_000) })
      await station.shows({ transactions: [{ transactionId: 'tx', status: 'ended', stopReason: reason }] })
    })
  }
})

describe('2.1 C: a payment terminal that is not part of the charge point', () => {
  for (const [id, name, variables] of [
    ['TC_C_125_CSMS', 'the back-end calculates the cost', []],
    ['TC_C_126_CSMS', 'the charge point calculates the cost', [['TariffCostCtrlr', 'Enabled', 'true', 'Tariff']]]
  ] as const) {
    scenario(id, name, async (station) => {
      await supportsLimits(station, variables as unknown as [string, string, string, string?][])
      const idToken = await prepaid(station, { maxCost: 8 }, 'DirectPayment')
      const asked = station.isTold('RequestStartTransaction', { status: 'Accepted' })
      const { body } = await backend.post(`/charge-points/${station.identity}/operations/start`, {
        idToken,
        evseId: 1
      })
      const { remoteStartId } = body.result ?? body
      const request = (await asked) as v21.RequestStartTransactionRequest
      assert.deepEqual([request.idToken, request.remoteStartId], [idToken, remoteStartId])
      const begins = {
        idToken,
        triggerReason: 'RemoteStart',
        ...meter(0),
        remoteStartId: request.remoteStartId
      } as const
      const started = await sends(station, 'Started', 0, begins)
      assert.equal(started.idTokenInfo?.status, 'Accepted')
      assert.deepEqual(started.transactionLimit, { maxCost: 8 })
      assert.deepEqual(await sends(station, 'Updated', 1, meter(4000)), { totalCost: 2 })
      const { items } = await backend.get(`/transactions?chargePoint=${station.identity}`)
      // More money is reserved.
      await backend.put(`/transactions/${items[0].id}/limit`, { maxCost: 12 })
      const { transactionLimit } = await sends(station, 'Updated', 2, meter(5000))
      assert.deepEqual(transactionLimit, { maxCost: 12 })
      assert.deepEqual(await sends(station, 'Ended', 3, meter(6000)), { totalCost: 3 })
    })
  }
})
