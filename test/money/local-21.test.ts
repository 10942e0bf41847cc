import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { at, card, charging, event, Inbox, KWH, ok, putTariff, result, VAT } from './telling.js'

// Charge points of 2.1 that calculate costs themselves.

const protocol = 'ocpp2.1'
const LOCAL = { 'Enabled[Tariff]': 'true' }
const NIGHT = { startTimeOfDay: '22:00', endTimeOfDay: '06:00' }
const DAY_AND_NIGHT = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.2, conditions: NIGHT }, { priceKwh: 0.4 }], taxRates: VAT },
  idleTime: { prices: [{ priceHour: 6 }] }
}

onSharedBackend('the tariff of a driver', (start) => {
  it('is in the answer to Authorize of a charge point that calculates costs itself', async () => {
    const server = await start()
    const charger = await charging(server, 'DRIVER', { protocol, tariff: DAY_AND_NIGHT, variables: LOCAL })
    const { ocppTariffId } = await ok(server, 'GET', '/tariffs/DRIVER')
    assert.deepEqual(await result(charger, 'Authorize', card('ANNA')), {
      idTokenInfo: { status: 'Accepted' },
      tariff: {
        ...DAY_AND_NIGHT,
        tariffId: ocppTariffId,
        idleTime: { prices: [{ priceMinute: 0.1 }] }
      }
    })
    await putTariff(server, 'DRIVER', KWH)
    const { tariff } = (await result(charger, 'Authorize', card('ANNA'))) as { tariff: { tariffId: string } }
    assert.notEqual(tariff.tariffId, ocppTariffId)
  })

  it('is not sent to others, nor for a driver who may not charge', async () => {
    const server = await start()
    await ok(server, 'PUT', '/id-tokens/CROOK', { status: 'Blocked' })
    const local = await charging(server, 'DRIVER-2', { protocol, tariff: KWH, variables: LOCAL })
    assert.deepEqual(await result(local, 'Authorize', card('CROOK')), { idTokenInfo: { status: 'Blocked' } })
    for (const [index, ready] of [
      { protocol, variables: { 'Enabled[Tariff]': 'false' } },
      { protocol: 'ocpp2.0.1', variables: { 'Enabled[Tariff]': 'true', 'ConditionsSupported[Tariff]': 'true' } }
    ].entries()) {
      const other = await charging(server, `DRIVER-NOT-${index}`, { ...ready, tariff: KWH })
      assert.equal((await result(other, 'Authorize', card('ANNA'))).tariff, undefined)
    }
  })

  for (const [name, variable] of [
    ['too many prices', { 'MaxElements[Tariff]': '2' }],
    ['conditions', { 'ConditionsSupported[Tariff]': 'false' }],
    ['another currency', { Currency: 'SEK' }]
  ] as const) {
    it(`is not sent in part: with ${name} the back-end alone calculates`, async () => {
      const server = await start()
      const identity = `PART-${name.replaceAll(' ', '-')}`
      const variables = { ...LOCAL, ...variable }
      const charger = await charging(server, identity, { protocol, tariff: DAY_AND_NIGHT, variables })
      await ok(server, 'PUT', '/sites/berlin', { name: 'Berlin', timeZone: 'Europe/Berlin' })
      await ok(server, 'PUT', `/charge-points/${identity}`, { site: 'berlin' })
      assert.deepEqual(await result(charger, 'Authorize', card('ANNA')), { idTokenInfo: { status: 'Accepted' } })
      const begin = event('Started', 0, '08:00:00', { wh: 0, idToken: 'ANNA', state: 'Charging' })
      await result(charger, 'TransactionEvent', begin)
      const end = await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 10_000 }))
      assert.deepEqual(end, { totalCost: 4.76 })
    })
  }
})

onSharedBackend('a driver who refuses the tariff', (start) => {
  it('pays nothing, in whatever order the events come, unless somebody accepts it later', async () => {
    const server = await start()
    const fee = {
      currency: 'EUR',
      fixedFee: { prices: [{ priceFixed: 2 }] },
      idleTime: { prices: [{ priceMinute: 1 }] }
    }
    const charger = await charging(server, 'REFUSED', { protocol, tariff: fee, variables: LOCAL })
    const of = (id: string) => ({
      began: event('Started', 0, '08:00:00', { id, wh: 0, idToken: 'ANNA' }),
      refused: event('Updated', 1, '08:00:10', { id, triggerReason: 'TariffNotAccepted' }),
      accepted: event('Updated', 2, '08:00:20', { id, idToken: 'BEN' }),
      ended: event('Ended', 3, '08:10:00', { id, wh: 0 })
    })
    const costs: unknown[] = []
    for (const [id, names] of [
      ['late', ['began', 'ended', 'refused']],
      ['soon', ['refused', 'began', 'ended']],
      ['other', ['began', 'refused', 'accepted', 'ended']]
    ] as const) {
      let total: unknown
      for (const name of names) {
        const request = of(id)[name]
        const seqNo = name === 'ended' && id !== 'other' ? 2 : request.seqNo
        total = (await result(charger, 'TransactionEvent', { ...request, seqNo })).totalCost
      }
      costs.push(total)
    }
    assert.deepEqual(costs, [0, 0, undefined])
    const { items } = await ok(server, 'GET', '/transactions?chargePoint=REFUSED&sort=receivedAt')
    assert.deepEqual(
      items.map(({ transactionId, cost }: { transactionId: string; cost?: number }) => [transactionId, cost]),
      [
        ['late', 0],
        ['soon', 0],
        ['other', undefined]
      ]
    )
    const { cost } = await ok(server, 'GET', `/transactions/${items[0].id}/cost`)
    assert.deepEqual([cost.total, cost.isRefused, cost.unknown], [0, true, []])
  })
})

onSharedBackend('the tariff that a charge point names', (start) => {
  it('is compared with that of the transaction', async () => {
    const server = await start()
    const charger = await charging(server, 'NAMES', { protocol, tariff: KWH, variables: LOCAL })
    const { ocppTariffId } = await ok(server, 'GET', '/tariffs/NAMES')
    const named = (id: string, tariffId: string) => ({ transactionInfo: { transactionId: id, tariffId } })
    for (const [id, tariffId] of [
      ['same', ocppTariffId],
      ['other', 'of-another-csms']
    ]) {
      await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { id, wh: 0, idToken: 'ANNA' }))
      await result(charger, 'TransactionEvent', event('Updated', 1, '08:00:10', { id, ...named(id, tariffId) }))
      await result(charger, 'TransactionEvent', event('Ended', 2, '08:10:00', { id, wh: 1000 }))
    }
    const { items } = await ok(server, 'GET', '/transactions?chargePoint=NAMES&sort=receivedAt')
    const told = async (index: number) => (await ok(server, 'GET', `/transactions/${items[index].id}/cost`)).otherTariff
    assert.deepEqual([await told(0), await told(1)], [undefined, 'of-another-csms'])
    const problems = (await ok(server, 'GET', '/problems?chargePoint=NAMES&kind=tariff-drift')).items
    assert.deepEqual(
      problems.map((one: { transaction: number; detail: string }) => [one.transaction, one.detail]),
      [[items[1].id, 'calculates the transaction by the tariff of-another-csms, which is not that of the transaction']]
    )
  })
})

const CHEAP = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.1 }] } }

/** A tariff that applies to nobody by itself. */
function spare(server: TestServer, id: string, tariff: object) {
  return ok(server, 'PUT', `/tariffs/${id}`, { ...tariff, appliesTo: { idTokens: [id] } })
}

/** A transaction with 10 kWh, and a tariff to change to. */
async function running(server: TestServer, identity: string, variables: Record<string, string> = LOCAL) {
  const charger = await charging(server, identity, { protocol, tariff: KWH, variables })
  const cheap = `${identity}-CHEAP`
  await spare(server, cheap, CHEAP)
  await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, idToken: 'ANNA' }))
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}`)
  const { id } = items[0]
  const change = () => operate(server, 'POST', `/transactions/${id}/tariff`, { tariffId: cheap })
  const tariffs = async () => {
    const { tariffs } = await ok(server, 'GET', `/transactions/${id}/cost`)
    return tariffs.map((one: { id: string }) => one.id)
  }
  const { ocppTariffId } = await ok(server, 'GET', `/tariffs/${cheap}`)
  return { charger, inbox: new Inbox(charger), cheap, change, tariffs, ocppTariffId, id }
}

onSharedBackend('another tariff for a transaction of a charge point that calculates itself', (start) => {
  it('is accepted by it first, and written down once', async () => {
    const server = await start()
    const { charger, inbox, cheap, change, tariffs, ocppTariffId } = await running(server, 'CHANGE')
    const changing = change()
    const asked = await inbox.take('ChangeTransactionTariff', { status: 'Accepted' })
    assert.deepEqual(asked, { transactionId: 'tx', tariff: { tariffId: ocppTariffId, ...CHEAP } })
    assert.equal((await changing).statusCode, 200)
    assert.deepEqual(await tariffs(), ['CHANGE', cheap])
    const changed = event('Updated', 1, '08:30:00', { wh: 5000, triggerReason: 'TariffChanged' })
    const told = { ...changed, transactionInfo: { transactionId: 'tx', tariffId: ocppTariffId } }
    await result(charger, 'TransactionEvent', told)
    assert.deepEqual(await tariffs(), ['CHANGE', cheap])
    await inbox.isEmpty()
  })

  for (const status of ['Rejected', 'TooManyElements', 'ConditionNotSupported', 'TxNotFound', 'NoCurrencyChange']) {
    it(`changes nothing if it is refused: ${status}`, async () => {
      const server = await start()
      const identity = `CHANGE-${status}`
      const { inbox, change, tariffs } = await running(server, identity)
      const changing = change()
      await inbox.take('ChangeTransactionTariff', { status })
      const { statusCode, body } = await changing
      const code = status === 'NoCurrencyChange' ? 'CURRENCY_CHANGE' : 'TARIFF_REFUSED'
      assert.deepEqual([statusCode, JSON.parse(body).code], [409, code])
      assert.deepEqual(await tariffs(), [identity])
    })
  }

  it('changes nothing if the charge point does not know the call, or is away', async () => {
    const server = await start()
    const { charger, inbox, change, tariffs } = await running(server, 'CHANGE-OLD')
    const changing = change()
    const { id } = await inbox.next()
    charger.send(4, id, 'NotImplemented', '', {})
    assert.deepEqual([(await changing).statusCode], [502])
    await charger.close()
    const { statusCode, body } = await change()
    assert.deepEqual([statusCode, JSON.parse(body).code], [409, 'OCPP_ERR_NOT_CONNECTED'])
    assert.deepEqual(await tariffs(), ['CHANGE-OLD'])
  })

  it('does not reach the charge point if it has another currency, or needs more than it takes', async () => {
    const server = await start()
    const variables = { ...LOCAL, 'MaxElements[Tariff]': '1' }
    const { inbox, tariffs, id } = await running(server, 'CHANGE-SEK', variables)
    await spare(server, 'CHANGE-SEK-2', { ...CHEAP, currency: 'SEK' })
    await spare(server, 'CHANGE-SEK-3', DAY_AND_NIGHT)
    for (const [tariffId, code] of [
      ['CHANGE-SEK-2', 'CURRENCY_CHANGE'],
      ['CHANGE-SEK-3', 'TARIFF_REFUSED']
    ]) {
      const { statusCode, body } = await operate(server, 'POST', `/transactions/${id}/tariff`, { tariffId })
      assert.deepEqual([statusCode, JSON.parse(body).code], [409, code])
    }
    await inbox.isEmpty()
    assert.deepEqual(await tariffs(), ['CHANGE-SEK'])
  })

  it('is written down by the next event if the answer is lost, from the time of that event on', async () => {
    const server = await start()
    const { charger, inbox, cheap, change, tariffs, ocppTariffId, id } = await running(server, 'CHANGE-LOST')
    const changing = change()
    await inbox.next()
    await charger.close()
    assert.equal((await changing).statusCode, 504)
    assert.deepEqual(await tariffs(), ['CHANGE-LOST'])
    const back = await connectCharger(server.url, 'CHANGE-LOST', { protocol })
    const changed = event('Updated', 1, '08:30:00', { wh: 5000, triggerReason: 'TariffChanged' })
    const told = { ...changed, transactionInfo: { transactionId: 'tx', tariffId: ocppTariffId } }
    for (let time = 0; time < 2; time++) await result(back, 'TransactionEvent', told)
    const explained = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual(
      explained.tariffs.map(({ id, from }: { id: string; from?: string }) => [id, from]),
      [
        ['CHANGE-LOST', undefined],
        [cheap, at('08:30:00')]
      ]
    )
    // 5 kWh at 0.476, 5 kWh at 0.10.
    const end = await result(back, 'TransactionEvent', event('Ended', 2, '09:00:00', { wh: 10_000 }))
    assert.deepEqual(end, { totalCost: 2.88 })
  })

  it('is not chosen by the charge point itself', async () => {
    const server = await start()
    const { charger, tariffs, ocppTariffId } = await running(server, 'CHANGE-SELF')
    const changed = event('Updated', 1, '08:30:00', { wh: 5000, triggerReason: 'TariffChanged' })
    const told = { ...changed, transactionInfo: { transactionId: 'tx', tariffId: ocppTariffId } }
    await result(charger, 'TransactionEvent', told)
    assert.deepEqual(await tariffs(), ['CHANGE-SELF'])
  })

  it('is the work of the back-end alone if the charge point does not calculate', async () => {
    const server = await start()
    const { inbox, cheap, change, tariffs } = await running(server, 'CHANGE-US', { 'Enabled[Tariff]': 'false' })
    assert.equal((await change()).statusCode, 200)
    await inbox.isEmpty()
    assert.deepEqual(await tariffs(), ['CHANGE-US', cheap])
  })
})
