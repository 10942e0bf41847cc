import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { tokenOf } from '../operators/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { CASES } from './cases.js'

const DAY = '2026-03-02'
const VAT = [{ type: 'VAT', tax: 19 }]
const NIGHT = {
  currency: 'EUR',
  energy: {
    prices: [{ priceKwh: 0.4, conditions: { startTimeOfDay: '08:00', endTimeOfDay: '18:00' } }, { priceKwh: 0.25 }]
  }
}
const IDLE = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4 }], taxRates: VAT },
  idleTime: { prices: [{ priceMinute: 0.1, conditions: { minIdleTime: 300 } }], taxRates: VAT }
}

const at = (time: string) => `${DAY}T${time}.000Z`

async function ok(server: TestServer, method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
  const answer = await operate(server, method, path, body)
  assert.ok(answer.statusCode < 300, `${path}: ${answer.statusCode} ${answer.body}`)
  return answer.json()
}

async function refused(server: TestServer, method: 'PUT' | 'POST', path: string, body: object) {
  const answer = await operate(server, method, path, body)
  const { code, errors = [] } = answer.json()
  return [answer.statusCode, code, ...errors.map(({ pointer }: { pointer: string }) => pointer)]
}

async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

/** A charge point at a site in Berlin, with a tariff of its own. */
async function charging(server: TestServer, identity: string, tariff: object, protocol = 'ocpp2.0.1') {
  await ok(server, 'PUT', '/sites/berlin', { name: 'Berlin', timeZone: 'Europe/Berlin' })
  await ok(server, 'PUT', `/charge-points/${identity}`, { site: 'berlin' })
  await ok(server, 'PUT', `/tariffs/${identity}`, { ...tariff, appliesTo: { chargePoints: [identity] } })
  return connectCharger(server.url, identity, { protocol, boot: true })
}

function event(eventType: string, seqNo: number, time: string, more: { wh?: number; state?: string } = {}) {
  const { wh, state } = more
  const sampledValue = [{ value: wh, measurand: 'Energy.Active.Import.Register' }]
  return {
    ...{ eventType, seqNo, timestamp: at(time), triggerReason: 'Trigger', evse: { id: 1, connectorId: 1 } },
    transactionInfo: { transactionId: 'tx', ...(state !== undefined && { chargingState: state }) },
    ...(wh !== undefined && { meterValue: [{ timestamp: at(time), sampledValue }] })
  }
}

async function transactionOf(server: TestServer, identity: string) {
  const { items } = await ok(server, 'GET', `/transactions?chargePoint=${identity}`)
  assert.equal(items.length, 1)
  return items[0]
}

onSharedBackend('a tariff with conditions', (start) => {
  it('prices a transaction of 2.x by the local time of its site, and tells the charge point', async () => {
    const server = await start()
    const charger = await charging(server, 'NIGHT', NIGHT)
    const answers = [
      await result(charger, 'TransactionEvent', event('Started', 0, '16:30:00', { wh: 0, state: 'Charging' })),
      await result(charger, 'TransactionEvent', event('Updated', 1, '16:45:00', { wh: 2500 })),
      await result(charger, 'TransactionEvent', event('Ended', 2, '17:30:00', { wh: 10_000 }))
    ]
    assert.deepEqual(answers, [{}, { totalCost: 1 }, { totalCost: 3.25 }])
    const { id, cost, costDetails, tariff, tariffId } = await transactionOf(server, 'NIGHT')
    assert.deepEqual([cost, costDetails.total, tariffId, tariff.version], [3.25, 3.25, 'NIGHT', 1])
    assert.deepEqual(tariff.document, NIGHT)
    const explained = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual([explained.status, explained.billedBy, explained.cost.total], ['final', 'us', 3.25])
    assert.deepEqual(
      explained.cost.periods.map(
        ({ start, charges }: { start: string; charges: { price: number; quantity: number; because: string }[] }) => [
          start,
          ...charges.flatMap(({ price, quantity, because }) => [price, quantity, because])
        ]
      ),
      [
        [at('16:30:00'), 0.4, 5000, 'startTimeOfDay 08:00, endTimeOfDay 18:00'],
        [at('17:00:00'), 0.25, 5000, 'always']
      ]
    )
    assert.deepEqual(
      explained.revisions.map(({ revision, calculatedBy, total }: Record<string, unknown>) => [
        revision,
        calculatedBy,
        total
      ]),
      [[1, 'us', 3.25]]
    )
  })

  it('prices idle time by the states of a 2.x charge point, whatever order its events come in', async () => {
    const server = await start()
    const events = [
      event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }),
      event('Updated', 1, '09:00:00', { wh: 10_000, state: 'SuspendedEV' }),
      event('Ended', 2, '09:20:00', { wh: 10_000, state: 'SuspendedEV' })
    ]
    for (const [identity, order] of [
      ['IDLE-1', events],
      ['IDLE-2', events.toReversed()],
      ['IDLE-3', [...events, ...events]]
    ] as const) {
      const charger = await charging(server, identity, IDLE)
      for (const one of order) await result(charger, 'TransactionEvent', one)
      const { cost, costDetails } = await transactionOf(server, identity)
      // 4.00 of energy, 15 of 20 minutes at 0.10, 19 %: 6.545.
      assert.deepEqual([cost, costDetails.net, costDetails.tax], [6.55, 5.5, 1.05], identity)
    }
  })

  it('prices idle time by the statuses of a 1.6 connector', async () => {
    const server = await start()
    const charger = await charging(server, 'IDLE16', IDLE, 'ocpp1.6')
    const status = (text: string, time: string) =>
      result(charger, 'StatusNotification', { connectorId: 1, errorCode: 'NoError', status: text, timestamp: at(time) })
    await status('Preparing', '07:59:00')
    const begin = { connectorId: 1, idTag: 'ANNA', meterStart: 0, timestamp: at('08:00:00') }
    const { transactionId } = await result(charger, 'StartTransaction', begin)
    await status('Charging', '08:00:00')
    await status('SuspendedEV', '09:00:00')
    await result(charger, 'StopTransaction', { transactionId, meterStop: 10_000, timestamp: at('09:20:00') })
    assert.equal((await transactionOf(server, 'IDLE16')).cost, 6.55)
  })

  it('leaves a cost unknown that depends on states which nobody told, and sends no total', async () => {
    const server = await start()
    const charger = await charging(server, 'STATELESS', IDLE)
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0 }))
    assert.deepEqual(await result(charger, 'TransactionEvent', event('Ended', 1, '09:00:00', { wh: 10_000 })), {})
    const { id, cost, costUnknown } = await transactionOf(server, 'STATELESS')
    assert.deepEqual([cost, costUnknown], [undefined, 'no-states'])
    const explained = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual(explained.cost.unknown, [{ component: 'idleTime', reason: 'no-states' }])
    assert.deepEqual([explained.cost.atLeast, explained.cost.total], [4.76, undefined])
  })

  it('keeps its figure beside that of a 2.1 charge point, which is a problem when they differ', async () => {
    const server = await start()
    const charger = await charging(server, 'OWN21', IDLE, 'ocpp2.1')
    const costDetails = {
      totalCost: { currency: 'EUR', typeOfCost: 'NormalCost', total: { exclTax: 4.2, inclTax: 5 } },
      totalUsage: { energy: 10_000, chargingTime: 3600, idleTime: 0 }
    }
    await result(charger, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }))
    const ended = { ...event('Ended', 1, '09:00:00', { wh: 10_000 }), costDetails }
    assert.deepEqual(await result(charger, 'TransactionEvent', ended), { totalCost: 4.76 })
    const { id, cost } = await transactionOf(server, 'OWN21')
    assert.equal(cost, 4.76)
    const { station, billedBy, revisions } = await ok(server, 'GET', `/transactions/${id}/cost`)
    assert.deepEqual([station.total, station.difference, billedBy, revisions.length], [5, 0.24, 'us', 2])
    const { items } = await ok(server, 'GET', '/problems?chargePoint=OWN21')
    const found = items.find(({ kind }: { kind: string }) => kind === 'cost-differs')
    assert.deepEqual([found?.transaction, found?.severity], [id, 'warning'])
    const other = await charging(server, 'STATION21', { ...IDLE, billedBy: 'station' }, 'ocpp2.1')
    await result(other, 'TransactionEvent', event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }))
    assert.deepEqual(await result(other, 'TransactionEvent', ended), {})
    assert.equal((await transactionOf(server, 'STATION21')).cost, 5)
  })
})

onSharedBackend('versions of a tariff', (start) => {
  const tariff = (priceKwh: number) => ({
    ...IDLE,
    energy: { prices: [{ priceKwh }] },
    appliesTo: { chargePoints: ['V'] }
  })

  it('are made when the content differs, and a transaction keeps the one it began with', async () => {
    const server = await start()
    const first = await ok(server, 'PUT', '/tariffs/v', tariff(1))
    assert.equal((await ok(server, 'PUT', '/tariffs/v', { ...tariff(1), priority: 5 })).version, 1)
    const second = await ok(server, 'PUT', '/tariffs/v', tariff(2))
    assert.deepEqual([first.version, second.version], [1, 2])
    assert.notEqual(first.ocppTariffId, second.ocppTariffId)
    const back = await ok(server, 'PUT', '/tariffs/v', tariff(1))
    assert.deepEqual([back.version, back.ocppTariffId], [1, first.ocppTariffId])
    const { items } = await ok(server, 'GET', '/tariffs/v/versions')
    assert.deepEqual(
      items.map(({ version, document }: { version: number; document: typeof IDLE }) => [
        version,
        document.energy.prices[0]?.priceKwh
      ]),
      [
        [2, 2],
        [1, 1]
      ]
    )
    assert.equal((await operate(server, 'GET', '/tariffs/none/versions')).statusCode, 404)
  })

  it('are valid from a leap second on, too', async () => {
    const server = await start()
    const leap = { ...NIGHT, validFrom: '2016-12-31T23:59:60Z', appliesTo: { chargePoints: ['LEAP'] } }
    await ok(server, 'PUT', '/tariffs/leap', leap)
    const { items } = await ok(server, 'GET', '/tariffs/leap/versions')
    assert.equal(items[0].validFrom, '2017-01-01T00:00:00.000Z')
    const { total } = await ok(server, 'POST', '/tariffs/price', {
      tariff: NIGHT,
      ...{ at: leap.validFrom, timeZone: 'UTC', energyWh: 10_000, chargingSeconds: 60 }
    })
    assert.equal(total, 2.5)
  })

  it('wait until they are valid', async () => {
    const server = await start()
    await ok(server, 'PUT', '/tariffs/w', {
      currency: 'EUR',
      fixedFee: { prices: [{ priceFixed: 1 }] },
      appliesTo: { chargePoints: ['W'] }
    })
    await ok(server, 'PUT', '/tariffs/w', {
      ...{ currency: 'EUR', fixedFee: { prices: [{ priceFixed: 2 }] }, appliesTo: { chargePoints: ['W'] } },
      validFrom: '2026-03-02T09:00:00Z'
    })
    const charger = await connectCharger(server.url, 'W', { protocol: 'ocpp2.0.1', boot: true })
    for (const [transactionId, hour, totalCost] of [
      ['before', '08', 1],
      ['after', '09', 2]
    ] as const) {
      const started = { ...event('Started', 0, `${hour}:30:00`), transactionInfo: { transactionId } }
      await result(charger, 'TransactionEvent', started)
      const ended = { ...event('Ended', 1, `${hour}:40:00`), transactionInfo: { transactionId } }
      assert.deepEqual(await result(charger, 'TransactionEvent', ended), { totalCost }, transactionId)
    }
  })

  it('replace each other in a running transaction, from then on', async () => {
    const server = await start()
    const energy = (priceKwh: number) => ({ currency: 'EUR', energy: { prices: [{ priceKwh }] } })
    const charger = await charging(server, 'CHANGE', energy(1))
    await ok(server, 'PUT', '/tariffs/dear', { ...energy(5), appliesTo: { chargePoints: ['nobody-1'] } })
    await ok(server, 'PUT', '/tariffs/francs', {
      ...energy(5),
      currency: 'CHF',
      appliesTo: { chargePoints: ['nobody-2'] }
    })
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    const started = { ...event('Started', 0, '08:00:00', { wh: 0, state: 'Charging' }), timestamp: hourAgo }
    await result(charger, 'TransactionEvent', started)
    const { id } = await transactionOf(server, 'CHANGE')
    const path = `/transactions/${id}/tariff`
    assert.deepEqual(await refused(server, 'POST', path, { tariffId: 'francs' }), [409, 'CURRENCY_CHANGE'])
    assert.deepEqual(await refused(server, 'POST', path, { tariffId: 'none' }), [422, 'UNKNOWN_TARIFF'])
    assert.deepEqual((await refused(server, 'POST', path, {})).slice(0, 2), [400, 'FST_ERR_VALIDATION'])
    const { tariffs } = await ok(server, 'POST', path, { tariffId: 'dear' })
    assert.deepEqual(
      tariffs.map((one: { id: string }) => one.id),
      ['CHANGE', 'dear']
    )
    const ended = { ...event('Ended', 1, '08:00:00'), timestamp: new Date(Date.now() + 1000).toISOString() }
    const meterValue = [
      { timestamp: hourAgo, sampledValue: [{ value: 0 }] },
      { timestamp: ended.timestamp, sampledValue: [{ value: 1000 }] }
    ]
    const { totalCost } = await result(charger, 'TransactionEvent', { ...ended, meterValue })
    // Nearly all of the energy was before the change.
    assert.ok(Number(totalCost) >= 1 && Number(totalCost) < 1.1, `${totalCost}`)
    assert.deepEqual(await refused(server, 'POST', path, { tariffId: 'dear' }), [409, 'TRANSACTION_ENDED'])
    assert.deepEqual(await refused(server, 'POST', '/transactions/999999/tariff', { tariffId: 'dear' }), [
      404,
      'UNKNOWN_TRANSACTION'
    ])
  })
})

onSharedBackend('a tariff that an operator saves', (start) => {
  const energy = (...prices: object[]) => ({ currency: 'EUR', energy: { prices } })

  it('is refused with a pointer if it is wrong, and changes nothing', async () => {
    const server = await start()
    const conditions = { startTimeOfDay: '08:00', endTimeOfDay: '18:00' }
    for (const [body, ...expected] of [
      [energy({ priceKwh: -1 }), 400, 'FST_ERR_VALIDATION', '/energy/prices/0/priceKwh'],
      [
        energy({ priceKwh: 1, conditions: { startTimeOfDay: '25:00' } }),
        400,
        'FST_ERR_VALIDATION',
        '/energy/prices/0/conditions/startTimeOfDay'
      ],
      [energy({ priceKwh: 1, surprise: true }), 400, 'FST_ERR_VALIDATION', '/energy/prices/0/surprise'],
      [energy(), 400, 'FST_ERR_VALIDATION', '/energy/prices'],
      [energy({ priceKwh: '1' }), 400, 'FST_ERR_VALIDATION', '/energy/prices/0/priceKwh'],
      [{ ...energy({ priceKwh: 1 }), tariffId: 'x' }, 400, 'FST_ERR_VALIDATION', '/tariffId'],
      [{ ...energy({ priceKwh: 1 }), currency: 'EUX' }, 422, 'INVALID_TARIFF', '/currency'],
      [energy({ priceKwh: 0.1234567 }), 422, 'INVALID_TARIFF', '/energy/prices/0/priceKwh'],
      [energy({ priceKwh: 1 }, { priceKwh: 2, conditions }), 422, 'INVALID_TARIFF', '/energy/prices/1'],
      [
        { currency: 'EUR', idleTime: { prices: [{ priceMinute: 1, priceHour: 2 }] } },
        422,
        'INVALID_TARIFF',
        '/idleTime/prices/0'
      ],
      [{ ...energy({ priceKwh: 1 }), pricePerKwh: 1 }, 422, 'INVALID_TARIFF', '/pricePerKwh'],
      [{ ...energy({ priceKwh: 1 }), description: 'x' }, 422, 'INVALID_TARIFF', '/description'],
      [{ ...energy({ priceKwh: 1 }), description: [{ content: 'x' }] }, 422, 'INVALID_TARIFF', '/description/0'],
      [{ currency: 'EUX', pricePerKwh: 1 }, 422, 'INVALID_TARIFF', '/currency']
    ] as const) {
      assert.deepEqual(await refused(server, 'PUT', '/tariffs/bad', body), expected, JSON.stringify(body))
      const checked = await operate(server, 'POST', '/tariffs/check', body)
      assert.equal(checked.statusCode, expected[0] === 400 ? 400 : 200)
      if (checked.statusCode === 200) assert.equal(checked.json().errors[0].pointer, expected[2])
    }
    assert.equal((await operate(server, 'GET', '/tariffs/bad')).statusCode, 404)
  })

  it('is shown without its id tokens to who may not read them', async () => {
    const server = await start()
    const appliesTo = { idTokens: ['SECRET-1'], chargePoints: ['X'] }
    await ok(server, 'PUT', '/tariffs/personal', { ...energy({ priceKwh: 1 }), appliesTo })
    const headers = await tokenOf(server, 'books', 'transactions:read')
    for (const url of ['/api/v1/tariffs', '/api/v1/tariffs/personal', '/api/v1/tariffs/personal/versions']) {
      const { body, statusCode } = await server.app.inject({ url, headers })
      assert.equal(statusCode, 200)
      assert.ok(!body.includes('SECRET-1'), url)
    }
    assert.deepEqual((await ok(server, 'GET', '/tariffs/personal')).appliesTo, appliesTo)
  })

  it('is refused if it would apply equally to another, also if both are saved at once', async () => {
    const server = await start()
    const body = { ...energy({ priceKwh: 1 }), appliesTo: { sites: ['a', 'B'], kinds: ['contract'] } }
    const answers = await Promise.all(['r1', 'r2', 'r3'].map((id) => operate(server, 'PUT', `/tariffs/${id}`, body)))
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [201, 409, 409])
    const rival = { ...body, appliesTo: { sites: ['b'], kinds: ['contract', 'adhoc'] } }
    assert.deepEqual(await refused(server, 'PUT', '/tariffs/r4', rival), [409, 'TARIFF_CONFLICT', '/appliesTo'])
    await ok(server, 'PUT', '/tariffs/r4', { ...rival, appliesTo: { sites: ['c'], kinds: ['contract'] } })
    await ok(server, 'PUT', '/tariffs/r5', { ...rival, priority: 1 })
  })
})

onSharedBackend('the price of a transaction that somebody thinks of', (start) => {
  it('comes from the same function', async () => {
    const server = await start()
    const night = CASES.find(({ id }) => id === 'C04')
    const ask = { at: '2026-03-02T16:30:00Z', timeZone: 'Europe/Berlin', energyWh: 10_000, chargingSeconds: 3600 }
    const tariff = night?.tariffs[0]?.document ?? {}
    assert.equal((await ok(server, 'POST', '/tariffs/price', { ...ask, tariff })).total, 3.25)
    await ok(server, 'PUT', '/tariffs/thought', { currency: 'EUR', pricePerKwh: 0.5, appliesTo: undefined })
    assert.equal((await ok(server, 'POST', '/tariffs/price', { ...ask, tariffId: 'thought' })).total, 5)
    const { timeZone: _, ...nowhere } = ask
    // A price that depends on the payment is known if the payment is.
    const prices = [{ priceFixed: 3, conditions: { paymentRecognition: 'CC' } }, { priceFixed: 2.5 }]
    const byPayment = { currency: 'EUR', fixedFee: { prices } }
    const paid = async (payment: object) =>
      (await ok(server, 'POST', '/tariffs/price', { ...ask, ...payment, tariff: byPayment })).total
    assert.deepEqual(
      [await paid({ paymentRecognition: 'CC' }), await paid({ paymentRecognition: 'Debit' }), await paid({})],
      [3, 2.5, undefined]
    )
    const { unknown } = await ok(server, 'POST', '/tariffs/price', { ...nowhere, tariff })
    assert.deepEqual(unknown, [{ component: 'energy', reason: 'no-time-zone' }])
    for (const [more, ...expected] of [
      [{}, 422, 'INVALID_TARIFF', '/tariff'],
      [{ tariffId: 'thought', tariff }, 422, 'INVALID_TARIFF', '/tariff'],
      [{ tariffId: 'none' }, 422, 'UNKNOWN_TARIFF'],
      [{ tariff: { ...tariff, currency: 'EUX' } }, 422, 'INVALID_TARIFF', '/tariff/currency'],
      [{ tariff, timeZone: 'Mars/Olympus' }, 422, 'UNKNOWN_TIME_ZONE'],
      [{ tariff, energyWh: -1 }, 400, 'FST_ERR_VALIDATION', '/energyWh'],
      [{ tariff, chargingSeconds: 1.5 }, 400, 'FST_ERR_VALIDATION', '/chargingSeconds']
    ] as const) {
      assert.deepEqual(await refused(server, 'POST', '/tariffs/price', { ...ask, ...more }), expected)
    }
  })
})
