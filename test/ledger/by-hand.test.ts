import assert from 'node:assert/strict'
import { it } from 'node:test'
import { onSharedBackend, operate } from '../app/support.js'
import { onBothDatabases } from '../database/support.js'
import { openReader } from '../events/reader.js'
import { tokenOf } from '../operators/support.js'
import { type Charger, connectCharger } from '../support/charger.js'
import type { TestServer } from '../support/server.js'
import { booksOf, event, HOUR, idOf, NINE, openLedger, register, start, stop } from './support.js'
import { book, event2, onlyTransactionOf, startTransaction } from './wire-support.js'

const NOTE = 'replaced'

function close(server: TestServer, id: number, body: object = { note: NOTE }) {
  return operate(server, 'POST', `/transactions/${id}/close`, body)
}

/** An open transaction of a charge point, with a reading of 400 Wh more than at its start. */
async function charging(server: TestServer, identity: string, protocol: string): Promise<Charger> {
  const charger = await connectCharger(server.url, identity, { protocol, boot: true })
  if (protocol === 'ocpp1.6') {
    const transactionId = await startTransaction(charger)
    const meterValue = [{ timestamp: '2026-01-01T09:30:00Z', sampledValue: [{ value: '500' }] }]
    await book(charger, 'MeterValues', { connectorId: 1, transactionId, meterValue })
    return charger
  }
  const evse = { id: 1, connectorId: 1 }
  await book(charger, 'TransactionEvent', event2('Started', 0, '2026-01-01T09:00:00Z', { register: 100, evse }))
  await book(charger, 'TransactionEvent', event2('Updated', 1, '2026-01-01T09:30:00Z', { register: 500 }))
  return charger
}

async function end(charger: Charger, protocol: string, transactionId: string): Promise<void> {
  const timestamp = '2026-01-01T10:00:00Z'
  if (protocol === 'ocpp1.6') {
    await book(charger, 'StopTransaction', { transactionId: Number(transactionId), meterStop: 900, timestamp })
  } else {
    await book(charger, 'TransactionEvent', event2('Ended', 2, timestamp, { register: 900 }))
  }
}

onSharedBackend('a transaction that an operator closes', (start) => {
  for (const protocol of ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']) {
    it(`ends with its last reading, until its charge point says otherwise (${protocol})`, async () => {
      const server = await start()
      const identity = `H-${protocol}`
      const charger = await charging(server, identity, protocol)
      const reader = await openReader(server.port, { query: `?type=transaction&chargePoint=${identity}` })
      const { id, transactionId } = await onlyTransactionOf(server, identity)
      const response = await close(server, id)
      assert.equal(response.statusCode, 200, response.body)
      const { status, closedReason, closedBy, energyWh, endedAt, duration } = response.json()
      assert.deepEqual(
        { status, closedReason, closedBy, energyWh, endedAt, duration },
        {
          status: 'closed',
          closedReason: 'Operator',
          closedBy: { operator: 'operator', note: NOTE },
          energyWh: 400,
          endedAt: '2026-01-01T09:30:00.000Z',
          duration: 1800
        }
      )
      assert.equal((await close(server, id)).json().code, 'TRANSACTION_NOT_OPEN')
      await end(charger, protocol, transactionId)
      const ended = await onlyTransactionOf(server, identity)
      assert.deepEqual(
        [ended.status, ended.energyWh, ended.endedAt, ended.closedReason, ended.closedBy],
        ['ended', 800, '2026-01-01T10:00:00.000Z', undefined, undefined]
      )
      const told = (await reader.events(2)).map(({ data = '{}' }) => JSON.parse(data).data)
      assert.deepEqual(
        told.map(({ eventType, reason, energyWh }) => [eventType, reason, energyWh]),
        [
          ['Closed', 'Operator', 400],
          ['Ended', 'Local', 800]
        ]
      )
      assert.equal((await close(server, id)).statusCode, 409)
    })

    it(`ends as the operator says, also after a late reading, and goes on with a later one (${protocol})`, async () => {
      const server = await start()
      const identity = `K-${protocol}`
      const charger = await charging(server, identity, protocol)
      const { id, transactionId } = await onlyTransactionOf(server, identity)
      const closed = (await close(server, id, { note: NOTE, meterStop: 750.5, endedAt: '2026-01-01T09:45:00Z' })).json()
      assert.deepEqual(
        [closed.energyWh, closed.meterStop, closed.endedAt, closed.duration],
        [650.5, 750.5, '2026-01-01T09:45:00.000Z', 2700]
      )
      const read = async (value: number, timestamp: string, seqNo: number) => {
        if (protocol !== 'ocpp1.6') {
          return book(charger, 'TransactionEvent', event2('Updated', seqNo, timestamp, { register: value }))
        }
        const meterValue = [{ timestamp, sampledValue: [{ value: String(value) }] }]
        return book(charger, 'MeterValues', { connectorId: 1, transactionId: Number(transactionId), meterValue })
      }
      await read(450, '2026-01-01T09:25:00Z', 2)
      const late = await onlyTransactionOf(server, identity)
      assert.deepEqual([late.status, late.energyWh, late.endedAt], ['closed', 650.5, '2026-01-01T09:45:00.000Z'])
      await read(980, new Date(Date.now() + 1000).toISOString(), 3)
      const open = await onlyTransactionOf(server, identity)
      assert.deepEqual([open.status, open.energyWh, open.closedBy], ['open', 880, undefined])
    })
  }

  it('needs the scope for it, a note and a possible end, and is in the audit log', async () => {
    const server = await start()
    await charging(server, 'H-BAD', 'ocpp1.6')
    const { id } = await onlyTransactionOf(server, 'H-BAD')
    const url = `/api/v1/transactions/${id}/close`
    const headers = await tokenOf(server, 'h-reader', 'transactions:read', 'charge-points:write', 'calls:write')
    const refused = await server.app.inject({ method: 'POST', url, headers, payload: { note: NOTE } })
    assert.equal(refused.statusCode, 403)
    assert.equal((await close(server, id, {})).statusCode, 400)
    for (const body of [
      { meterStop: 99 },
      { endedAt: '2026-01-01T08:59:59Z' },
      { endedAt: new Date(Date.now() + 60_000).toISOString() }
    ]) {
      const { code, errors } = (await close(server, id, { note: NOTE, ...body })).json()
      assert.deepEqual([code, errors[0].pointer], ['IMPOSSIBLE_END', `/${Object.keys(body)[0]}`])
    }
    assert.equal((await onlyTransactionOf(server, 'H-BAD')).status, 'open')
    assert.equal((await close(server, 999_999)).json().code, 'UNKNOWN_TRANSACTION')
    const writer = await tokenOf(server, 'h-writer', 'transactions:write')
    assert.equal(
      (await server.app.inject({ method: 'POST', url, headers: writer, payload: { note: NOTE } })).statusCode,
      200
    )
    const [entry] = (await operate(server, 'GET', `/audit?target=transactions/${id}&limit=1`)).json().items
    assert.deepEqual([entry.operator, entry.status, entry.body], ['h-writer', 200, { note: NOTE }])
  })
})

onBothDatabases('an end that comes while an operator closes the transaction', (dialect) => {
  const BY = { operator: 'anna', note: NOTE, meterStop: 300 }

  it('counts, in whatever order two processes book them', async () => {
    const { ledger, another, database } = await openLedger(dialect)
    const [one, other] = [ledger, another()]
    for (let round = 0; round < 8; round++) {
      const identity = `RACE-${round}`
      const is16 = round % 2 === 0
      const booking = is16
        ? await one.start(identity, start())
        : await one.event(identity, event('Started', 0, { samples: [register(100, NINE)] }))
      const [{ id } = { id: 0 }] = (await booksOf(database, identity)).transactions
      const ending = () =>
        is16
          ? other.stop(identity, stop(idOf(booking)))
          : other.event(identity, event('Ended', 1, { timestamp: NINE + HOUR, samples: [register(1500, NINE + HOUR)] }))
      const closing = () => one.closeByHand(identity, id, BY)
      await Promise.all(round % 4 < 2 ? [closing(), ending()] : [ending(), closing()])
      const [row] = (await booksOf(database, identity)).transactions
      assert.deepEqual(
        [row?.status, row?.energy_wh, row?.closed_reason, row?.closed_by],
        ['ended', 1400, null, null],
        `round ${round}`
      )
    }
  })
})
