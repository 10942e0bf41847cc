import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend } from '../app/support.js'
import { putTraits } from '../traits/support.js'
import { card, charging, event, Inbox, KWH, ok, putTariff, report, result, VAT } from './telling.js'

const SHOWS = { 'Enabled[Tariff]': 'true' }
const V201 = 'ocpp2.0.1'
const V21 = 'ocpp2.1'

function english(content: string) {
  return { format: 'UTF8', language: 'en', content }
}

type Info = { status: string; personalMessage?: unknown }
const infoOf = (answer: Record<string, unknown>) => answer.idTokenInfo as Info

onSharedBackend('the text of a tariff', (start) => {
  for (const [protocol, variables] of [
    [V201, SHOWS],
    [V21, { 'Available[Tariff]': 'true', 'Enabled[Tariff]': 'false' }]
  ] as const) {
    it(`is in the answers to Authorize and to the start, in the order of the law and with tax (${protocol})`, async () => {
      const server = await start()
      const tariff = {
        currency: 'EUR',
        fixedFee: { prices: [{ priceFixed: 1 }], taxRates: VAT },
        idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates: VAT },
        energy: { prices: [{ priceKwh: 0.4 }], taxRates: VAT },
        minCost: { exclTax: 2 }
      }
      const charger = await charging(server, `TEXT-${protocol}`, { protocol, tariff, variables })
      const text = '0.476 EUR/kWh; 0.119 EUR/min idle after 5 min; 1.19 EUR per session; at least 2.38 EUR (incl. tax)'
      assert.deepEqual(infoOf(await result(charger, 'Authorize', card('ANNA'))), {
        status: 'Accepted',
        personalMessage: english(text)
      })
      const started = await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { idToken: 'ANNA' }))
      assert.deepEqual(infoOf(started).personalMessage, english(text))
    })
  }

  it('is not sent to charge points that have not said that they show it', async () => {
    const server = await start()
    const silent = [
      [V201, undefined],
      [V201, { 'Enabled[Tariff]': 'false', 'Available[Tariff]': 'true' }],
      [V21, { 'Enabled[Cost]': 'true' }]
    ] as const
    for (const [index, [protocol, variables]] of silent.entries()) {
      const ready = { protocol, tariff: KWH, ...(variables !== undefined && { variables }) }
      const charger = await charging(server, `MUTE-${index}`, ready)
      assert.deepEqual(await result(charger, 'Authorize', card('ANNA')), { idTokenInfo: { status: 'Accepted' } })
      const started = await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { idToken: 'ANNA' }))
      assert.deepEqual(started, { idTokenInfo: { status: 'Accepted' } })
    }
  })

  it('is sent from the answer on in which the charge point says that it shows it, and no longer after it was set off', async () => {
    const server = await start()
    const charger = await charging(server, 'LATE', { protocol: V201, tariff: KWH })
    const shown = async () => infoOf(await result(charger, 'Authorize', card('ANNA'))).personalMessage !== undefined
    assert.equal(await shown(), false)
    await report(charger, SHOWS)
    assert.equal(await shown(), true)
    const inbox = new Inbox(charger)
    const variable = { component: { name: 'TariffCostCtrlr' }, variable: { name: 'Enabled', instance: 'Tariff' } }
    const setting = ok(server, 'POST', '/charge-points/LATE/calls/SetVariables', {
      setVariableData: [{ ...variable, attributeValue: 'false' }]
    })
    await inbox.take('SetVariables', { setVariableResult: [{ ...variable, attributeStatus: 'Accepted' }] })
    await setting
    assert.equal(await shown(), false)
  })

  it('is not sent to a driver who may not charge', async () => {
    const server = await start()
    await ok(server, 'PUT', '/id-tokens/THIEF', { status: 'Blocked' })
    const charger = await charging(server, 'BLOCKED', { protocol: V201, tariff: KWH, variables: SHOWS })
    assert.deepEqual(await result(charger, 'Authorize', card('THIEF')), { idTokenInfo: { status: 'Blocked' } })
    const started = await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { idToken: 'THIEF' }))
    assert.deepEqual(started, { idTokenInfo: { status: 'Blocked' } })
  })

  it('is in the language of the driver, and the description in it if there is one', async () => {
    const server = await start()
    await ok(server, 'PUT', '/id-tokens/JEAN', { language: 'fr' })
    await ok(server, 'PUT', '/id-tokens/HEIDI', { language: 'de-CH' })
    const charger = await charging(server, 'LANGUAGE', { protocol: V201, tariff: KWH, variables: SHOWS })
    const shown = async (idToken: string) => infoOf(await result(charger, 'Authorize', card(idToken))).personalMessage
    assert.deepEqual(await shown('HEIDI'), { format: 'UTF8', language: 'de', content: '0,476 EUR/kWh (inkl. MwSt.)' })
    assert.deepEqual(await shown('JEAN'), { format: 'UTF8', language: 'fr', content: '0,476 EUR/kWh (TTC)' })
    const description = [
      { format: 'HTML', content: '<b>Cheap</b>' },
      { format: 'UTF8', content: 'Cheap' },
      { format: 'UTF8', language: 'de', content: 'Günstig' }
    ]
    await putTariff(server, 'LANGUAGE', { ...KWH, description })
    assert.deepEqual(await shown('HEIDI'), { format: 'UTF8', language: 'de', content: 'Günstig' })
    assert.deepEqual(await shown('JEAN'), { format: 'UTF8', content: 'Cheap' })
  })

  it('waits for the start if it depends on the EVSE, unless there is one EVSE only', async () => {
    const server = await start()
    const charger = await charging(server, 'EVSES', { protocol: V201, tariff: KWH, variables: SHOWS })
    const fast = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.6 }] } }
    await putTariff(server, 'EVSES', { ...fast, appliesTo: { chargePoints: ['EVSES'], evseIds: [2] } }, 'EVSES-2')
    const authorized = async () => infoOf(await result(charger, 'Authorize', card('ANNA'))).personalMessage
    assert.equal(await authorized(), undefined)
    const begin = event('Started', 0, '08:00:00', { idToken: 'ANNA', evse: 2 })
    const started = await result(charger, 'TransactionEvent', begin)
    assert.deepEqual(infoOf(started).personalMessage, english('0.6 EUR/kWh (incl. tax)'))
    await result(charger, 'StatusNotification', {
      ...{ timestamp: '2026-03-02T08:00:00.000Z', connectorStatus: 'Available', evseId: 1, connectorId: 1 }
    })
    assert.deepEqual(await authorized(), english('0.476 EUR/kWh (incl. tax)'))
  })

  it('is left out whole if it is too long for the version, which the tariff warns of', async () => {
    const server = await start()
    const content = 'x'.repeat(600)
    const tariff = { ...KWH, description: [{ format: 'UTF8', content }] }
    const old = await charging(server, 'LONG-201', { protocol: V201, tariff, variables: SHOWS })
    const { warnings } = await ok(server, 'GET', '/tariffs/LONG-201')
    assert.deepEqual(
      warnings.map(({ pointer }: { pointer: string }) => pointer),
      ['/description']
    )
    assert.deepEqual(await result(old, 'Authorize', card('ANNA')), { idTokenInfo: { status: 'Accepted' } })
    const begin = event('Started', 0, '08:00:00', { idToken: 'ANNA' })
    assert.deepEqual(await result(old, 'TransactionEvent', begin), { idTokenInfo: { status: 'Accepted' } })
    const variables = { 'Available[Tariff]': 'true' }
    const newer = await charging(server, 'LONG-21', { protocol: V21, tariff, variables })
    const { personalMessage } = infoOf(await result(newer, 'Authorize', card('ANNA')))
    assert.deepEqual(personalMessage, { format: 'UTF8', content })
  })

  it('is told again in the first answer after an operator has changed the tariff, also if that answer is lost', async () => {
    const server = await start()
    const charger = await charging(server, 'CHANGED', { protocol: V201, tariff: KWH, variables: SHOWS })
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { idToken: 'ANNA', wh: 0 }))
    const { items } = await ok(server, 'GET', '/transactions?chargePoint=CHANGED')
    const more = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.5 }] }, appliesTo: { idTokens: ['NOBODY'] } }
    await ok(server, 'PUT', '/tariffs/CHANGED-2', more)
    await ok(server, 'POST', `/transactions/${items[0].id}/tariff`, { tariffId: 'CHANGED-2' })
    const update = event('Updated', 1, '08:30:00', { wh: 1000 })
    const [told, retry] = [
      await result(charger, 'TransactionEvent', update),
      await result(charger, 'TransactionEvent', update)
    ]
    assert.deepEqual(told.updatedPersonalMessage, english('0.5 EUR/kWh (incl. tax)'))
    assert.deepEqual(retry, told)
    const next = await result(charger, 'TransactionEvent', event('Updated', 2, '08:40:00', { wh: 2000 }))
    assert.equal(next.updatedPersonalMessage, undefined)
  })
})

onSharedBackend('the cost of a transaction of 2.x', (start) => {
  it('is 0 at the end if it is free, and absent if it is unknown', async () => {
    const server = await start()
    const ends = [
      ['FREE', { currency: 'EUR', fixedFee: { prices: [{ priceFixed: 0 }] } }, 5000, { totalCost: 0 }],
      ['UNKNOWN', KWH, undefined, {}],
      ['KNOWN', KWH, 5000, { totalCost: 2.38 }]
    ] as const
    for (const [identity, tariff, wh, answer] of ends) {
      const charger = await charging(server, identity, { protocol: V201, tariff })
      await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
      const end = event('Ended', 1, '09:00:00', wh === undefined ? {} : { wh })
      assert.deepEqual(await result(charger, 'TransactionEvent', end), answer, identity)
      assert.deepEqual(await result(charger, 'TransactionEvent', end), answer, `${identity}, again`)
    }
  })

  it('is sent by CostUpdated while it charges, to charge points that want it', async () => {
    const server = await start()
    const charger = await charging(server, 'WANTS', { protocol: V201, tariff: KWH })
    const quiet = await charging(server, 'WANTS-NOT', { protocol: V21, tariff: KWH })
    await putTraits(server, 'WANTS', { costUpdates: true })
    const [inbox, other] = [new Inbox(charger), new Inbox(quiet)]
    for (const one of [charger, quiet]) {
      await result(one, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
      await result(one, 'TransactionEvent', event('Updated', 1, '08:10:00', { wh: 1000 }))
    }
    assert.deepEqual(await inbox.take('CostUpdated'), { transactionId: 'tx', totalCost: 0.48 })
    await result(charger, 'TransactionEvent', event('Updated', 2, '08:20:00', { wh: 2000 }))
    assert.deepEqual(await inbox.take('CostUpdated'), { transactionId: 'tx', totalCost: 0.95 })
    // A late message does not tell the present cost, and the final cost is in the answer.
    await result(charger, 'TransactionEvent', event('Updated', 3, '08:25:00', { wh: 2500, offline: true }))
    await result(charger, 'TransactionEvent', event('Ended', 4, '08:30:00', { wh: 3000 }))
    await inbox.isEmpty()
    await other.isEmpty()
  })

  it('does not wait for a charge point that answers CostUpdated slowly: it gets the latest one then', async () => {
    const server = await start()
    const charger = await charging(server, 'SLOW', { protocol: V201, tariff: KWH })
    await putTraits(server, 'SLOW', { costUpdates: true })
    const inbox = new Inbox(charger)
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
    await result(charger, 'TransactionEvent', event('Updated', 1, '08:01:00', { wh: 1000 }))
    const first = await inbox.next()
    for (let seqNo = 2; seqNo < 10; seqNo++) {
      const answer = await result(
        charger,
        'TransactionEvent',
        event('Updated', seqNo, `08:0${seqNo}:00`, { wh: seqNo * 1000 })
      )
      assert.ok(typeof answer.totalCost === 'number')
    }
    // A refusal ends nothing.
    charger.send(4, first.id, 'NotSupported', '', {})
    assert.deepEqual(await inbox.take('CostUpdated'), { transactionId: 'tx', totalCost: 4.28 })
    await inbox.isEmpty()
  })
})
