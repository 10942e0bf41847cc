import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothDatabases } from '../database/support.js'
import { booksOf, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

onBothDatabases('a transaction of 1.6', (dialect) => {
  it('keeps its id on every retry, also when retries race or reach another process', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const first = await ledger.start('CP-1', start())
    const other = another()
    const retries = await Promise.all([
      ledger.start('cp-1', start({ idToken: 'tag' })),
      other.start('CP-1', start()),
      ledger.start('CP-1', start()),
      other.start('CP-1', start())
    ])
    for (const retry of retries) assert.deepEqual(retry, { ...first, outcome: 'retry' })
    const { transactions, events } = await booksOf(database, 'CP-1')
    assert.deepEqual([transactions.length, events.length], [1, 1])
  })

  it('is booked once when the very first messages of the charge point race in two processes', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const other = another()
    const rounds = Array.from({ length: 20 }, (_, index) => start({ meterStart: index, connectorId: index + 1 }))
    const booked = await Promise.all(
      rounds.flatMap((round) => [ledger.start('CP-1', round), other.start('CP-1', round)])
    )
    assert.equal(new Set(booked.map(idOf)).size, rounds.length)
    assert.equal((await booksOf(database, 'CP-1')).events.length, rounds.length)
  })

  it('is a new transaction when any member of the request, or the charge point, differs', async () => {
    const { ledger } = await openLedger(dialect)
    const contents = [
      start(),
      start({ connectorId: 2 }),
      start({ idToken: 'OTHER' }),
      start({ meterStart: 101 }),
      start({ timestamp: NINE + 1 }),
      start({ reservationId: 0 })
    ]
    const ids = [idOf(await ledger.start('CP-2', start()))]
    for (const content of contents) ids.push(idOf(await ledger.start('CP-1', content)))
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) assert.ok(Number.isInteger(id) && id > 0 && id < 2 ** 31, String(id))
  })

  it('ends once, and every retry of the end gets the first answer', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    const end = stop(id, { response: { idTagInfo: { status: 'Accepted' } }, reason: 'Remote', idToken: 'TAG' })
    assert.equal((await ledger.stop('CP-1', end)).outcome, 'booked')
    const retry = await ledger.stop('CP-1', { ...end, meterStop: 9999, response: {} })
    assert.deepEqual(retry, { response: end.response, outcome: 'retry', hasGap: false })
    const [transaction] = (await booksOf(database, 'CP-1')).transactions
    assert.equal(transaction?.status, 'ended')
    assert.equal(transaction.energy_wh, 1400)
    assert.equal(transaction.duration, 3600)
    assert.equal(transaction.stop_reason, 'Remote')
    assert.equal(transaction.end_timestamp, NINE + HOUR)
  })

  it('ends for the reason Local when none is given', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.stop('CP-1', stop(idOf(await ledger.start('CP-1', start()))))
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.stop_reason, 'Local')
  })

  it('cannot be ended by another charge point, whose StopTransaction is kept nevertheless', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    assert.equal((await ledger.stop('CP-2', stop(id))).outcome, 'unassigned')
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.status, 'open')
    const { transactions, events } = await booksOf(database, 'CP-2')
    assert.deepEqual([transactions.length, events.length], [0, 1])
  })

  it('with an unknown id is ended by nothing: each different StopTransaction is kept once as unassigned', async () => {
    const { ledger, database } = await openLedger(dialect)
    for (const id of [0, -1, 2 ** 31 - 1, 1e15]) {
      assert.equal((await ledger.stop('CP-1', stop(id))).outcome, 'unassigned')
      assert.equal((await ledger.stop('CP-1', stop(id))).outcome, 'retry')
      assert.equal((await ledger.stop('CP-1', stop(id, { meterStop: 1 }))).outcome, 'unassigned')
    }
    assert.equal((await booksOf(database, 'CP-1')).events.length, 8)
  })

  it('is closed when its charge point boots, with the energy measured until then', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    await ledger.meterValues('CP-1', {
      evseId: 0,
      connectorId: 1,
      transactionId: id,
      samples: [register(1.1, NINE + HOUR, { unit: 'kWh' })]
    })
    assert.equal((await ledger.booted('CP-1')).length, 1)
    const [closed] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual(
      [closed?.status, closed?.closed_reason, closed?.energy_wh, closed?.duration, closed?.end_timestamp],
      ['closed', 'Rebooted', 1000, 3600, NINE + HOUR]
    )
    assert.deepEqual(await ledger.booted('CP-1'), [])
  })

  it('ends with the StopTransaction of its charge point, even after the back-end has closed it', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    await ledger.booted('CP-1')
    assert.equal((await ledger.stop('CP-1', stop(id, { reason: 'PowerLoss' }))).outcome, 'booked')
    const [ended] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual(
      [ended?.status, ended?.closed_reason, ended?.stop_reason, ended?.energy_wh],
      ['ended', null, 'PowerLoss', 1400]
    )
  })

  it('is reopened when a later reading shows that it goes on, also by another process', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    await ledger.booted('CP-1')
    const samples = [register(200, NINE + HOUR)]
    await another().meterValues('CP-1', { evseId: 0, connectorId: 1, transactionId: id, samples })
    const [row] = (await booksOf(database, 'CP-1')).transactions
    assert.deepEqual([row?.status, row?.closed_reason, row?.end_timestamp], ['open', null, null])
  })

  it('is closed when its connector becomes available after its start, or begins another transaction', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.start('CP-1', start())
    await ledger.start('CP-1', start({ connectorId: 2 }))
    const available = { evseId: 0, connectorId: 1 }
    assert.deepEqual(await ledger.connectorAvailable('CP-1', { ...available, timestamp: NINE - 1 }), [])
    assert.equal((await ledger.connectorAvailable('CP-1', { ...available, timestamp: NINE + 1 })).length, 1)
    await ledger.start('CP-1', start({ connectorId: 2, timestamp: NINE + HOUR }))
    const { transactions } = await booksOf(database, 'CP-1')
    assert.deepEqual(
      transactions.map(({ status, closed_reason }) => [status, closed_reason]),
      [
        ['closed', 'ConnectorAvailable'],
        ['closed', 'NextTransaction'],
        ['open', null]
      ]
    )
  })

  it('is not closed by the boot of another charge point', async () => {
    const { ledger, database } = await openLedger(dialect)
    await ledger.start('CP-1', start())
    await ledger.start('CP-2', start())
    await ledger.booted('CP-2')
    assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.status, 'open')
  })

  it('counts as an open transaction of its id token, but not for itself', async () => {
    const { ledger } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    assert.equal(await ledger.hasOpenTransaction('tag'), true)
    assert.equal(await ledger.hasOpenTransaction('TAG', { chargePoint: 'cp-1', transactionId: String(id) }), false)
    assert.equal(await ledger.hasOpenTransaction('OTHER'), false)
    await ledger.stop('CP-1', stop(id))
    assert.equal(await ledger.hasOpenTransaction('TAG'), false)
  })
})

onBothDatabases('meter values', (dialect) => {
  it('are booked once, whichever message brings them', async () => {
    const { ledger, database } = await openLedger(dialect)
    const id = idOf(await ledger.start('CP-1', start()))
    const samples = [register(200, NINE + 1), register(5, NINE + 1, { phase: 'L1' }), register(300, NINE + 2)]
    const measurement = { evseId: 0, connectorId: 1, transactionId: id, samples }
    await ledger.meterValues('CP-1', measurement)
    await Promise.all([ledger.meterValues('CP-1', measurement), ledger.meterValues('cp-1', measurement)])
    await ledger.stop('CP-1', stop(id, { samples }))
    const { values } = await booksOf(database, 'CP-1')
    // In the order in which they are shown: rows of one commit may be stored in any order.
    const shown = values.sort((a, b) => a.timestamp - b.timestamp)
    assert.deepEqual(
      shown.map(({ value }) => value),
      [200, 5, 300]
    )
  })

  it('without a transaction, or with an unknown one, are kept without a transaction', async () => {
    const { ledger, database } = await openLedger(dialect)
    const samples = [register(200, NINE)]
    await ledger.meterValues('CP-1', { evseId: 0, connectorId: 1, samples })
    await ledger.meterValues('CP-1', { evseId: 0, connectorId: 2, transactionId: -1, samples })
    await ledger.meterValues('CP-1', { evseId: 0, connectorId: 3, transactionId: 4711, samples })
    const { values } = await booksOf(database, 'CP-1')
    assert.deepEqual(
      values.map(({ transaction_id }) => transaction_id),
      ['', '', '4711']
    )
  })
})
