import assert from 'node:assert/strict'
import { it, mock, test } from 'node:test'
import { sql } from 'kysely'
import type { TransactionEvent } from '../../lib/ledger/event.js'
import { findTransactionById } from '../../lib/ledger/read.js'
import { REGISTER } from '../../lib/ledger/samples.js'
import type { AnyTariffBody } from '../../lib/ledger/tariff-records.js'
import { putTariff } from '../../lib/ledger/tariffs.js'
import { explainCost } from '../../lib/ledger/transaction-cost.js'
import { versionAt } from '../../lib/ledger/which-tariff.js'
import { cost } from '../../lib/money/cost.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, idOf, ledgerOn, NINE, openLedger, register, start, stop } from '../ledger/support.js'

const MINUTE = 60_000
const ENERGY = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } }
const BLOCKS = {
  currency: 'EUR',
  energy: { prices: [{ priceKwh: 0.4, conditions: { maxEnergy: 15_000 } }, { priceKwh: 0.5 }] }
}
const IDLE = { currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] }, idleTime: { prices: [{ priceMinute: 0.1 }] } }

/** The books, whose time is as the test says, with a tariff for everybody. */
async function open(dialect: Parameters<typeof openLedger>[0], tariff: AnyTariffBody) {
  let now = NINE - HOUR
  const { database } = await openLedger(dialect)
  const ledger = ledgerOn(database, { now: () => now })
  const at = (time: number) => {
    now = time
  }
  const put = async (body: AnyTariffBody, time: number) => {
    const clock = mock.method(Date, 'now', () => time)
    await putTariff(writerOf(database), 'T', body)
    clock.mock.restore()
  }
  await put(tariff, now)
  const tell = (
    eventType: TransactionEvent['eventType'],
    seqNo: number,
    { timestamp, state, wh, ...more }: { timestamp: number; state?: string; wh?: number } & Partial<TransactionEvent>
  ) =>
    ledger.event(
      'CP',
      event(eventType, seqNo, {
        timestamp,
        ...(state !== undefined && {
          chargingState: state,
          payload: { seqNo, transactionInfo: { chargingState: state } }
        }),
        ...(wh !== undefined && { samples: [register(wh, timestamp)] }),
        ...more
      })
    )
  const transaction = async (index = 0) => (await booksOf(database, 'CP')).transactions[index]
  /** Changes the tariff of the only transaction now. */
  const change = async (body: AnyTariffBody, index = 0) => {
    await putTariff(writerOf(database), 'OTHER', { ...body, appliesTo: { chargePoints: ['nobody'] } } as AnyTariffBody)
    const version = await versionAt(database.db, 'OTHER', now)
    const row = await transaction(index)
    assert.ok(version && row)
    await ledger.changeTariff('CP', row.id, version)
  }
  return { database, ledger, at, put, tell, transaction, change }
}

onBothDatabases('the cost of a transaction', (dialect) => {
  it('is known when the clock of a 2.x charge point is some seconds, or hours, ahead of ours', async () => {
    for (const ahead of [2_000, 3 * HOUR]) {
      const { at, tell, transaction } = await open(dialect, IDLE)
      at(NINE)
      await tell('Started', 0, { timestamp: NINE + ahead, state: 'Charging', wh: 0 })
      at(NINE + 30 * MINUTE)
      await tell('Updated', 1, { timestamp: NINE + 30 * MINUTE + ahead, state: 'SuspendedEV', wh: 10_000 })
      at(NINE + 50 * MINUTE)
      await tell('Ended', 2, { timestamp: NINE + 50 * MINUTE + ahead, state: 'SuspendedEV', wh: 10_000 })
      const { cost, cost_unknown } = (await transaction()) ?? {}
      assert.deepEqual([cost, cost_unknown], [6, null], `${ahead} ms`)
    }
  })

  it('has the prices of a change of the tariff from then on when the clock of the charge point is behind ours', async () => {
    for (const behind of [0, 3 * HOUR]) {
      const { at, tell, transaction, change } = await open(dialect, ENERGY)
      const told = (minutes: number) => NINE + minutes * MINUTE - behind
      at(NINE)
      await tell('Started', 0, { timestamp: told(0), state: 'Charging', wh: 0 })
      at(NINE + 30 * MINUTE)
      await tell('Updated', 1, { timestamp: told(30), state: 'Charging', wh: 5000 })
      await change({ ...ENERGY, energy: { prices: [{ priceKwh: 2 }] } })
      at(NINE + 60 * MINUTE)
      await tell('Ended', 2, { timestamp: told(60), state: 'Charging', wh: 10_000 })
      assert.equal((await transaction())?.cost, 12, `${behind} ms`)
    }
  })

  it('has the prices of a change right after the start when the transaction before shows that the clock is behind', async () => {
    for (const behind of [0, 3 * HOUR]) {
      const { at, tell, transaction, change } = await open(dialect, ENERGY)
      const told = (minutes: number) => NINE + minutes * MINUTE - behind
      at(NINE - 20 * MINUTE)
      await tell('Started', 0, { transactionId: 'before', timestamp: told(-20), wh: 0 })
      at(NINE - 10 * MINUTE)
      await tell('Ended', 1, { transactionId: 'before', timestamp: told(-10), wh: 0 })
      at(NINE)
      await tell('Started', 0, { transactionId: 'tx', timestamp: told(0), state: 'Charging', wh: 0 })
      at(NINE + 30 * MINUTE)
      await change({ ...ENERGY, energy: { prices: [{ priceKwh: 2 }] } }, 1)
      at(NINE + 60 * MINUTE)
      await tell('Ended', 1, { transactionId: 'tx', timestamp: told(60), state: 'Charging', wh: 10_000 })
      assert.equal((await transaction(1))?.cost, 12, `${behind} ms`)
    }
  })

  it('does not run on by the time that the clock of the charge point is behind', async () => {
    for (const behind of [0, 3 * HOUR]) {
      const { at, tell, transaction, database } = await open(dialect, { currency: 'EUR', pricePerHour: 6 })
      const told = (minutes: number) => NINE + minutes * MINUTE - behind
      at(NINE)
      await tell('Started', 0, { timestamp: told(0), state: 'Charging', wh: 0 })
      at(NINE + 30 * MINUTE)
      await tell('Updated', 1, { timestamp: told(30), state: 'Charging', wh: 5000 })
      const row = await transaction()
      assert.ok(row)
      const now = NINE + 40 * MINUTE
      const { record } = (await findTransactionById(database.db, row.id, now)) ?? {}
      const explained = await explainCost(database.db, row, now)
      assert.deepEqual([record?.cost, record?.duration, explained.cost?.total], [4, 2400, 4], `${behind} ms`)
    }
  })

  it('has the prices of a change that the charge point tells when its clock is ahead of ours', async () => {
    for (const ahead of [0, 3 * HOUR]) {
      const { at, tell, transaction, database } = await open(dialect, ENERGY)
      const told = (minutes: number) => NINE + minutes * MINUTE + ahead
      const dear = { currency: 'EUR', energy: { prices: [{ priceKwh: 2 }] }, appliesTo: { chargePoints: ['nobody'] } }
      await putTariff(writerOf(database), 'OTHER', dear)
      const { ocppTariffId: tariffId = '' } = (await versionAt(database.db, 'OTHER', NINE)) ?? {}
      at(NINE)
      await tell('Started', 0, { timestamp: told(0), state: 'Charging', wh: 0 })
      const { charge_point_id = 0 } = (await transaction()) ?? {}
      const request = JSON.stringify({ transactionId: 'tx-1', tariff: { tariffId } })
      const asked = { action: 'ChangeTransactionTariff', protocol: 'ocpp2.1', request }
      // The answer was lost.
      await writerOf(database).append('calls', [{ charge_point_id, message_id: 'M', created_at: NINE, ...asked }])
      at(NINE + 30 * MINUTE)
      const changed = { timestamp: told(30), state: 'Charging', wh: 5000, triggerReason: 'TariffChanged', tariffId }
      await tell('Updated', 1, changed)
      at(NINE + 60 * MINUTE)
      await tell('Ended', 2, { timestamp: told(60), state: 'Charging', wh: 10_000 })
      assert.equal((await transaction())?.cost, 12, `${ahead} ms`)
    }
  })

  it('is never of two currencies: a change of the tariff is refused if the id token has brought another one', async () => {
    const { at, tell, transaction, change, database } = await open(dialect, ENERGY)
    const first = { ...ENERGY, currency: 'CHF', appliesTo: { idTokens: ['SWISS'] } }
    await putTariff(writerOf(database), 'SWISS', first)
    at(NINE)
    await tell('Started', 0, { timestamp: NINE, idToken: 'SWISS', idTokenType: 'ISO14443' })
    // It was checked before, with the tariff of that time.
    await assert.rejects(change(ENERGY), { code: 'CURRENCY_CHANGE' })
    const { tariff } = (await transaction()) ?? {}
    assert.equal(JSON.parse(tariff ?? '{}').later, undefined)
  })

  it('keeps a change of the tariff when the id token comes later', async () => {
    for (const [currency, expected] of [
      ['EUR', 15],
      ['CHF', 12]
    ] as const) {
      const { at, tell, transaction, change, database } = await open(dialect, ENERGY)
      const first = { currency, energy: { prices: [{ priceKwh: 1 }] }, appliesTo: { idTokens: ['LATE'] } }
      await putTariff(writerOf(database), 'LATE', first)
      at(NINE)
      await tell('Started', 0, { timestamp: NINE, state: 'Charging', wh: 0 })
      at(NINE + 30 * MINUTE)
      await change({ ...ENERGY, energy: { prices: [{ priceKwh: 2 }] } })
      await tell('Updated', 1, {
        ...{ timestamp: NINE + 30 * MINUTE, state: 'Charging', wh: 5000 },
        ...{ idToken: 'LATE', idTokenType: 'ISO14443' }
      })
      at(NINE + 60 * MINUTE)
      await tell('Ended', 2, { timestamp: NINE + 60 * MINUTE, state: 'Charging', wh: 10_000 })
      const { cost, currency: billed } = (await transaction()) ?? {}
      assert.deepEqual([cost, billed], [expected, 'EUR'])
    }
  })

  it('has the prices of the start, however late it is told', async () => {
    const { at, put, tell, transaction } = await open(dialect, IDLE)
    await put({ ...IDLE, energy: { prices: [{ priceKwh: 0.6 }] } }, NINE + HOUR)
    at(NINE + 2 * HOUR)
    await tell('Started', 0, { timestamp: NINE, state: 'Charging', wh: 0, offline: true })
    await tell('Ended', 1, { timestamp: NINE + HOUR / 2, wh: 10_000, offline: true })
    assert.equal((await transaction())?.cost, 4)
  })

  it('has the prices of the start, also after earlier prices came back', async () => {
    const { at, put, tell, transaction } = await open(dialect, IDLE)
    await put({ ...IDLE, energy: { prices: [{ priceKwh: 0.6 }] } }, NINE)
    await put(IDLE, NINE + 2 * HOUR)
    for (const [index, cost] of [4, 6, 4].entries()) {
      const start = NINE - HOUR / 2 + index * 1.5 * HOUR
      at(NINE + 4 * HOUR)
      const transactionId = `tx-${index}`
      await tell('Started', 0, { timestamp: start, state: 'Charging', wh: 0, transactionId })
      await tell('Ended', 1, { timestamp: start + MINUTE, wh: 10_000, transactionId })
      assert.equal((await transaction(index))?.cost, cost, `${index}`)
    }
  })

  it('has a figure for each of many late events, beside that of the charge point', async () => {
    const { database, at, tell, transaction } = await open(dialect, ENERGY)
    at(NINE + HOUR)
    const ownCost = { totalCost: { currency: 'EUR', total: { inclTax: 9 } } }
    await tell('Ended', 100, { timestamp: NINE + 100 * MINUTE, wh: 100_000, ownCost })
    // The queue of the charge point, the newest first.
    for (let seqNo = 60; seqNo > 0; seqNo--) {
      await tell('Updated', seqNo, { timestamp: NINE + seqNo * MINUTE, wh: seqNo * 1000 })
    }
    assert.equal((await transaction())?.cost, 39.6)
    const { rows } = await sql<{ by: string; count: number }>`select calculated_by as by, count(*) as count
      from transaction_costs group by calculated_by order by calculated_by`.execute(database.db)
    assert.deepEqual(
      rows.map(({ by, count }) => [by, Number(count)]),
      [
        ['station', 1],
        ['us', 61]
      ]
    )
  })

  it('is ours where the amount of the charge point is beyond all money', async () => {
    for (const total of [1e300, -1e300, 1e17]) {
      const { at, tell, transaction } = await open(dialect, { ...ENERGY, billedBy: 'station' })
      at(NINE + HOUR)
      await tell('Started', 0, { timestamp: NINE, wh: 0 })
      const ownCost = { totalCost: { currency: 'EUR', total: { inclTax: total } } }
      await tell('Ended', 1, { timestamp: NINE + HOUR, wh: 10_000, ownCost })
      const { status, cost } = (await transaction()) ?? {}
      assert.deepEqual([status, cost], ['ended', 4], `${total}`)
    }
  })

  it('is known when a connector of 1.6 had the status for days that it had at the start', async () => {
    const { database, ledger, at, transaction } = await open(dialect, IDLE)
    at(NINE)
    const id = idOf(await ledger.start('CP', start({ meterStart: 0 })))
    const state = (state: string, started_at: number) => {
      const place = { charge_point_id: 1, evse_id: 0, connector_id: 1 }
      return { ...place, state, started_at, received_at: started_at }
    }
    await database.writeDb
      .insertInto('connector_states')
      .values([
        state('SuspendedEV', NINE - 9 * 24 * HOUR),
        state('Available', NINE - 3 * 24 * HOUR),
        state('Charging', NINE + 2_000),
        state('SuspendedEV', NINE + 30 * MINUTE)
      ])
      .execute()
    at(NINE + HOUR)
    await ledger.stop('CP', stop(id, { meterStop: 10_000, timestamp: NINE + HOUR }))
    const { cost, cost_unknown } = (await transaction()) ?? {}
    assert.deepEqual([cost, cost_unknown], [7, null])
  })

  it('is unknown when a price depends on more readings than are read', async () => {
    const { database, at, tell, transaction } = await open(dialect, BLOCKS)
    at(NINE)
    await tell('Started', 0, { timestamp: NINE, state: 'Charging', wh: 0 })
    await sql`insert into meter_values (charge_point_id, transaction_id, evse_id, connector_id, timestamp, received_at,
        measurand, phase, context, location, unit, format, value, raw)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 20001)
      select 1, 'tx-1', 0, 0, ${sql.lit(NINE)} + i * 100, ${sql.lit(NINE)}, ${REGISTER}, '', '', '', 'Wh', 'Raw', i, '' from n`.execute(
      database.writeDb
    )
    at(NINE + HOUR)
    await tell('Ended', 1, { timestamp: NINE + HOUR, wh: 30_000, state: 'Charging' })
    const { status, cost, cost_unknown } = (await transaction()) ?? {}
    assert.deepEqual([status, cost, cost_unknown], ['ended', null, 'out-of-range'])
  })
})

test('the cost of a transaction of ten years with hourly prices is unknown, and takes no time', () => {
  const clock = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`
  const prices = Array.from({ length: 24 }, (_, hour) => ({
    priceKwh: hour / 100,
    conditions: { startTimeOfDay: clock(hour), endTimeOfDay: clock(hour + 1) }
  }))
  const start = NINE - 10 * 365 * 24 * HOUR
  const document = { currency: 'EUR', energy: { prices }, fixedFee: { prices: [{ priceFixed: 1 }] } }
  const { total, unknown, atLeast, periods } = cost({
    tariffs: [{ from: start, document }],
    ...{ start, end: NINE, zone: 'Europe/Berlin' },
    meter: [
      { at: start, wh: 0 },
      { at: NINE, wh: 1000 }
    ],
    states: []
  })
  assert.deepEqual([total, unknown, atLeast], [undefined, [{ component: 'energy', reason: 'out-of-range' }], 1])
  assert.ok(periods.length < 10)
})
