import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import type { TransactionEvent } from '../../lib/ledger/event.js'
import type { TransactionRow } from '../../lib/ledger/queries.js'
import type { MeterSample } from '../../lib/ledger/samples.js'
import { deleteTariff, putTariff } from '../../lib/ledger/tariffs.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

const MINUTE = 60_000
const PHASES = ['', 'L1', 'L2', 'L3']

/** The members of a transaction that are billed. */
function billOf(row: TransactionRow | undefined) {
  assert.ok(row !== undefined)
  const { status, meter_start, meter_stop, energy_wh, duration, cost, currency, cost_details, cost_unknown } = row
  return { status, meter_start, meter_stop, energy_wh, duration, cost, currency, cost_details, cost_unknown }
}

const reading = fc.record({
  wh: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.constantFrom(-1, 0, 2 ** 53 - 1, 2 ** 60)),
  phase: fc.constantFrom(...PHASES),
  location: fc.constantFrom('', 'Outlet', 'Inlet'),
  unit: fc.constantFrom('Wh', 'kWh')
})

/** A whole session, of which any reading may be missing or nonsense. */
const sessions = fc.array(fc.array(reading, { maxLength: 3 }), { minLength: 2, maxLength: 5 }).map((events) =>
  events.map((readings, seqNo) => {
    const eventType = seqNo === 0 ? 'Started' : seqNo === events.length - 1 ? 'Ended' : 'Updated'
    const context = { Started: 'Transaction.Begin', Updated: 'Sample.Periodic', Ended: 'Transaction.End' }[eventType]
    const samples = readings.map(({ wh, ...more }, index) =>
      register(wh, NINE + seqNo * MINUTE, { ...more, context: index === 2 ? '' : context })
    )
    return event(eventType, seqNo, { samples })
  })
)

const price = fc.constantFrom(0, 0.39, 1)
const tariffs = fc.record({ pricePerKwh: price, pricePerHour: price, pricePerSession: price })

onBothDatabases('the bill of a transaction', (dialect) => {
  it('of 2.x does not depend on the order of its events, nor on how often they are sent', async () => {
    const { ledger, database } = await openLedger(dialect)
    const writer = writerOf(database)
    let [run, versions] = [0, 0]
    const orders = sessions.chain((events) =>
      fc.tuple(
        fc.constant<readonly TransactionEvent[]>(events),
        fc.shuffledSubarray<TransactionEvent>([...events, ...events], { minLength: events.length })
      )
    )
    await fc.assert(
      fc.asyncProperty(orders, tariffs, async ([events, some], tariff) => {
        // A new one: the version at the start of the transaction counts, which is the first one.
        await deleteTariff(writer, `T-${versions}`)
        await putTariff(writer, `T-${++versions}`, { currency: 'EUR', ...tariff })
        const shuffled = [...some, ...events.filter((one) => !some.includes(one))]
        const bills = []
        for (const order of [events, shuffled]) {
          const identity = `CP-${++run}`
          for (const one of order) {
            const { response, outcome } = await ledger.event(identity, one)
            // A retry is answered as the first time, whatever has become known since.
            if (outcome === 'retry') continue
            const row = (await booksOf(database, identity)).transactions[0]
            if (row?.cost === null) assert.deepEqual(response, {}, 'a cost that nobody knows was told')
          }
          bills.push(billOf((await booksOf(database, identity)).transactions[0]))
        }
        const [inOrder, other] = bills
        assert.deepEqual(other, inOrder)
        const needsEnergy = tariff.pricePerKwh !== 0 && inOrder?.energy_wh === null
        assert.equal(inOrder?.cost === null, needsEnergy || inOrder?.cost_unknown === 'out-of-range')
      }),
      { numRuns: 40 }
    )
  })

  it('of 1.6 does not depend on the order of its meter values', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerKwh: 1 })
    let run = 0
    const messages = fc.array(fc.tuple(reading, fc.constantFrom('', 'Sample.Clock', 'Transaction.End')), {
      maxLength: 5
    })
    const orders = messages.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))
    )
    await fc.assert(
      fc.asyncProperty(orders, fc.constantFrom(-1, 40, 2000), async ([messages, shuffled], meterStop) => {
        const bills = []
        for (const order of [messages, shuffled]) {
          const identity = `CP-${++run}`
          const id = idOf(await ledger.start(identity, start()))
          for (const [{ wh, ...more }, context] of order) {
            const samples: MeterSample[] = [
              register(wh, NINE + messages.findIndex((one) => one[0].wh === wh) * MINUTE, { ...more, context })
            ]
            await ledger.meterValues(identity, { evseId: 0, connectorId: 1, transactionId: id, samples })
          }
          await ledger.stop(identity, stop(id, { meterStop }))
          bills.push(billOf((await booksOf(database, identity)).transactions[0]))
        }
        assert.deepEqual(bills[1], bills[0])
        const [bill] = bills
        if (meterStop === 2000) assert.equal(bill?.energy_wh, 1900)
        assert.equal(bill?.cost === null, bill?.cost_unknown !== null)
      }),
      { numRuns: 40 }
    )
  })

  it('ends at the last message of its charge point when the back-end closes the transaction', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerHour: 1 })
    const bills = async (identity: string) => {
      await ledger.booted(identity)
      const [row] = (await booksOf(database, identity)).transactions
      return [row?.status, row?.end_timestamp, row?.duration, row?.cost]
    }
    await ledger.event('EVENTS', event('Started', 0))
    await ledger.event('EVENTS', event('Updated', 1, { timestamp: NINE + HOUR }))
    assert.deepEqual(await bills('EVENTS'), ['closed', NINE + HOUR, 3600, 1])
    await ledger.start('NOTHING', start())
    assert.deepEqual(await bills('NOTHING'), ['closed', NINE, 0, 0])
    const id = idOf(await ledger.start('VALUES', start()))
    const samples = [register(200, NINE + 2 * HOUR), register(150, NINE + HOUR)]
    await ledger.meterValues('VALUES', { evseId: 0, connectorId: 1, transactionId: id, samples })
    assert.deepEqual(await bills('VALUES'), ['closed', NINE + 2 * HOUR, 7200, 2])
    await ledger.start('DELETED', start())
    await database.writeDb.deleteFrom('transaction_events').execute()
    assert.deepEqual(await bills('DELETED'), ['closed', NINE, 0, 0])
  })

  it('stays as an earlier release wrote it until the cost becomes known', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerKwh: 1, pricePerSession: 0.5 })
    await ledger.event('CP-1', event('Started', 0))
    await ledger.event('CP-1', event('Ended', 2))
    const billed = { cost: 0.5, cost_details: '{"net":0.5,"tax":0,"total":0.5}', cost_unknown: 'no-start-register' }
    await database.writeDb.updateTable('transactions').set(billed).execute()
    await ledger.event('CP-1', event('Updated', 1))
    const { cost, cost_details, cost_unknown } = billOf((await booksOf(database, 'CP-1')).transactions[0])
    assert.deepEqual({ cost, cost_details, cost_unknown }, billed)
    const samples = [register(0, NINE, { context: 'Transaction.Begin' }), register(1000, NINE + MINUTE)]
    await ledger.event('CP-1', event('Updated', 3, { samples }))
    const known = billOf((await booksOf(database, 'CP-1')).transactions[0])
    assert.deepEqual([known.cost, known.cost_unknown], [1.5, null])
  })

  it('keeps the meter at the start of a row that an earlier release wrote', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.event('CP-1', event('Started', 0, { samples: [register(1000, NINE)] }))
    await database.writeDb.updateTable('transactions').set({ registers: null }).execute()
    await database.writeDb.deleteFrom('meter_values').execute()
    const later = (seqNo: number, value: number) =>
      event('Updated', seqNo, { samples: [register(value, NINE + seqNo * MINUTE)] })
    await ledger.event('CP-1', later(1, 40_000))
    await ledger.event('CP-1', later(2, 41_000))
    const row = (await booksOf(database, 'CP-1')).transactions[0]
    assert.deepEqual([row?.meter_start, row?.energy_wh], [1000, 40_000])
    const begin = register(900, NINE, { context: 'Transaction.Begin' })
    await ledger.event('CP-1', event('Updated', 3, { samples: [begin] }))
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.meter_start, 900)
  })
})
