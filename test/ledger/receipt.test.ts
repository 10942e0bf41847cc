import assert from 'node:assert/strict'
import { it } from 'node:test'
import { BEARER, onBothBackends, operate } from '../app/support.js'
import { openReader } from '../events/reader.js'
import { tokenOf } from '../operators/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { addWebhook, ask, LOCAL, untilDeliveries } from '../webhooks/support.js'

const DAY = '2026-03-02'
const TARIFF = { currency: 'EUR', pricePerKwh: 0.35, pricePerHour: 1.2, pricePerSession: 0.5, tax: 19 }

function at(time: string): string {
  return `${DAY}T${time}:00.000Z`
}

async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** A charge point with a tariff of its own. */
async function charging(server: TestServer, identity: string, tariff: object, protocol = 'ocpp2.0.1') {
  const body = { chargePoint: identity, currency: 'EUR', ...tariff }
  assert.equal((await operate(server, 'PUT', `/tariffs/${identity}`, body)).statusCode, 201)
  return connectCharger(server.url, identity, { protocol, boot: true })
}

/** The only transaction of a charge point, as it is looked at by itself. */
async function transactionOf(server: TestServer, identity: string) {
  const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json()
  assert.equal(items.length, 1)
  const { events, ...transaction } = (await operate(server, 'GET', `/transactions/${items[0].id}`)).json()
  return { transaction, listed: items[0] }
}

function event(eventType: string, seqNo: number, time: string, more: object = {}) {
  const transactionInfo = { transactionId: 'tx' }
  return { eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', transactionInfo, ...more }
}

function measured(time: string, ...sampledValue: object[]) {
  return { meterValue: [{ timestamp: at(time), sampledValue }] }
}

function start(meterStart: number) {
  return { connectorId: 1, idTag: 'ANNA-LIVIA', meterStart, timestamp: at('09:00') }
}

onBothBackends('a receipt', (startBackend) => {
  it('can be made from a 1.6 transaction of the API, and from its line of CSV', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'R16', { ...TARIFF, description: 'Day' }, 'ocpp1.6')
    const { transactionId } = await result(charger, 'StartTransaction', start(100))
    await operate(server, 'PUT', '/tariffs/R16', { chargePoint: 'R16', currency: 'CHF', pricePerKwh: 99 })
    await result(charger, 'StopTransaction', { transactionId, meterStop: 12_445, timestamp: at('10:30') })
    const { transaction, listed } = await transactionOf(server, 'R16')
    assert.deepEqual(listed, transaction)
    const { tariff, costDetails, cost, currency, energyWh, duration, costUnknown } = transaction
    assert.deepEqual(tariff, { id: 'R16', ...TARIFF, description: 'Day' })
    // 12.345 kWh x 0.35 + 1.5 h x 1.20 + 0.50 = 6.62075; with 19 % 7.8786925
    assert.deepEqual(costDetails, {
      calculatedBy: 'csms',
      components: [
        { component: 'session', quantity: 1, unit: 'session', unitPrice: 0.5, per: 'session', net: 0.5 },
        { component: 'energy', quantity: 12_345, unit: 'Wh', unitPrice: 0.35, per: 'kWh', net: 4.32 },
        { component: 'time', quantity: 5400, unit: 's', unitPrice: 1.2, per: 'h', net: 1.8 }
      ],
      net: 6.62,
      tax: 1.26,
      total: 7.88,
      taxIncluded: true
    })
    assert.deepEqual([cost, currency, energyWh, duration, costUnknown], [7.88, 'EUR', 12_345, 5400, undefined])
    const { body } = await server.app.inject({
      url: '/api/v1/transactions?chargePoint=R16',
      headers: { ...BEARER, accept: 'text/csv' }
    })
    const [header = '', line = ''] = body.split('\r\n')
    const cells = line.split(',')
    const row = Object.fromEntries(header.split(',').map((name, index) => [name, cells[index]]))
    const { cost: total, net, tax, taxIncluded, sessionNet, energyNet, timeNet, pricePerKwh, taxRate } = row
    assert.deepEqual([total, net, tax, taxIncluded, taxRate], ['7.88', '6.62', '1.26', 'true', '19'])
    assert.deepEqual([sessionNet, energyNet, timeNet, pricePerKwh], ['0.5', '4.32', '1.8', '0.35'])
  })

  it('has the cost that a 2.1 charge point calculated itself, if its tariff says so', async () => {
    const server = await startBackend()
    const station = { currency: 'EUR', energy: { prices: [{ priceKwh: 1 }] }, billedBy: 'station' }
    const appliesTo = { chargePoints: ['R21'] }
    assert.equal((await operate(server, 'PUT', '/tariffs/R21', { ...station, appliesTo })).statusCode, 201)
    const charger = await connectCharger(server.url, 'R21', { protocol: 'ocpp2.1', boot: true })
    const costDetails = (total: object) => ({
      costDetails: {
        totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', energy: { exclTax: 3.9, inclTax: 4.64 }, total },
        totalUsage: { energy: 10_000, chargingTime: 3600, idleTime: 0 }
      }
    })
    const answers = [
      await result(charger, 'TransactionEvent', event('Started', 0, '09:00')),
      await result(charger, 'TransactionEvent', event('Updated', 1, '09:30', costDetails({ exclTax: 3.9 }))),
      (await transactionOf(server, 'R21')).transaction.costDetails.taxIncluded,
      await result(
        charger,
        'TransactionEvent',
        event('Ended', 2, '10:00', costDetails({ exclTax: 3.9, inclTax: 4.64 }))
      )
    ]
    assert.deepEqual(answers, [{}, {}, false, {}])
    const { transaction } = await transactionOf(server, 'R21')
    assert.equal(transaction.cost, 4.64)
    assert.deepEqual(transaction.costDetails, {
      calculatedBy: 'chargePoint',
      components: [{ component: 'energy', net: 3.9, total: 4.64 }],
      net: 3.9,
      tax: 0.74,
      total: 4.64,
      taxIncluded: true
    })
  })

  it('is complete in the event of the end, with the full id token for a reader with the scope', async () => {
    const server = await startBackend(LOCAL)
    const types = { types: ['transaction'] }
    const url = 'http://127.0.0.1:9/'
    const short = await addWebhook(server, { url, filter: types })
    const whole = await addWebhook(server, { url, filter: types, scopes: ['transactions:read', 'id-tokens:read'] })
    const none = await addWebhook(server, { url, filter: types, scopes: ['charge-points:read'] })
    const readers = [
      await openReader(server.port, {
        query: '?type=transaction',
        headers: await tokenOf(server, 'some', 'charge-points:read', 'transactions:read')
      }),
      await openReader(server.port, { query: '?type=transaction' })
    ]
    const charger = await charging(server, 'HEARD', TARIFF, 'ocpp1.6')
    const { transactionId } = await result(charger, 'StartTransaction', start(100))
    const stop = { transactionId, meterStop: 12_445, timestamp: at('10:30'), idTag: 'BOB-MARLEY', reason: 'Remote' }
    await result(charger, 'StopTransaction', stop)
    const { transaction } = await transactionOf(server, 'HEARD')
    const { id, tariff, costDetails } = transaction
    const expected = {
      id,
      transactionId: String(transactionId),
      eventType: 'Ended',
      timestamp: at('10:30'),
      connectorId: 1,
      reason: 'Remote',
      startedAt: at('09:00'),
      endedAt: at('10:30'),
      meterStart: 100,
      meterStop: 12_445,
      energyWh: 12_345,
      duration: 5400,
      tariffId: 'HEARD',
      tariff,
      cost: 7.88,
      currency: 'EUR',
      costDetails
    }
    const tokens = {
      short: { idToken: 'ANNA…', stopIdToken: 'BOB-…' },
      whole: { idToken: 'ANNA-LIVIA', stopIdToken: 'BOB-MARLEY' }
    }
    for (const [index, reader] of readers.entries()) {
      const [started, ended] = (await reader.events(2)).map(({ data }) => JSON.parse(data ?? '').data)
      assert.equal(started.id, id)
      assert.deepEqual(ended, { ...expected, ...(index === 0 ? tokens.short : tokens.whole) })
    }
    for (const [webhook, shown] of [
      [short, tokens.short],
      [whole, tokens.whole]
    ] as const) {
      const [last] = await untilDeliveries(server, webhook.id, (deliveries) => deliveries.length === 2)
      const { event } = (await ask(server, 'GET', `/${webhook.id}/deliveries/${last?.id}`)).json()
      assert.deepEqual(Object.keys(event), ['id', 'type', 'chargePoint', 'at', 'data'])
      assert.deepEqual(event.data, { ...expected, ...shown })
    }
    assert.deepEqual((await ask(server, 'GET', `/${none.id}/deliveries`)).json().items, [])
    assert.deepEqual((await ask(server, 'GET', `/${short.id}`)).json().scopes, [
      'charge-points:read',
      'transactions:read'
    ])
    const changed = await ask(server, 'PATCH', `/${none.id}`, { scopes: ['transactions:read'] })
    assert.deepEqual(changed.json().scopes, ['transactions:read'])
    for (const { id } of [short, whole, none]) await ask(server, 'DELETE', `/${id}`)
  })

  it('is published for transactions that the back-end closes, and for messages after the end', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'CLOSED', { pricePerKwh: 1 }, 'ocpp1.6')
    const reader = await openReader(server.port, { query: '?type=transaction&chargePoint=CLOSED&chargePoint=LATE' })
    const { transactionId } = await result(charger, 'StartTransaction', start(100))
    const sampledValue = { value: '1.1', unit: 'kWh' }
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, ...measured('10:00', sampledValue) })
    await result(charger, 'StartTransaction', { ...start(1100), timestamp: at('11:00') })
    const [, closed] = (await reader.events(2)).map(({ data }) => JSON.parse(data ?? '').data)
    const { eventType, reason, idToken, energyWh, duration, cost, endedAt } = closed
    assert.deepEqual([eventType, reason, idToken], ['Closed', 'NextTransaction', 'ANNA-LIVIA'])
    assert.deepEqual([energyWh, duration, cost, endedAt], [1000, 3600, 1, at('10:00')])

    const again = { value: '1.3', unit: 'kWh' }
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, ...measured('10:30', again) })
    const corrected = JSON.parse((await reader.events(4))[3]?.data ?? '').data
    assert.deepEqual([corrected.id, corrected.eventType, corrected.reason], [closed.id, 'Closed', 'NextTransaction'])
    assert.deepEqual([corrected.energyWh, corrected.duration, corrected.cost], [1200, 5400, 1.2])
    await result(charger, 'MeterValues', { connectorId: 1, transactionId, ...measured('10:10', { value: '1150' }) })

    const late = await charging(server, 'LATE', { pricePerKwh: 1 })
    await result(late, 'TransactionEvent', event('Ended', 1, '10:00', measured('10:00', { value: 3000 })))
    await result(late, 'TransactionEvent', event('Started', 0, '09:00', measured('09:00', { value: 1000 })))
    const [ended, started] = (await reader.events(6)).slice(4).map(({ data }) => JSON.parse(data ?? '').data)
    assert.deepEqual([ended.cost, ended.costUnknown], [undefined, 'no-start-register'])
    assert.deepEqual([started.eventType, started.cost, started.energyWh, started.duration], ['Started', 2, 2000, 3600])
  })
})

onBothBackends('an unknown cost', (startBackend) => {
  it('is sent neither to the charge point nor to operators', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'NOTHING', { pricePerKwh: 0.39 })
    const answers = [
      await result(charger, 'TransactionEvent', event('Started', 0, '09:00')),
      await result(charger, 'TransactionEvent', event('Updated', 1, '09:30')),
      await result(charger, 'TransactionEvent', event('Ended', 2, '10:00'))
    ]
    assert.deepEqual(answers, [{}, {}, {}])
    const { transaction, listed } = await transactionOf(server, 'NOTHING')
    for (const shown of [transaction, listed]) {
      assert.deepEqual([shown.cost, shown.costDetails, shown.energyWh], [undefined, undefined, undefined])
      assert.deepEqual([shown.costUnknown, shown.currency], ['no-start-register', 'EUR'])
    }
  })

  it('is the cost of a session whose start is missing, if time has a price', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'TIMELESS', { pricePerHour: 6 })
    assert.deepEqual(await result(charger, 'TransactionEvent', event('Ended', 2, '10:00')), {})
    assert.equal((await transactionOf(server, 'TIMELESS')).transaction.costUnknown, 'no-duration')
    const answer = await result(charger, 'TransactionEvent', event('Started', 0, '09:00'))
    const { transaction } = await transactionOf(server, 'TIMELESS')
    assert.deepEqual([answer, transaction.cost, transaction.costUnknown], [{}, 6, undefined])
  })

  it('does not occur for unknown energy if only the session or the time has a price, or nothing has', async () => {
    const server = await startBackend()
    for (const [identity, tariff, totalCost] of [
      ['SESSION', { pricePerSession: 2 }, 2],
      ['HOURS', { pricePerHour: 3 }, 3],
      ['FREE', {}, 0]
    ] as const) {
      const charger = await charging(server, identity, tariff)
      await result(charger, 'TransactionEvent', event('Started', 0, '09:00'))
      assert.deepEqual(await result(charger, 'TransactionEvent', event('Ended', 1, '10:00')), { totalCost })
      assert.equal((await transactionOf(server, identity)).transaction.costUnknown, undefined)
    }
  })

  it('is the cost in 1.6 when the meter went backwards, or was never read', async () => {
    const server = await startBackend()
    const reader = await openReader(server.port, { query: '?type=transaction' })
    for (const [meterStart, meterStop, reason] of [
      [5000, 4000, 'meter-went-backwards'],
      [5000, -1, 'no-stop-register'],
      [-1, 4000, 'no-start-register'],
      [-1, -1, 'no-start-register']
    ] as const) {
      const identity = `METER${meterStart}${meterStop}`
      const charger = await charging(server, identity, { pricePerKwh: 1, pricePerSession: 1 }, 'ocpp1.6')
      const { transactionId } = await result(charger, 'StartTransaction', start(meterStart))
      await result(charger, 'StopTransaction', { transactionId, meterStop, timestamp: at('10:00') })
      const { transaction } = await transactionOf(server, identity)
      const { cost, energyWh, costUnknown, meterStop: shown } = transaction
      assert.deepEqual([cost, energyWh, costUnknown], [undefined, undefined, reason], identity)
      assert.equal(shown, meterStop === -1 ? undefined : meterStop)
    }
    const told = (await reader.events(8)).map(({ data }) => JSON.parse(data ?? '').data)
    assert.deepEqual(
      told.filter(({ eventType }) => eventType === 'Started').map(({ meterStart }) => meterStart),
      [5000, 5000, undefined, undefined]
    )
    assert.deepEqual(
      told.filter(({ eventType }) => eventType === 'Ended').map(({ meterStop, cost }) => [meterStop, cost]),
      [
        [4000, undefined],
        [undefined, undefined],
        [4000, undefined],
        [undefined, undefined]
      ]
    )
  })
})

onBothBackends('the energy of a transaction', (startBackend) => {
  it('is kept when meterStop is impossible', async () => {
    const server = await startBackend()
    for (const meterStop of [-1, 0]) {
      const identity = `LAST${meterStop}`
      const charger = await charging(server, identity, { pricePerKwh: 1 }, 'ocpp1.6')
      const { transactionId } = await result(charger, 'StartTransaction', start(5000))
      const at10 = measured('09:30', { value: '6000' })
      await result(charger, 'MeterValues', { connectorId: 1, transactionId, ...at10 })
      const { meterValue: transactionData } = measured('09:45', { value: '7000', context: 'Transaction.End' })
      const stop = { transactionId, meterStop, timestamp: at('10:00'), transactionData }
      await result(charger, 'StopTransaction', stop)
      const { transaction } = await transactionOf(server, identity)
      assert.deepEqual([transaction.meterStop, transaction.energyWh, transaction.cost], [7000, 2000, 2])
    }
  })

  it('counts from the reading Transaction.Begin when StartTransaction of 1.6 had no meter reading', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'BEGIN16', { boot: true })
    const { transactionId } = await result(charger, 'StartTransaction', start(-1))
    const { meterValue: transactionData } = measured('09:00', { value: '4000', context: 'Transaction.Begin' })
    await result(charger, 'StopTransaction', {
      transactionId,
      meterStop: 4500,
      timestamp: at('10:00'),
      transactionData
    })
    const { transaction } = await transactionOf(server, 'BEGIN16')
    assert.deepEqual([transaction.meterStart, transaction.meterStop, transaction.energyWh], [4000, 4500, 500])
  })

  it('is found by the context of readings: the beginning and a periodic value in one meterValue', async () => {
    const server = await startBackend()
    for (const protocol of ['ocpp2.0.1', 'ocpp2.1']) {
      const identity = `CONTEXT${protocol}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const values = measured(
        '09:30',
        { value: 163_630, context: 'Sample.Periodic' },
        { value: 157_440, context: 'Transaction.Begin' }
      )
      await result(charger, 'TransactionEvent', event('Updated', 1, '09:30', values))
      assert.equal((await transactionOf(server, identity)).transaction.energyWh, 6190)
    }
  })

  it('is the sum of all phases, if the meter measures nothing else', async () => {
    const server = await startBackend()
    const phases = (values: number[], context: string) =>
      values.map((value, index) => ({ value, context, phase: `L${index + 1}` }))
    const charger = await charging(server, 'PHASES', { pricePerKwh: 1 })
    const begin = measured('09:00', ...phases([1000, 2000, 3000], 'Transaction.Begin'))
    const end = measured('10:00', ...phases([3000, 4000, 5000], 'Transaction.End'))
    await result(charger, 'TransactionEvent', event('Started', 0, '09:00', begin))
    assert.deepEqual(await result(charger, 'TransactionEvent', event('Ended', 1, '10:00', end)), { totalCost: 6 })
    const { transaction } = await transactionOf(server, 'PHASES')
    assert.deepEqual([transaction.meterStart, transaction.meterStop, transaction.energyWh], [6000, 12_000, 6000])

    const old = await charging(server, 'PHASES16', { pricePerKwh: 1 }, 'ocpp1.6')
    const { transactionId } = await result(old, 'StartTransaction', start(6000))
    const sampled = phases([3000, 4000, 5000], 'Sample.Periodic').map((one) => ({ ...one, value: `${one.value}` }))
    await result(old, 'MeterValues', { connectorId: 1, transactionId, ...measured('10:00', ...sampled) })
    assert.equal((await transactionOf(server, 'PHASES16')).transaction.energyWh, 6000)
  })

  it('is never the difference between one phase at the start and all phases at the end', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'MIXED', { pricePerKwh: 1 })
    const begin = measured('09:00', { value: 1000, phase: 'L1', context: 'Transaction.Begin' })
    const end = measured('10:00', { value: 50_000, context: 'Transaction.End' })
    await result(charger, 'TransactionEvent', event('Started', 0, '09:00', begin))
    assert.deepEqual(await result(charger, 'TransactionEvent', event('Ended', 1, '10:00', end)), {})
    const { transaction } = await transactionOf(server, 'MIXED')
    assert.deepEqual([transaction.energyWh, transaction.costUnknown], [undefined, 'different-registers'])
  })

  it('is unknown after a single reading in the middle, and its start survives the retention of readings', async () => {
    const server = await startBackend()
    const charger = await charging(server, 'MIDDLE', { pricePerKwh: 1 })
    await result(charger, 'TransactionEvent', event('Started', 0, '09:00'))
    const reading = (time: string, value: number) => measured(time, { value })
    const first = await result(charger, 'TransactionEvent', event('Updated', 1, '09:30', reading('09:30', 1000)))
    const { transaction } = await transactionOf(server, 'MIDDLE')
    assert.deepEqual([first, transaction.energyWh, transaction.meterStart], [{}, undefined, 1000])
    await server.app.store.write((trx) => trx.deleteFrom('meter_values').execute())
    const last = await result(charger, 'TransactionEvent', event('Ended', 2, '10:00', reading('10:00', 41_000)))
    assert.deepEqual(last, { totalCost: 40 })
  })
})

onBothBackends('an open transaction', (startBackend) => {
  it('has the duration and the cost of the time until now, in every version', async () => {
    const server = await startBackend()
    const ago = new Date(Date.now() - 7_200_000).toISOString()
    const old = await charging(server, 'OPEN16', { pricePerHour: 10 }, 'ocpp1.6')
    await result(old, 'StartTransaction', { ...start(0), timestamp: ago })
    const charger = await charging(server, 'OPEN2', { pricePerHour: 10 })
    const started = { ...event('Started', 0, '09:00'), timestamp: ago }
    await result(charger, 'TransactionEvent', started)
    for (const identity of ['OPEN16', 'OPEN2']) {
      const { transaction, listed } = await transactionOf(server, identity)
      for (const { duration } of [transaction, listed]) assert.ok(duration >= 7200 && duration < 7300, `${duration}`)
      assert.ok(transaction.cost >= 20 && transaction.cost < 20.3, `${transaction.cost}`)
    }
  })

  it('has a charging state, and an ended one has none', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'STATE', { protocol: 'ocpp2.0.1', boot: true })
    const transactionInfo = { transactionId: 'tx', chargingState: 'Charging' }
    await result(charger, 'TransactionEvent', event('Started', 0, '09:00', { transactionInfo }))
    assert.equal((await transactionOf(server, 'STATE')).transaction.chargingState, 'Charging')
    await result(charger, 'TransactionEvent', event('Ended', 1, '10:00'))
    const { transaction, listed } = await transactionOf(server, 'STATE')
    assert.deepEqual([transaction.chargingState, listed.chargingState], [undefined, undefined])
  })
})
