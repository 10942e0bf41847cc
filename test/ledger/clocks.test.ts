import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onBothBackends } from '../app/support.js'
import { onBothDatabases } from '../database/support.js'
import { connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'

/** Times by the clocks of charge points, and the moment they mean. */
const CLOCKS = [
  { name: 'was never set', said: '1970-01-01T00:00:00Z', meant: 0 },
  { name: 'is far ahead', said: '2099-12-31T23:59:59.999Z', meant: Date.UTC(2099, 11, 31, 23, 59, 59, 999) },
  { name: 'is that of Kiritimati', said: '2026-01-01T09:00:00+14:00', meant: Date.UTC(2025, 11, 31, 19) },
  { name: 'shows a leap second', said: '2016-12-31T23:59:60Z', meant: Date.UTC(2017, 0, 1) }
] as const

function booksIn({ app }: TestServer, identity: string) {
  const { db } = app.database
  return booksOf({ db }, identity)
}

onBothBackends('a charge point whose clock', (startBackend) => {
  for (const [index, { name, said, meant }] of CLOCKS.entries()) {
    for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'] as const) {
      it(`${name} is booked once, with its time and ours (${protocol})`, async () => {
        const server = await startBackend()
        const identity = `CLOCK-${index}-${protocol.slice(4)}`
        const charger = await connectCharger(server.url, identity, { protocol, boot: true })
        const send = async (action: string, payload: object) => {
          const answers = [await charger.call(action, payload), await charger.call(action, payload)]
          const [first, second] = answers.map((answer) =>
            answer.type === 3 ? answer.payload : assert.fail(answer.code)
          )
          assert.deepEqual(second, first)
          return first
        }
        const before = Date.now()
        if (protocol === 'ocpp1.6') {
          const started = { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp: said }
          const transactionId = (await send('StartTransaction', started))?.transactionId
          const meterValue = [{ timestamp: said, sampledValue: [{ value: '7' }] }]
          await send('MeterValues', { connectorId: 1, transactionId, meterValue })
          await send('StopTransaction', { transactionId, meterStop: 7, timestamp: said })
        } else {
          const facts = { timestamp: said, triggerReason: 'Trigger', transactionInfo: { transactionId: 'tx' } }
          const meterValue = [{ timestamp: said, sampledValue: [{ value: 7 }] }]
          await send('TransactionEvent', { ...facts, eventType: 'Started', seqNo: 0, meterValue })
          await send('TransactionEvent', { ...facts, eventType: 'Ended', seqNo: 1 })
        }
        const { transactions, events, values } = await booksIn(server, identity)
        const after = Date.now()
        assert.deepEqual([transactions.length, events.length, values.length], [1, 2, 1])
        const [transaction] = transactions
        assert.deepEqual([transaction?.start_timestamp, transaction?.end_timestamp], [meant, meant])
        assert.equal(transaction?.status, 'ended')
        for (const { timestamp, received_at } of [...events, ...values]) {
          assert.equal(timestamp, meant)
          assert.ok(before <= received_at && received_at <= after, `received at ${received_at}`)
        }
      })
    }
  }

  it('changes its offset sends a retry, not a new message', async () => {
    const server = await startBackend()
    const charger = await connectCharger(server.url, 'OFFSET', { boot: true })
    const started = async (timestamp: string) => {
      const answer = await charger.call('StartTransaction', { connectorId: 1, idTag: 'TAG', meterStart: 0, timestamp })
      return answer.type === 3 ? answer.payload : assert.fail(answer.code)
    }
    assert.deepEqual(await started('2025-12-31T19:00:00Z'), await started('2026-01-01T09:00:00+14:00'))
    assert.equal((await booksIn(server, 'OFFSET')).transactions.length, 1)
  })
})

/** Where our own clock jumps to in the middle of a transaction. */
const JUMPS = [
  { where: 'back to 1970', to: 0 },
  { where: 'back by a second', to: NINE - 1000 },
  { where: 'forward to 2099', to: Date.UTC(2099, 0) }
] as const

onBothDatabases('our own clock', (dialect) => {
  for (const { where, to } of JUMPS) {
    it(`jumps ${where}, and 1.6 is booked once, with both times`, async () => {
      let now = NINE
      const { ledger, another, database } = await openLedger(dialect, { now: () => now })
      const first = await ledger.start('CP-1', start())
      now = to
      assert.deepEqual(await another().start('CP-1', start()), { ...first, outcome: 'retry' })
      const end = stop(idOf(first), { samples: [register(1500, NINE + HOUR)] })
      assert.equal((await ledger.stop('CP-1', end)).outcome, 'booked')
      now = NINE
      assert.equal((await ledger.stop('CP-1', end)).outcome, 'retry')
      const { transactions, events, values } = await booksOf(database, 'CP-1')
      const [row] = transactions
      assert.deepEqual([transactions.length, row?.status, row?.energy_wh], [1, 'ended', 1400])
      const times = [...events, ...values].map(({ timestamp, received_at }) => [timestamp, received_at])
      assert.deepEqual(times, [
        [NINE, NINE],
        [NINE + HOUR, to],
        [NINE + HOUR, to]
      ])
    })

    it(`jumps ${where}, and 2.x is booked once, with both times`, async () => {
      let now = NINE
      const { ledger, another, database } = await openLedger(dialect, { now: () => now })
      const sent = [
        event('Started', 0, { samples: [register(0, NINE)] }),
        event('Updated', 1),
        event('Ended', 2, { samples: [register(500, NINE + 120_000)] })
      ]
      for (const one of sent) {
        now = one.seqNo === 1 ? to : NINE
        assert.equal((await ledger.event('CP-1', one)).outcome, 'booked')
        now = to
        assert.equal((await another().event('CP-1', one)).outcome, 'retry')
      }
      const { transactions, events } = await booksOf(database, 'CP-1')
      const [row] = transactions
      assert.deepEqual(
        [transactions.length, row?.status, row?.energy_wh, row?.duration, row?.missing_seq_nos],
        [1, 'ended', 500, 120, null]
      )
      const times = events.map(({ timestamp, received_at }) => [timestamp, received_at])
      assert.deepEqual(times, [
        [NINE, NINE],
        [NINE + 60_000, to],
        [NINE + 120_000, NINE]
      ])
    })
  }

  for (const to of [0, NINE - HOUR, Date.UTC(2099, 0)]) {
    it(`jumps to ${new Date(to).toISOString()}, and a transaction takes as long as its charge point says`, async () => {
      let now = NINE
      const { ledger, database } = await openLedger(dialect, { now: () => now })
      const id = idOf(await ledger.start('CP-1', start()))
      now = to
      await ledger.stop('CP-1', stop(id))
      assert.equal((await booksOf(database, 'CP-1')).transactions[0]?.duration, 3600)
    })
  }
})
