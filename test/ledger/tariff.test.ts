import assert from 'node:assert/strict'
import { it } from 'node:test'
import { deleteTariff, findTariff, listTariffs, putTariff } from '../../lib/ledger/tariffs.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

onBothDatabases('a tariff', (dialect) => {
  it('is the most specific one for the charge point and the group of the id token', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    await putTariff(writer, 'a-default', { currency: 'EUR' })
    await putTariff(writer, 'b-group', { currency: 'EUR', groupId: 'STAFF' })
    await putTariff(writer, 'c-point', { currency: 'EUR', chargePoint: 'CP-1' })
    await putTariff(writer, 'd-both', { currency: 'EUR', chargePoint: 'CP-1', groupId: 'staff' })
    const now = { created_at: 0, updated_at: 0 }
    await writer.append('id_tokens', [{ token_key: 'anna', id_token: 'Anna', group_id: 'Staff', ...now }])
    let timestamp = NINE
    const tariffOf = async (identity: string, idToken: string) => {
      timestamp += HOUR
      const id = idOf(await ledger.start(identity, start({ idToken, timestamp })))
      const { transactions } = await booksOf(database, identity)
      return transactions.find(({ ocpp16_id }) => ocpp16_id === id)?.tariff_id
    }
    assert.equal(await tariffOf('CP-1', 'ANNA'), 'd-both')
    assert.equal(await tariffOf('CP-1', 'BOB'), 'c-point')
    assert.equal(await tariffOf('CP-2', 'anna'), 'b-group')
    assert.equal(await tariffOf('CP-2', 'BOB'), 'a-default')
    await deleteTariff(writer, 'd-both')
    assert.equal(await tariffOf('CP-1', 'anna'), 'b-group')
    await deleteTariff(writer, 'a-default')
    assert.equal(await tariffOf('CP-2', 'carl'), null)
  })

  it('is the one with the highest priority among equally specific ones, of which two equal ones are refused', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    for (const priority of [1, 3, 2]) {
      const prices = [{ priceKwh: priority }]
      await putTariff(writer, `p${priority}`, { currency: 'EUR', energy: { prices }, priority })
    }
    const equal = { currency: 'EUR', energy: { prices: [{ priceKwh: 9 }] }, priority: 2 }
    await assert.rejects(putTariff(writer, 'p4', equal), { code: 'TARIFF_CONFLICT', statusCode: 409 })
    await putTariff(writer, 'p5', { ...equal, enabled: false })
    await ledger.start('CP-1', start())
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.tariff_id, 'p3')
  })

  it('is chosen by the group of the id token that starts a transaction, not of the one that stops it', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    await putTariff(writer, 'default', { currency: 'EUR', pricePerSession: 5 })
    await putTariff(writer, 'staff', { currency: 'EUR', groupId: 'STAFF', pricePerSession: 1 })
    const now = { created_at: 0, updated_at: 0 }
    await writer.append('id_tokens', [{ token_key: 'anna', id_token: 'anna', group_id: 'STAFF', ...now }])
    await ledger.event('CP-1', event('Ended', 1, { idToken: 'anna' }))
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.tariff_id, 'default')
  })

  it('applies from the start of a transaction to its end, even if it is changed or deleted meanwhile', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    await putTariff(writer, 'T', {
      currency: 'EUR',
      pricePerKwh: 0.35,
      pricePerHour: 1.2,
      pricePerSession: 0.5,
      tax: 19
    })
    const id = idOf(await ledger.start('CP-1', start()))
    await putTariff(writer, 'T', { currency: 'EUR', pricePerKwh: 99 })
    assert.equal(await deleteTariff(writer, 'T'), true)
    await ledger.stop('CP-1', stop(id))
    const [row] = (await booksOf(database, 'CP-1')).transactions
    // 1.4 kWh x 0.35 + 1 h x 1.20 + 0.50 = 2.19, and 19 %.
    assert.deepEqual([row?.cost, row?.currency, row?.tariff_id], [2.61, 'EUR', 'T'])
    const { components, ...sums } = JSON.parse(row?.cost_details ?? '')
    assert.deepEqual(sums, { net: 2.19, tax: 0.42, total: 2.61 })
    assert.deepEqual(
      components.map(({ component, net }: { component: string; net: number }) => [component, net]),
      [
        ['session', 0.5],
        ['energy', 0.49],
        ['time', 1.2]
      ]
    )
  })

  it('gives the running and the final cost to a 2.x charge point, and the same ones to a retry', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerKwh: 0.5, pricePerHour: 1 })
    const events = [
      event('Started', 0, { samples: [register(0, NINE)] }),
      event('Updated', 1, { timestamp: NINE + HOUR / 2, samples: [register(1000, NINE + HOUR / 2)] }),
      event('Ended', 2, { timestamp: NINE + HOUR, samples: [register(3000, NINE + HOUR)] })
    ]
    const answers = []
    for (const one of [...events, ...events]) answers.push((await ledger.event('CP-1', one)).response)
    const expected = [{}, { totalCost: 1 }, { totalCost: 2.5 }]
    assert.deepEqual(answers, [...expected, ...expected])
  })

  it('does not lower the cost that was sent when an event arrives late', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerHour: 1 })
    await ledger.event('CP-1', event('Started', 0))
    const answers = []
    for (const [seqNo, hours] of [
      [2, 2],
      [1, 1],
      [3, 3]
    ] as const) {
      const { response } = await ledger.event('CP-1', event('Updated', seqNo, { timestamp: NINE + hours * HOUR }))
      answers.push(response)
    }
    assert.deepEqual(answers, [{ totalCost: 2 }, { totalCost: 2 }, { totalCost: 3 }])
  })

  it('is chosen anew when the id token comes after the start', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    await putTariff(writer, 'default', { currency: 'EUR', pricePerSession: 5 })
    await putTariff(writer, 'staff', { currency: 'EUR', groupId: 'STAFF', pricePerSession: 1 })
    await writer.append('id_tokens', [
      { token_key: 'anna', id_token: 'anna', group_id: 'STAFF', created_at: 0, updated_at: 0 }
    ])
    await ledger.event('CP-1', event('Started', 0))
    const { response } = await ledger.event('CP-1', event('Updated', 1, { idToken: 'ANNA' }))
    assert.deepEqual(response, { totalCost: 1 })
  })

  it('is not required: without one there is no cost', async () => {
    const { ledger } = await openLedger(dialect)
    assert.deepEqual((await ledger.event('CP-1', event('Ended', 0))).response, {})
  })

  it('can be listed, replaced and deleted', async () => {
    const { database } = await openLedger(dialect)
    const writer = writerOf(database)
    assert.equal(
      await putTariff(writer, 'B', { currency: 'EUR', chargePoint: 'Cp-1', groupId: 'g', description: 'x' }),
      true
    )
    assert.equal(await putTariff(writer, 'A', { currency: 'JPY', pricePerKwh: 30.5 }), true)
    assert.equal(await putTariff(writer, 'B', { currency: 'CHF', groupId: 'g', pricePerKwh: 1, tax: 7.7 }), false)
    assert.deepEqual(
      (await listTariffs(database.db)).map(({ id, currency, chargePoint, tax }) => [id, currency, chargePoint, tax]),
      [
        ['A', 'JPY', undefined, 0],
        ['B', 'CHF', undefined, 7.7]
      ]
    )
    assert.equal(await deleteTariff(writer, 'A'), true)
    assert.equal(await deleteTariff(writer, 'A'), false)
    assert.equal(await findTariff(database.db, 'A'), undefined)
  })
})
