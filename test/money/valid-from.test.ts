import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { until } from '../support/wait.js'
import { card, charging, event, ok, putTariff, result } from './telling.js'

const at = (priceKwh: number) => ({ currency: 'EUR', energy: { prices: [{ priceKwh }] } })
/** Long enough for what is looked at before, also on a slow machine. Milliseconds. */
const AHEAD = 8_000

onSharedBackend('a version of a tariff that becomes valid later', (start) => {
  it('takes over at that moment: for new transactions, previews, and what the charge point is told', async () => {
    const server = await start()
    const [identity, protocol] = ['AHEAD-1', 'ocpp2.0.1']
    const charger = await charging(server, identity, {
      ...{ protocol, tariff: at(0.4), variables: { 'Available[Tariff]': 'true', 'Enabled[Tariff]': 'true' } }
    })
    const moment = Math.ceil((Date.now() + AHEAD) / 1000) * 1000
    const validFrom = new Date(moment).toISOString()
    await putTariff(server, identity, { ...at(0.6), validFrom })
    const preview = async (from?: number) => {
      const asked = { tariffId: identity, energyWh: 10_000, chargingSeconds: 60 }
      const time = from === undefined ? {} : { at: new Date(from).toISOString() }
      return (await ok(server, 'POST', '/tariffs/price', { ...asked, ...time })).total
    }
    const told = async () => {
      const { idTokenInfo } = await result(charger, 'Authorize', card('ANNA'))
      return (idTokenInfo as { personalMessage: { content: string } }).personalMessage.content
    }
    const begin = (id: string, evse: number) => {
      const begins = { ...event('Started', 0, '08:00:00', { id, evse, wh: 0, idToken: 'ANNA' }) }
      return result(charger, 'TransactionEvent', { ...begins, timestamp: new Date().toISOString() })
    }
    const price = async (id: string) => {
      const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}&transactionId=${id}`)
      const { pricePerKwh, document } = items[0].tariff
      return pricePerKwh ?? document.energy.prices[0].priceKwh
    }

    await begin('before', 1)
    assert.deepEqual([await price('before'), await preview()], [0.4, 4])
    assert.deepEqual([await preview(moment - 1), await preview(moment)], [4, 6])
    assert.match(await told(), /^0\.4 EUR/)
    assert.ok(Date.now() < moment, 'all that was in time')

    await until('the moment is there', () => Date.now() >= moment, AHEAD + 5_000)
    await begin('after', 2)
    assert.deepEqual([await price('after'), await preview()], [0.6, 6])
    assert.match(await told(), /^0\.6 EUR/)
    // What runs keeps its price. [2.1 I07.FR.24]
    const ends = { ...event('Ended', 1, '09:00:00', { id: 'before', evse: 1, wh: 10_000 }) }
    assert.equal(
      (await result(charger, 'TransactionEvent', { ...ends, timestamp: new Date().toISOString() })).totalCost,
      4
    )
  })
})
