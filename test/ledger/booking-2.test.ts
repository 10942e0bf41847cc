import assert from 'node:assert/strict'
import { it } from 'node:test'
import { putTariff } from '../../lib/ledger/tariffs.js'
import { onBothDatabases, writerOf } from '../database/support.js'
import { booksOf, event, HOUR, NINE, openLedger, register } from './support.js'

onBothDatabases('a transaction of 2.x', (dialect) => {
  it('is booked once, however late and however often its events arrive', async () => {
    const { ledger, database } = await openLedger(dialect)
    const started = event('Started', 0, { evseId: 1, connectorId: 2, idToken: 'TAG', chargingState: 'EVConnected' })
    const updated = event('Updated', 1, { chargingState: 'Charging' })
    const ended = event('Ended', 2, { chargingState: 'Idle', stoppedReason: 'EVDisconnected' })
    assert.equal((await ledger.event('CP-1', ended)).hasGap, true)
    await ledger.event('CP-1', started)
    assert.equal((await ledger.event('CP-1', updated)).hasGap, false)
    for (const again of [ended, started, updated]) assert.equal((await ledger.event('CP-1', again)).outcome, 'retry')
    const { transactions, events } = await booksOf(database, 'CP-1')
    const [row] = transactions
    assert.deepEqual([transactions.length, events.length], [1, 3])
    assert.deepEqual(
      [row?.status, row?.evse_id, row?.connector_id, row?.id_token, row?.charging_state, row?.stop_reason],
      ['ended', 1, 2, 'TAG', 'Idle', 'EVDisconnected']
    )
    assert.deepEqual([row?.first_seq_no, row?.ended_seq_no, row?.missing_seq_nos, row?.duration], [0, 2, null, 120])
  })

  it('has the energy between the readings of its start and its end, also in kWh and out of order', async () => {
    const { ledger, database } = await openLedger(dialect)
    const end = register(2.5, NINE + 120_000, { unit: 'kWh', context: 'Transaction.End' })
    const begin = register(500, NINE, { context: 'Transaction.Begin' })
    const middle = register(9000, NINE + 60_000, { location: 'Inlet' })
    await ledger.event('CP-1', event('Ended', 2, { samples: [end] }))
    await ledger.event('CP-1', event('Updated', 1, { samples: [middle, register(1, NINE, { phase: 'L1' })] }))
    await ledger.event('CP-1', event('Started', 0, { samples: [begin] }))
    const { transactions, values } = await booksOf(database, 'CP-1')
    const [row] = transactions
    assert.deepEqual([row?.meter_start, row?.meter_stop, row?.energy_wh], [500, 2500, 2000])
    assert.equal(values.length, 4)
  })

  it('treats an event with a used seqNo but another type or time as a new event', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.event('CP-1', event('Started', 0))
    await ledger.event('CP-1', event('Updated', 0))
    await ledger.event('CP-1', event('Updated', 0, { timestamp: NINE + 1 }))
    assert.equal((await booksOf(database, 'CP-1')).events.length, 3)
  })

  it('accepts a seqNo that is too large for an integer column', async () => {
    const { ledger, database } = await openLedger(dialect)
    const events = [2 ** 31, 2 ** 40, 1e300].map((seqNo, index) => event('Updated', seqNo, { timestamp: NINE + index }))
    for (const one of events) assert.equal((await ledger.event('CP-1', one)).outcome, 'booked')
    assert.equal((await booksOf(database, 'CP-1')).events.length, 3)
  })

  it('belongs to the charge point that sent it', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.event('CP-1', event('Started', 0))
    await ledger.event('CP-2', event('Ended', 1))
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.status, 'open')
    assert.equal((await booksOf(database, 'CP-2')).transactions.length, 1)
  })

  it('has the id token that started it and the one that stopped it', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.event('CP-1', event('Started', 0))
    await ledger.event('CP-1', event('Updated', 1, { idToken: 'DRIVER', idTokenType: 'ISO14443' }))
    await ledger.event('CP-1', event('Updated', 2, { idToken: 'FRIEND', triggerReason: 'StopAuthorized' }))
    await ledger.event('CP-1', event('Ended', 3))
    const [row] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([row?.id_token, row?.id_token_type, row?.stop_id_token], ['DRIVER', 'ISO14443', 'FRIEND'])
  })

  it('is closed when its charge point boots, and reopened or ended by a later event', async () => {
    const { ledger, database } = await openLedger(dialect)
    const status = async () => {
      const [row] = (await booksOf(database, 'CP-1')).transactions
      return [row?.status, row?.closed_reason, row?.end_timestamp]
    }
    await ledger.event('CP-1', event('Started', 0))
    await ledger.booted('CP-1')
    assert.deepEqual(await status(), ['closed', 'Rebooted', NINE])
    await ledger.event('CP-1', event('Updated', 1))
    assert.deepEqual(await status(), ['open', null, null])
    await ledger.booted('CP-1')
    await ledger.event('CP-1', event('Ended', 2, { timestamp: NINE + HOUR }))
    assert.deepEqual(await status(), ['ended', null, NINE + HOUR])
  })

  it('is closed by an available connector only if a cable was plugged in before', async () => {
    const { ledger } = await openLedger(dialect)
    const place = { evseId: 1, connectorId: 1 }
    await ledger.event('CP-1', event('Started', 0, place))
    const available = { ...place, timestamp: NINE + HOUR }
    assert.deepEqual(await ledger.connectorAvailable('CP-1', available), [])
    await ledger.event('CP-1', event('Updated', 1, { chargingState: 'Charging' }))
    assert.equal((await ledger.connectorAvailable('CP-1', available)).length, 1)
  })

  it('has the cost that its charge point calculated', async () => {
    const { ledger, database } = await openLedger(dialect)
    const ownCost = { totalCost: { currency: 'EUR', total: { inclTax: 4.2 } } }
    const { response } = await ledger.event('CP-1', event('Ended', 0, { ownCost }))
    const [row] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([row?.cost, row?.currency, row?.cost_unknown, response], [4.2, 'EUR', null, {}])
  })

  it('has our cost where there is a tariff, whatever its charge point calculated', async () => {
    const { ledger, database } = await openLedger(dialect)
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerSession: 9 })
    const ownCost = { totalCost: { currency: 'EUR', total: { inclTax: 4.2 } } }
    const { response } = await ledger.event('CP-1', event('Ended', 0, { ownCost }))
    const [row] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([row?.cost, response], [9, { totalCost: 9 }])
  })

  it('has the last cost that its charge point calculated, also when later or late events have none', async () => {
    const { ledger, database } = await openLedger(dialect)
    const fixedFee = { prices: [{ priceFixed: 9 }] }
    await putTariff(writerOf(database), 'T', { currency: 'EUR', fixedFee, billedBy: 'station' })
    const ownCost = (inclTax: number) => ({ ownCost: { totalCost: { currency: 'EUR', total: { inclTax } } } })
    const events = [
      event('Started', 0, ownCost(1)),
      event('Updated', 1, ownCost(2)),
      event('Ended', 3, ownCost(4)),
      event('Updated', 2)
    ]
    for (const order of [events, events.toReversed()]) {
      const identity = order === events ? 'CP-1' : 'CP-2'
      const answers = []
      for (const one of order) answers.push((await ledger.event(identity, one)).response)
      assert.equal((await booksOf(database, identity)).transactions[0]?.cost, 4)
      if (order === events) assert.deepEqual(answers, [{}, {}, {}, {}])
    }
  })

  it('has no cost when its charge point failed to calculate it, unless a tariff of ours applies', async () => {
    const { ledger, database } = await openLedger(dialect)
    const failed = { totalCost: { currency: 'EUR', total: { inclTax: 1 } }, failureToCalculate: true }
    const costOf = async (identity: string) => {
      const { response } = await ledger.event(identity, event('Ended', 1, { ownCost: failed }))
      const [row] = (await booksOf(database, identity)).transactions
      return [row?.cost, row?.cost_unknown, response]
    }
    assert.deepEqual(await costOf('CP-1'), [null, 'charge-point-failed', {}])
    await putTariff(writerOf(database), 'T', { currency: 'EUR', pricePerSession: 9 })
    assert.deepEqual(await costOf('CP-2'), [9, null, { totalCost: 9 }])
  })
})
