import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Charger, connectCharger } from '../support/charger.js'
import { operate, shareBackends, stateOf } from './support.js'

const START = { connectorId: 1, idTag: 'TAG', meterStart: 100, timestamp: '2026-01-01T00:00:00.000Z' }
const STOP = { meterStop: 1500, timestamp: '2026-01-01T01:00:00.000Z' }

const start = shareBackends()

async function result(charger: Charger, action: string, payload: object): Promise<Record<string, unknown>> {
  const answer = await charger.call(action, payload)
  assert.equal(answer.type, 3, JSON.stringify(answer))
  return answer.type === 3 ? answer.payload : {}
}

async function startTransaction(charger: Charger, payload: object = START): Promise<number> {
  const { transactionId } = await result(charger, 'StartTransaction', payload)
  assert.ok(Number.isInteger(transactionId) && Number(transactionId) > 0 && Number(transactionId) < 2 ** 31)
  return Number(transactionId)
}

describe('StartTransaction', () => {
  it('gets the same id when it comes again, over another connection too', async () => {
    const server = await start()
    const first = await startTransaction(await connectCharger(server.url, 'CP-1A', { boot: true }))
    const again = await startTransaction(await connectCharger(server.url, 'cp-1a', { boot: true }))
    assert.equal(again, first)
    assert.equal((await stateOf(server, 'CP-1A')).transactions.length, 1)
  })

  it('gets the same id when it comes again after the transaction has ended', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-2A', { boot: true })
    const transactionId = await startTransaction(charger)
    await result(charger, 'StopTransaction', { ...STOP, transactionId })
    assert.equal(await startTransaction(charger), transactionId)
  })

  it('gets another id for other content, and for another charger', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-3A', { boot: true })
    const other = await connectCharger(server.url, 'CP-3B', { boot: true })
    const ids = [
      await startTransaction(charger),
      await startTransaction(charger, { ...START, connectorId: 2 }),
      await startTransaction(charger, { ...START, meterStart: 101 }),
      await startTransaction(charger, { ...START, timestamp: '2026-01-01T00:00:01Z' }),
      await startTransaction(other)
    ]
    assert.equal(new Set(ids).size, ids.length)
  })

  it('is answered Invalid for an unknown id token if these are rejected, and still booked', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'reject' })
    const charger = await connectCharger(server.url, 'CP-4A', { boot: true })
    const { idTagInfo } = await result(charger, 'StartTransaction', START)
    assert.deepEqual(idTagInfo, { status: 'Invalid' })
    assert.deepEqual(await result(charger, 'Authorize', { idTag: 'TAG' }), { idTagInfo: { status: 'Invalid' } })
    assert.equal((await stateOf(server, 'CP-4A')).transactions.length, 1)
  })
})

describe('StopTransaction', () => {
  it('ends the transaction, once', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-5A', { boot: true })
    const transactionId = await startTransaction(charger)
    assert.deepEqual(await result(charger, 'StopTransaction', { ...STOP, transactionId, reason: 'Remote' }), {})
    await result(charger, 'StopTransaction', { ...STOP, transactionId, meterStop: 9999 })
    const { transactions } = await stateOf(server, 'CP-5A')
    const { items } = (await operate(server, 'GET', '/transactions?chargePoint=CP-5A')).json()
    assert.deepEqual(transactions, items)
    const [{ transactionId: shownId, status, meterStart, meterStop, energyWh, startedAt, endedAt, stopReason }] = items
    assert.deepEqual(
      { shownId, status, meterStart, meterStop, energyWh, startedAt, endedAt, stopReason },
      {
        shownId: String(transactionId),
        status: 'ended',
        meterStart: 100,
        meterStop: 1500,
        energyWh: 1400,
        startedAt: START.timestamp,
        endedAt: STOP.timestamp,
        stopReason: 'Remote'
      }
    )
  })

  it('does not change the order of the list, the newest transaction first', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-6A', { boot: true })
    const first = await startTransaction(charger)
    const second = await startTransaction(charger, { ...START, timestamp: '2026-01-01T02:00:00Z' })
    const { transactions } = await stateOf(server, 'CP-6A')
    const shown = transactions.map(({ transactionId, status }: Record<string, unknown>) => [transactionId, status])
    assert.deepEqual(shown, [
      [String(second), 'open'],
      [String(first), 'closed']
    ])
    const { items } = (await operate(server, 'GET', '/transactions?chargePoint=CP-6A&status=closed')).json()
    assert.deepEqual(
      items.map(({ transactionId }: Record<string, unknown>) => transactionId),
      [String(first)]
    )
    const wrong = await operate(server, 'GET', '/transactions?status=over')
    const allowed = wrong.json().detail as string
    assert.equal(wrong.statusCode, 400)
    for (const value of ['open', 'ended', 'closed']) assert.equal(allowed.split(value).length, 2, allowed)
  })

  it('cannot end the transaction of another charger', async () => {
    const server = await start()
    const owner = await connectCharger(server.url, 'CP-7A', { boot: true })
    const thief = await connectCharger(server.url, 'CP-7B', { boot: true })
    const transactionId = await startTransaction(owner)
    assert.deepEqual(await result(thief, 'StopTransaction', { ...STOP, transactionId }), {})
    assert.equal((await stateOf(server, 'CP-7A')).transactions[0].endedAt, undefined)
    assert.deepEqual((await stateOf(server, 'CP-7B')).transactions, [])
  })

  it('is accepted for unknown transaction ids', async () => {
    const server = await start()
    const charger = await connectCharger(server.url, 'CP-8A', { boot: true })
    for (const transactionId of [-1, 0, 2 ** 31 - 1]) {
      assert.deepEqual(await result(charger, 'StopTransaction', { ...STOP, transactionId }), {})
    }
  })
})

describe('TransactionEvent', () => {
  const event = (eventType: string, seqNo: number, more: object = {}) => ({
    eventType,
    seqNo,
    timestamp: `2026-01-01T00:0${seqNo}:00.000Z`,
    triggerReason: 'Trigger',
    transactionInfo: { transactionId: 'tx-1', ...more }
  })

  for (const protocol of ['ocpp2.0.1', 'ocpp2.1'] as const) {
    it(`is booked in one transaction, also when events arrive late and twice, in ${protocol}`, async () => {
      const server = await start()
      const identity = `CP-${protocol}`
      const charger = await connectCharger(server.url, identity, { protocol, boot: true })
      const ended = event('Ended', 2, { chargingState: 'Idle', stoppedReason: 'EVDisconnected' })
      const started = { ...event('Started', 0, { chargingState: 'EVConnected' }), evse: { id: 1, connectorId: 2 } }
      const updated = event('Updated', 1, { chargingState: 'Charging' })
      for (const payload of [ended, started, updated, started]) await result(charger, 'TransactionEvent', payload)
      const { transactions } = await stateOf(server, identity)
      const { items } = (await operate(server, 'GET', `/transactions?chargePoint=${identity}`)).json()
      assert.deepEqual(transactions, [{ ...items[0], seqNo: 2 }])
      const { transactionId, evseId, connectorId, status, startedAt, endedAt, stopReason } = items[0]
      assert.deepEqual(
        { transactionId, evseId, connectorId, status, startedAt, endedAt, stopReason },
        {
          transactionId: 'tx-1',
          evseId: 1,
          connectorId: 2,
          status: 'ended',
          startedAt: started.timestamp,
          endedAt: ended.timestamp,
          stopReason: 'EVDisconnected'
        }
      )
    })
  }

  it('belongs to the charger that sent it', async () => {
    const server = await start()
    const owner = await connectCharger(server.url, 'CP-10A', { protocol: 'ocpp2.0.1', boot: true })
    const thief = await connectCharger(server.url, 'CP-10B', { protocol: 'ocpp2.0.1', boot: true })
    await result(owner, 'TransactionEvent', event('Started', 0))
    await result(thief, 'TransactionEvent', event('Ended', 1))
    assert.equal((await stateOf(server, 'CP-10A')).transactions[0].endedAt, undefined)
  })

  it('is answered with the status of its id token, if it has one', async () => {
    const server = await start({ UNKNOWN_ID_TOKENS: 'reject' })
    const charger = await connectCharger(server.url, 'CP-11A', { protocol: 'ocpp2.0.1', boot: true })
    const withToken = (idToken: object) => {
      const transactionInfo = { transactionId: `of ${Object.values(idToken)}` }
      return result(charger, 'TransactionEvent', { ...event('Started', 0), transactionInfo, idToken })
    }
    assert.deepEqual(await result(charger, 'TransactionEvent', event('Started', 0)), {})
    assert.deepEqual(await withToken({ idToken: 'T', type: 'Central' }), { idTokenInfo: { status: 'Invalid' } })
    assert.deepEqual(await withToken({ idToken: '', type: 'NoAuthorization' }), { idTokenInfo: { status: 'Accepted' } })
  })
})
