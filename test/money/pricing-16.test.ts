import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { ErrorAnswer } from '../support/charger.js'
import { begin, measure, pricing, SHOWS, status, stop, told, transactionOf } from './pricing-16.js'
import { at, KWH, ok, putTariff, result, VAT } from './telling.js'

/** 08:00 to 18:00 in Berlin is 07:00 to 17:00 in UTC. */
const DAY = { startTimeOfDay: '08:00', endTimeOfDay: '18:00' }
const WHOLE = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4, conditions: DAY }, { priceKwh: 0.25 }], taxRates: VAT },
  idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates: VAT },
  fixedFee: { prices: [{ priceFixed: 1 }], taxRates: VAT }
}

onSharedBackend('the pricing messages of 1.6', (start) => {
  it('tell the price after Authorize, the running cost with the next prices, and the final cost', async () => {
    const server = await start()
    const { charger, inbox } = await pricing(server, 'PRICING', { tariff: WHOLE })
    await result(charger, 'Authorize', { idTag: 'ANNA' })
    assert.deepEqual(await told(inbox, 'SetUserPrice'), {
      idToken: 'ANNA',
      priceText:
        '0.476 EUR/kWh 08:00-18:00; 0.2975 EUR/kWh otherwise; 0.119 EUR/min idle after 5 min; 1.19 EUR per session (incl. tax)'
    })
    await status(charger, 'Charging', '15:59:00')
    const { transactionId } = await begin(charger, '16:00:00')
    const idlePrice = { graceMinutes: 5, hourPrice: 7.14 }
    const running = {
      ...{ transactionId, timestamp: at('16:00:00'), meterValue: 1000, cost: 1.19, state: 'Charging' },
      chargingPrice: { kWhPrice: 0.476, flatFee: 1.19 },
      idlePrice,
      nextPeriod: { atTime: at('17:00:00'), chargingPrice: { kWhPrice: 0.2975, flatFee: 1.19 }, idlePrice },
      triggerMeterValue: {
        atTime: at('17:00:00'),
        atCPStatus: ['Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing']
      }
    }
    assert.deepEqual(await told(inbox, 'RunningCost'), running)
    await measure(charger, transactionId, '16:30:00', 6000)
    const half = { ...running, timestamp: at('16:30:00'), meterValue: 6000, cost: 3.57 }
    assert.deepEqual(await told(inbox, 'RunningCost'), half)
    await status(charger, 'SuspendedEV', '16:40:00')
    await measure(charger, transactionId, '16:50:00', 6000)
    // 5 of 10 minutes are beyond the grace.
    const idle = { ...running, timestamp: at('16:50:00'), meterValue: 6000, cost: 4.17, state: 'Idle' }
    assert.deepEqual(await told(inbox, 'RunningCost'), idle)
    await stop(charger, transactionId, '17:00:00', 6000)
    const { cost } = await transactionOf(server, 'PRICING')
    assert.deepEqual(await told(inbox, 'FinalCost'), {
      transactionId,
      cost: 5.36,
      priceText:
        '5.36 EUR, 5 kWh: 0.476 EUR/kWh 08:00-18:00; 0.2975 EUR/kWh otherwise; 0.119 EUR/min idle after 5 min; 1.19 EUR per session (incl. tax)'
    })
    assert.equal(cost, 5.36)
    await inbox.isEmpty()
  })

  it('are not sent to charge points that have not said that they know them', async () => {
    const server = await start()
    for (const [index, keys] of [{}, { CustomDisplayCostAndPrice: 'false' }].entries()) {
      const { charger, inbox } = await pricing(server, `PLAIN-${index}`, { tariff: KWH, keys })
      await result(charger, 'Authorize', { idTag: 'ANNA' })
      const { transactionId } = await begin(charger, '08:00:00')
      await measure(charger, transactionId, '08:30:00', 2000)
      await stop(charger, transactionId, '09:00:00', 3000)
      await inbox.isEmpty()
    }
  })

  it('begin when the charge point says that it knows them, which may be written as 1', async () => {
    const server = await start()
    const { charger, inbox } = await pricing(server, 'LATE16', { tariff: KWH, keys: {} })
    await result(charger, 'Authorize', { idTag: 'ANNA' })
    await inbox.isEmpty()
    const reading = ok(server, 'POST', '/charge-points/LATE16/calls/GetConfiguration', {})
    const configurationKey = [{ key: 'CustomDisplayCostAndPrice', value: '1', readonly: true }]
    await inbox.take('GetConfiguration', { configurationKey })
    await reading
    await result(charger, 'Authorize', { idTag: 'ANNA' })
    assert.equal((await told(inbox, 'SetUserPrice')).priceText, '0.476 EUR/kWh (incl. tax)')
  })

  for (const answer of ['Rejected', 'UnknownVendorId', 'UnknownMessageId', 'error'] as const) {
    it(`stop nothing if they are refused (${answer})`, async () => {
      const server = await start()
      const identity = `REFUSES-${answer}`
      const { charger, inbox } = await pricing(server, identity, { tariff: KWH })
      const refuse = async (messageId: string) => {
        if (answer !== 'error') return told(inbox, messageId, { status: answer })
        const { id, payload } = await inbox.next()
        const { code, description, details } = new ErrorAnswer('NotSupported')
        charger.send(4, id, code, description, details)
        assert.equal(payload.messageId, messageId)
      }
      await result(charger, 'Authorize', { idTag: 'ANNA' })
      await refuse('SetUserPrice')
      const { transactionId } = await begin(charger, '08:00:00', 0)
      await refuse('RunningCost')
      await measure(charger, transactionId, '08:30:00', 2000)
      await refuse('RunningCost')
      await stop(charger, transactionId, '09:00:00', 10_000)
      await refuse('FinalCost')
      await inbox.isEmpty()
      assert.equal((await transactionOf(server, identity)).cost, 4.76)
    })
  }

  it('do not delay the answers to a charge point that answers slowly, which gets the latest cost then', async () => {
    const server = await start()
    const { charger, inbox } = await pricing(server, 'SLOW16', { tariff: KWH })
    await result(charger, 'Authorize', { idTag: 'ANNA' })
    const price = await inbox.next()
    const { transactionId } = await begin(charger, '08:00:00', 0)
    for (let minute = 1; minute < 9; minute++) await measure(charger, transactionId, `08:0${minute}:00`, minute * 1000)
    charger.send(3, price.id, { status: 'Accepted' })
    assert.equal((await told(inbox, 'RunningCost')).cost, 3.81)
    await stop(charger, transactionId, '09:00:00', 10_000)
    assert.equal((await told(inbox, 'FinalCost')).cost, 4.76)
    await inbox.isEmpty()
  })

  it('are not sent for a driver who may not charge, nor for a cost that is unknown', async () => {
    const server = await start()
    await ok(server, 'PUT', '/id-tokens/ROBBER', { status: 'Blocked' })
    const tariff = { currency: 'EUR', energy: KWH.energy, idleTime: { prices: [{ priceMinute: 0.1 }] } }
    const { charger, inbox } = await pricing(server, 'UNKNOWN16', { tariff })
    await result(charger, 'Authorize', { idTag: 'ROBBER' })
    // Nobody tells the states that the idle fee depends on.
    const { transactionId } = await begin(charger, '08:00:00', 0)
    assert.equal((await told(inbox, 'RunningCost')).cost, 0)
    await measure(charger, transactionId, '08:30:00', 2000)
    await stop(charger, transactionId, '09:00:00', 10_000)
    await inbox.isEmpty()
    assert.equal((await transactionOf(server, 'UNKNOWN16')).costUnknown, 'no-states')
  })

  it('have the decimals and the languages of the charge point', async () => {
    const server = await start()
    const keys = {
      ...SHOWS,
      NumberOfDecimalsForCostValues: '3',
      CustomMultiLanguageMessages: 'true',
      SupportedLanguages: 'EN, de-DE'
    }
    const description = [
      { format: 'UTF8', language: 'en', content: 'Cheap' },
      { format: 'UTF8', language: 'de', content: 'Günstig' },
      { format: 'UTF8', language: 'nl', content: 'Goedkoop' }
    ]
    const energy = { prices: [{ priceKwh: 0.2505 }], taxRates: VAT }
    const { charger, inbox } = await pricing(server, 'DECIMALS', {
      tariff: { currency: 'EUR', energy, description },
      keys
    })
    await result(charger, 'Authorize', { idTag: 'ANNA' })
    const { priceText, priceTextExtra } = await told(inbox, 'SetUserPrice')
    assert.deepEqual([priceText, priceTextExtra], ['Cheap', [description[1]]])
    await begin(charger, '08:00:00', 0)
    assert.deepEqual((await told(inbox, 'RunningCost')).chargingPrice, { kWhPrice: 0.298 })
  })

  it('ask for meter values where a price changes by energy, power or time', async () => {
    const server = await start()
    const tariff = {
      currency: 'EUR',
      energy: {
        prices: [
          { priceKwh: 0.6, conditions: { minPower: 50_000 } },
          { priceKwh: 0.2, conditions: { maxEnergy: 5000 } },
          { priceKwh: 0.4 }
        ]
      },
      chargingTime: { prices: [{ priceMinute: 0, conditions: { maxTime: 1800 } }, { priceMinute: 0.05 }] }
    }
    const { charger, inbox } = await pricing(server, 'TRIGGERS', { tariff })
    await status(charger, 'Charging', '07:59:00')
    const { transactionId } = await begin(charger, '08:00:00', 0)
    const { triggerMeterValue, chargingPrice } = await told(inbox, 'RunningCost')
    const { atCPStatus: _, ...trigger } = triggerMeterValue
    assert.deepEqual(trigger, { atTime: at('08:30:00'), atEnergykWh: 5, atPowerkW: 50 })
    assert.equal(chargingPrice.hourPrice, 0)
    await measure(charger, transactionId, '08:45:00', 6000)
    const later = await told(inbox, 'RunningCost')
    assert.deepEqual([later.cost, later.chargingPrice], [2.15, { kWhPrice: 0.4, hourPrice: 3 }])
    assert.deepEqual(later.triggerMeterValue.atEnergykWh, undefined)
  })

  it('follow a tariff that an operator has changed', async () => {
    const server = await start()
    const { charger, inbox } = await pricing(server, 'CHANGES16', { tariff: KWH })
    const { transactionId } = await begin(charger, '08:00:00', 0)
    await told(inbox, 'RunningCost')
    await putTariff(server, 'NOBODY', { currency: 'EUR', energy: { prices: [{ priceKwh: 1 }] } }, 'CHANGES16-2')
    const { id } = await transactionOf(server, 'CHANGES16')
    await ok(server, 'POST', `/transactions/${id}/tariff`, { tariffId: 'CHANGES16-2' })
    await measure(charger, transactionId, '08:30:00', 1000)
    assert.equal((await told(inbox, 'RunningCost')).chargingPrice.kWhPrice, 1)
  })
})
